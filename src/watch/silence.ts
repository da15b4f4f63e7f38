// Silence of one session, by the clock of the server: no page of it speaks, or pages speak and tell of nothing while its requests go on. Both
// need a grace, because no evidence is not guilt: pages reload, networks drop, people read.

/** `no_channel`: nobody speaks for the session. `no_input`: a page does, and requests come that no hand seems to make. */
export type SilenceKind = 'no_channel' | 'no_input'

export interface Silence {
  /** No page speaks. Asked again while the grace runs it changes nothing: whoever uses the session must not put it off. */
  absent(): void
  /** A page speaks. */
  present(): void
  /** A client that must be watched used the session. */
  used(): void
  /** Something was typed, pointed or pasted. */
  heard(): void
  /** The person proved who they are: whatever was running begins anew. After `mostQuickly` answered silences it takes `patientMs`. */
  answered(wasSilent: boolean): void
  close(): void
}

export interface SilenceOptions {
  /** Asked when a grace begins. */
  readonly graceMs: () => number
  /** Called when a grace is over. */
  readonly found: (kind: SilenceKind) => void
  /** Milliseconds, never going back. */
  readonly now?: () => number
}

/** Somebody whose network lets no channel through is asked so often in one session, then as seldom as below. THREATS: no prompt loop. */
export const mostQuickly = 3
/** Longest inactivity of NIST SP 800-63B-4 §2.3.3. */
export const patientMs = 15 * 60_000

export function createSilence({ graceMs, found, now = () => performance.now() }: SilenceOptions): Silence {
  let answeredSilences = 0
  let absence: NodeJS.Timeout | undefined
  let quiet: NodeJS.Timeout | undefined
  /** First request since something was heard. */
  let usedSince: number | undefined
  /** First and last request of the grace that runs. */
  let firstUse = 0
  let lastUse = 0

  const grace = (): number => (answeredSilences > mostQuickly ? Math.max(graceMs(), patientMs) : graceMs())

  function present(): void {
    clearTimeout(absence)
    absence = undefined
  }

  function heard(): void {
    clearTimeout(quiet)
    quiet = undefined
    usedSince = undefined
  }

  return {
    absent() {
      absence ??= setTimeout(() => {
        absence = undefined
        found('no_channel')
      }, grace()).unref()
    },
    present,
    used() {
      lastUse = now()
      usedSince ??= lastUse
      if (quiet !== undefined) return
      firstUse = lastUse
      const waited = grace()
      quiet = setTimeout(() => {
        quiet = undefined
        // The requests of a page that loads come in one burst, after which somebody may read for as long as they like.
        const isSteady = lastUse - firstUse >= waited / 2
        // But nobody reads for ever, whatever the pace of the requests.
        if (isSteady || lastUse - (usedSince ?? lastUse) >= patientMs) found('no_input')
      }, waited).unref()
    },
    heard,
    answered(wasSilent) {
      if (wasSilent) answeredSilences++
      present()
      heard()
    },
    close() {
      present()
      heard()
    }
  }
}
