// The sequence encoder: the last fifty keystrokes to a point on a sphere, near the other points of the same person. Learnt on the population,
// so that a new person needs no training of a network. Two gated recurrent layers, one reading backwards, mean and deviation of their
// states over time, one linear layer (the generalised end-to-end loss that it is learnt with: Wan et al., ICASSP 2018, equations 5 to 9).

import { VigilError } from '../../errors.ts'
import type { TimingSequence } from '../features/timing-sequence.ts'
import { checkGruWeights, createGru } from '../networks/gru.ts'
import type { GruWeights } from '../networks/gru-weights.ts'
import { encoderInputs, writeInputs } from './inputs.ts'
import { timesAt } from './sequence.ts'

/** Plain data. */
export interface EncoderWeights {
  readonly version: number
  readonly forward: GruWeights
  readonly backward: GruWeights
  /** `(4 units) × size`, row-major: rows are means forward, means backward, deviations forward, deviations backward. */
  readonly kernel: Float32Array
  /** `size`. */
  readonly bias: Float32Array
}

export const encoderVersion = 1
/** Keystrokes that an embedding looks at. */
export const encoderKeystrokes = 50
/** Fewer than this say nothing. */
export const fewestEncoded = 10

export interface Encoder {
  /** Length of an embedding. */
  readonly size: number
  /** Embedding of unit length of the last fifty keystrokes of a sequence; undefined below ten. */
  embed(sequence: TimingSequence): Float32Array | undefined
}

/** Throws `population_invalid` when the weights do not fit together. */
export function createEncoder(weights: EncoderWeights): Encoder {
  checkEncoderWeights(weights)
  const { kernel, bias } = weights
  const size = bias.length
  const { units } = weights.forward
  const layers = [createGru(weights.forward), createGru(weights.backward)]
  const inputs = new Float32Array(encoderKeystrokes * encoderInputs)
  const states = new Float32Array(encoderKeystrokes * units)
  const pooled = new Float64Array(4 * units)
  const sums = new Float64Array(size)
  return {
    size,
    embed(sequence) {
      const steps = Math.min(sequence.length, encoderKeystrokes)
      if (steps < fewestEncoded) return undefined
      inputs.fill(0)
      for (let step = 0; step < steps; step++) {
        writeInputs(timesAt(sequence, sequence.length - steps + step), inputs, step * encoderInputs)
      }
      layers.forEach((layer, which) => {
        layer.run(inputs, steps, states, which === 1)
        pool(states, steps, units, pooled, which * units)
      })
      sums.set(bias)
      for (let i = 0, at = 0; i < pooled.length; i++) {
        const value = pooled[i]!
        for (let d = 0; d < size; d++, at++) sums[d]! += value * kernel[at]!
      }
      const embedding = Float32Array.from(sums)
      let squares = 0
      for (const sum of sums) squares += sum * sum
      const length = Math.sqrt(squares)
      if (!(length > 1e-9)) return undefined
      for (let d = 0; d < size; d++) embedding[d]! /= length
      return embedding
    }
  }
}

/** Variance below this counts as this, in learning and in use. */
export const leastVariance = 1e-6

function pool(states: Float32Array, steps: number, units: number, pooled: Float64Array, at: number): void {
  for (let unit = 0; unit < units; unit++) {
    let sum = 0
    let squares = 0
    for (let step = 0; step < steps; step++) {
      const state = states[step * units + unit]!
      sum += state
      squares += state * state
    }
    const mean = sum / steps
    pooled[at + unit] = mean
    pooled[2 * units + at + unit] = Math.sqrt(Math.max(squares / steps - mean * mean, leastVariance))
  }
}

export function checkEncoderWeights({ version, forward, backward, kernel, bias }: EncoderWeights): void {
  checkGruWeights(forward)
  checkGruWeights(backward)
  const { units } = forward
  const fits =
    version === encoderVersion &&
    forward.inputs === encoderInputs &&
    backward.inputs === encoderInputs &&
    backward.units === units &&
    bias.length >= 1 &&
    bias.length <= 1024 &&
    kernel.length === 4 * units * bias.length
  if (!fits || ![kernel, bias].every((values) => values.every(Number.isFinite))) {
    throw new VigilError('population_invalid', `population: expected a sequence encoder of version ${encoderVersion}`)
  }
}
