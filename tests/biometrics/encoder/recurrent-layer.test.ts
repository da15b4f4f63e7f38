// The recurrent layer that learns: it reads as the one that judges does, and its gradient is that of what it computes.

import type { Tensor2D } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encoderInputs } from '../../../src/biometrics/encoder/inputs.ts'
import {
  readSteps,
  recurrentGradients,
  type RecurrentWeights
} from '../../../src/biometrics/encoder/recurrent-layer.ts'
import { exported, newNetwork, variablesOf, type Network } from '../../../src/biometrics/encoder/network.ts'
import { startTensorFlow, type TensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { createGru } from '../../../src/biometrics/networks/gru.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'

let tf: TensorFlow

beforeAll(async () => {
  tf = await startTensorFlow()
})

describe('a recurrent layer that learns', () => {
  let network: Network

  beforeAll(() => {
    network = newNetwork(tf, 16, 4, seededRandom(3))
  })

  afterAll(() => tf.dispose(variablesOf(network)))

  it.each([
    ['one keystroke', 1],
    ['as many as an embedding has', 50],
    ['a thousand', 1000]
  ])('has the states of the layer that judges, after %s', (_, steps) => {
    const values = drawn(steps * encoderInputs, 5)
    const rows = Array.from({ length: steps }, (__, t) => [
      ...values.subarray(t * encoderInputs, (t + 1) * encoderInputs),
      1
    ])
    const { forward, backward } = exported(network)
    ;[forward, backward].forEach((weights, which) => {
      const inOrder = which === 0 ? rows : rows.toReversed()
      const learning = tf.tidy(() =>
        readSteps(
          tf,
          network.layers[which]!,
          inOrder.map((row) => tf.tensor2d([row]))
        ).states.map((state) => state.dataSync<'float32'>())
      )
      const judging = new Float32Array(steps * 16)
      createGru(weights).run(values, steps, judging, which === 1)
      let furthest = 0
      learning.forEach((state, t) => {
        const at = which === 0 ? t : steps - 1 - t
        state.forEach((value, unit) => {
          furthest = Math.max(furthest, Math.abs(value - judging[at * 16 + unit]!))
        })
      })
      expect(furthest).toBeLessThan(1e-5)
    })
  })
})

describe('the gradient of a recurrent layer', () => {
  const [inputs, units, batch, steps] = [2, 3, 2, 4]
  const shapes = {
    update: [inputs + 1 + units, units],
    reset: [inputs + 1 + units, units],
    candidate: [inputs + 1, units],
    recalled: [units, units],
    recalledBias: [1, units]
  } as const
  const names = Object.keys(shapes) as (keyof typeof shapes)[]
  const values = Object.fromEntries(
    names.map((name, i) => [name, drawn(shapes[name][0] * shapes[name][1], 20 + i)])
  ) as Record<keyof typeof shapes, Float32Array>
  const read = Array.from({ length: steps }, (_, t) =>
    drawn(batch * (inputs + 1), 30 + t).map((value, i) => (i % (inputs + 1) === inputs ? 1 : value))
  )
  /** How much each number of each state counts: every state is asked for, not the last alone. */
  const pulls = Array.from({ length: steps }, (_, t) => drawn(batch * units, 40 + t))

  it.each(names)('is that of differences: %s', (name) => {
    const slopes = tf.tidy(() => {
      const weights = tensors(values)
      const gradients = recurrentGradients(tf, weights, readSteps(tf, weights, inputTensors()), (t) =>
        tf.tensor2d(pulls[t]!, [batch, units])
      )
      return gradients[name].dataSync<'float32'>()
    })
    expect(slopes).toHaveLength(values[name].length)
    expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.1)
    slopes.forEach((slope, at) => {
      const step = 0.01
      const [above, below] = [step, -step].map((by) => {
        const moved = values[name].map((value, i) => (i === at ? value + by : value))
        return weighedStates({ ...values, [name]: moved })
      })
      expect(Math.abs(slope - (above! - below!) / (2 * step))).toBeLessThan(2e-3)
    })
  })

  it('keeps nothing of the steps that it went back through', () => {
    const kept = [2, steps].map((count) =>
      tf.tidy(() => {
        const weights = tensors(values)
        const reading = readSteps(tf, weights, inputTensors().slice(0, count))
        const before = tf.memory().numTensors
        recurrentGradients(tf, weights, reading, (t) => tf.tensor2d(pulls[t]!, [batch, units]))
        return tf.memory().numTensors - before
      })
    )
    expect(kept[1]).toBe(kept[0])
  })

  function weighedStates(weights: Record<keyof typeof shapes, Float32Array>): number {
    const states = tf.tidy(() =>
      readSteps(tf, tensors(weights), inputTensors()).states.map((state) => state.dataSync<'float32'>())
    )
    let sum = 0
    states.forEach((state, t) => state.forEach((value, i) => (sum += value * pulls[t]![i]!)))
    return sum
  }

  function tensors(weights: Record<keyof typeof shapes, Float32Array>): RecurrentWeights {
    return Object.fromEntries(
      names.map((name) => [name, tf.tensor2d(weights[name], [...shapes[name]])])
    ) as unknown as RecurrentWeights
  }

  function inputTensors(): Tensor2D[] {
    return read.map((row) => tf.tensor2d(row, [batch, inputs + 1]))
  }
})

function drawn(length: number, seed: number): Float32Array {
  const draw = normals(seededRandom(seed))
  return Float32Array.from({ length }, draw)
}
