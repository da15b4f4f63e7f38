// The sequence encoder while it is being learnt: its weights as variables of TensorFlow.js, from chance or from an encoder, and back to
// plain data.

import type { Rank, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { TensorFlow } from '../networks/backend.ts'
import type { GruWeights } from '../networks/gru-weights.ts'
import { normals } from '../random.ts'
import { checkEncoderWeights, encoderVersion, type EncoderWeights } from './encoder.ts'
import { encoderInputs } from './inputs.ts'
import type { RecurrentWeights } from './recurrent-layer.ts'

const firstSharpness = 10

/** A network while it is being learnt. */
export interface Network {
  readonly layers: readonly [LayerVariables, LayerVariables]
  /** `(4 units) × size`. */
  readonly kernel: Variable<Rank.R2>
  /** `1 × size`. */
  readonly bias: Variable<Rank.R2>
  /** Cosines are multiplied by this before the soft-max. */
  readonly sharpness: Variable<Rank.R0>
}

export type LayerVariables = { readonly [name in keyof RecurrentWeights]: Variable<Rank.R2> }

/** Weights drawn at random, in variables of `tf`. */
export function newNetwork(tf: TensorFlow, units: number, size: number, random: () => number): Network {
  const normal = normals(random)
  const matrix = (rows: number, columns: number, fanIn: number): Variable<Rank.R2> =>
    matrixOf(
      tf,
      Float32Array.from({ length: rows * columns }, () => normal() / Math.sqrt(3 * fanIn)),
      columns
    )
  const inputs = encoderInputs + 1
  const layer = (): LayerVariables => ({
    update: matrix(inputs + units, units, units),
    reset: matrix(inputs + units, units, units),
    candidate: matrix(inputs, units, units),
    recalled: matrix(units, units, units),
    recalledBias: matrix(1, units, units)
  })
  return {
    layers: [layer(), layer()],
    kernel: matrix(4 * units, size, 4 * units),
    bias: matrix(1, size, 4 * units),
    sharpness: variableOf(tf, () => tf.scalar(firstSharpness))
  }
}

export const layerNames = ['update', 'reset', 'candidate', 'recalled', 'recalledBias'] as const

/** In one fixed order, which that of the gradients follows. */
export function variablesOf({ layers, kernel, bias, sharpness }: Network): Variable[] {
  return [...layers.flatMap((layer) => layerNames.map((name) => layer[name])), kernel, bias, sharpness]
}

/** The variables of an encoder that was learnt before. Throws `population_invalid` when its weights do not fit together. */
export function networkOf(tf: TensorFlow, weights: EncoderWeights): Network {
  checkEncoderWeights(weights)
  const { forward, backward, kernel, bias } = weights
  return {
    layers: [layerOf(tf, forward), layerOf(tf, backward)],
    kernel: matrixOf(tf, kernel, bias.length),
    bias: matrixOf(tf, bias, bias.length),
    sharpness: variableOf(tf, () => tf.scalar(firstSharpness))
  }
}

function matrixOf(tf: TensorFlow, values: Float32Array, columns: number): Variable<Rank.R2> {
  return variableOf(tf, () => tf.tensor2d(values, [values.length / columns, columns]))
}

/** The tensor that a variable starts from is another one, and nobody else would dispose of it. */
function variableOf<R extends Rank>(tf: TensorFlow, first: () => Tensor<R>): Variable<R> {
  return tf.tidy(() => tf.variable<R>(first()))
}

function layerOf(tf: TensorFlow, { units, kernel, bias, recurrent, recurrentBias }: GruWeights): LayerVariables {
  const gate = (which: number, ...parts: Float32Array[]): Variable<Rank.R2> =>
    matrixOf(tf, columnsOf(inOne(parts), units, which), units)
  return {
    update: gate(0, kernel, bias, recurrent),
    reset: gate(1, kernel, bias, recurrent),
    candidate: gate(2, kernel, bias),
    recalled: gate(2, recurrent),
    recalledBias: matrixOf(tf, recurrentBias, units)
  }
}

/** Of rows of three gates side by side, one gate. */
function columnsOf(rows: Float32Array, units: number, gate: number): Float32Array {
  const own = new Float32Array(rows.length / 3)
  for (let row = 0; row * units < own.length; row++) {
    own.set(rows.subarray((row * 3 + gate) * units, (row * 3 + gate + 1) * units), row * units)
  }
  return own
}

function inOne(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

/** As plain data, for `createEncoder`. */
export function exported({ layers, kernel, bias }: Network): EncoderWeights {
  const [forward, backward] = layers.map(exportedLayer)
  return {
    version: encoderVersion,
    forward: forward!,
    backward: backward!,
    kernel: Float32Array.from(kernel.dataSync()),
    bias: Float32Array.from(bias.dataSync())
  }
}

/** Rows of input, then the bias, then rows of state; gates side by side. */
function exportedLayer(layer: LayerVariables): GruWeights {
  const units = layer.update.shape[1]
  const rows = encoderInputs + 1
  const [update, reset, candidate, recalled] = [layer.update, layer.reset, layer.candidate, layer.recalled].map(
    (variable) => variable.dataSync() as Float32Array
  )
  const gates = [update!, reset!, candidate!]
  const sideBySide = (parts: readonly Float32Array[], from: number, count: number): Float32Array => {
    const joined = new Float32Array(count * 3 * units)
    for (let row = 0; row < count; row++) {
      parts.forEach((part, gate) => {
        joined.set(part.subarray((from + row) * units, (from + row + 1) * units), (row * 3 + gate) * units)
      })
    }
    return joined
  }
  const shifted = new Float32Array((rows + units) * units)
  shifted.set(recalled!, rows * units)
  return {
    inputs: encoderInputs,
    units,
    kernel: sideBySide(gates, 0, encoderInputs),
    bias: sideBySide(gates, encoderInputs, 1),
    recurrent: sideBySide([update!, reset!, shifted], rows, units),
    recurrentBias: Float32Array.from(layer.recalledBias.dataSync())
  }
}
