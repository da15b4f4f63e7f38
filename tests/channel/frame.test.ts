import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counterNames, EventType, noCounters } from '../../src/biometrics/events.ts'
import type { Counters, InputEvent } from '../../src/biometrics/events.ts'
import { createFrameWriter, encodeBody, encodeFrame } from '../../src/browser/encode.ts'
import { decodeFrame, EventPool } from '../../src/channel/frame.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { VigilError } from '../../src/errors.ts'

const empty: Frame = { sequence: 0, sentAt: 1000, grainMs: 0.1, hidden: false, counters: noCounters, events: [] }

/** First byte of a frame that tells its clock and nothing else. */
const alone = (2 << 5) | 16

const pixel = fc.integer({ min: -1_000_000, max: 1_000_000 })
const anyEvent = fc.oneof(
  fc.record({
    type: fc.constantFrom(EventType.keyDown, EventType.keyUp),
    cls: fc.integer({ min: 0, max: 7 }),
    slot: fc.integer({ min: 0, max: 15 }),
    x: fc.constant(0),
    y: fc.constant(0)
  }),
  fc.record({
    type: fc.constantFrom(EventType.pointerMove, EventType.wheel),
    cls: fc.constant(0),
    slot: fc.constant(0),
    x: pixel,
    y: pixel
  }),
  fc.record({
    type: fc.constantFrom(EventType.pointerDown, EventType.pointerUp),
    cls: fc.integer({ min: 0, max: 2 }),
    slot: fc.constant(0),
    x: pixel,
    y: pixel
  })
)
const anyCounters: fc.Arbitrary<Counters> = fc.record(
  Object.fromEntries(counterNames.map((name) => [name, fc.integer({ min: 0, max: 65_535 })])) as Record<
    keyof Counters,
    fc.Arbitrary<number>
  >
)
/** Frames whose times are whole ticks, so that the round trip is exact. */
const anyFrame: fc.Arbitrary<Frame> = fc
  .record({
    sequence: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    firstTick: fc.integer({ min: 0, max: 2 ** 40 }),
    steps: fc.array(
      fc.tuple(fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 2 ** 31 - 1 })), anyEvent),
      {
        maxLength: 60
      }
    ),
    wait: fc.integer({ min: 0, max: 1_000_000 }),
    grainUs: fc.integer({ min: 0, max: 10_000_000 }),
    hidden: fc.boolean(),
    device: fc.constantFrom(undefined, 'keyboard', 'touch'),
    counters: fc.oneof(fc.constant(noCounters), anyCounters)
  })
  .map(({ sequence, firstTick, steps, wait, grainUs, hidden, device, counters }): Frame => {
    let tick = firstTick
    const events = steps.map(([step, event], i): InputEvent => {
      if (i > 0) tick += step
      return { t: tick / 10, ...event }
    })
    return {
      sequence,
      sentAt: (tick + wait) / 10,
      grainMs: grainUs / 1000,
      hidden,
      ...(device && { device }),
      counters,
      events
    }
  })

function key(t: number): InputEvent {
  return { t, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 }
}

function codeOf(bytes: Uint8Array): string {
  try {
    decodeFrame(bytes)
    return 'a frame'
  } catch (error) {
    return error instanceof VigilError ? error.code : `crash: ${String(error)}`
  }
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = value
  return copy
}

