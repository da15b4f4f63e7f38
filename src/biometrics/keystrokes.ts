// Key events to keystrokes. A press is paired with its release through the slot; keystrokes come out in the order of their presses,
// each as soon as its release is known, or without a hold when the release does not come.

import { EventType, KeyClass, type InputEvent } from './events.ts'

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
const slots = 16

interface Pending {
  pressT: number
  cls: number
  releaseT: number
  done: boolean
}

export interface KeystrokeTracker {
  push(event: InputEvent): void
  flush(): void
}

/** Calls `finished` once for every press, in order. */
export function createKeystrokeTracker(finished: (keystroke: Keystroke) => void): KeystrokeTracker {
  const held: (Pending | undefined)[] = Array.from({ length: slots }, () => undefined)
  const waiting: Pending[] = []
  let previous: Pending | undefined

  function emit(pending: Pending): void {
    const gap = previous === undefined ? Number.NaN : pending.pressT - previous.pressT
    const together = gap >= 0 && gap <= longestGapMs
    const holdMs = pending.releaseT - pending.pressT
    const releaseToPressMs = previous === undefined ? Number.NaN : pending.pressT - previous.releaseT
    finished({
      pressT: pending.pressT,
      cls: pending.cls,
      previousCls: together && previous !== undefined ? previous.cls : -1,
      holdMs: holdMs >= 0 && holdMs <= longestHoldMs ? holdMs : Number.NaN,
      pressToPressMs: together ? gap : Number.NaN,
      releaseToPressMs: together && Math.abs(releaseToPressMs) <= longestGapMs ? releaseToPressMs : Number.NaN
    })
    previous = pending
  }

  function drain(most: number): void {
    while (waiting.length > 0 && (waiting[0]!.done || waiting.length > most)) emit(waiting.shift()!)
  }

  return {
    push(event) {
      const slot = event.slot & (slots - 1)
      if (event.type === EventType.keyDown) {
        // A slot pressed again without a release: the release was lost.
        const lost = held[slot]
        if (lost !== undefined) lost.done = true
        const cls = event.cls >= 0 && event.cls <= KeyClass.hidden ? event.cls : KeyClass.other
        const pending: Pending = { pressT: event.t, cls, releaseT: Number.NaN, done: false }
        held[slot] = pending
        waiting.push(pending)
        drain(patience)
      } else if (event.type === EventType.keyUp) {
        const pending = held[slot]
        if (pending === undefined) return
        held[slot] = undefined
        pending.releaseT = event.t
        pending.done = true
        drain(patience)
      }
    },
    flush() {
      drain(0)
      held.fill(undefined)
    }
  }
}
