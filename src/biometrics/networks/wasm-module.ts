// A small assembler for WebAssembly (core specification 2.0, §5): numbers in, the bytes of a module out. It knows the few instructions
// that the networks need, so that their kernels stand in the source and no compiled file is in the repository.

/** Instructions in order, already encoded. */
export type Code = readonly number[]

export interface WasmFunction {
  readonly name: string
  /** The parameters are i32 and are the first locals; nothing is returned. */
  readonly parameters: number
  /** Further i32 locals, numbered after the parameters; then v128 locals. */
  readonly integers: number
  readonly vectors: number
  readonly body: Code
}

/** The bytes of a module that exports its functions and one memory called `memory`. */
export function wasmModule(pages: number, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vectorOf(Array.from({ length: parameters }, () => [i32])),
    0
  ])
  const exported = functions.map(({ name }, index) => [...nameOf(name), 0x00, ...unsigned(index)])
  const bodies = functions.map(({ integers: counters, vectors, body }) => {
    const locals = [
      [...unsigned(counters), i32],
      [...unsigned(vectors), v128]
    ]
    return sized([...vectorOf(locals), ...body, end])
  })
  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return Uint8Array.from(
    code(
      magicAndVersion,
      section(1, vectorOf(types)),
      section(3, vectorOf(functions.map((_, index) => unsigned(index)))),
      section(5, vectorOf([[0x00, ...unsigned(pages)]])),
      section(7, vectorOf([...exported, [...nameOf('memory'), 0x02, 0x00]])),
      section(10, vectorOf(bodies))
    )
  )
}

/** Instructions one after another. */
export const code = (...parts: readonly Code[]): Code => parts.flat()

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const integer = (value: number): Code => [0x41, ...signed(value)]

export const addAddresses: Code = [0x6a]
/** Adds a constant to an i32 local. */
export const advance = (local: number, by: number): Code => [
  ...get(local),
  ...integer(by),
  ...addAddresses,
  ...set(local)
]
/** Adds one i32 local to another. */
export const advanceBy = (local: number, by: number): Code => [
  ...get(local),
  ...get(by),
  ...addAddresses,
  ...set(local)
]

/** Repeats the body until the i32 local has reached the bound; at least once. */
export function repeatUntil(local: number, bound: Code, body: Code): Code {
  const notEqual = 0x47
  return [0x03, 0x40, ...body, ...get(local), ...bound, notEqual, 0x0d, 0x00, end]
}

/** Four numbers at the address on the stack, plus a constant number of bytes. */
export const load = (offset: number): Code => [...simd(0), 4, ...unsigned(offset)]
/** One number, four times. */
export const loadSplat = (offset: number): Code => [...simd(9), 2, ...unsigned(offset)]
export const store = (offset: number): Code => [...simd(11), 4, ...unsigned(offset)]

export const add: Code = simd(228)
export const subtract: Code = simd(229)
export const multiply: Code = simd(230)
export const divide: Code = simd(231)
/** The smaller of two, by one instruction of the processor; what is not a number passes through as the first of the two. */
export const minimum: Code = simd(234)
export const maximum: Code = simd(235)
export const negate: Code = simd(225)
export const addIntegers: Code = simd(174)
/** Shifts four integers left by the i32 on the stack. */
export const shiftLeft: Code = simd(171)
/** a · b + c with one rounding (relaxed SIMD); takes a, b, c from the stack. */
export const fusedMultiplyAdd: Code = simd(0x105)

const i32 = 0x7f
const v128 = 0x7b
const end = 0x0b

function simd(opcode: number): Code {
  return [0xfd, ...unsigned(opcode)]
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)]
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content]
}

function vectorOf(members: readonly Code[]): Code {
  return [...unsigned(members.length), ...members.flat()]
}

function nameOf(text: string): Code {
  return sized([...new TextEncoder().encode(text)])
}

/** LEB128, §5.2.2. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

function signed(value: number): Code {
  const bytes: number[] = []
  let rest = value
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>= 7
  }
  return [...bytes, rest & 0x7f]
}