describe('what a person did arrives as it happened', () => {
  test('every frame survives the way to the server, to 0.1 ms and one pixel', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
      }),
      { numRuns: 2_000 }
    )
  })

  test('events of a pool are written over by the next frame, and kept when they were given away', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1 }), fc.infiniteStream(fc.boolean()), (frames, kept) => {
        const pool = new EventPool()
        const mine: [Frame, Frame][] = []
        for (const frame of frames) {
          const decoded = decodeFrame(encodeFrame(frame), undefined, pool)
          expect(decoded).toEqual(frame)
          if (kept.next().value) {
            pool.giveAway()
            mine.push([decoded, frame])
          }
        }
        for (const [decoded, frame] of mine) expect(decoded).toEqual(frame)
      })
    )
  })

  test('finer times are rounded to 0.1 ms and part pixels to whole ones, without drift', () => {
    const events = Array.from({ length: 100 }, (_, i): InputEvent => ({
      t: 5 + i * 0.333,
      type: EventType.pointerMove,
      cls: 0,
      slot: 0,
      x: i * 0.4,
      y: -i * 0.4
    }))
    const decoded = decodeFrame(encodeFrame({ ...empty, events }))
    for (const [i, event] of decoded.events.entries()) {
      expect(Math.abs(event.t - events[i]!.t)).toBeLessThanOrEqual(0.0501)
      expect(Math.abs(event.x - events[i]!.x)).toBeLessThanOrEqual(0.5)
      expect(Math.abs(event.y - events[i]!.y)).toBeLessThanOrEqual(0.5)
    }
  })

  test('a page that has been open for a year still tells its time to 0.1 ms', () => {
    const sentAt = 365 * 86_400_000 + 0.3
    expect(decodeFrame(encodeFrame({ ...empty, sentAt })).sentAt).toBe(sentAt)
  })
})

describe('frames are small and say little by their length', () => {
  test('typing and pointing cost at most 4 bytes an event before padding', () => {
    const typing: InputEvent[] = []
    for (let i = 0; i < 40; i++) {
      typing.push({ t: i * 140.3, type: EventType.keyDown, cls: i % 7, slot: 0, x: 0, y: 0 })
      typing.push({ t: i * 140.3 + 95.6, type: EventType.keyUp, cls: i % 7, slot: 0, x: 0, y: 0 })
    }
    // Strokes of 0.6 s with the velocity of a reaching hand (Flash and Hogan 1985), each followed by a rest.
    const pointing: InputEvent[] = []
    for (let i = 0; i < 180; i++) {
      const stroke = Math.floor(i / 36)
      const part = (i % 36) / 35
      const reach = part ** 3 * (10 - 15 * part + 6 * part ** 2)
      const along = stroke % 2 === 0 ? reach : 1 - reach
      pointing.push({
        t: stroke * 1_500 + i * 16.7,
        type: EventType.pointerMove,
        cls: 0,
        slot: 0,
        x: 400 + 300 * along,
        y: 300 + 200 * along
      })
    }
    for (const events of [typing, pointing]) {
      const bytes =
        encodeBody({ ...empty, sentAt: 20_000, events }).length - encodeBody({ ...empty, sentAt: 20_000 }).length
      expect(bytes / events.length).toBeLessThanOrEqual(4)
    }
  })

  test('an empty second and a second of typing have the same length', () => {
    const typing = Array.from({ length: 14 }, (_, i): InputEvent => {
      return { t: i * 70, type: i % 2 === 0 ? EventType.keyDown : EventType.keyUp, cls: 1, slot: 0, x: 0, y: 0 }
    })
    expect(encodeFrame(empty).length).toBe(64)
    expect(encodeFrame({ ...empty, events: typing }).length).toBe(64)
  })

  test('the fullest frame still fits in 64 KiB', () => {
    const events = Array.from({ length: 4_096 }, (_, i): InputEvent => {
      const far = i % 2 === 0 ? 1e9 : -1e9
      return { t: i * 2e8, type: EventType.pointerDown, cls: 2, slot: 0, x: far, y: -far }
    })
    const bytes = encodeFrame({ ...empty, sentAt: 4_096 * 2e8, events })
    expect(bytes.length).toBe(65_536)
    expect(decodeFrame(bytes).events).toHaveLength(4_096)
  })
})

