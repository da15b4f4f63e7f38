// Timing sequences as material: read keystroke by keystroke, blanked, and packed.

import { KeyClass } from '../events.ts'
import { joinSequences, sequenceColumns, type TimingSequence } from '../features/timing-sequence.ts'
import { typicalGapMs, type KeystrokeTimes } from './inputs.ts'

const columns = sequenceColumns.length

/** Times that were not seen are NaN. */
export function timesAt({ values }: TimingSequence, index: number): KeystrokeTimes {
  const at = index * columns
  const known = values[at + 3] === 1
  const holdMs = values[at]!
  return {
    holdMs: holdMs > 0 ? holdMs : Number.NaN,
    pressToPressMs: known ? values[at + 1]! : Number.NaN,
    // A gap of exactly 0 stands for one that was not seen.
    releaseToPressMs: known && values[at + 2] !== 0 ? values[at + 2]! : Number.NaN,
    cls: values[at + 4]!
  }
}

/** The columns of a sequence that hold times. */
export type TimeColumn = 'holdMs' | 'pressToPressMs' | 'releaseToPressMs'

/** A copy in which the encoder finds nothing but the middle of its scale for one kind of times. */
export function withoutTimes({ length, values }: TimingSequence, column: TimeColumn): TimingSequence {
  const copy = values.slice()
  const at = sequenceColumns.indexOf(column)
  for (let row = 0; row < length; row++) copy[row * columns + at] = column === 'pressToPressMs' ? typicalGapMs : 0
  return { length, values: copy }
}

/** Steps of a millisecond in which packed times are kept. */
const packedSteps = 10
/** Added to a time from release to press, which may be negative, and to nothing else. */
const packedShiftMs = 3000
const packedColumns = 4

/** Sequences as whole tenths of a millisecond, one behind the other; a fifth of the size. */
export function packSequences(sequences: readonly TimingSequence[]): Uint16Array {
  const { length, values } = joinSequences(sequences)
  const packed = new Uint16Array(length * packedColumns)
  for (let row = 0; row < length; row++) {
    const [holdMs = 0, pressToPressMs = 0, releaseToPressMs = 0, known = 0, cls = 0] = values.subarray(
      row * columns,
      (row + 1) * columns
    )
    packed[row * packedColumns] = whole(holdMs)
    packed[row * packedColumns + 1] = whole(pressToPressMs)
    packed[row * packedColumns + 2] = whole(releaseToPressMs + packedShiftMs)
    packed[row * packedColumns + 3] = 2 * cls + known
  }
  return packed
}

/** Undefined when the lengths do not add up, or a class does not exist. */
export function unpackSequences(packed: Uint16Array, lengths: Int32Array): TimingSequence[] | undefined {
  let total = 0
  for (const length of lengths) total += length
  if (packed.length !== total * packedColumns) return undefined
  const sequences: TimingSequence[] = []
  let at = 0
  for (const length of lengths) {
    const values = new Float32Array(length * columns)
    for (let row = 0; row < length; row++, at += packedColumns) {
      const flags = packed[at + 3]!
      if (flags > 2 * KeyClass.hidden + 1) return undefined
      values[row * columns] = packed[at]! / packedSteps
      values[row * columns + 1] = packed[at + 1]! / packedSteps
      values[row * columns + 2] = packed[at + 2]! / packedSteps - packedShiftMs
      values[row * columns + 3] = flags & 1
      values[row * columns + 4] = flags >> 1
    }
    sequences.push({ length, values })
  }
  return sequences
}

function whole(ms: number): number {
  return Math.min(Math.max(Math.round(ms * packedSteps), 0), 0xffff)
}
