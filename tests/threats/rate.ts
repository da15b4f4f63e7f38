// How often an attack came through, with what can be said about it at 95 %.

import { binomialShare } from '../../src/evaluation/metrics/rare-events.ts'

export interface Rate {
  readonly count: number
  readonly trials: number
  /** Exact 95 % interval (Clopper and Pearson). */
  readonly low: number
  readonly high: number
}

export function rateOf(count: number, trials: number): Rate {
  const { low, high } = binomialShare(count, trials)
  return { count, trials, low, high }
}

export function inWords({ count, trials, low, high }: Rate): string {
  return `${count} of ${trials} (${percent(count / trials)}, 95 % ${percent(low)}–${percent(high)})`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 2)} %`
}
