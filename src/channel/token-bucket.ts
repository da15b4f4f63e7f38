// A rate limit with room for bursts. It is told the time, so that one look at the clock serves every limit that a frame passes.

export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #level = 0
  #filledAt = 0

  /** Holds `burst` at most and starts full; fills by `perSecond`. `now`: milliseconds, never going back. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#level = burst
    this.#filledAt = now
  }

  /** Takes `amount` out; false when there is not enough, and then nothing is taken. */
  take(amount: number, now: number): boolean {
    this.#level = Math.min(this.#burst, this.#level + (now - this.#filledAt) * this.#perMs)
    this.#filledAt = now
    if (amount > this.#level) return false
    this.#level -= amount
    return true
  }
}
