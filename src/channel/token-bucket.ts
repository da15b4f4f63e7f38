// A rate limit with room for bursts, on an injected clock.

import type { Clock } from './ports.ts'

export interface TokenBucket {
  /** Takes `amount` out; false when there is not enough, and then nothing is taken. */
  take(amount: number): boolean
}

/** Holds `burst` at most and starts full; fills by `perSecond`. */
export function createTokenBucket(perSecond: number, burst: number, clock: Clock): TokenBucket {
  let level = burst
  let filledAt = clock()
  return {
    take(amount) {
      const now = clock()
      level = Math.min(burst, level + ((now - filledAt) / 1000) * perSecond)
      filledAt = now
      if (amount > level) return false
      level -= amount
      return true
    }
  }
}
