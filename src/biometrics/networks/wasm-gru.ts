// The recurrent layer as a WebAssembly kernel with vectors of four floats, written for the layer's own sizes when it is created.

import type { Gru, GruWeights } from './gru-weights.ts'
import {
  add,
  addAddresses,
  addIntegers,
  advance,
  advanceBy,
  code,
  divide,
  fusedMultiplyAdd,
  get,
  integer,
  load,
  loadSplat,
  maximum,
  minimum,
  multiply,
  negate,
  repeatUntil,
  set,
  shiftLeft,
  store,
  subtract,
  wasmModule,
  type Code
} from './wasm-module.ts'

/** Undefined where WebAssembly or its vectors are missing. `fused`: multiply and add with one rounding or two, the first that runs here. */
export function wasmGru(weights: GruWeights, fused: readonly boolean[] = [true, false]): Gru | undefined {
  const layout = layoutOf(weights)
  const bytes = fused.map((once) => moduleFor(layout, once)).find((module) => WebAssembly.validate(module))
  if (bytes === undefined) return undefined
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const kernel = exports as unknown as Kernel
  const memory = new Float32Array(kernel.memory.buffer)
  place(memory, layout, weights)
  const { inputs, units } = weights
  const { padded } = layout
  const first = layout.outputs / 4
  const at = layout.inputs / 4
  return {
    run(values, steps, outputs, reverse) {
      memory.fill(0, layout.zero / 4, layout.zero / 4 + padded)
      for (let done = 0; done < steps; done += stepsAtOnce) {
        const count = Math.min(stepsAtOnce, steps - done)
        const from = reverse ? steps - done - count : done
        memory.set(values.subarray(from * inputs, (from + count) * inputs), at)
        const direction = reverse ? -1 : 1
        const start = reverse ? count - 1 : 0
        kernel.run(
          layout.inputs + 4 * start * inputs,
          layout.outputs + 4 * start * padded,
          layout.outputs + 4 * (reverse ? -1 : count) * padded,
          4 * direction * inputs,
          4 * direction * padded
        )
        // Rows without padding lie as the caller wants them.
        if (padded === units) outputs.set(memory.subarray(first, first + count * units), from * units)
        else {
          for (let row = 0; row < count; row++) {
            const state = first + row * padded
            outputs.set(memory.subarray(state, state + units), (from + row) * units)
          }
        }
        // The next steps go on from here.
        const last = first + (reverse ? 0 : count - 1) * padded
        memory.copyWithin(layout.zero / 4, last, last + padded)
      }
    }
  }
}

interface Kernel {
  readonly memory: WebAssembly.Memory
  /** Addresses of the first input, of the first output and of the end of outputs; bytes from one step to the next. */
  run(input: number, output: number, end: number, inputStride: number, outputStride: number): void
}

const stepsAtOnce = 64
const bytesPerPage = 65_536
/** Columns that are summed at once: eight vectors, as many as fit the registers beside what they need. */
const columnsAtOnce = 32

/** Where everything stands in memory, in bytes. */
interface Layout {
  readonly rows: number
  readonly inputRows: number
  /** Units, rounded up to whole vectors. */
  readonly padded: number
  /** The state before the first step. */
  readonly zero: number
  /** One block of weights after another: all rows of up to `columnsAtOnce` columns of one gate. */
  readonly kernel: number
  readonly recurrent: number
  readonly bias: number
  readonly recurrentBias: number
  /** Sums before the gates: z, r, n from the input, n from the state. */
  readonly sums: number
  readonly constants: number
  readonly inputs: number
  /** One spare row on either side, so that the end of a reversed run has an address. */
  readonly outputs: number
  readonly pages: number
}

function layoutOf({ inputs, units }: GruWeights): Layout {
  const padded = Math.ceil(units / 4) * 4
  let next = 16
  const reserve = (floatsWanted: number): number => {
    const address = next
    next += Math.ceil(floatsWanted / 4) * 16
    return address
  }
  const zero = reserve(padded)
  const kernel = reserve(inputs * 3 * padded)
  const recurrent = reserve(units * 3 * padded)
  const bias = reserve(3 * padded)
  const recurrentBias = reserve(padded)
  const sums = reserve(4 * padded)
  const constants = reserve(4 * constantNames.length)
  const input = reserve(stepsAtOnce * inputs)
  const outputs = reserve((stepsAtOnce + 2) * padded) + 4 * padded
  const pages = Math.ceil(next / bytesPerPage)
  return {
    rows: units,
    inputRows: inputs,
    padded,
    zero,
    kernel,
    recurrent,
    bias,
    recurrentBias,
    sums,
    constants,
    inputs: input,
    outputs,
    pages
  }
}

