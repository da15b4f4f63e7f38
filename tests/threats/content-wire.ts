// All that the wire carries of a typing, put through the real encoder and decoder: what a reader of the frames has, and what somebody on the network
// has, who sees when encrypted frames of which length pass.

import { EventType, type InputEvent } from '../../src/biometrics/events.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import type { Frame } from '../../src/channel/ports.ts'

/** One press as a reader of the frames knows it. */
export interface Press {
  readonly cls: number
  /** Milliseconds. */
  readonly hold: number
  /** From the press before; NaN for the first. */
  readonly gap: number
}

/** What passes on the network each second. */
export interface Passing {
  readonly bytes: number
  /** What the observer would like to know: presses in the second. */
  readonly presses: number
}

const beatMs = 1000

/** One frame a second from `from` on, until everything was sent. */
export function framesOf(events: readonly InputEvent[], from: number): { sentAt: number; bytes: Uint8Array }[] {
  const writer = createFrameWriter({ grainMs: 0.1 })
  const frames = []
  let next = 0
  for (let sentAt = from + beatMs; next < events.length; sentAt += beatMs) {
    const first = next
    while (next < events.length && events[next]!.t <= sentAt) next++
    frames.push({ sentAt, bytes: writer.write({ sentAt, events: events.slice(first, next) }) })
  }
  return frames
}

export function read(frames: readonly { readonly bytes: Uint8Array }[]): Press[] {
  const presses: { cls: number; hold: number; gap: number }[] = []
  const held = new Map<number, { press: (typeof presses)[number]; at: number }>()
  let before = Number.NaN
  for (const { events } of decoded(frames)) {
    for (const { t, type, cls, slot } of events) {
      if (type === EventType.keyDown) {
        const press = { cls, hold: Number.NaN, gap: t - before }
        before = t
        presses.push(press)
        held.set(slot, { press, at: t })
      } else if (type === EventType.keyUp) {
        const down = held.get(slot)
        if (down) down.press.hold = t - down.at
      }
    }
  }
  return presses
}

export function passing(frames: readonly { readonly bytes: Uint8Array }[]): Passing[] {
  const said = decoded(frames)
  return frames.map(({ bytes }, i) => ({
    bytes: bytes.length,
    presses: said[i]!.events.filter(({ type }) => type === EventType.keyDown).length
  }))
}

/** One after the other, as on one connection. */
function decoded(frames: readonly { readonly bytes: Uint8Array }[]): Frame[] {
  let before: Frame | undefined
  return frames.map(({ bytes }) => (before = decodeFrame(bytes, before)))
}
