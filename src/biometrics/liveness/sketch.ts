// A sketch: what is kept of a stretch of input so that the same stretch is known when it comes again. Times in steps of 8 ms, key classes,
// and where each movement of the pointer went; no key, no place on the page, and nothing of a field whose classes are withheld.

import { VigilError } from '../../errors.ts'
import { KeyClass } from '../events.ts'
import type { Keystroke } from '../features/keystrokes.ts'
import type { Movement } from './pointer-path.ts'

/** Milliseconds of one step of a kept time. */
export const stepMs = 8
/** A time that was not seen, or is too long to be a rhythm. */
export const unknownSteps = 255

/** One keystroke: class, press-to-press and hold in steps. */
export interface KeyMark {
  readonly cls: number
  readonly gap: number
  readonly hold: number
}

/** One movement: where it led, how long its way was (CSS pixels, even numbers), and how long it took in steps. */
export interface StrokeMark {
  readonly dx: number
  readonly dy: number
  readonly path: number
  readonly duration: number
}

export interface Sketch {
  /** Coarsest step of the clocks it was taken with, in whole milliseconds up to 255. */
  readonly grainMs: number
  readonly keys: readonly KeyMark[]
  readonly strokes: readonly StrokeMark[]
}

const fewestPoints = 4
const shortestPathPx = 30
const largest = 32_766

/** Undefined for a key whose class is withheld. */
export function keyMarkOf({ cls, pressToPressMs, holdMs }: Keystroke): KeyMark | undefined {
  return cls < KeyClass.hidden ? { cls, gap: steps(pressToPressMs), hold: steps(holdMs) } : undefined
}

/** Undefined for a movement too short to be known again. */
export function strokeMarkOf({ x, y, pathPx, durationMs }: Movement): StrokeMark | undefined {
  if (x.length < fewestPoints || pathPx < shortestPathPx) return undefined
  return {
    dx: even(x.at(-1)! - x[0]!),
    dy: even(y.at(-1)! - y[0]!),
    path: even(pathPx),
    duration: Math.min(Math.round(durationMs / stepMs), largest)
  }
}

function steps(ms: number): number {
  const count = Math.round(ms / stepMs)
  return count >= 0 && count < unknownSteps ? count : unknownSteps
}

function even(pixels: number): number {
  return Math.min(Math.max(2 * Math.round(pixels / 2), -largest), largest)
}

const version = 1
const headBytes = 6
const keyBytes = 3
const strokeBytes = 8
/** Marks of one kind in one sketch. */
const most = 4096

/**
 * Layout: version, grain, 16-bit counts of keystrokes and movements; then 3 bytes a keystroke and four 16-bit numbers a movement,
 * little-endian.
 */
export function encodeSketch({ grainMs, keys, strokes }: Sketch): Uint8Array {
  const bytes = new Uint8Array(headBytes + keyBytes * keys.length + strokeBytes * strokes.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  bytes[1] = grainMs
  view.setUint16(2, keys.length, true)
  view.setUint16(4, strokes.length, true)
  let at = headBytes
  for (const { cls, gap, hold } of keys) {
    bytes.set([cls, gap, hold], at)
    at += keyBytes
  }
  for (const { dx, dy, path, duration } of strokes) {
    for (const number of [dx, dy, path, duration]) {
      view.setInt16(at, number, true)
      at += 2
    }
  }
  return bytes
}

/** Throws `profile_corrupt`. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headBytes || bytes[0] !== version) throw corrupt('version')
  const keyCount = view.getUint16(2, true)
  const strokeCount = view.getUint16(4, true)
  if (keyCount > most || strokeCount > most) throw corrupt('more marks than a sketch holds')
  if (bytes.length !== headBytes + keyBytes * keyCount + strokeBytes * strokeCount) throw corrupt('length')
  const keys = Array.from({ length: keyCount }, (_, i): KeyMark => {
    const at = headBytes + keyBytes * i
    if (bytes[at]! >= KeyClass.hidden) throw corrupt('key class')
    return { cls: bytes[at]!, gap: bytes[at + 1]!, hold: bytes[at + 2]! }
  })
  const strokes = Array.from({ length: strokeCount }, (_, i): StrokeMark => {
    const at = headBytes + keyBytes * keyCount + strokeBytes * i
    const [dx, dy, path, duration] = [0, 2, 4, 6].map((offset) => view.getInt16(at + offset, true))
    if (path! < 0 || duration! < 0) throw corrupt('a negative length')
    return { dx: dx!, dy: dy!, path: path!, duration: duration! }
  })
  return { grainMs: bytes[1]!, keys, strokes }
}

function corrupt(what: string): VigilError {
  return new VigilError('profile_corrupt', `a stored sketch cannot be read: ${what}`)
}
