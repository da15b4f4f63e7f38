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
const shareOnGrid = 0.95
/** The wire rounds times to less than this. */
const toleranceMs = 0.6

export function createClockClaim(): ClockClaim {
  let claimed = 1
  let times = 0
  let onGrid = 0
  return {
    claim(grainMs) {
      if (!(grainMs > claimed)) return
      claimed = Math.min(grainMs, 255)
      times = onGrid = 0
    },
    saw(t) {
      times++
      const off = t - claimed * Math.round(t / claimed)
      if (Math.abs(off) <= toleranceMs) onGrid++
    },
    get grainMs() {
      return times < fewestTimes || onGrid >= shareOnGrid * times ? claimed : 1
    }
  }
}
