// Intervals, held against tables and against what resampling must do.

import { describe, expect, it } from 'vitest'
import { drawPeople, estimateOf, quantile } from '../../../src/evaluation/metrics/bootstrap.ts'
import { binomialShare, poissonRate } from '../../../src/evaluation/metrics/rare-events.ts'

describe('intervals of counts', () => {
  // Garwood's table: 0, 1, 5, 10 events.
  it.each([
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [5, 1.623, 11.668],
    [10, 4.795, 18.39]
  ])('of %d events is %d to %d', (count, low, high) => {
    const rate = poissonRate(count, 1)
    expect(rate.low).toBeCloseTo(low, 2)
    expect(rate.high).toBeCloseTo(high, 2)
    expect(poissonRate(count, 2)).toEqual({ value: count / 2, low: rate.low / 2, high: rate.high / 2 })
  })

  // Clopper and Pearson: nobody of 20, 1 of 100, all of 10.
  it.each([
    [0, 20, 0, 0.1684],
    [1, 100, 0.00025, 0.0545],
    [10, 10, 0.6915, 1]
  ])('of %d of %d people is %d to %d', (count, people, low, high) => {
    const share = binomialShare(count, people)
    expect(share.low).toBeCloseTo(low, 3)
    expect(share.high).toBeCloseTo(high, 3)
  })
})

describe('resampling people', () => {
  it('draws as many as there are, the same for the same seed', () => {
    const draws = drawPeople(10, { replicates: 50, seed: 3 })
    expect(draws).toEqual(drawPeople(10, { replicates: 50, seed: 3 }))
    expect(draws).not.toEqual(drawPeople(10, { replicates: 50, seed: 4 }))
    for (const weights of draws) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(10)
  })

  it('gives a mean of normal values the interval that the textbook gives', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 20) - 9.5)
    const mean = (weights: Float64Array): number => values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / 400
    const { low, high } = estimateOf(0, drawPeople(400, { replicates: 2000 }).map(mean))
    const error = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / 400 / 400)
    expect(high - low).toBeGreaterThan(2 * 1.96 * error * 0.93)
    expect(high - low).toBeLessThan(2 * 1.96 * error * 1.07)
  })

  it('takes quantiles between neighbours', () => {
    expect(quantile(Float64Array.of(1, 2, 3, 4, 5), 0.5)).toBe(3)
    expect(quantile(Float64Array.of(0, 10), 0.25)).toBe(2.5)
    expect(quantile(new Float64Array(), 0.5)).toBeNaN()
  })

  it('leaves out draws that have no value', () => {
    expect(estimateOf(1, [1, Number.NaN, 1])).toEqual({ value: 1, low: 1, high: 1 })
  })
})