function place(memory: Float32Array, layout: Layout, weights: GruWeights): void {
  const { units } = weights
  const { padded } = layout
  const matrix = (address: number, values: Float32Array, rows: number): void => {
    for (let gate = 0; gate < 3; gate++) {
      for (const { from, width } of blocksOf(padded)) {
        const block = address / 4 + (gate * padded + from) * rows
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < Math.min(width, units - from); column++) {
            memory[block + row * width + column] = values[row * 3 * units + gate * units + from + column]!
          }
        }
      }
    }
  }
  matrix(layout.kernel, weights.kernel, weights.inputs)
  matrix(layout.recurrent, weights.recurrent, units)
  for (let gate = 0; gate < 3; gate++) {
    memory.set(weights.bias.subarray(gate * units, (gate + 1) * units), layout.bias / 4 + gate * padded)
  }
  memory.set(weights.recurrentBias, layout.recurrentBias / 4)
  constantNames.forEach((name, i) => {
    const at = layout.constants / 4 + 4 * i
    memory.fill(gateConstants[name], at, at + 4)
  })
}

interface Block {
  /** Columns of one gate. */
  readonly from: number
  readonly width: number
}

function blocksOf(padded: number): Block[] {
  return Array.from({ length: Math.ceil(padded / columnsAtOnce) }, (_, i) => ({
    from: i * columnsAtOnce,
    width: Math.min(columnsAtOnce, padded - i * columnsAtOnce)
  }))
}

// Locals of the kernel: five parameters, three integers, then vectors.
const [input, output, outputEnd, inputStride, outputStride, state, weight, vector] = [0, 1, 2, 3, 4, 5, 6, 7] as const
const spread = 8
const sum = (n: number): number => 9 + n
const [gateN, exponent, rest, whole] = [17, 18, 19, 20] as const

