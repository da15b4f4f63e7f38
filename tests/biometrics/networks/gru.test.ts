// The recurrent layer says what TensorFlow.js says, with WebAssembly and without.

import type { Rank, Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { startTensorFlow, type TensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { createGru, plainGru } from '../../../src/biometrics/networks/gru.ts'
import type { Gru, GruWeights } from '../../../src/biometrics/networks/gru-weights.ts'
import { wasmGru } from '../../../src/biometrics/networks/wasm-gru.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'

const close = 1e-5
let tf: TensorFlow

beforeAll(async () => {
  tf = await startTensorFlow()
})

const implementations: readonly (readonly [string, (weights: GruWeights) => Gru])[] = [
  ['chosen', createGru],
  ['plain', plainGru],
  ['WebAssembly', (weights) => wasmGru(weights)!],
  ['WebAssembly without fused arithmetic', (weights) => wasmGru(weights, [false])!]
]

describe.each(implementations)('a recurrent layer (%s)', (_, create) => {
  it.each([
    ['as the encoder has it', 11, 64, 50],
    ['as the floor has it', 8, 64, 20],
    ['of odd sizes', 3, 37, 9],
    ['of one unit', 1, 1, 5],
    ['over a long sequence', 11, 64, 1000]
  ])('equals TensorFlow.js in both directions, %s', (_case, inputs, units, steps) => {
    const weights = drawnWeights(inputs, units, 7)
    const values = drawn(steps * inputs, 1, 8)
    for (const reverse of [false, true]) {
      expect(
        distance(ran(create(weights), weights, values, reverse), tensorFlowGru(weights, values, reverse))
      ).toBeLessThan(close)
    }
  })

  it('equals TensorFlow.js for inputs far outside what people do', () => {
    const weights = drawnWeights(11, 64, 9)
    // Far beyond, sums of 32-bit numbers depend on their order by more than what is asked here.
    for (const size of [0, 1e-30, 10, 30]) {
      const values = drawn(40 * 11, 1, 10).map((value) => size * Math.sign(value))
      expect(
        distance(ran(create(weights), weights, values, false), tensorFlowGru(weights, values, false))
      ).toBeLessThan(close)
    }
  })

  it('stays within -1 and 1 whatever it reads', () => {
    const weights = drawnWeights(11, 64, 15)
    for (const size of [1e6, 1e30]) {
      const values = drawn(30 * 11, 1, 16).map((value) => size * value)
      const outputs = ran(create(weights), weights, values, false)
      expect(outputs.every((value) => Math.abs(value) <= 1)).toBe(true)
    }
  })

  it('starts every sequence anew', () => {
    const weights = drawnWeights(5, 8, 11)
    const gru = create(weights)
    const values = drawn(30 * 5, 1, 12)
    const first = ran(gru, weights, values, false)
    ran(gru, weights, drawn(70 * 5, 2, 13), true)
    expect(ran(gru, weights, values, false)).toEqual(first)
  })
})

describe('weights of a recurrent layer', () => {
  it('are refused with a coded error when they do not fit together', () => {
    const weights = drawnWeights(4, 8, 14)
    const refused = expect.objectContaining({ code: 'population_invalid' }) as unknown
    for (const wrong of [
      { bias: new Float32Array(8) },
      { units: 0 },
      { units: 1.5 },
      { kernel: weights.kernel.map(() => Number.NaN) },
      { inputs: 5 }
    ]) {
      expect(() => createGru({ ...weights, ...wrong })).toThrow(refused)
    }
  })
})

function ran(gru: Gru, { inputs, units }: GruWeights, values: Float32Array, reverse: boolean): Float32Array {
  const steps = values.length / inputs
  const outputs = new Float32Array(steps * units)
  gru.run(values, steps, outputs, reverse)
  return outputs
}

/** The same cell from operations of TensorFlow.js. */
function tensorFlowGru(weights: GruWeights, values: Float32Array, reverse: boolean): Float32Array {
  const { inputs, units } = weights
  const steps = values.length / inputs
  const outputs = new Float32Array(steps * units)
  const kernel = tf.tensor2d(weights.kernel, [inputs, 3 * units])
  const recurrent = tf.tensor2d(weights.recurrent, [units, 3 * units])
  const gate = (all: Tensor2D, n: number): Tensor2D => tf.slice(all, [0, n * units], [1, units])
  let state = tf.zeros<Rank.R2>([1, units])
  for (let step = 0; step < steps; step++) {
    const t = reverse ? steps - 1 - step : step
    state = tf.tidy(() => {
      const input = tf.tensor2d(values.slice(t * inputs, (t + 1) * inputs), [1, inputs])
      const fromInput = tf.add<Tensor2D>(tf.matMul(input, kernel), tf.tensor2d(weights.bias, [1, 3 * units]))
      const fromState = tf.matMul<Tensor2D>(state, recurrent)
      const z = tf.sigmoid(tf.add<Tensor2D>(gate(fromInput, 0), gate(fromState, 0)))
      const r = tf.sigmoid(tf.add<Tensor2D>(gate(fromInput, 1), gate(fromState, 1)))
      const recalled = tf.add(gate(fromState, 2), tf.tensor2d(weights.recurrentBias, [1, units]))
      const n = tf.tanh(tf.add<Tensor2D>(gate(fromInput, 2), tf.mul(r, recalled)))
      return tf.add<Tensor2D>(tf.mul(tf.sub(1, z), n), tf.mul(z, state))
    })
    outputs.set(state.dataSync(), t * units)
  }
  return outputs
}

function drawnWeights(inputs: number, units: number, seed: number): GruWeights {
  return {
    inputs,
    units,
    kernel: drawn(inputs * 3 * units, 0.4, seed),
    recurrent: drawn(units * 3 * units, 1 / Math.sqrt(units), seed + 100),
    bias: drawn(3 * units, 0.3, seed + 200),
    recurrentBias: drawn(units, 0.3, seed + 300)
  }
}

function drawn(length: number, spread: number, seed: number): Float32Array {
  const draw = normals(seededRandom(seed))
  return Float32Array.from({ length }, () => spread * draw())
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((furthest, value, i) => Math.max(furthest, Math.abs(value - b[i]!)), 0)
}