describe('a frame writer', () => {
  test('numbers the frames from 0 and carries the clock grain in each', () => {
    const writer = createFrameWriter({ grainMs: 0.1 })
    let before: Frame | undefined
    const frames = [10, 20, 30].map((sentAt) => (before = decodeFrame(writer.write({ sentAt, events: [] }), before)))
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2])
    expect(frames.map(({ grainMs }) => grainMs)).toEqual([0.1, 0.1, 0.1])
    expect(writer.sequence).toBe(3)
  })

  test('refuses what no honest page can have seen, and keeps its number', () => {
    const writer = createFrameWriter()
    expect(() => writer.write({ sentAt: 10, events: [key(11)] })).toThrow(RangeError)
    expect(() => writer.write({ sentAt: 10, events: [key(5), key(4)] })).toThrow(RangeError)
    expect(() => writer.write({ sentAt: Number.NaN, events: [] })).toThrow(RangeError)
    expect(() => writer.write({ sentAt: 1e308, events: [] })).toThrow(RangeError)
    expect(() => writer.write({ sentAt: -1, events: [] })).toThrow(RangeError)
    expect(writer.sequence).toBe(0)
  })
})

describe('a frame after another', () => {
  test('is that frame again, five bytes shorter', () => {
    fc.assert(
      fc.property(
        anyFrame,
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 1, max: 500 }),
        (any, since, step) => {
          const frame = { ...any, sequence: (any.sequence % 2 ** 30) + step }
          const before = {
            sequence: frame.sequence - 1,
            sentAt: Math.round(10 * frame.sentAt - since) / 10,
            grainMs: frame.grainMs
          }
          if (before.sentAt < 0) return
          const bytes = encodeFrame(frame, before)
          expect(decodeFrame(bytes, before)).toEqual(frame)
          expect(() => decodeFrame(bytes)).toThrow(VigilError)
        }
      )
    )
    const before = { sequence: 999, sentAt: 3_000_000, grainMs: 0.1 }
    const frame = { ...empty, sequence: 1000, sentAt: 3_001_002 }
    expect(encodeBody(frame, before)).toHaveLength(4)
    expect(encodeBody(frame)).toHaveLength(9)
  })

  test('tells its clock when the grain is another one, or after half a day', () => {
    const before = { sequence: 999, sentAt: 3_000, grainMs: 0.1 }
    const finer = { ...empty, sequence: 1000, sentAt: 4_000, grainMs: 0.005 }
    expect(decodeFrame(encodeFrame(finer, before), before)).toEqual(finer)
    const late = { ...empty, sequence: 1000, sentAt: 1e8 }
    expect(decodeFrame(encodeFrame(late, before), before)).toEqual(late)
  })

  test('that is sent twice, or left out, has a number that is not due', () => {
    const frames = [5, 6, 7].map((sequence) => ({ ...empty, sequence, sentAt: 1000 * sequence }))
    const bytes = frames.map((frame, i) => encodeFrame(frame, frames[i - 1]))
    expect(decodeFrame(bytes[1]!, frames[1]).sequence).toBe(6)
    expect(decodeFrame(bytes[2]!, frames[0]).sequence).toBe(7)
  })

  test('cannot lie before it', () => {
    const bytes = padded([2 << 5, 1, 0xa1, 0x9c, 0x01, 0])
    expect(() => decodeFrame(bytes, { sequence: 0, sentAt: 5_000, grainMs: 0 })).toThrow(VigilError)
  })
})

