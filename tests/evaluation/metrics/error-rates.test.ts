// Error rates on scores that can be counted by hand.

import { describe, expect, it } from 'vitest'
import {
  areaUnderCurve,
  equalErrorRate,
  operatingPoints,
  ownersAcceptedAt,
  strangersNoticedAt
} from '../../../src/evaluation/metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, type Curve } from '../../../src/evaluation/metrics/trials.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { scoresOf } from './scores.ts'

describe('error rates', () => {
  it('are 0 when every stranger scores above every owner, and 1 when it is the other way round', () => {
    expect(equalErrorRate(curve([1, 2, 3], [4, 5]))).toBe(0)
    expect(equalErrorRate(curve([4, 5], [1, 2, 3]))).toBe(1)
    expect(areaUnderCurve(curve([1, 2, 3], [4, 5]))).toBe(1)
    expect(areaUnderCurve(curve([4, 5], [1, 2, 3]))).toBe(0)
  })

  it('meet where one of four owners is refused and one of four strangers accepted', () => {
    const scores = curve([1, 2, 3, 6], [4, 7, 8, 9])
    expect(equalErrorRate(scores)).toBe(0.25)
    // Of the sixteen pairs one is the wrong way round.
    expect(areaUnderCurve(scores)).toBe(15 / 16)
  })

  it('are one half when all scores are equal: a decision by lot', () => {
    const tied = curve([5, 5, 5], [5, 5, 5, 5, 5])
    expect(equalErrorRate(tied)).toBe(0.5)
    expect(areaUnderCurve(tied)).toBe(0.5)
    expect(strangersNoticedAt(tied, 0.01)).toBeCloseTo(0.01, 12)
    expect(ownersAcceptedAt(tied, 0.01)).toBeCloseTo(0.01, 12)
  })

  it('go through the middle of a tie of one owner and one stranger', () => {
    // Up to 2: half of the owners refused, no stranger accepted; from 3: nobody refused, half accepted. The straight line between.
    const scores = curve([1, 3], [3, 4])
    expect(equalErrorRate(scores)).toBe(0.25)
    expect(areaUnderCurve(scores)).toBe(3.5 / 4)
  })

  it('at a fixed rate of the other kind are read from the last threshold that keeps to it', () => {
    const owners = Array.from({ length: 100 }, (_, i) => i)
    const strangers = [...Array.from({ length: 98 }, () => 200), 97.5, 0.5]
    // One owner of a hundred (99) may be doubted: the threshold is 98, and the two low strangers pass.
    expect(strangersNoticedAt(curve(owners, strangers), 0.01)).toBe(0.98)
    // One stranger of a hundred (0.5) may pass: the threshold lies just below 97.5, and the owners up to 97 are accepted.
    expect(ownersAcceptedAt(curve(owners, strangers), 0.01)).toBe(0.98)
  })

  it('do not exist without owners, or without strangers', () => {
    expect(equalErrorRate(curve([], [1]))).toBeNaN()
    expect(equalErrorRate(curve([1], []))).toBeNaN()
  })

  it('are the same as by counting at every threshold, ties or not', () => {
    const random = seededRandom(5)
    for (let round = 0; round < 50; round++) {
      const owner = Array.from({ length: 30 }, () => Math.floor(random() * 12))
      const stranger = Array.from({ length: 40 }, () => 4 + Math.floor(random() * 12))
      const scores = curve(owner, stranger)
      expect(equalErrorRate(scores)).toBeCloseTo(countedEqualErrorRate(owner, stranger), 12)
      let above = 0
      for (const a of owner) for (const b of stranger) above += b > a ? 1 : b === a ? 0.5 : 0
      expect(areaUnderCurve(scores)).toBeCloseTo(above / 1200, 12)
    }
  })

  it('trade one for the other along the operating points', () => {
    const points = operatingPoints(curve([1, 2, 3, 6], [4, 7, 8, 9]))
    expect(points[0]).toEqual({ far: 0, frr: 1 })
    expect(points.at(-1)).toEqual({ far: 1, frr: 0 })
    for (const [i, point] of points.entries()) {
      if (i === 0) continue
      expect(point.far).toBeGreaterThanOrEqual(points[i - 1]!.far)
      expect(point.frr).toBeLessThanOrEqual(points[i - 1]!.frr)
    }
  })
})

it('keeps the fall of the last few owners, which is short and matters most', () => {
  const owners = [...Array.from({ length: 499 }, (_, i) => i / 499), 5.5]
  const strangers = Array.from({ length: 500 }, (_, i) => 4 + i / 100)
  const points = operatingPoints(curve(owners, strangers))
  // One owner of 500 is above 151 strangers of 500.
  const last = points.findLast(({ frr }) => frr > 0)!
  expect(last.frr).toBeCloseTo(1 / 500, 12)
  expect(points.some(({ far, frr }) => frr === 0 && Math.abs(far - last.far) < 0.01)).toBe(true)
  expect(points.length).toBeLessThan(1000)
})

function curve(owner: readonly number[], stranger: readonly number[]): Curve {
  return curveOf(rankTrials(scoresOf(owner, stranger)), onceEach(2))
}

/** Rates at every threshold, joined by straight lines, met with the diagonal. */
function countedEqualErrorRate(owner: readonly number[], stranger: readonly number[]): number {
  const thresholds = [...new Set([...owner, ...stranger])].sort((a, b) => a - b)
  const share = (all: readonly number[], threshold: number): number =>
    all.filter((score) => score <= threshold).length / all.length
  const points = [-1, ...thresholds].map((t) => ({ far: share(stranger, t), frr: 1 - share(owner, t) }))
  const at = points.findIndex(({ far, frr }) => far >= frr)
  const [a, b] = [points[at - 1]!, points[at]!]
  const lambda = (a.frr - a.far) / (a.frr - a.far + b.far - b.frr)
  return a.far + lambda * (b.far - a.far)
}
