// A keystroke as a row of numbers. A row is written once, when its keystroke is known, and read for every window that looks back on it.

import type { Keystroke } from './keystrokes.ts'

/** What stands in a row, by position: eight numbers, so that a keystroke is one line of a processor's cache. */
export const rowColumn = {
  /** Class and class before in one number, as `classesOf` makes it. */
  classes: 0,
  /** Milliseconds, NaN = unknown; as in `Keystroke`. */
  holdMs: 1,
  pressToPressMs: 2,
  releaseToPressMs: 3,
  pressT: 4,
  /** Logarithms of the hold, of the gap before, and of this gap and the one before it together; NaN = unknown. */
  logHold: 5,
  logGap: 6,
  logTrigraph: 7
} as const
export const rowWidth = 8
/** The first of them: what sums and sequences are made of. */
export const shortWidth = 4

/** What a short row says. */
export type TypedKey = Omit<Keystroke, 'pressT'>

/** Writes a keystroke down, without logarithms. */
export function writeRow(rows: Float64Array, row: number, keystroke: Keystroke): void {
  const at = row * rowWidth
  rows[at + rowColumn.classes] = classesOf(keystroke.cls, keystroke.previousCls)
  rows[at + rowColumn.holdMs] = keystroke.holdMs
  rows[at + rowColumn.pressToPressMs] = keystroke.pressToPressMs
  rows[at + rowColumn.releaseToPressMs] = keystroke.releaseToPressMs
  rows[at + rowColumn.pressT] = keystroke.pressT
}

/** The keystroke whose row, of full width, begins at a position. */
export function keystrokeAt(rows: ArrayLike<number>, at: number): Keystroke {
  const classes = rows[at + rowColumn.classes]!
  return {
    pressT: rows[at + rowColumn.pressT]!,
    cls: classOf(classes),
    previousCls: previousClassOf(classes),
    holdMs: rows[at + rowColumn.holdMs]!,
    pressToPressMs: rows[at + rowColumn.pressToPressMs]!,
    releaseToPressMs: rows[at + rowColumn.releaseToPressMs]!
  }
}

/** The keystroke whose row, of either width, begins at a position. */
export function keyAt(rows: ArrayLike<number>, at: number): TypedKey {
  const classes = rows[at + rowColumn.classes]!
  return {
    cls: classOf(classes),
    previousCls: previousClassOf(classes),
    holdMs: rows[at + rowColumn.holdMs]!,
    pressToPressMs: rows[at + rowColumn.pressToPressMs]!,
    releaseToPressMs: rows[at + rowColumn.releaseToPressMs]!
  }
}

/**
 * Completes a row. Logarithms are taken once, when a keystroke is known, and not for every window that it is in. Returns the gap, for the
 * keystroke that follows.
 */
export function writeLogarithms(rows: Float64Array, row: number, gapBeforeMs: number): number {
  const at = row * rowWidth
  const gapMs = rows[at + rowColumn.pressToPressMs]!
  rows[at + rowColumn.logHold] = logMs(rows[at + rowColumn.holdMs]!)
  rows[at + rowColumn.logGap] = logMs(gapMs)
  rows[at + rowColumn.logTrigraph] = logMs(gapMs + gapBeforeMs)
  return gapMs
}

export function classesOf(cls: number, previousCls: number): number {
  return 8 * (previousCls + 1) + cls
}

/** 0–6, or 7 for a key whose class is withheld. */
export function classOf(classes: number): number {
  return classes & 7
}

/** -1 = none, or too long ago to belong together. */
export function previousClassOf(classes: number): number {
  return (classes >> 3) - 1
}

/** Shorter times are a clock's grain. */
const shortestMs = 5

export function logMs(ms: number): number {
  return Math.log(Math.max(ms, shortestMs))
}

/**
 * An ordinary array for that many numbers with fractions. Unlike a typed array it lies among other young objects and dies with them, where memory
 * outside the heap has to be asked for and given back. V8 holds a copy of an array of fractions as one, without an object a number.
 */
export function fractions(length: number): number[] {
  while (template.length < length) template.push(0.5)
  return template.slice(0, length)
}

const template: number[] = [0.5]
