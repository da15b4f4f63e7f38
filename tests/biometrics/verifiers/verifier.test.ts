// Where the population's verifier believes a person to be.

import { describe, expect, it } from 'vitest'
import { drawnTowards, enrolPlace, type Place, type VerifierModel } from '../../../src/biometrics/verifiers/verifier.ts'
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
