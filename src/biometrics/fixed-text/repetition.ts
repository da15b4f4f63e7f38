// One typing of a secret, position by position: when each key was pressed and how long it was held. Which keys they were is not known here.

import { EventType, type InputEvent } from '../events.ts'
import { createKeystrokeTracker } from '../features/keystrokes.ts'

/** Arrays of one length, in the order of the presses. */
export interface Repetition {
  /** Times of the presses, ms from any origin. */
  readonly pressMs: Float64Array
  /** Milliseconds; NaN = release not seen. */
  readonly holdMs: Float64Array
}

/** Secrets of fewer keys say too little, and longer ones are no secrets. */
export const fewestKeys = 4
export const mostKeys = 128

/** The repetition in the events of one field, or of a recording of kind `fixed` (`eventsOf`). Pointer events are skipped. */
export function repetitionOf(events: readonly InputEvent[]): Repetition {
  const pressMs: number[] = []
  const holdMs: number[] = []
  const tracker = createKeystrokeTracker((keystroke) => {
    pressMs.push(keystroke.pressT)
    holdMs.push(keystroke.holdMs)
  })
  for (const event of events) {
    if (event.type === EventType.keyDown || event.type === EventType.keyUp) tracker.push(event)
  }
  tracker.flush()
  return { pressMs: Float64Array.from(pressMs), holdMs: Float64Array.from(holdMs) }
}

/** Three readings of a repetition, each with its own model. */
export const views = ['hold', 'pressToPress', 'releaseToPress'] as const

/** One array per view: a value per key, and per pair of neighbours in the other two. NaN = not observed. */
export type Timings = readonly Float64Array[]

/**
 * Logarithms of holds and of press-to-press times; releases to presses, which are negative when keys overlap, as inverse hyperbolic
 * sines. On these scales the spread depends little on the mean. The constants keep a clock's grain from counting at short times.
 */
export function timingsOf({ pressMs, holdMs }: Repetition): Timings {
  const keys = pressMs.length
  const hold = new Float64Array(keys)
  const pressToPress = new Float64Array(Math.max(keys - 1, 0))
  const releaseToPress = new Float64Array(Math.max(keys - 1, 0))
  for (let i = 0; i < keys; i++) {
    const held = holdMs[i]! >= 0 ? holdMs[i]! : Number.NaN
    hold[i] = Math.log(clipped(held, 5, 1500) + 10)
    if (i === keys - 1) break
    const gap = pressMs[i + 1]! - pressMs[i]!
    const gapMs = gap >= 0 ? gap : Number.NaN
    pressToPress[i] = Math.log(clipped(gapMs, 0, 5000) + 30)
    releaseToPress[i] = Math.asinh(clipped(gapMs - held, -500, 5000) / 60)
  }
  return [hold, pressToPress, releaseToPress]
}

/** NaN stays NaN. */
function clipped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
