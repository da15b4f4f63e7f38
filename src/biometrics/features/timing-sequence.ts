// The timing sequence of a piece of typing: what the sequence model reads. Keystrokes are taken down as they come, hop by hop.

import type { Keystroke } from './keystrokes.ts'

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
export function writeKeystroke(rows: Float32Array, row: number, keystroke: Keystroke): void {
  const at = row * width
  rows[at] = known(keystroke.holdMs)
  rows[at + 1] = known(keystroke.pressToPressMs)
  rows[at + 2] = known(keystroke.releaseToPressMs)
  rows[at + 3] = Number.isNaN(keystroke.pressToPressMs) ? 0 : 1
  rows[at + 4] = keystroke.cls
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
