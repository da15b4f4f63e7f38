// Where the population's verifier believes a person to be.

import { describe, expect, it } from 'vitest'
import {
  drawnTowards,
  enrolPlace,
  placeOf,
  strangerParts,
  strangerRatio,
  unsteadinessOf,
  type Place,
  type VerifierModel,
  type VerifierView
} from '../../../src/biometrics/verifiers/verifier.ts'
import { emptyStatistics, spreadOf } from '../../../src/biometrics/features/statistics.ts'

/** Two directions, along which people differ with a variance of 4. */
const model = { between: Float64Array.of(4, 4) } as unknown as VerifierModel
const placeAt = (means: readonly number[], variance: number): Place => ({
  mean: Float64Array.from(means),
  variance: Float64Array.from(means, () => variance)
})

describe('the place of somebody who is learnt from', () => {
  const enrolled = placeAt([1, 1], 0.5)

  it('is drawn towards where their visits lie, and is known no surer for it', () => {
    const { mean, variance } = drawnTowards(model, enrolled, placeAt([3, 1], 0.5))
    expect(variance).toEqual(enrolled.variance)
    // Both weigh the same; two sittings are drawn less to the middle than one.
    expect(mean[0]).toBeCloseTo((1 / 0.5 + 3 / 0.5) / 3.75)
    expect(mean[0]).toBeGreaterThan(mean[1]!)
  })

  it('is not drawn further than half way by visits that look ever so certain', () => {
    const [sure, surer] = [0.4, 0.001].map((variance) => {
      // The same sitting, whatever is believed of it: what was seen lies at 3.
      const seen = (3 * (1 / variance - 1 / 4)) / (1 / variance)
      return drawnTowards(model, enrolled, placeAt([seen, seen], variance)).mean[0]!
    })
    expect(surer).toBeCloseTo(sure!)
  })

  it('does not take what lies between two sittings for unsteadiness within them', () => {
    // One reading: how much the hold of a class varies. Both sittings are as steady as people are.
    const steady: VerifierModel = {
      cells: Int32Array.of(spreadOf(0)),
      mean: Float64Array.of(Math.log(0.3)),
      spread: Float64Array.of(0.3),
      shrink: Float64Array.of(1),
      directions: Float64Array.of(1),
      between: Float64Array.of(1),
      sizes: Float64Array.of(100),
      slope: Float64Array.of(1),
      noise: Float64Array.of(1)
    }
    const sitting = (middle: number) => {
      const statistics = emptyStatistics()
      for (let n = 0; n < 100; n++) {
        const value = middle + (n % 2 === 0 ? 0.3 : -0.3)
        statistics[0]! += 1
        statistics[1]! += value
        statistics[2]! += value ** 2
      }
      return statistics
    }
    const [first, second] = [4, 6].map(sitting) as [Float32Array, Float32Array]
    const place = (statistics: Float32Array, amount = 100) => enrolPlace(steady, statistics, amount)
    const pooled = place(
      first.map((sum, i) => sum + second[i]!),
      200
    )
    expect(pooled.mean[0]).toBeGreaterThan(1)
    expect(drawnTowards(steady, place(first), place(second)).mean[0]).toBeCloseTo(0, 1)
  })
})

describe('how steady the hands of an owner are', () => {
  // One reading and one direction. A hop of 25 keystrokes varies with a variance of 1 about the person, and people with one of 4.
  const oneReading: VerifierModel = {
    cells: Int32Array.of(0),
    mean: Float64Array.of(0),
    spread: Float64Array.of(1),
    shrink: Float64Array.of(0),
    directions: Float64Array.of(1),
    between: Float64Array.of(4),
    sizes: Float64Array.of(25),
    slope: Float64Array.of(1),
    noise: Float64Array.of(1)
  }
  const view: VerifierView = {
    readings: [0],
    amountOf: (statistics) => statistics[0]!,
    least: 10,
    diagonalShare: 0,
    shrinkShare: 0
  }
  const hopAt = (place: number, keystrokes = 25) => Float32Array.of(keystrokes, keystrokes * place, 0)
  /** Two places in turn, whose sample variance is `variance`. */
  const hopsVarying = (variance: number, count: number) => {
    const way = Math.sqrt((variance * (count - 1)) / count)
    return Array.from({ length: count }, (_, i) => hopAt(i % 2 === 0 ? way : -way))
  }
  const unsteadiness = (hops: readonly Float32Array[]): number => unsteadinessOf(oneReading, view, hops)

  it('is measured against people in general, the surer the more hops there are', () => {
    expect(unsteadiness(hopsVarying(0.9, 10))).toBeCloseTo(1)
    const [few, many] = [10, 40].map((count) => unsteadiness(hopsVarying(1.8, count))) as [number, number]
    // Twice as much over ten hops, beside ten that are taken as known: half way to twice.
    expect(few).toBeCloseTo(1.5)
    expect(many).toBeCloseTo(1.8)
    expect(unsteadiness(hopsVarying(0.2, 40))).toBeLessThan(0.5)
  })

  it('goes no further than can be believed, and is nothing special where nothing was seen', () => {
    expect(unsteadiness(hopsVarying(100, 40))).toBe(2.5)
    expect(unsteadiness(hopsVarying(0, 40))).toBe(0.4)
    expect(unsteadiness([])).toBe(1)
    expect(unsteadiness([hopAt(3)])).toBe(1)
  })

  it('hears no hop that is too small to be as steady as others', () => {
    const steady = hopsVarying(0.9, 10)
    expect(unsteadiness([...steady, hopAt(9, 12)])).toBe(unsteadiness(steady))
  })

  it('makes the same miss say less against an unsteady owner, and nearness less for them', () => {
    const place = enrolPlace(oneReading, hopAt(0), 25)
    const ratio = (seen: number, unsteady?: number): number =>
      strangerRatio(oneReading, unsteady === undefined ? place : { ...place, unsteadiness: unsteady }, hopAt(seen), 25)
    expect(ratio(3)).toBe(ratio(3, 1))
    expect(ratio(3, 2)).toBeLessThan(ratio(3))
    expect(ratio(3, 0.5)).toBeGreaterThan(ratio(3))
    expect(ratio(0, 2)).toBeGreaterThan(ratio(0))
    expect(ratio(0, 0.5)).toBeLessThan(ratio(0))
    // And what a ratio is made of adds up to it.
    const unsteady = { ...place, unsteadiness: 2 }
    expect(strangerParts(oneReading, unsteady, placeOf(oneReading, hopAt(3)), 25)[0]).toBeCloseTo(ratio(3, 2), 9)
  })
})
