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

/** Takes a keystroke down as row `row`. */
export function writeKeystroke(values: Float32Array, row: number, keystroke: TypedKey): void {
  const at = row * width
  values[at] = known(keystroke.holdMs)
  values[at + 1] = known(keystroke.pressToPressMs)
  values[at + 2] = known(keystroke.releaseToPressMs)
  values[at + 3] = Number.isNaN(keystroke.pressToPressMs) ? 0 : 1
  values[at + 4] = keystroke.cls
}

/** Keystrokes `from` to `to`, which is not included; shares the memory. */
export function sliceSequence({ values }: TimingSequence, from: number, to: number): TimingSequence {
  return { length: to - from, values: values.subarray(from * width, to * width) }
}

/** The newest `most` keystrokes of sequences that follow each other. */
export function joinSequences(parts: readonly TimingSequence[], most = Number.POSITIVE_INFINITY): TimingSequence {
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
