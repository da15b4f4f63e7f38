// What a hand does, as everything behind the browser sees it. A key is reduced to one of seven classes before it leaves
// the page; nothing here can say which key it was. No import: the browser agent bundles this file.

/** The seven key classes, in wire order, and `hidden` for fields whose classes are withheld too (passwords). */
export const KeyClass = {
  left: 0,
  right: 1,
  space: 2,
  shift: 3,
  backspace: 4,
  enter: 5,
  other: 6,
  hidden: 7
} as const
export type KeyClass = (typeof KeyClass)[keyof typeof KeyClass]

export const EventType = {
  keyDown: 0,
  keyUp: 1,
  pointerMove: 2,
  pointerDown: 3,
  pointerUp: 4,
  wheel: 5
} as const
export type EventType = (typeof EventType)[keyof typeof EventType]

/**
 * One event. All events have this one shape, so that the hot path stays monomorphic:
 * - `t`: milliseconds with fractions, from any origin, from `event.timeStamp` (never the time a handler ran);
 * - `cls`: key class of a key event, button (0 left, 1 middle, 2 right) of a pointer press, else 0;
 * - `slot`: key events only: the smallest number that no other held key has (0–15); pairs a release with its press
 *   without naming the key;
 * - `x`, `y`: CSS pixels of a pointer event; scroll distance of a wheel event; 0 for keys.
 */
export interface InputEvent {
  readonly t: number
  readonly type: EventType
  readonly cls: number
  readonly slot: number
  readonly x: number
  readonly y: number
}

/** How often something happened since the last frame; reveals no text. */
export interface Counters {
  readonly shiftLeft: number
  readonly shiftRight: number
  readonly capsLock: number
  readonly numpad: number
  readonly navigation: number
  /** Pastes, drops and autofills: text that came without keys. Neutral, never suspect (rule 2). */
  readonly pasted: number
  /** Key events of an input method (`isComposing`, `keyCode` 229): their times mean nothing and are not sent. */
  readonly composed: number
  /** Events with `isTrusted` false. A hint only. */
  readonly untrusted: number
}

/** Counter names in wire order. */
export const counterNames = [
  'shiftLeft',
  'shiftRight',
  'capsLock',
  'numpad',
  'navigation',
  'pasted',
  'composed',
  'untrusted'
] as const satisfies readonly (keyof Counters)[]

export const noCounters: Counters = Object.freeze({
  shiftLeft: 0,
  shiftRight: 0,
  capsLock: 0,
  numpad: 0,
  navigation: 0,
  pasted: 0,
  composed: 0,
  untrusted: 0
})

const named: Readonly<Record<string, KeyClass>> = {
  Space: KeyClass.space,
  ShiftLeft: KeyClass.shift,
  ShiftRight: KeyClass.shift,
  Backspace: KeyClass.backspace,
  Enter: KeyClass.enter,
  NumpadEnter: KeyClass.enter
}

const leftHand = new Set('QWERTASDFGZXCVB')

/** Class of a `KeyboardEvent.code` (the position of the key, whatever the layout prints on it). */
export function keyClassOf(code: string): KeyClass {
  const special = Object.hasOwn(named, code) ? named[code] : undefined
  if (special !== undefined) return special
  if (code.length === 4 && code.startsWith('Key')) return leftHand.has(code[3]!) ? KeyClass.left : KeyClass.right
  return KeyClass.other
}
