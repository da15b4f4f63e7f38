// What is remembered of a person's earlier input, as something that a stream may be a copy of. Bounded: the oldest is forgotten.

import { KeyClass } from '../events.ts'
import type { Original } from './copying.ts'
import { keyLikeness, strokeLikeness, timeScales, type TimeScale } from './likeness.ts'
import { unknownSteps, type KeyMark, type Sketch, type StrokeMark } from './sketch.ts'

export interface ReplayMemory {
  /** Remembers one more stretch; the oldest are forgotten when there is too much. */
  add(sketch: Sketch): void
  /** What a stream is held against; `clock` tells the present step of the stream's own clock in milliseconds. */
  typing(clock: () => number): Original<KeyMark>
  pointing(clock: () => number): Original<StrokeMark>
}

/** Marks remembered. A quarter more may stand before the oldest are dropped, so that this happens seldom. */
export const keysRemembered = 6000
export const strokesRemembered = 1500
const slack = 1.25

/** Keystrokes whose classes must agree for a copy to be looked into. */
export const keySeed = 4

/** Everything remembered, as one row of marks in pieces. */
interface Remembered {
  pieces: Sketch[]
  keys: KeyMark[]
  strokes: StrokeMark[]
  keyStarts: Set<number>
  strokeStarts: Set<number>
  /** Last positions of each run of `keySeed` classes. */
  byClasses: Map<number, number[]>
  coarsestMs: number
}

export function createReplayMemory(): ReplayMemory {
  let all = nothing()
  let generation = 0

  /** Both times were rounded: the coarser clock decides. */
  function scalesFor(clock: () => number): (jitter: number) => TimeScale {
    let grainMs = Number.NaN
    let scales: readonly TimeScale[] = []
    return (jitter) => {
      const present = Math.max(all.coarsestMs, clock())
      if (present !== grainMs) {
        grainMs = present
        scales = timeScales(present)
      }
      return scales[jitter]!
    }
  }

  return {
    add(sketch) {
      append(all, sketch)
      if (all.keys.length <= slack * keysRemembered && all.strokes.length <= slack * strokesRemembered) return
      const kept = newest(all.pieces)
      all = nothing()
      generation++
      for (const piece of kept) append(all, piece)
    },

    typing(clock) {
      const scale = scalesFor(clock)
      return {
        size: () => all.keys.length,
        generation: () => generation,
        beginsPiece: (position) => all.keyStarts.has(position),
        candidates(recent) {
          const last = recent.at(-1)!
          const alike = all.byClasses.get(classCode(recent, recent.length - keySeed)) ?? []
          return alike.filter((position) => nearInTime(last, all.keys[position]!))
        },
        ratio(mark, position, jitter) {
          const likeness = keyLikeness(mark, all.keys[position]!, scale(jitter))
          // A run of Backspaces or arrows is as even as a machine: it may speak against a copy, not for one.
          const isRun = mark.cls > KeyClass.right && all.keys[position - 1]?.cls === mark.cls
          return isRun ? Math.min(likeness, 0) : likeness
        }
      }
    },

    pointing(clock) {
      const scale = scalesFor(clock)
      return {
        size: () => all.strokes.length,
        generation: () => generation,
        beginsPiece: (position) => all.strokeStarts.has(position),
        candidates(recent) {
          const last = recent.at(-1)!
          const found: number[] = []
          for (let position = 0; position < all.strokes.length; position++)
            if (nearInPlace(last, all.strokes[position]!)) found.push(position)
          return found
        },
        ratio: (mark, position, jitter) => strokeLikeness(mark, all.strokes[position]!, scale(jitter))
      }
    }
  }
}

function nothing(): Remembered {
  return {
    pieces: [],
    keys: [],
    strokes: [],
    keyStarts: new Set(),
    strokeStarts: new Set(),
    byClasses: new Map(),
    coarsestMs: 0
  }
}

function append(all: Remembered, sketch: Sketch): void {
  const { keys, strokes, byClasses } = all
  all.pieces.push(sketch)
  all.keyStarts.add(keys.length)
  all.strokeStarts.add(strokes.length)
  all.coarsestMs = Math.max(all.coarsestMs, sketch.grainMs)
  sketch.keys.forEach((mark, i) => {
    keys.push(mark)
    if (i < keySeed - 1) return
    const code = classCode(keys, keys.length - keySeed)
    const known = byClasses.get(code)
    if (known === undefined) byClasses.set(code, [keys.length - 1])
    else known.push(keys.length - 1)
  })
  for (const mark of sketch.strokes) strokes.push(mark)
}

function newest(pieces: readonly Sketch[]): Sketch[] {
  let keys = 0
  let strokes = 0
  let first = pieces.length
  while (first > 0) {
    const piece = pieces[first - 1]!
    keys += piece.keys.length
    strokes += piece.strokes.length
    if (keys > keysRemembered || strokes > strokesRemembered) break
    first--
  }
  return pieces.slice(first)
}

/** Classes of `keySeed` marks from `first` on as one number. */
function classCode(marks: readonly KeyMark[], first: number): number {
  let code = 0
  for (let i = first; i < first + keySeed; i++) code = 8 * code + marks[i]!.cls
  return code
}

const nearGapSteps = 8
const nearHoldSteps = 7
const nearPx = 30

function nearInTime(mark: KeyMark, stored: KeyMark): boolean {
  return near(mark.gap, stored.gap, nearGapSteps) && near(mark.hold, stored.hold, nearHoldSteps)
}

function near(steps: number, storedSteps: number, most: number): boolean {
  return steps === unknownSteps || storedSteps === unknownSteps || Math.abs(steps - storedSteps) <= most
}

function nearInPlace(mark: StrokeMark, stored: StrokeMark): boolean {
  return Math.abs(mark.dx - stored.dx) <= nearPx && Math.abs(mark.dy - stored.dy) <= nearPx
}
