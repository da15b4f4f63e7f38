// Listens to keys and pointers and keeps what the next frame will say. A key's identity is used here, to tell its class
// and to pair its release with its press, and leaves neither this file nor the page.

import { EventType, KeyClass, keyClassOf, noCounters } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import { maxFrameEvents } from '../channel/wire.ts'
import { elementOf, isSecret, isSecretPad } from './secret.ts'

/** What came together since the last frame. */
export interface Captured {
  readonly events: readonly InputEvent[]
  readonly counters: Counters
}

export interface Capture {
  /**
   * Hands over everything in time order and starts anew. Nothing is earlier than `floorMs` (an event that was dispatched
   * late is moved there); what happened before `oldestMs` is dropped.
   */
  take(floorMs: number, oldestMs: number): Captured
  /** Events that were lost because nobody took them. */
  readonly dropped: number
  stop(): void
}

/** Slots in which a held key can be paired with its release. */
const slots = 16

export function startCapture(page: Document): Capture {
  const view = page.defaultView ?? window
  const listening = new AbortController()
  /** Held keys by position; the map never leaves this function. */
  const held = new Map<string, { readonly slot: number; readonly cls: KeyClass }>()
  let events: InputEvent[] = []
  let counters: { -readonly [Name in keyof Counters]: number } = { ...noCounters }
  let dropped = 0

  // Capture phase, so that a page that stops the propagation is watched too; passive, so that it never waits for us.
  const how = { capture: true, passive: true, signal: listening.signal }
  // A password that is shown before its first key was a secret all the same.
  page.addEventListener('focusin', (event) => void isSecret(elementOf(event)), how)
  page.addEventListener('keydown', keyDown, how)
  page.addEventListener('keyup', keyUp, how)
  page.addEventListener('pointermove', pointerMove, how)
  page.addEventListener('pointerdown', (event) => pointerPress(event, EventType.pointerDown), how)
  page.addEventListener('pointerup', (event) => pointerPress(event, EventType.pointerUp), how)
  page.addEventListener('wheel', wheel, how)
  page.addEventListener('paste', pasted, how)
  page.addEventListener('drop', pasted, how)
  page.addEventListener('input', autofill, how)
  // The release of a key that is held while the window loses focus goes to another window.
  view.addEventListener('blur', () => held.clear(), how)
  page.addEventListener('visibilitychange', () => held.clear(), how)

  return {
    take(floorMs, oldestMs) {
      // Coalesced pointer moves are older than keys that were dispatched before them.
      const taken = events
        .filter(({ t }) => t >= oldestMs)
        .map((event) => (event.t < floorMs ? { ...event, t: floorMs } : event))
        .sort((a, b) => a.t - b.t)
      dropped += events.length - taken.length
      const captured = { events: taken, counters }
      events = []
      counters = { ...noCounters }
      return captured
    },
    get dropped() {
      return dropped
    },
    stop() {
      listening.abort()
      held.clear()
      events = []
    }
  }

  function keyDown(event: KeyboardEvent): void {
    // Chrome's autofill dispatches a keydown that is no KeyboardEvent.
    if (typeof event.code !== 'string') return
    if (!event.isTrusted) counters.untrusted++
    // 229 is all that some input methods tell, which is why the field is still read although it is deprecated.
    const old: { readonly keyCode: number } = event
    if (event.isComposing || old.keyCode === 229) {
      counters.composed++
      return
    }
    if (event.repeat) return
    const secret = isSecret(elementOf(event))
    // Which Shift, or that the numeric pad was used, says something about a password.
    if (!secret) count(event.code)
    const key = event.code || event.key
    held.delete(key)
    const slot = freeSlot()
    if (slot === undefined) return
    const cls = secret ? KeyClass.hidden : keyClassOf(event.code)
    held.set(key, { slot, cls })
    add(event.timeStamp, EventType.keyDown, cls, slot, 0, 0)
  }

  function keyUp(event: KeyboardEvent): void {
    if (typeof event.code !== 'string') return
    if (!event.isTrusted) counters.untrusted++
    const key = event.code || event.key
    const press = held.get(key)
    // Pressed elsewhere, or swallowed by an input method.
    if (press === undefined) return
    held.delete(key)
    // The class of the press, also when the focus has moved on: Tab out of a password field says nothing afterwards.
    add(event.timeStamp, EventType.keyUp, press.cls, press.slot, 0, 0)
  }

  function pointerMove(event: PointerEvent): void {
    if (!event.isPrimary || isSecretPad(elementOf(event))) return
    if (!event.isTrusted) counters.untrusted++
    // Absent outside secure contexts.
    const moves = event.getCoalescedEvents?.() ?? []
    for (const { timeStamp, clientX, clientY } of moves.length > 0 ? moves : [event]) {
      add(timeStamp, EventType.pointerMove, 0, 0, clientX, clientY)
    }
  }

  function pointerPress(event: PointerEvent, type: EventType): void {
    const { button, isPrimary, isTrusted, timeStamp, clientX, clientY } = event
    if (!isPrimary || button < 0 || button > 2 || isSecretPad(elementOf(event))) return
    if (!isTrusted) counters.untrusted++
    add(timeStamp, type, button, 0, clientX, clientY)
  }

  function wheel(event: WheelEvent): void {
    if (!event.isTrusted) counters.untrusted++
    const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? linePixels : view.innerHeight
    add(event.timeStamp, EventType.wheel, 0, 0, event.deltaX * unit, event.deltaY * unit)
  }

  function pasted(): void {
    counters.pasted++
  }

  function autofill(event: EditEvent): void {
    if (event.inputType === 'insertReplacementText') counters.pasted++
    // Filled by the browser: a plain Event without an input type.
    else if (event.inputType === undefined && elementOf(event)?.matches(':autofill')) counters.pasted++
  }

  function count(code: string): void {
    if (code === 'ShiftLeft') counters.shiftLeft++
    else if (code === 'ShiftRight') counters.shiftRight++
    else if (code === 'CapsLock') counters.capsLock++
    else if (code.startsWith('Numpad')) counters.numpad++
    else if (/^(?:Arrow|Page|Home$|End$)/.test(code)) counters.navigation++
  }

  function freeSlot(): number | undefined {
    const taken = new Set([...held.values()].map(({ slot }) => slot))
    for (let slot = 0; slot < slots; slot++) if (!taken.has(slot)) return slot
    return undefined
  }

  function add(t: number, type: EventType, cls: number, slot: number, x: number, y: number): void {
    if (events.length >= maxFrameEvents) {
      events.shift()
      dropped++
    }
    events.push({ t, type, cls, slot, x, y })
  }
}

/** A line of a wheel that counts in lines, in CSS pixels: what browsers scroll by. */
const linePixels = 16

/** The DOM's InputEvent, or the plain Event that autofill dispatches in its place. */
type EditEvent = Event & { readonly inputType?: string }
