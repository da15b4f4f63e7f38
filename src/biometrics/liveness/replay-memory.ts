// What is remembered of a person's earlier input, as something that a stream may be a copy of. Bounded: the oldest is forgotten.

import { KeyClass } from '../events.ts'
import type { Original } from './copying.ts'
import { keyLikeness, strokeLikeness, timeScales, type TimeScale } from './likeness.ts'
import { createKeyRow, createStrokeRow, type KeyRow, type StrokeRow } from './mark-rows.ts'
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
const keyRoom = 1.25 * keysRemembered
const strokeRoom = 1.25 * strokesRemembered

export function createReplayMemory(): ReplayMemory {
  let keys = createKeyRow()
  let strokes = createStrokeRow()
  let pieces: Piece[] = []
  let coarsestMs = 0
  let generation = 0

  /** Both times were rounded: the coarser clock decides. */
  function scalesFor(clock: () => number): (jitter: number) => TimeScale {
    let grainMs = Number.NaN
    let scales: readonly TimeScale[] = []
    return (jitter) => {
      const present = Math.max(coarsestMs, clock())
      if (present !== grainMs) {
        grainMs = present
        scales = timeScales(present)
      }
      return scales[jitter]!
    }
  }

  function append(sketch: Sketch): void {
    pieces.push({ grainMs: sketch.grainMs, keys: sketch.keys.length, strokes: sketch.strokes.length })
    coarsestMs = Math.max(coarsestMs, sketch.grainMs)
    keys.append(sketch.keys)
    strokes.append(sketch.strokes)
  }

  function dropOldest(): void {
    const kept = { keys: newest(pieces, 'keys', keysRemembered), strokes: newest(pieces, 'strokes', strokesRemembered) }
    const old = { keys, strokes, from: { keys: 0, strokes: 0 } }
    keys = createKeyRow()
    strokes = createStrokeRow()
    coarsestMs = 0
    generation++
    const all = pieces
    pieces = []
    for (const piece of all) {
      const marks = marksOf(old, {
        ...piece,
        keys: kept.keys.has(piece) ? piece.keys : 0,
        strokes: kept.strokes.has(piece) ? piece.strokes : 0
      })
      if (marks.keys.length + marks.strokes.length > 0) append(marks)
      old.from.keys += piece.keys
      old.from.strokes += piece.strokes
    }
  }

  return {
    add(sketch) {
      // A sketch that no stream of ours makes could be larger than the whole memory.
      if (sketch.keys.length > keysRemembered || sketch.strokes.length > strokesRemembered) return
      if (keys.size() + sketch.keys.length > keyRoom || strokes.size() + sketch.strokes.length > strokeRoom)
        dropOldest()
      append(sketch)
    },

    typing(clock) {
      const scale = scalesFor(clock)
      return {
        size: () => keys.size(),
        generation: () => generation,
        beginsPiece: (position) => keys.beginsPiece(position),
        candidates: (recent) => keys.alike(recent).filter((position) => nearInTime(recent.at(-1)!, keys.at(position))),
        ratio(mark, position, jitter) {
          const likeness = keyLikeness(mark, keys.at(position), scale(jitter))
          // A run of Backspaces or arrows is as even as a machine: it may speak against a copy, not for one.
          const isRun = mark.cls > KeyClass.right && position > 0 && keys.at(position - 1).cls === mark.cls
          return isRun ? Math.min(likeness, 0) : likeness
        }
      }
    },

    pointing(clock) {
      const scale = scalesFor(clock)
      return {
        size: () => strokes.size(),
        generation: () => generation,
        beginsPiece: (position) => strokes.beginsPiece(position),
        candidates(recent) {
          const last = recent.at(-1)!
          const found: number[] = []
          for (let position = 0; position < strokes.size(); position++)
            if (nearInPlace(last, strokes.at(position))) found.push(position)
          return found
        },
        ratio: (mark, position, jitter) => strokeLikeness(mark, strokes.at(position), scale(jitter))
      }
    }
  }
}

/** How much of the rows one sketch fills. */
interface Piece {
  readonly grainMs: number
  readonly keys: number
  readonly strokes: number
}

/** The newest that fit, with a quarter to spare. Keystrokes and movements do not push each other out. */
function newest(pieces: readonly Piece[], kind: 'keys' | 'strokes', most: number): ReadonlySet<Piece> {
  const kept = new Set<Piece>()
  let marks = 0
  for (const piece of pieces.toReversed()) {
    marks += piece[kind]
    if (marks > most) break
    kept.add(piece)
  }
  return kept
}

interface Old {
  readonly keys: KeyRow
  readonly strokes: StrokeRow
  readonly from: { readonly keys: number; readonly strokes: number }
}

function marksOf({ keys, strokes, from }: Old, piece: Piece): Sketch {
  return {
    grainMs: piece.grainMs,
    keys: Array.from({ length: piece.keys }, (_, i) => ({ ...keys.at(from.keys + i) })),
    strokes: Array.from({ length: piece.strokes }, (_, i) => ({ ...strokes.at(from.strokes + i) }))
  }
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
