// Intervals by resampling people (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, §13.3): scores of one person resemble each
// other, so whole people are drawn, as targets and as strangers at once.

import { seededRandom, seedFor } from '../../biometrics/random.ts'
import type { Weights } from './trials.ts'

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  /** Default 1000. */
  readonly replicates?: number
  /** Equal seeds draw the same people. Default 1. */
  readonly seed?: number
}

/** How often each person is drawn, `replicates` times over; each row sums to `people`. */
export function drawPeople(people: number, { replicates = 1000, seed = 1 }: BootstrapOptions = {}): Weights[] {
  const random = seededRandom(seedFor(seed, 'bootstrap'))
  return Array.from({ length: replicates }, () => {
    const weights = new Float64Array(people)
    for (let i = 0; i < people; i++) weights[Math.floor(random() * people)]! += 1
    return weights
  })
}

/** The percentile interval of what `draws` gave. Draws that are not numbers (no owner among them, say) are left out. */
export function estimateOf(value: number, draws: Iterable<number>): Estimate {
  const sorted = Float64Array.from([...draws].filter((draw) => Number.isFinite(draw))).sort()
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
}

/** Linear between neighbours; `sorted` rises. NaN when it is empty. */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)]!
  return low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low)
}
