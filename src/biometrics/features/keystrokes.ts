// Key events to keystrokes. A press is paired with its release through the slot; keystrokes come out in the order of their presses,
// each as soon as its release is known, or without a hold when the release does not come.

import { EventType, KeyClass, type InputEvent } from '../events.ts'

export interface Keystroke {
  /** Time of the press, ms on the clock of the events. */
  readonly pressT: number
  /** 0–6, or 7 for a key whose class is withheld. */
  readonly cls: number
  /** Class of the key before; -1 = none, or too long ago to belong together. */
  readonly previousCls: number
  /** Milliseconds; NaN = release not seen. */
  readonly holdMs: number
  /** Milliseconds since the press before; NaN = there is none within `longestGapMs`. */
  readonly pressToPressMs: number
  /** Milliseconds from the release before to this press, negative when the keys overlap; NaN = unknown. */
  readonly releaseToPressMs: number
}

/** Two presses further apart are no digraph. */
export const longestGapMs = 2000
/** A longer hold is a lost release, or a key that was leant on. */
export const longestHoldMs = 2000
/** A keystroke is let go without its release when this many later ones wait for it. */
const patience = 4
/** Keystrokes that one event can finish. */
export const mostAtOnce = patience + 1
const slots = 16
/** Presses that are remembered: those that wait, the one before them, and room for the newest; a power of two. */
const remembered = 8
const nobody = -1

export interface KeystrokeTracker {
  push(event: InputEvent): void
  flush(): void
}

/** Calls `finished` once for every press, in order. */
export function createKeystrokeTracker(finished: (keystroke: Keystroke) => void): KeystrokeTracker {
  // Presses are numbered. The last few stand in rings, `number % remembered`; all numbers below `due` were told.
  const pressT = new Float64Array(remembered)
  const releaseT = new Float64Array(remembered)
  const classes = new Uint8Array(remembered)
  const isDone = new Uint8Array(remembered)
  /** The press that holds a slot. */
  const heldBy = new Float64Array(slots).fill(nobody)
  let pressed = 0
  let due = 0
  function tellNext(): void {
    const at = due % remembered
    const before = (due + remembered - 1) % remembered
    const isFirst = due === 0
    const gap = isFirst ? Number.NaN : pressT[at]! - pressT[before]!
    const together = gap >= 0 && gap <= longestGapMs
    const holdMs = releaseT[at]! - pressT[at]!
    const flightMs = isFirst ? Number.NaN : pressT[at]! - releaseT[before]!
    due++
    finished({
      pressT: pressT[at]!,
      cls: classes[at]!,
      previousCls: together ? classes[before]! : -1,
      holdMs: holdMs >= 0 && holdMs <= longestHoldMs ? holdMs : Number.NaN,
      pressToPressMs: together ? gap : Number.NaN,
      releaseToPressMs: together && Math.abs(flightMs) <= longestGapMs ? flightMs : Number.NaN
    })
  }

  function tell(most: number): void {
    while (due < pressed && (isDone[due % remembered] === 1 || pressed - due > most)) tellNext()
  }

  function press(event: InputEvent, slot: number): void {
    // A slot pressed again without a release: the release was lost.
    const lost = heldBy[slot]!
    if (lost >= due) isDone[lost % remembered] = 1
    const at = pressed % remembered
    pressT[at] = event.t
    releaseT[at] = Number.NaN
    classes[at] = event.cls >= 0 && event.cls <= KeyClass.hidden ? event.cls : KeyClass.other
    isDone[at] = 0
    heldBy[slot] = pressed++
    tell(patience)
  }

  function release(event: InputEvent, slot: number): void {
    const number = heldBy[slot]!
    heldBy[slot] = nobody
    // One that was let go still tells the next one when it ended, unless others came after it.
    if (number === nobody || number < due - 1) return
    releaseT[number % remembered] = event.t
    isDone[number % remembered] = 1
    tell(patience)
  }

  return {
    push(event) {
      const slot = event.slot & (slots - 1)
      if (event.type === EventType.keyDown) press(event, slot)
      else if (event.type === EventType.keyUp) release(event, slot)
    },
    flush() {
      tell(0)
      heldBy.fill(nobody)
    }
  }
}
