// A rate limit with room for bursts. It is told the time, so that one look at the clock serves every limit that a frame passes.

export interface Rate {
  readonly perSecond: number
  /** What may be taken at once. */
  readonly burst: number
}

export class TokenBucket {
  /** The same object in all buckets of a kind: of a thousand it is the part that stays in the cache. */
  readonly #rate: Rate
  // Numbers from the beginning: a field that was undefined gets a new object, which an old one points to, with each fraction that is put into it.
  #level = 0
  #filledAt = 0

  /** Starts full. `now`: milliseconds, never going back. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#level = rate.burst
    this.#filledAt = now
  }

  /** Takes `amount` out; false when there is not enough, and then nothing is taken. */
  take(amount: number, now: number): boolean {
    const { perSecond, burst } = this.#rate
    this.#level = Math.min(burst, this.#level + ((now - this.#filledAt) * perSecond) / 1000)
    this.#filledAt = now
    if (amount > this.#level) return false
    this.#level -= amount
    return true
  }
}
