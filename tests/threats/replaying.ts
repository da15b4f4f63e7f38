// What an attacker does to a recording before playing it again into a fresh session with fresh timestamps.

import { EventType, type InputEvent } from '../../src/biometrics/index.ts'
import { normals } from '../../src/biometrics/random.ts'

/** The same events from another moment on. */
export function shifted(events: readonly InputEvent[], toMs: number): InputEvent[] {
  const first = events[0]?.t ?? 0
  return events.map((event) => ({ ...event, t: event.t - first + toMs }))
}

/** Each event earlier or later by a normal of standard deviation `sigmaMs`, sent in the order of the new times. */
export function jittered(events: readonly InputEvent[], sigmaMs: number, random: () => number): InputEvent[] {
  if (sigmaMs === 0) return [...events]
  const normal = normals(random)
  const moved = events.map((event) => ({ ...event, t: event.t + sigmaMs * normal() })).sort((a, b) => a.t - b.t)
  return shifted(moved, events[0]?.t ?? 0)
}

/** From the keystroke `from` on, `count` keystrokes. */
export function cropped(events: readonly InputEvent[], from: number, count: number): InputEvent[] {
  const presses = events.flatMap(({ type }, i) => (type === EventType.keyDown ? [i] : []))
  return events.slice(presses[from] ?? 0, presses[from + count] ?? events.length)
}

/** Cut into pieces of `keystrokes` and put together in another order, a second apart. */
export function reordered(events: readonly InputEvent[], keystrokes: number, random: () => number): InputEvent[] {
  const presses = events.filter(({ type }) => type === EventType.keyDown).length
  const pieces: InputEvent[][] = []
  for (let from = 0; from < presses; from += keystrokes) pieces.push(cropped(events, from, keystrokes))
  const order = pieces
    .map((piece) => ({ piece, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ piece }) => piece)
  return inARow(order)
}

/** One stream after another, a second apart. */
export function inARow(streams: readonly (readonly InputEvent[])[]): InputEvent[] {
  const all: InputEvent[] = []
  let t = 0
  for (const stream of streams) {
    for (const event of shifted(stream, t)) all.push(event)
    t = (all.at(-1)?.t ?? 0) + 1000
  }
  return all
}

/** Typing and pointing at the same time, in the order of their times. */
export function together(a: readonly InputEvent[], b: readonly InputEvent[]): InputEvent[] {
  return [...shifted(a, 0), ...shifted(b, 0)].sort((one, other) => one.t - other.t)
}

/** Every delay longer or shorter by one factor. */
export function stretched(events: readonly InputEvent[], factor: number): InputEvent[] {
  return events.map((event) => ({ ...event, t: event.t * factor }))
}
