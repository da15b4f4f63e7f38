// Key events to keystrokes. A press is paired with its release through the slot; keystrokes come out in the order of their presses,
// each as soon as its release is known, or without a hold when the release does not come.

import { EventType, KeyClass, type InputEvent } from '../events.ts'
import { classesOf, keystrokeAt, rowColumn, rowWidth } from './keystroke-rows.ts'

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
  const presses = new KeyPresses()
  const row = new Float64Array(rowWidth)

  function tell(): void {
    while (presses.hasNext) {
      presses.next(row, 0)
      // One object and not two: this is done for every keystroke, and half of what it allocates.
      finished(keystrokeAt(row, 0))
    }
  }

  return {
    push(event) {
      presses.push(event)
      tell()
    },
    flush() {
      presses.flush()
      tell()
    }
  }
}

/** What stands in a row of a press that is remembered. A press and its release meet in one line of a processor's cache. */
const press = { pressT: 0, releaseT: 1, cls: 2, isDone: 3 } as const
const pressWidth = 4
/** Behind the presses: the press that holds each slot. */
const firstSlot = remembered * pressWidth

/**
 * The same without a call and an object for each keystroke. After `push` or `flush` all that there is must be taken:
 * `while (presses.hasNext) presses.next(rows, row++)`.
 */
export class KeyPresses {
  /** Presses are numbered. The last few stand in a ring, `number % remembered`; all numbers below `#due` were taken. */
  readonly #numbers = new Float64Array(firstSlot + slots).fill(nobody, firstSlot)
  #pressed = 0
  #due = 0
  /** Presses that may wait. */
  #patience = patience

  push(event: InputEvent): void {
    const slot = firstSlot + (event.slot & (slots - 1))
    this.#patience = patience
    if (event.type === EventType.keyDown) this.#press(event, slot)
    else if (event.type === EventType.keyUp) this.#release(event, slot)
  }

  flush(): void {
    this.#patience = 0
    this.#numbers.fill(nobody, firstSlot)
  }

  get hasNext(): boolean {
    const waiting = this.#pressed - this.#due
    return waiting > 0 && (waiting > this.#patience || this.#numbers[placeOf(this.#due) + press.isDone] === 1)
  }

  /** Takes the next keystroke: its class and its times, without their logarithms. */
  next(rows: Float64Array, row: number): void {
    const numbers = this.#numbers
    const number = this.#due++
    const own = placeOf(number)
    const before = placeOf(number + remembered - 1)
    const isFirst = number === 0
    const pressT = numbers[own + press.pressT]!
    const gapMs = isFirst ? Number.NaN : pressT - numbers[before + press.pressT]!
    const together = gapMs >= 0 && gapMs <= longestGapMs
    const holdMs = numbers[own + press.releaseT]! - pressT
    const flightMs = isFirst ? Number.NaN : pressT - numbers[before + press.releaseT]!
    const at = row * rowWidth
    rows[at + rowColumn.pressT] = pressT
    rows[at + rowColumn.classes] = classesOf(numbers[own + press.cls]!, together ? numbers[before + press.cls]! : -1)
    rows[at + rowColumn.holdMs] = holdMs >= 0 && holdMs <= longestHoldMs ? holdMs : Number.NaN
    rows[at + rowColumn.pressToPressMs] = together ? gapMs : Number.NaN
    rows[at + rowColumn.releaseToPressMs] = together && Math.abs(flightMs) <= longestGapMs ? flightMs : Number.NaN
  }

  #press({ t, cls }: InputEvent, slot: number): void {
    const numbers = this.#numbers
    // A slot pressed again without a release: the release was lost.
    const lost = numbers[slot]!
    if (lost >= this.#due) numbers[placeOf(lost) + press.isDone] = 1
    const at = placeOf(this.#pressed)
    numbers[at + press.pressT] = t
    numbers[at + press.releaseT] = Number.NaN
    numbers[at + press.cls] = cls >= 0 && cls <= KeyClass.hidden ? cls : KeyClass.other
    numbers[at + press.isDone] = 0
    numbers[slot] = this.#pressed++
  }

  #release({ t }: InputEvent, slot: number): void {
    const numbers = this.#numbers
    const number = numbers[slot]!
    numbers[slot] = nobody
    // One that was let go still tells the next one when it ended, unless others came after it.
    if (number === nobody || number < this.#due - 1) return
    const at = placeOf(number)
    numbers[at + press.releaseT] = t
    numbers[at + press.isDone] = 1
  }
}

/** Where a press stands in the ring. Numbers come out of an array of fractions, of which a remainder is a call and these bits are one instruction. */
function placeOf(number: number): number {
  return (number & (remembered - 1)) * pressWidth
}
