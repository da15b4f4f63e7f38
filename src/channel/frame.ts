// Bytes to one frame of vigil.v1, or a coded error. The schema is closed: every bit has one allowed meaning, so a frame
// has exactly one encoding and nothing can hide in slack. The layout is described in docs/channel.md.

import { counterNames, EventType, noCounters } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import { VigilError } from '../errors.ts'
import type { Frame, FrameClock } from './ports.ts'
import {
  beatTicks,
  flagClock,
  flagCounters,
  flagHidden,
  flagKeyboard,
  flagTouch,
  formMove,
  formPlain,
  formShortMove,
  grainStepsPerMs,
  inlineSlots,
  largestFrameBytes,
  maxCounter,
  maxDeltaTicks,
  maxFollowTicks,
  maxFrameEvents,
  maxGrainSteps,
  maxPixels,
  maxSequence,
  maxTicks,
  sequenceMask,
  sizeClassOf,
  smallestFrameBytes,
  ticksPerMs,
  versionShift,
  wireVersion
} from './wire.ts'

/**
 * Where events are decoded to. Twenty events are most of what a frame allocates, and on nearly every frame they have been judged before the next is
 * decoded: they are written anew then, unless they were given away.
 */
export class EventPool {
  #events: DecodedEvent[] = []
  #used = 0

  /** From here on the events of the frame before are written over. */
  begin(): void {
    this.#used = 0
  }

