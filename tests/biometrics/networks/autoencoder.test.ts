// The autoencoder of a population: the same for a seed, scored by typed arrays as TensorFlow.js would, refused when it is corrupt.

import type { Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodePopulation, encodePopulation } from '../../../src/biometrics/index.ts'
import { autoencoder } from '../../../src/biometrics/detectors/autoencoder.ts'
import {
  autoencoderInput,
  autoencoderReadings,
  codeUnits,
  type AutoencoderWeights
} from '../../../src/biometrics/networks/autoencoder-weights.ts'
import { startTensorFlow, type TensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { dense, type DenseLayer } from '../../../src/biometrics/networks/dense.ts'
import { trainAutoencoder } from '../../../src/biometrics/networks/train-autoencoder.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'
import { inventedDay, inventedPeople } from '../../support/invented.ts'

const { population, people } = inventedDay()
const rows = inventedPeople(31, 20).map(({ windows }) => windows.slice(3).map(({ features }) => features))
let tf: TensorFlow
let weights: AutoencoderWeights

beforeAll(async () => {
  tf = await startTensorFlow()
  weights = await trainAutoencoder(rows, population.scale, 5, { steps: 150 })
})

describe('a dense layer', () => {
  it.each(['linear', 'relu', 'tanh'] as const)('equals TensorFlow.js (%s)', (activation) => {
    const draw = normals(seededRandom(3))
    const layer = {
      kernel: Float32Array.from({ length: 40 * 24 }, draw),
      bias: Float32Array.from({ length: 24 }, draw)
    }
    const input = Float32Array.from({ length: 40 }, draw)
    expect(distance(dense(layer, input, activation), tensorFlowDense(layer, input, activation))).toBeLessThan(1e-5)
  })
})

describe('the autoencoder of a population', () => {
  it('reads a window as TensorFlow.js does', () => {
    for (const { features } of people[0].windows) {
      const input = autoencoderInput(weights, features)
      const hidden = tensorFlowDense(weights.encode, input, 'tanh')
      const code = tensorFlowDense(weights.code, hidden, 'linear')
      const rebuilt = tensorFlowDense(weights.output, tensorFlowDense(weights.decode, code, 'tanh'), 'linear')
      const readings = autoencoderReadings(weights, input)
      expect(distance(readings.subarray(0, codeUnits), code)).toBeLessThan(1e-5)
      rebuilt.forEach((value, at) => {
        const residual = readings[codeUnits + at]!
        if (input[40 + at] === 0) expect(residual).toBeNaN()
        else expect(Math.abs(residual - (input[at]! - value))).toBeLessThan(1e-5)
      })
    }
  })

  it('is the same for the same seed, another for another, and says how far it has come', async () => {
    const heard: number[] = []
    const again = await trainAutoencoder(rows, population.scale, 5, {
      steps: 150,
      progress: (done) => heard.push(done)
    })
    expect(again).toEqual(weights)
    expect(heard).toHaveLength(150)
    expect(heard.at(-1)).toBe(1)
    expect(heard.toSorted((a, b) => a - b)).toEqual(heard)
    expect(await trainAutoencoder(rows, population.scale, 6, { steps: 150 })).not.toEqual(weights)
  })

  it('rebuilds people better than their mean does', () => {
    let missed = 0
    let varied = 0
    for (const { windows } of people) {
      for (const { features } of windows.slice(3)) {
        const input = autoencoderInput(weights, features)
        const residuals = autoencoderReadings(weights, input).subarray(codeUnits)
        residuals.forEach((residual, at) => {
          if (Number.isNaN(residual)) return
          missed += residual ** 2
          varied += input[at]! ** 2
        })
      }
    }
    expect(missed).toBeLessThan(0.9 * varied)
  })

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors
    await trainAutoencoder(rows, population.scale, 7, { steps: 3, tensorFlow: tf })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('cannot be learnt from nobody', async () => {
    await expect(trainAutoencoder([[]], population.scale, 1)).rejects.toMatchObject({ code: 'population_invalid' })
  })

  it('is stored with the population, and refused when its parts do not fit together', () => {
    const { autoencoder: _, ...without } = population
    expect(decodePopulation(encodePopulation({ ...without, autoencoder: weights })).autoencoder).toEqual(weights)
    expect(decodePopulation(encodePopulation(without)).autoencoder).toBeUndefined()
    for (const wrong of [
      { centre: weights.centre.slice(1) },
      { within: new Float32Array(weights.within.length) },
      { encode: weights.code },
      { code: { ...weights.code, bias: weights.code.bias.map(() => Number.NaN) } },
      { extra: 1 }
    ]) {
      const bytes = encodePopulation({ ...without, autoencoder: { ...weights, ...wrong } })
      expect(() => decodePopulation(bytes)).toThrow(expect.objectContaining({ code: 'population_invalid' }) as Error)
    }
  })
})

describe('the autoencoder detector', () => {
  it('says nothing when the population has no network', () => {
    const { autoencoder: _, ...without } = population
    let state = autoencoder.init(without, seededRandom(1))
    for (const window of people[0].windows) state = autoencoder.learn(state, window)
    expect(autoencoder.score(state, people[0].windows[9]!)).toBeUndefined()
    expect(autoencoder.explain?.(state, people[0].windows[9]!)).toEqual([])
  })
})

function tensorFlowDense(layer: DenseLayer, input: Float32Array, activation: 'linear' | 'relu' | 'tanh'): Float32Array {
  return tf.tidy(() => {
    const kernel = tf.tensor2d(layer.kernel, [input.length, layer.bias.length])
    const linear = tf.add<Tensor2D>(tf.matMul(tf.tensor2d(input, [1, input.length]), kernel), tf.tensor1d(layer.bias))
    const values = activation === 'tanh' ? tf.tanh(linear) : activation === 'relu' ? tf.relu(linear) : linear
    return Float32Array.from(values.dataSync())
  })
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((furthest, value, i) => Math.max(furthest, Math.abs(value - b[i]!)), 0)
}
