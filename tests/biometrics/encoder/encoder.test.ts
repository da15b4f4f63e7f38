// An embedding: the last fifty keystrokes as a point on a sphere, as TensorFlow.js would compute it; weights that do not fit are refused.

import type { Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createEncoder, type EncoderWeights } from '../../../src/biometrics/encoder/encoder.ts'
import { encoderInputs, writeInputs } from '../../../src/biometrics/encoder/inputs.ts'
import { readSteps } from '../../../src/biometrics/encoder/recurrent-layer.ts'
import { timesAt } from '../../../src/biometrics/encoder/sequence.ts'
import { exported, newNetwork } from '../../../src/biometrics/encoder/network.ts'
import { sliceSequence, type TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import { startTensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { drawnEncoder, drawnSequence } from './material.ts'

let weights: EncoderWeights

beforeAll(async () => {
  weights = await drawnEncoder(3)
})

describe('an embedding', () => {
  it.each([10, 49, 50, 300])('of %i keystrokes is what TensorFlow.js computes', async (length) => {
    const tf = await startTensorFlow()
    const network = newNetwork(tf, 16, 12, seededRandom(8))
    const sequence = drawnSequence(length, 4)
    const learnt = tf.tidy(() => {
      const inputs = lastInputs(sequence).map((row) => tf.tensor2d([row]))
      const states = network.layers.map((layer, which) =>
        tf.concat(readSteps(tf, layer, which === 0 ? inputs : inputs.toReversed()).states as Tensor2D[], 0)
      )
      const moments = states.map((all) => tf.moments(all, 0))
      const pooled = tf.concat([
        ...moments.map(({ mean }) => mean),
        ...moments.map(({ variance }) => tf.sqrt(tf.maximum(variance, 1e-6)))
      ])
      const point = tf.add(tf.matMul(tf.reshape(pooled, [1, 64]), network.kernel), network.bias)
      return tf.div(point, tf.norm(point)).dataSync<'float32'>()
    })
    const judged = createEncoder(exported(network)).embed(sequence)!
    expect(judged).toHaveLength(12)
    learnt.forEach((value, d) => {
      expect(Math.abs(value - judged[d]!)).toBeLessThan(1e-5)
    })
  })

  it('has unit length, and depends on nothing before the last fifty keystrokes', () => {
    const { embed, size } = createEncoder(weights)
    const long = drawnSequence(120, 5)
    const embedding = embed(long)!
    expect(embedding).toHaveLength(size)
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 6)
    expect(embed(sliceSequence(long, 70, 120))).toEqual(embedding)
    expect(embed(sliceSequence(long, 71, 120))).not.toEqual(embedding)
  })

  it('is not made of fewer than ten keystrokes', () => {
    const { embed } = createEncoder(weights)
    expect(embed(drawnSequence(9, 6))).toBeUndefined()
    expect(embed(drawnSequence(10, 6))).toBeDefined()
  })

  it('depends on the order of keystrokes', () => {
    const { embed } = createEncoder(weights)
    const sequence = drawnSequence(50, 7)
    const rows = Array.from({ length: 50 }, (_, row) => [...sequence.values.subarray(5 * row, 5 * row + 5)])
    const backwards = { length: 50, values: Float32Array.from(rows.toReversed().flat()) }
    expect(embed(backwards)).not.toEqual(embed(sequence))
  })
})

describe('weights of an encoder', () => {
  it('are refused with a coded error when they do not fit together', () => {
    for (const wrong of [
      { version: 2 },
      { backward: { ...weights.backward, inputs: 5 } },
      { forward: { ...weights.forward, recurrent: weights.forward.recurrent.slice(1) } },
      { kernel: weights.kernel.slice(1) },
      { bias: new Float32Array(0), kernel: new Float32Array(0) },
      { bias: weights.bias.map(() => Number.NaN) }
    ]) {
      expect(() => createEncoder({ ...weights, ...wrong })).toThrow(
        expect.objectContaining({ code: 'population_invalid' }) as Error
      )
    }
  })

  it('are refused when the two layers differ in size', async () => {
    const { backward } = await drawnEncoder(3, 9)
    expect(() => createEncoder({ ...weights, backward })).toThrow(
      expect.objectContaining({ code: 'population_invalid' }) as Error
    )
  })
})

/** What the network is shown of a sequence, with the 1 of the bias. */
function lastInputs(sequence: TimingSequence): number[][] {
  const length = Math.min(sequence.length, 50)
  return Array.from({ length }, (_, step) => {
    const row = new Float32Array(encoderInputs)
    writeInputs(timesAt(sequence, sequence.length - length + step), row, 0)
    return [...row, 1]
  })
}
