// Counts of rare things: exact 95 % interval of a Poisson mean (Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 1936).

import type { Estimate } from './bootstrap.ts'

/** Events per unit when `count` happened in `exposure` units. */
export function poissonRate(count: number, exposure: number): Estimate {
  const low = count === 0 ? 0 : meanAt((mean) => 1 - atMost(count - 1, mean), 0.025, count)
  const high = meanAt((mean) => 1 - atMost(count, mean), 0.975, count + 1)
  return { value: count / exposure, low: low / exposure, high: high / exposure }
}

/** P(X <= count) for a Poisson mean, in a sum of logarithms: large means do not vanish. */
function atMost(count: number, mean: number): number {
  if (mean === 0) return 1
  let term = -mean
  let sum = Math.exp(term)
  for (let k = 1; k <= count; k++) {
    term += Math.log(mean / k)
    sum += Math.exp(term)
  }
  return Math.min(sum, 1)
}

/** Where `rising` reaches `share`, by halving. */
function meanAt(rising: (mean: number) => number, share: number, start: number): number {
  let high = start + 1
  while (rising(high) < share) high *= 2
  let low = 0
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (rising(middle) < share) low = middle
    else high = middle
  }
  return high
}