function moduleFor(layout: Layout, fused: boolean): Uint8Array<ArrayBuffer> {
  const { padded } = layout
  const bytes = 4 * padded
  const { sigmoid, tanh } = gateFunctions(layout.constants, fused)

  /** Adds rows of one block, each times one number of the vector, to the sums. */
  function accumulate(from: Code, rows: number, address: number, width: number): Code {
    const row = (n: number): Code => code(get(vector), loadSplat(4 * n), set(spread), ...range(width / 4).map(addTo(n)))
    const addTo = (n: number) => (v: number) => {
      const weights = code(get(weight), load(4 * width * n + 16 * v))
      const added = fused
        ? code(get(spread), weights, get(sum(v)), fusedMultiplyAdd)
        : code(get(sum(v)), get(spread), weights, multiply, add)
      return code(added, set(sum(v)))
    }
    const together = 4
    const looped = Math.floor(rows / together) * together
    const next = code(advance(vector, 4 * together), advance(weight, 4 * width * together))
    const loop = repeatUntil(weight, integer(address + 4 * width * looped), code(...range(together).map(row), next))
    return code(
      code(from, set(vector)),
      code(integer(address), set(weight)),
      looped === 0 ? [] : loop,
      ...range(rows - looped).map(row)
    )
  }

  const begin = (address: number, width: number): Code =>
    code(...range(width / 4).map((v) => code(integer(0), load(address + 16 * v), set(sum(v)))))
  const finish = (address: number, width: number): Code =>
    code(...range(width / 4).map((v) => code(integer(0), get(sum(v)), store(address + 16 * v))))

  function sumsOf(gate: number, { from, width }: Block): Code {
    const column = gate * padded + from
    const fromInput = accumulate(get(input), layout.inputRows, layout.kernel + 4 * column * layout.inputRows, width)
    const fromState = accumulate(get(state), layout.rows, layout.recurrent + 4 * column * layout.rows, width)
    const target = layout.sums + 4 * column
    const withBias = begin(layout.bias + 4 * column, width)
    if (gate < 2) return code(withBias, fromInput, fromState, finish(target, width))
    // The reset gate scales what n takes from the state, so that part of n is kept apart.
    const recalled = code(begin(layout.recurrentBias + 4 * from, width), fromState, finish(target + bytes, width))
    return code(withBias, fromInput, finish(target, width), recalled)
  }

  const sums = [0, 1, 2].map((gate) => code(...blocksOf(padded).map((block) => sumsOf(gate, block))))
  const sumAt = (part: number): Code => code(get(weight), load(layout.sums + part * bytes))
  const eachVector = (length: number, body: Code): Code =>
    code(integer(0), set(weight), repeatUntil(weight, integer(length), code(body, advance(weight, 16))))
  // Two loops, so that no turn waits for another: n needs r, and a processor looks ahead only so far.
  const sigmoids = eachVector(2 * bytes, code(get(weight), sumAt(0), sigmoid, store(layout.sums)))
  const stateAt = code(get(state), get(weight), addAddresses, load(0))
  // h' = n + z (h − n)
  const mixed = code(get(gateN), sumAt(0), stateAt, get(gateN), subtract, multiply, add)
  const states = eachVector(
    bytes,
    code(
      code(sumAt(2), sumAt(1), sumAt(3), multiply, add, tanh, set(gateN)),
      code(get(output), get(weight), addAddresses, mixed, store(0))
    )
  )
  const step = code(
    ...sums,
    sigmoids,
    states,
    code(get(output), set(state)),
    advanceBy(input, inputStride),
    advanceBy(output, outputStride)
  )
  const body = code(integer(layout.zero), set(state), repeatUntil(output, get(outputEnd), step))
  return wasmModule(layout.pages, [{ name: 'run', parameters: 5, integers: 3, vectors: 13, body }])
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

/**
 * Constants of the gates stand in memory, four times each: the compiler of Node puts a constant of an instruction together anew at every
 * use, which made the gates as dear as the matrices.
 */
const gateConstants = {
  one: 1,
  two: 2,
  /** Beyond, the gates have long been 0 or 1. */
  most: 87,
  least: -87,
  log2e: Math.LOG2E,
  /** 1.5 · 2^23: a number that is added to it is rounded to an integer, which then stands in the lowest bits. */
  rounder: 12_582_912,
  /** −ln 2 in two parts, of which the first has room for every integer. */
  coarse: -0.693359375,
  fine: 2.1219444e-4,
  c6: 1.98756915e-4,
  c5: 1.3981999507e-3,
  c4: 8.3334519073e-3,
  c3: 4.1665795894e-2,
  c2: 1.6666665459e-1,
  c1: 5.0000001201e-1
} as const
const constantNames = Object.keys(gateConstants) as (keyof typeof gateConstants)[]

/**
 * The functions of the gates, applied to the vector on the stack. e^x has an error of two units in the last place: x = n ln 2 + rest, a
 * polynomial for e^rest (Moshier, Cephes `expf`), and n added to the exponent's bits of the result.
 */
function gateFunctions(address: number, fused: boolean): { readonly sigmoid: Code; readonly tanh: Code } {
  const constant = (name: keyof typeof gateConstants): Code =>
    code(integer(0), load(address + 16 * constantNames.indexOf(name)))
  const [one, two] = [constant('one'), constant('two')]
  const timesPlus = (factor: Code, term: Code): Code =>
    fused ? code(factor, term, fusedMultiplyAdd) : code(factor, multiply, term, add)
  const coefficients = [...(['c5', 'c4', 'c3', 'c2', 'c1'] as const).map(constant), one, one]
  const exponential = code(
    code(constant('least'), maximum, constant('most'), minimum, set(rest)),
    code(get(rest), timesPlus(constant('log2e'), constant('rounder')), set(exponent)),
    code(get(exponent), constant('rounder'), subtract, set(whole)),
    code(get(whole), timesPlus(constant('coarse'), get(rest)), set(rest)),
    code(get(whole), timesPlus(constant('fine'), get(rest)), set(rest)),
    code(constant('c6'), ...coefficients.map((coefficient) => timesPlus(get(rest), coefficient))),
    code(get(exponent), integer(23), shiftLeft, addIntegers)
  )
  return {
    // 1 / (1 + e^−x)
    sigmoid: code(negate, exponential, one, add, set(rest), one, get(rest), divide),
    // 1 − 2 / (1 + e^2x)
    tanh: code(code(two, multiply, exponential, one, add, set(rest)), code(one, two, get(rest), divide, subtract))
  }
}
