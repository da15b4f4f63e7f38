// Bytes that nobody should send: noise, honest frames with something changed, and frames that promise more than they bring.

import { counterNames, EventType, type InputEvent, noCounters } from '../../src/biometrics/events.ts'
import { encodeBody, encodeFrame } from '../../src/browser/encode.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { flagClock, sizeClassOf, versionShift, wireVersion } from '../../src/channel/wire.ts'
import { isVigilError } from '../../src/errors.ts'

/** Everything comes behind an honest frame. */
const before = { sequence: 126, sentAt: 1_000_000, grainMs: 0.1 }

type Random = () => number
type Make = (random: Random) => Uint8Array

/** Each way in turn. */
export const hostileKinds = {
  noise: (random) => noise(Math.floor(300 * random()), random),
  'noise of a size class': (random) => noise(sizeOf(random), random),
  'noise behind an honest beginning': (random) => begun(noise(sizeOf(random), random), random),
  'a frame that follows another, with bytes changed': (random) =>
    changed(encodeFrame(following(random), before), 1 + below(4, random), random),
  'a frame with bytes changed': (random) => changed(encodeFrame(anyFrame(random)), 1 + below(4, random), random),
  'a frame with a bit flipped': (random) => flipped(encodeFrame(anyFrame(random)), random),
  'a frame cut short': (random) => {
    const bytes = encodeFrame(anyFrame(random))
    return bytes.subarray(0, below(bytes.length, random))
  },
  'a frame cut and padded again': (random) => {
    const body = encodeBody(anyFrame(random))
    return padded(body.subarray(0, below(body.length, random)))
  },
  'two frames in one': (random) => padded([...encodeBody(anyFrame(random)), ...encodeBody(anyFrame(random))]),
  'a frame with a field more': (random) =>
    padded([...encodeBody(anyFrame(random)), ...noise(1 + below(40, random), random)]),
  'a count that nothing stands behind': (random) =>
    padded([
      firstByte(flagClock),
      ...number(below(1000, random)),
      ...number(below(2 ** 30, random)),
      0,
      ...number(below(5000, random))
    ]),
  'numbers without end': (random) => begun(new Uint8Array(sizeOf(random)).fill(0x80 + below(128, random)), random),
  'times and places at the limit': (random) => {
    const body = encodeBody(anyFrame(random))
    const at = 1 + below(body.length - 1, random)
    const far = number([2 ** 31 - 1, 2 ** 31, 2 ** 48, 2 ** 48 + 1, 2 ** 53, 4 * 2 ** 31][below(6, random)]!)
    return padded([...body.subarray(0, at), ...far, ...body.subarray(at)])
  },
  'the largest there is': (random) => begun(noise(random() < 0.5 ? 65_536 : 65_537, random), random)
} as const satisfies Record<string, Make>
export type HostileKind = keyof typeof hostileKinds
export const hostileKindNames = Object.keys(hostileKinds) as HostileKind[]

export type Verdict = 'frame_malformed' | 'frame_unsupported' | 'a frame'

/**
 * What the decoder makes of it. Throws when it is anything but a coded error or the one frame that these bytes mean, and when it made more events
 * than the bytes can hold.
 */
export function verdictOn(bytes: Uint8Array): Verdict {
  let frame: Frame
  try {
    frame = decodeFrame(bytes, before)
  } catch (error) {
    if (isVigilError(error, 'frame_malformed') || isVigilError(error, 'frame_unsupported')) return error.code as Verdict
    throw error
  }
  const { events, sentAt } = frame
  if (events.length * 2 > bytes.length) throw new RangeError(`${events.length} events of ${bytes.length} bytes`)
  for (const [i, { t, x, y }] of events.entries()) {
    const inOrder = t >= (events[i - 1]?.t ?? 0) && t <= sentAt
    if (!inOrder || !Number.isFinite(x) || !Number.isFinite(y)) throw new RangeError('an event out of all bounds')
  }
  const again = bytes[0]! & flagClock ? encodeFrame(frame) : encodeFrame(frame, before)
  if (Buffer.compare(again, bytes) !== 0) throw new RangeError('a second encoding of one frame')
  return 'a frame'
}

function anyFrame(random: Random): Frame {
  let tick = below(2 ** 40, random)
  const events = Array.from({ length: below(random() < 0.1 ? 200 : 12, random) }, (): InputEvent => {
    tick += below(random() < 0.05 ? 2 ** 31 : 4000, random)
    return { t: tick / 10, ...anyEvent(random) }
  })
  return {
    sequence: below(2 ** 31, random),
    sentAt: (tick + below(10_000, random)) / 10,
    grainMs: below(10_000_001, random) / 1000,
    hidden: random() < 0.5,
    ...(random() < 0.5 && { device: random() < 0.5 ? 'keyboard' : 'touch' }),
    counters:
      random() < 0.5
        ? noCounters
        : { ...noCounters, [counterNames[below(counterNames.length, random)]!]: below(65_536, random) },
    events
  }
}

/** Later than the one before, on the same clock. */
function following(random: Random): Frame {
  const { sentAt, events, ...rest } = anyFrame(random)
  const from = before.sentAt + below(5_000, random) - (events[0]?.t ?? sentAt)
  const moved = events.map((event) => ({ ...event, t: Math.round(10 * (event.t + from)) / 10 }))
  const { sequence, grainMs } = before
  return { ...rest, sequence: sequence + 1, grainMs, sentAt: Math.round(10 * (sentAt + from)) / 10, events: moved }
}

function anyEvent(random: Random): Omit<InputEvent, 't'> {
  const type = below(6, random) as EventType
  const place = (): number => below(2_000_001, random) - 1_000_000
  if (type === EventType.keyDown || type === EventType.keyUp)
    return { type, cls: below(8, random), slot: below(16, random), x: 0, y: 0 }
  const pressed = type === EventType.pointerDown || type === EventType.pointerUp
  return { type, cls: pressed ? below(3, random) : 0, slot: 0, x: place(), y: place() }
}

function below(limit: number, random: Random): number {
  return Math.floor(limit * random())
}

function sizeOf(random: Random): number {
  return [64, 128, 256, 512, 1024][below(5, random)]!
}

function noise(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => below(256, random))
}

function begun(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[0] = firstByte(below(32, random))
  return bytes
}

function firstByte(flags: number): number {
  return (wireVersion << versionShift) | flags
}

function changed(bytes: Uint8Array, times: number, random: Random): Uint8Array {
  for (let i = 0; i < times; i++) bytes[below(bytes.length, random)] = below(256, random)
  return bytes
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[below(bytes.length, random)]! ^= 1 << below(8, random)
  return bytes
}

function padded(body: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(sizeClassOf(body.length))
  bytes.set(body)
  return bytes
}

/** As the wire writes a number, also one that is too large for it. */
function number(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}
