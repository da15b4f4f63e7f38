// What a login's rhythm says, in the words of policies. The limits stand on the calibrated ratio, so they are the same for everybody.

/** `none` is no evidence: nothing typed by hand, no template yet, or another number of keys. It is neither innocence nor guilt. */
export const rhythmVerdicts = ['owner', 'unsure', 'stranger', 'none'] as const
export type RhythmVerdict = (typeof rhythmVerdicts)[number]

/** Natural-log ratio "stranger : owner" from which on somebody else typed. */
export const strangerFrom = 2
/** Up to here it was clearly the owner. Stricter than being let through: what is learnt must be sure. */
export const ownerUpTo = -1

export function rhythmVerdict(llr: number | undefined): RhythmVerdict {
  if (llr === undefined || Number.isNaN(llr)) return 'none'
  if (llr >= strangerFrom) return 'stranger'
  return llr <= ownerUpTo ? 'owner' : 'unsure'
}