describe('hostile bytes', () => {
  test('any bytes give events or a coded error, never a crash', () => {
    const noise = fc.uint8Array({ maxLength: 300 })
    const sized = fc.constantFrom(64, 128, 256).chain((n) => fc.uint8Array({ minLength: n, maxLength: n }))
    // A right beginning leads deeper into the decoder than noise alone.
    const begun = sized.map((bytes) => Uint8Array.from([alone | (bytes[0]! & 3), ...bytes.subarray(1)]))
    fc.assert(
      fc.property(fc.oneof(noise, sized, begun), (bytes) => {
        expect(['a frame', 'frame_malformed', 'frame_unsupported']).toContain(codeOf(bytes))
      }),
      { numRuns: 10_000 }
    )
  })

  test('whatever decodes is the one encoding of what it says', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.integer({ min: 0, max: 255 }), (frame, at, value) => {
        const bytes = encodeFrame(frame)
        const mutated = changed(bytes, at % bytes.length, value)
        let decoded: Frame
        try {
          decoded = decodeFrame(mutated)
        } catch (error) {
          expect(error).toBeInstanceOf(VigilError)
          return
        }
        expect(encodeFrame(decoded)).toEqual(mutated)
      }),
      { numRuns: 10_000 }
    )
  })

  test('a cut frame is refused wherever it was cut', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), (frame, at) => {
        const bytes = encodeFrame(frame)
        expect(codeOf(bytes.subarray(0, at % bytes.length))).toBe('frame_malformed')
      }),
      { numRuns: 1_000 }
    )
  })

  const good = encodeFrame(empty)
  test.each([
    ['the version before', changed(good, 0, 1), 'frame_unsupported'],
    ['a version to come', changed(good, 0, 3 << 5), 'frame_unsupported'],
    ['a first frame that builds on another', changed(good, 0, 2 << 5), 'frame_malformed'],
    ['a device of two classes', changed(good, 0, alone | 4 | 8), 'frame_malformed'],
    ['counters announced and absent', changed(good, 0, alone | 2), 'frame_malformed'],
    ['a byte in the padding', changed(good, 63, 1), 'frame_malformed'],
    ['a length between size classes', new Uint8Array([...good, 0]), 'frame_malformed'],
    ['a size class too large', new Uint8Array([...good, ...new Uint8Array(64)]), 'frame_malformed'],
    ['a size class over the limit', new Uint8Array(131_072).fill(1), 'frame_malformed'],
    ['nothing at all', new Uint8Array(0), 'frame_malformed'],
    // sequence 0, written in two bytes
    ['a number not in its shortest form', padded([alone, 0x80, 0]), 'frame_malformed'],
    ['a number without an end', new Uint8Array(64).fill(0xff).fill(alone, 0, 1), 'frame_malformed'],
    ['4,096 events in 64 bytes', padded([alone, 0, 100, 0, 0x80, 0x20, 0]), 'frame_malformed'],
    ['an event before the page existed', padded([alone, 0, 5, 0, 1, 6, 0, 0]), 'frame_malformed'],
    ['a first event with a delta', padded([alone, 0, 5, 0, 1, 0, 4, 0, 0]), 'frame_malformed'],
    ['an event later than its frame', padded([alone, 0, 5, 0, 2, 0, 0, 0, 4, 0]), 'frame_malformed'],
    ['a move in the form of a press', padded([alone, 0, 5, 0, 1, 0, 0, 2, 0, 0]), 'frame_malformed'],
    ['an unknown event type', padded([alone, 0, 5, 0, 1, 0, 0, 6]), 'frame_malformed'],
    ['a fourth button', padded([alone, 0, 5, 0, 1, 0, 0, 3 | (3 << 3), 0, 0]), 'frame_malformed'],
    ['a slot of 2 written the long way', padded([alone, 0, 5, 0, 1, 0, 0, 3 << 6, 2]), 'frame_malformed'],
    ['a slot of 16', padded([alone, 0, 5, 0, 1, 0, 0, 3 << 6, 16]), 'frame_malformed'],
    ['a short move in the long form', padded([alone, 0, 5, 0, 1, 0, 1, 2, 2]), 'frame_malformed'],
    ['an unknown event form', padded([alone, 0, 5, 0, 1, 0, 3, 0, 0]), 'frame_malformed'],
    ['a counter of zero', padded([alone | 2, 0, 5, 0, 1, 0, 0]), 'frame_malformed']
  ])('%s is refused', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code)
  })

  test('the shortest hand-written key press is understood', () => {
    const frame = decodeFrame(padded([alone | 1, 7, 50, 100, 1, 20, 0, 0 | (6 << 3) | (3 << 6), 9]))
    expect(frame).toEqual({
      sequence: 7,
      sentAt: 5,
      grainMs: 0.1,
      hidden: true,
      counters: noCounters,
      events: [{ t: 3, type: EventType.keyDown, cls: 6, slot: 9, x: 0, y: 0 }]
    })
  })
})

function padded(body: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set(body)
  return bytes
}