  add(t: number, type: EventType, cls: number, slot: number, x: number, y: number): void {
    if (this.#used === this.#events.length) this.#events.push(new DecodedEvent())
    const event = this.#events[this.#used++]!
    event.t = t
    event.type = type
    event.cls = cls
    event.slot = slot
    event.x = x
    event.y = y
  }

  /** Those since `begin`. */
  all(): InputEvent[] {
    return this.#events.slice(0, this.#used)
  }

  /** They belong to somebody, and are never written over. */
  giveAway(): void {
    this.#events = []
  }
}

class DecodedEvent implements InputEvent {
  t = Number.NaN
  type: EventType = EventType.keyDown
  cls = 0
  slot = 0
  x = 0
  y = 0
}

/**
 * Decodes one binary message; `before` is the frame before it on the same connection, which it may build on. Times come out in milliseconds,
 * coordinates in CSS pixels. Throws `frame_unsupported` for another version, `frame_malformed` for everything else that is not a frame; allocates
 * at most one event for every two bytes. The events are those of `pool`, and new ones where there is none.
 */
export function decodeFrame(bytes: Uint8Array, before?: FrameClock, pool = new EventPool()): Frame {
  if (bytes.length < smallestFrameBytes || bytes.length > largestFrameBytes) throw malformed('length')
  const version = bytes[0]! >> versionShift
  if (version !== wireVersion) throw new VigilError('frame_unsupported', `version ${version}`)
  const flags = bytes[0]!
  if (flags & flagKeyboard && flags & flagTouch) throw malformed('two classes of device')

  const reader = new Reader(bytes, 1)
  const { sequence, sentTicks, grainMs } = flags & flagClock ? readClock(reader) : readFollowing(reader, before)
  const counters = flags & flagCounters ? readCounters(reader) : noCounters
  const events = readEvents(reader, sentTicks, pool)
  checkPadding(bytes, reader.at)
  const hidden = (flags & flagHidden) !== 0
  const sentAt = sentTicks / ticksPerMs
  if (flags & flagKeyboard) return { sequence, sentAt, grainMs, hidden, counters, events, device: 'keyboard' }
  if (flags & flagTouch) return { sequence, sentAt, grainMs, hidden, counters, events, device: 'touch' }
  return { sequence, sentAt, grainMs, hidden, counters, events }
}

interface Clock {
  readonly sequence: number
  readonly sentTicks: number
  readonly grainMs: number
}

function readClock(reader: Reader): Clock {
  return {
    sequence: reader.varint(maxSequence),
    sentTicks: reader.varint(maxTicks),
    grainMs: reader.varint(maxGrainSteps) / grainStepsPerMs
  }
}

/** A number that is not the next one comes out as a wrong one, and whoever counts refuses it. */
function readFollowing(reader: Reader, before: FrameClock | undefined): Clock {
  if (before === undefined) throw malformed('the first frame of a connection must tell its clock')
  const low = reader.byte()
  const sequence = before.sequence + ((low - before.sequence) & sequenceMask)
  if (low > sequenceMask || sequence > maxSequence) throw malformed('sequence')
  const sinceTicks = beatTicks + reader.signed(maxFollowTicks)
  const sentTicks = Math.round(before.sentAt * ticksPerMs) + sinceTicks
  if (sinceTicks < 0 || sinceTicks > maxFollowTicks || sentTicks > maxTicks) throw malformed('clock')
  return { sequence, sentTicks, grainMs: before.grainMs }
}

function readCounters(reader: Reader): Counters {
  const bits = reader.byte()
  if (bits === 0) throw malformed('counters announced and absent')
  const counters: { -readonly [Name in keyof Counters]: number } = { ...noCounters }
  for (let i = 0; i < counterNames.length; i++) {
    if ((bits & (1 << i)) === 0) continue
    const count = reader.varint(maxCounter)
    if (count === 0) throw malformed('counter of zero')
    counters[counterNames[i]!] = count
  }
  return counters
}

function readEvents(reader: Reader, sentTicks: number, pool: EventPool): InputEvent[] {
  const count = reader.varint(maxFrameEvents)
  if (count === 0) return []
  // No event is shorter than two bytes: a frame cannot ask for more memory than it brings.
  if (count * 2 > reader.left) throw malformed('more events than bytes')
  pool.begin()
  let t = sentTicks - reader.varint(maxTicks)
  if (t < 0) throw malformed('an event before the page')
  let x = 0
  let y = 0
  for (let i = 0; i < count; i++) {
    const head = reader.varint(4 * maxDeltaTicks + 3)
    const form = head & 3
    // Integer arithmetic for all but absurd pauses: this loop is most of what a frame costs.
    const delta = head < 2 ** 31 ? head >>> 2 : (head - form) / 4
    if (i === 0 && delta !== 0) throw malformed('the first event is told by its age')
    t += delta

    if (form === formShortMove) {
      const nibbles = reader.byte()
      // Sign extension of four bits.
      x += (nibbles << 28) >> 28
      y += (nibbles << 24) >> 28
      checkPosition(x, y)
      pool.add(t / ticksPerMs, EventType.pointerMove, 0, 0, x, y)
      continue
    }
    if (form === formMove) {
      const dx = reader.signed(2 * maxPixels)
      const dy = reader.signed(2 * maxPixels)
      if (isNibble(dx) && isNibble(dy)) throw malformed('a short move in the long form')
      x += dx
      y += dy
      checkPosition(x, y)
      pool.add(t / ticksPerMs, EventType.pointerMove, 0, 0, x, y)
      continue
    }
    if (form !== formPlain) throw malformed('event form')

    const code = reader.byte()
    const type = typeOf(code & 7)
    const cls = (code >> 3) & 7
    let slot = code >> 6
    if (slot === inlineSlots) {
      slot = reader.byte()
      if (slot < inlineSlots || slot > 15) throw malformed('slot')
    }
    switch (type) {
      case EventType.keyDown:
      case EventType.keyUp:
        pool.add(t / ticksPerMs, type, cls, slot, 0, 0)
        break
      case EventType.wheel:
        if (cls !== 0 || slot !== 0) throw malformed('class or slot of a wheel event')
        pool.add(t / ticksPerMs, type, cls, slot, reader.signed(maxPixels), reader.signed(maxPixels))
        break
      case EventType.pointerDown:
      case EventType.pointerUp:
        if (cls > 2 || slot !== 0) throw malformed('button or slot of a pointer event')
        x += reader.signed(2 * maxPixels)
        y += reader.signed(2 * maxPixels)
        checkPosition(x, y)
        pool.add(t / ticksPerMs, type, cls, slot, x, y)
        break
    }
  }
  if (t > sentTicks) throw malformed('an event later than its frame')
  return pool.all()
}

/** Type of an event in the plain form. */
function typeOf(code: number): Exclude<EventType, typeof EventType.pointerMove> {
  switch (code) {
    case EventType.keyDown:
    case EventType.keyUp:
    case EventType.pointerDown:
    case EventType.pointerUp:
    case EventType.wheel:
      return code
    default:
      throw malformed('event type')
  }
}

function checkPosition(x: number, y: number): void {
  if (x > maxPixels || x < -maxPixels || y > maxPixels || y < -maxPixels) throw malformed('coordinate')
}

function isNibble(delta: number): boolean {
  return delta >= -8 && delta <= 7
}

function checkPadding(bytes: Uint8Array, end: number): void {
  if (bytes.length !== sizeClassOf(end)) throw malformed('size class')
  for (let i = end; i < bytes.length; i++) if (bytes[i] !== 0) throw malformed('padding')
}

function malformed(what: string): VigilError {
  return new VigilError('frame_malformed', `malformed frame: ${what}`)
}

class Reader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw malformed('it ends too early')
    return this.bytes[this.at++]!
  }

  /** Little-endian base 128, shortest form only. */
  varint(max: number): number {
    // Numbers of one and two bytes, nearly all there are, without a loop and in integer arithmetic.
    const { bytes, at } = this
    const first = bytes[at]
    if (first === undefined) throw malformed('it ends too early')
    if (first < 128) {
      if (first > max) throw malformed('number out of range')
      this.at = at + 1
      return first
    }
    const second = bytes[at + 1]
    if (second !== undefined && second < 128) {
      const value = (first & 127) | (second << 7)
      if (second === 0) throw malformed('number not in its shortest form')
      if (value > max) throw malformed('number out of range')
      this.at = at + 2
      return value
    }
    return this.#longVarint(max)
  }

  #longVarint(max: number): number {
    let value = 0
    let scale = 1
    let byte: number
    do {
      byte = this.byte()
      value += (byte & 127) * scale
      scale *= 128
      // Checked inside the loop: an endless number stops here, while the sum is still exact.
      if (value > max || scale > 2 ** 56) throw malformed('number out of range')
    } while (byte >= 128)
    if (byte === 0) throw malformed('number not in its shortest form')
    return value
  }

  /** Zigzag: 0, -1, 1, -2 … travel as 0, 1, 2, 3 … */
  signed(max: number): number {
    const coded = this.varint(2 * max)
    return (coded >>> 1) ^ -(coded & 1)
  }
}
