// Counts of rare things with exact 95 % intervals: resampling knows nothing of what has not happened yet.

import type { Estimate } from './bootstrap.ts'

/** Garwood, "Fiducial limits for the Poisson distribution" (Biometrika 28, 1936): events per unit when `count` happened in `exposure` units. */
export function poissonRate(count: number, exposure: number): Estimate {
  const low = count === 0 ? 0 : meanAt((mean) => 1 - atMost(count - 1, mean), 0.025, count)
  const high = meanAt((mean) => 1 - atMost(count, mean), 0.975, count + 1)
  return { value: count / exposure, low: low / exposure, high: high / exposure }
}

/** Clopper and Pearson, "The use of confidence or fiducial limits" (Biometrika 26, 1934): share of people to whom something happened. */
export function binomialShare(count: number, people: number): Estimate {
  const low = count === 0 ? 0 : shareAt((share) => 1 - atMostOf(count - 1, people, share), 0.025)
  const high = count === people ? 1 : shareAt((share) => 1 - atMostOf(count, people, share), 0.975)
  return { value: count / people, low, high }
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

/** P(X <= count) for a binomial of `people` at `share`. */
function atMostOf(count: number, people: number, share: number): number {
  if (share <= 0) return 1
  if (share >= 1) return count >= people ? 1 : 0
  let term = people * Math.log1p(-share)
  let sum = Math.exp(term)
  for (let k = 1; k <= count; k++) {
    term += Math.log((people - k + 1) / k) + Math.log(share) - Math.log1p(-share)
    sum += Math.exp(term)
  }
  return Math.min(sum, 1)
}

function meanAt(rising: (mean: number) => number, share: number, start: number): number {
  let high = start + 1
  while (rising(high) < share) high *= 2
  return whereReached(rising, share, high)
}

function shareAt(rising: (share: number) => number, share: number): number {
  return whereReached(rising, share, 1)
}

/** Where `rising` reaches `share` between 0 and `most`, by halving. */
function whereReached(rising: (value: number) => number, share: number, most: number): number {
  let high = most
  let low = 0
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (rising(middle) < share) low = middle
    else high = middle
  }
  return high
}
