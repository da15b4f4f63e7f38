// The timing sequence of a piece of typing: what the sequence model reads.

import type { TypedKey } from './keystroke-rows.ts'

/** Numbers a keystroke has in a timing sequence. */
export const sequenceColumns = ['holdMs', 'pressToPressMs', 'releaseToPressMs', 'validGap', 'cls'] as const

/** `length` rows of `sequenceColumns`, oldest first. Times not seen are 0; `validGap` is 1 when the gap to the key before is known. */
export interface TimingSequence {
  readonly length: number
  /** Row-major, `length * sequenceColumns.length` numbers. */
  readonly values: Float32Array
}

const width = sequenceColumns.length

/** Takes a keystroke down as row `row` of those that begin at `first`. */
export function writeKeystroke(values: Float32Array, first: number, row: number, keystroke: TypedKey): void {
  const at = first + row * width
  values[at] = known(keystroke.holdMs)
  values[at + 1] = known(keystroke.pressToPressMs)
  values[at + 2] = known(keystroke.releaseToPressMs)
  values[at + 3] = Number.isNaN(keystroke.pressToPressMs) ? 0 : 1
  values[at + 4] = keystroke.cls
}

/** Rows `from` to `to`, which is not included, of those that begin at `first`; shares the memory. */
export function rowsOf(values: Float32Array, first: number, from: number, to: number): TimingSequence {
  return { length: to - from, values: values.subarray(first + from * width, first + to * width) }
}

/** The newest `most` keystrokes of sequences that follow each other. */
export function endOf(parts: readonly TimingSequence[], most: number): TimingSequence {
  let length = 0
  for (const part of parts) length += part.length
  length = Math.min(length, most)
  const values = new Float32Array(length * width)
  let at = values.length
  for (let i = parts.length - 1; at > 0; i--) {
    const part = parts[i]!.values
    const taken = Math.min(part.length, at)
    at -= taken
    values.set(part.subarray(part.length - taken), at)
  }
  return { length, values }
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
