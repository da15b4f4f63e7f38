// Challenges that nobody answers, counted over the sessions of a person: whoever has stolen many sessions can lose one after the other, and must not
// begin from nothing with each.

import type { SessionRecord } from '../ports.ts'

/** Reasons of a cap that say nothing against the hands: a network that lets no channel through, or a rule that asks everybody. */
const innocent: ReadonlySet<string> = new Set(['unobserved', 'policy'])

/**
 * Sessions of a person, beside the one with this uid, that a suspicion has challenged since the person last proved who they are, in whichever session.
 * Ended ones count as well: a thief would sign out. To prove who one is once clears them all, so that nobody is shut out by them.
 */
export function unansweredBeside(uid: string, records: readonly SessionRecord[]): number {
  const provedAt = Math.max(...records.flatMap(({ authentications }) => authentications.map(({ at }) => at)))
  return records.filter(
    ({ uid: other, demand, cap }) =>
      other !== uid && demand !== undefined && cap !== undefined && !innocent.has(cap.reason) && cap.since > provedAt
  ).length
}
