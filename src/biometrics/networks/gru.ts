// Forward pass of a gated recurrent unit (Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", EMNLP 2014) in the
// variant "reset after" that cuDNN and Keras compute. WebAssembly does it where it can, plain typed arrays where it cannot.

import { VigilError } from '../../errors.ts'
import type { Gru, GruWeights } from './gru-weights.ts'
import { wasmGru } from './wasm-gru.ts'

/** z = σ(Wz x + Uz h + bz), r = σ(Wr x + Ur h + br), n = tanh(Wn x + bn + r (Un h + cn)), h' = (1 − z) n + z h. */
export function createGru(weights: GruWeights): Gru {
  checkGruWeights(weights)
  return wasmGru(weights) ?? plainGru(weights)
}

/** Throws `population_invalid` when the sizes do not fit together or a number is not finite. */
export function checkGruWeights(weights: GruWeights): void {
  const { inputs, units, kernel, recurrent, bias, recurrentBias } = weights
  const whole = [inputs, units].every((size) => Number.isInteger(size) && size >= 1 && size <= mostUnits)
  const fits =
    whole &&
    kernel.length === inputs * 3 * units &&
    recurrent.length === units * 3 * units &&
    bias.length === 3 * units &&
    recurrentBias.length === units
  if (!fits || ![kernel, recurrent, bias, recurrentBias].every((values) => values.every(Number.isFinite))) {
    throw new VigilError('population_invalid', 'weights of a recurrent layer that do not fit together')
  }
}

const mostUnits = 1024

/** The same in plain typed arrays. */
export function plainGru({ inputs, units, kernel, recurrent, bias, recurrentBias }: GruWeights): Gru {
  const columns = 3 * units
  // Turned so that the inner loops run along memory.
  const fromInput = transposed(kernel, inputs, columns)
  const fromState = transposed(recurrent, units, columns)
  const state = new Float32Array(units)
  const projected = new Float32Array(columns)
  const recalled = new Float32Array(columns)
  return {
    run(values, steps, outputs, reverse) {
      state.fill(0)
      for (let step = 0; step < steps; step++) {
        const t = reverse ? steps - 1 - step : step
        for (let column = 0; column < columns; column++) {
          projected[column] = bias[column]! + dot(fromInput, column * inputs, values, t * inputs, inputs)
          recalled[column] = dot(fromState, column * units, state, 0, units)
        }
        for (let unit = 0; unit < units; unit++) {
          const z = sigmoid(projected[unit]! + recalled[unit]!)
          const r = sigmoid(projected[units + unit]! + recalled[units + unit]!)
          const n = Math.tanh(projected[2 * units + unit]! + r * (recalled[2 * units + unit]! + recurrentBias[unit]!))
          state[unit] = n + z * (state[unit]! - n)
        }
        outputs.set(state, t * units)
      }
    }
  }
}

/** Four sums at a time: one alone would wait for itself at every addition. */
function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let i = 0
  for (; i + 3 < length; i += 4) {
    first += a[fromA + i]! * b[fromB + i]!
    second += a[fromA + i + 1]! * b[fromB + i + 1]!
    third += a[fromA + i + 2]! * b[fromB + i + 2]!
    fourth += a[fromA + i + 3]! * b[fromB + i + 3]!
  }
  for (; i < length; i++) first += a[fromA + i]! * b[fromB + i]!
  return first + second + third + fourth
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!
  }
  return turned
}
