// Marks of a person in one row each, packed: thousands of objects a person would cost ten times the memory. `at` fills one object and gives it
// out again and again, so what it gives must not be kept.

import type { KeyMark, StrokeMark } from './sketch.ts'

interface Row<Mark> {
  size(): number
  /** Adds a piece. */
  append(marks: readonly Mark[]): void
  at(position: number): Mark
  beginsPiece(position: number): boolean
}

export interface KeyRow extends Row<KeyMark> {
  /** Last positions of every run that has the classes of these marks. */
  alike(recent: readonly KeyMark[]): number[]
}

export type StrokeRow = Row<StrokeMark>

type Writable<Mark> = { -readonly [Name in keyof Mark]: Mark[Name] }

/** Keystrokes whose classes must agree for a copy to be looked into: runs of so many are found by an index. */
export const keySeed = 4
const codes = 8 ** keySeed

export function createKeyRow(): KeyRow {
  let bytes = new Uint8Array(0)
  let size = 0
  const starts = new Set<number>()
  // Lists linked through positions: the newest run of each code, and for each run the one before it. -1 = none.
  const newest = new Int16Array(codes).fill(-1)
  let before = new Int16Array(0)
  const mark: Writable<KeyMark> = { cls: 0, gap: 0, hold: 0 }

  function codeAt(last: number): number {
    let code = 0
    for (let position = last - keySeed + 1; position <= last; position++) code = 8 * code + bytes[3 * position]!
    return code
  }

  return {
    size: () => size,
    append(marks) {
      const first = size
      starts.add(first)
      bytes = grown(bytes, 3 * (first + marks.length), (length) => new Uint8Array(length))
      before = grown(before, first + marks.length, (length) => new Int16Array(length))
      for (const { cls, gap, hold } of marks) {
        bytes[3 * size] = cls
        bytes[3 * size + 1] = gap
        bytes[3 * size + 2] = hold
        before[size] = -1
        if (size - first >= keySeed - 1) {
          const code = codeAt(size)
          before[size] = newest[code]!
          newest[code] = size
        }
        size++
      }
    },
    at(position) {
      mark.cls = bytes[3 * position]!
      mark.gap = bytes[3 * position + 1]!
      mark.hold = bytes[3 * position + 2]!
      return mark
    },
    beginsPiece: (position) => starts.has(position),
    alike(recent) {
      let code = 0
      for (const { cls } of recent.slice(-keySeed)) code = 8 * code + cls
      const found: number[] = []
      for (let position = newest[code]!; position >= 0; position = before[position]!) found.push(position)
      return found
    }
  }
}

export function createStrokeRow(): StrokeRow {
  let numbers = new Int16Array(0)
  let size = 0
  const starts = new Set<number>()
  const mark: Writable<StrokeMark> = { dx: 0, dy: 0, path: 0, duration: 0 }
  return {
    size: () => size,
    append(marks) {
      starts.add(size)
      numbers = grown(numbers, 4 * (size + marks.length), (length) => new Int16Array(length))
      for (const { dx, dy, path, duration } of marks) {
        numbers.set([dx, dy, path, duration], 4 * size)
        size++
      }
    },
    at(position) {
      mark.dx = numbers[4 * position]!
      mark.dy = numbers[4 * position + 1]!
      mark.path = numbers[4 * position + 2]!
      mark.duration = numbers[4 * position + 3]!
      return mark
    },
    beginsPiece: (position) => starts.has(position)
  }
}

/** Room for `needed`, a half more than that when it has to grow. */
function grown<Numbers extends Uint8Array | Int16Array>(
  present: Numbers,
  needed: number,
  make: (length: number) => Numbers
): Numbers {
  if (needed <= present.length) return present
  const larger = make(Math.ceil(1.5 * needed))
  larger.set(present)
  return larger
}
