// The page tells how coarse its clock is. A coarse clock excuses much, so the claim counts only when the times bear it out.

export interface ClockClaim {
  /** What the frame says, in milliseconds; 0 = unknown. */
  claim(grainMs: number): void
  /** The time of an event. */
  saw(t: number): void
  /** The claimed step when the times lie on it; else 1. */
  readonly grainMs: number
}

const fewestTimes = 20
const coarsestMs = 255
const shareOnGrid = 0.95
/** The wire rounds times to less than this. */
const toleranceMs = 0.6

export function createClockClaim(): ClockClaim {
  let claimed = 1
  /** Times since the stream began, and since the claim was made. */
  let all = 0
  let times = 0
  let onGrid = 0
  return {
    claim(grainMs) {
      const told = Math.min(grainMs, coarsestMs)
      if (!(told > claimed)) return
      claimed = told
      times = onGrid = 0
    },
    saw(t) {
      all++
      times++
      const off = t - claimed * Math.round(t / claimed)
      if (Math.abs(off) <= toleranceMs) onGrid++
    },
    get grainMs() {
      // At the start of a stream it is believed. Later ones are not, until they are borne out: whoever claims a little more with each frame would never be.
      if (all < fewestTimes) return claimed
      return times >= fewestTimes && onGrid >= shareOnGrid * times ? claimed : 1
    }
  }
}
