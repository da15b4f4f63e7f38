// Costs of likelihood ratios that can be worked out by hand.

import { describe, expect, it } from 'vitest'
import { leastRatioCost, ratioCost, ratioLosses, reliability } from '../../../src/evaluation/metrics/calibration.ts'
import { curveOf, onceEach, rankTrials, type RankedTrials } from '../../../src/evaluation/metrics/trials.ts'
import { scoresOf } from './scores.ts'

describe('the cost of likelihood ratios', () => {
  it('is one bit when the score says nothing', () => {
    expect(cost(ranked([0, 0], [0, 0, 0]))).toBe(1)
    expect(leastCost(ranked([0, 0], [0, 0, 0]))).toBeCloseTo(1, 12)
  })

  it('is next to nothing when strong ratios are right, and their size in bits when they are wrong', () => {
    expect(cost(ranked([-20, -20], [20]))).toBeLessThan(1e-7)
    expect(cost(ranked([20], [-20]))).toBeCloseTo(20 / Math.LN2, 6)
  })

  it('of a ratio of three to one that holds is the entropy of three quarters', () => {
    const trials = ranked(
      [-Math.log(3), -Math.log(3), -Math.log(3), Math.log(3)],
      [Math.log(3), Math.log(3), Math.log(3), -Math.log(3)]
    )
    const entropy = -(0.75 * Math.log2(0.75) + 0.25 * Math.log2(0.25))
    expect(cost(trials)).toBeCloseTo(entropy, 12)
    // It could not be said better: the least cost is the same.
    expect(leastCost(trials)).toBeCloseTo(entropy, 12)
  })

  it('has a least that does not care about scale and shift', () => {
    const owner = [0, 1, 2, 5, 3]
    const stranger = [4, 6, 2, 8, 9, 7]
    const least = leastCost(ranked(owner, stranger))
    expect(
      leastCost(
        ranked(
          owner.map((x) => 3 * x - 40),
          stranger.map((x) => 3 * x - 40)
        )
      )
    ).toBeCloseTo(least, 12)
    expect(least).toBeLessThan(cost(ranked(owner, stranger)))
    expect(least).toBeGreaterThan(0)
  })

  it('has a least of 0 when the order of the scores is right', () => {
    expect(leastCost(ranked([100, 101], [102, 103]))).toBe(0)
  })
})

describe('the reliability diagram', () => {
  it('lies on the diagonal when claims are true', () => {
    const claim = Math.log(3)
    const bins = reliability(ranked([-claim, -claim, -claim, claim], [claim, claim, claim, -claim]), 10, 1)
    expect(bins.map(({ owners, strangers }) => [owners, strangers])).toEqual([
      [3, 1],
      [1, 3]
    ])
    for (const { claimed, observed } of bins) expect(claimed).toBeCloseTo(observed, 12)
  })

  it('counts owners and strangers alike however many there are', () => {
    const [bin] = reliability(ranked([0], [0, 0, 0, 0]))
    expect(bin).toEqual({ claimed: 0.5, observed: 0.5, owners: 1, strangers: 4 })
  })

  it('joins bins in which too few people are', () => {
    const trials = ranked([-3, -3, -1, 0.1, 1], [-1, 1, 3, 3, 3, 3, 3, 3, 3, 3])
    const all = reliability(trials, 10, 1)
    const joined = reliability(trials, 10, 3)
    expect(joined.length).toBeLessThan(all.length)
    for (const bins of [all, joined]) {
      expect(bins.reduce((sum, { owners }) => sum + owners, 0)).toBe(5)
      expect(bins.reduce((sum, { strangers }) => sum + strangers, 0)).toBe(10)
    }
  })

  it('shows claims that are too strong', () => {
    const [low, high] = reliability(ranked([-9, 9], [9, -9]), 10, 1)
    expect(low!.claimed).toBeLessThan(0.01)
    expect(high!.claimed).toBeGreaterThan(0.99)
    expect([low!.observed, high!.observed]).toEqual([0.5, 0.5])
  })
})

function ranked(owner: readonly number[], stranger: readonly number[]): RankedTrials {
  return rankTrials(scoresOf(owner, stranger))
}

function cost(trials: RankedTrials): number {
  return ratioCost(trials, ratioLosses(trials), onceEach(2))
}

function leastCost(trials: RankedTrials): number {
  return leastRatioCost(curveOf(trials, onceEach(2)))
}
