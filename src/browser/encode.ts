// Turns input events into frames of vigil.v1: in the page for the agent, in Node for clients that replay recordings. The
// layout is described byte by byte in docs/channel.md.

import { counterNames, EventType, noCounters } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import type { Frame, FrameClock } from '../channel/ports.ts'
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
  maxTicks,
  sequenceMask,
  sizeClassOf,
  ticksPerMs,
  versionShift,
  wireVersion
} from '../channel/wire.ts'

/** What happened in one beat. */
export interface Beat {
  /** The page's clock when the frame leaves, in milliseconds; not before the last event. */
  readonly sentAt: number
  /** In time order, at most 4,096. */
  readonly events: readonly InputEvent[]
  readonly hidden?: boolean
  readonly counters?: Counters
  /** What the person's hands are on; absent = not told. */
  readonly device?: NonNullable<Frame['device']>
  /** Finest step of the page's clock in milliseconds, when it is known better than at the start. */
  readonly grainMs?: number
}

/** Numbers the frames of one connection. */
export interface FrameWriter {
  /** The next frame, padded and ready to send. Throws a RangeError for a beat that no frame can hold. */
  write(beat: Beat): Uint8Array<ArrayBuffer>
  /** Sequence number that the next frame will carry. */
  readonly sequence: number
}

/** One writer a connection; `grainMs` is the finest step of the page's clock, 0 when it is not known; `from` is the first number. */
export function createFrameWriter(options: { readonly grainMs?: number; readonly from?: number } = {}): FrameWriter {
  let sequence = options.from ?? 0
  let before: FrameClock | undefined
  return {
    write(beat) {
      const { sentAt, events, hidden = false, counters = noCounters, grainMs = options.grainMs ?? 0, device } = beat
      const clock = { sequence, sentAt, grainMs }
      const frame = encodeFrame({ ...clock, hidden, counters, events, ...(device && { device }) }, before)
      before = clock
      sequence += 1
      return frame
    },
    get sequence() {
      return sequence
    }
  }
}

/**
 * One frame, padded to its size class. Times are rounded to 0.1 ms, coordinates to whole CSS pixels. After the frame `before` on the same
 * connection it is some six bytes shorter than alone.
 */
export function encodeFrame(frame: Frame, before?: FrameClock): Uint8Array<ArrayBuffer> {
  const body = encodeBody(frame, before)
  const padded = new Uint8Array(sizeClassOf(body.length))
  padded.set(body)
  return padded
}

/** The frame before padding: what the information itself costs. */
export function encodeBody(frame: Frame, before?: FrameClock): Uint8Array<ArrayBuffer> {
  const { events } = frame
  if (events.length > maxFrameEvents)
    throw new RangeError(`a frame holds ${maxFrameEvents} events, got ${events.length}`)
  const bytes = new Uint8Array(Math.min(largestFrameBytes, 64 + events.length * 14))
  let at = 0

  const varint = (value: number): void => {
    let rest = value
    // Division, not a shift: page clocks outgrow 32 bits.
    while (rest >= 128) {
      bytes[at++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    bytes[at++] = rest
  }
  const zigzag = (value: number): void => varint(value < 0 ? -2 * value - 1 : 2 * value)

  const sentTicks = ticks(frame.sentAt)
  const grainSteps = grainStepsOf(frame)
  const sinceBefore = before === undefined ? Number.NaN : sentTicks - ticks(before.sentAt)
  if (sinceBefore < 0) throw new RangeError('the clock went back')
  const follows = sinceBefore <= maxFollowTicks && before !== undefined && grainStepsOf(before) === grainSteps
  const present = counterNames.filter((name) => frame.counters[name] > 0)
  bytes[at++] =
    (wireVersion << versionShift) |
    (follows ? 0 : flagClock) |
    (frame.hidden ? flagHidden : 0) |
    (present.length > 0 ? flagCounters : 0) |
    (frame.device === undefined ? 0 : frame.device === 'touch' ? flagTouch : flagKeyboard)
  if (follows) {
    bytes[at++] = frame.sequence & sequenceMask
    zigzag(sinceBefore - beatTicks)
  } else {
    varint(frame.sequence)
    varint(sentTicks)
    varint(grainSteps)
  }
  if (present.length > 0) {
    bytes[at++] = counterNames.reduce((bits, name, i) => bits | (frame.counters[name] > 0 ? 1 << i : 0), 0)
    for (const name of present) varint(Math.min(maxCounter, frame.counters[name]))
  }

  varint(events.length)
  let last = 0
  let x = 0
  let y = 0
  for (const [i, event] of events.entries()) {
    const t = ticks(event.t)
    if (i === 0) {
      // The first event is told by its age, so that the frame's own clock is the only absolute time in it.
      const age = sentTicks - t
      if (age < 0) throw new RangeError('an event is later than its frame')
      varint(age)
      last = t
    }
    const delta = t - last
    if (delta < 0) throw new RangeError('events are not in time order')
    if (delta > maxDeltaTicks) throw new RangeError('events of one frame are too far apart')
    last = t

    const nextX = pixels(event.x)
    const nextY = pixels(event.y)
    if (event.type === EventType.pointerMove) {
      const short = isNibble(nextX - x) && isNibble(nextY - y)
      varint(delta * 4 + (short ? formShortMove : formMove))
      if (short) {
        bytes[at++] = ((nextX - x) & 15) | (((nextY - y) & 15) << 4)
        x = nextX
        y = nextY
        continue
      }
    } else {
      varint(delta * 4 + formPlain)
      const slot = Math.min(event.slot, inlineSlots)
      bytes[at++] = event.type | (event.cls << 3) | (slot << 6)
      if (slot === inlineSlots) bytes[at++] = event.slot
      if (event.type === EventType.keyDown || event.type === EventType.keyUp) continue
      if (event.type === EventType.wheel) {
        zigzag(nextX)
        zigzag(nextY)
        continue
      }
    }
    zigzag(nextX - x)
    zigzag(nextY - y)
    x = nextX
    y = nextY
  }
  if (last > sentTicks) throw new RangeError('an event is later than its frame')
  return bytes.subarray(0, at)
}

function isNibble(delta: number): boolean {
  return delta >= -8 && delta <= 7
}

function grainStepsOf({ grainMs }: FrameClock): number {
  return Math.min(maxGrainSteps, Math.round(grainMs * grainStepsPerMs))
}

function ticks(ms: number): number {
  const value = Math.round(ms * ticksPerMs)
  if (!(value >= 0 && value <= maxTicks))
    throw new RangeError(`a time must be 0 to ${maxTicks / ticksPerMs} ms, got ${ms}`)
  return value
}

function pixels(value: number): number {
  // `|| 0` also turns -0 and NaN into 0.
  return Math.max(-maxPixels, Math.min(maxPixels, Math.round(value))) || 0
}
