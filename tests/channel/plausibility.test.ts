import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventType, noCounters } from '../../src/biometrics/events.ts'
import { createPlausibility } from '../../src/channel/plausibility.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { isVigilError } from '../../src/errors.ts'

/** A page that beats each second of real time for `seconds`; what its clock says and how late frames arrive is up to the caller. */
function play(
  seconds: number,
  page: {
    readonly clock: (realMs: number) => number
    readonly delay?: (beat: number) => number
    readonly keyAge?: number
    /** A sleeping page does not beat. */
    readonly asleep?: (realMs: number) => boolean
  }
): { readonly code: string; readonly beat: number } {
  const plausibility = createPlausibility()
  let arrivedAt = 0
  let sequence = 0
  for (let beat = 0; beat < seconds; beat++) {
    const realMs = beat * 1000
    if (page.asleep?.(realMs)) continue
    // TCP keeps order: a frame cannot overtake the one before.
    arrivedAt = Math.max(arrivedAt, 1e6 + realMs + (page.delay?.(beat) ?? 20))
    try {
      plausibility.check(frame(sequence++, page.clock(realMs), page.keyAge), arrivedAt)
    } catch (error) {
      return { code: isVigilError(error) ? error.code : String(error), beat }
    }
  }
  return { code: 'believed', beat: seconds }
}

function frame(sequence: number, sentAt: number, keyAge?: number): Frame {
  const events =
    keyAge === undefined ? [] : [{ t: sentAt - keyAge, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 } as const]
  return { sequence, sentAt, grainMs: 0.1, hidden: false, counters: noCounters, events }
}

describe('an honest page is believed', () => {
  test.each([
    ['with a clock that starts anywhere', { clock: (ms: number) => 86_400_000 + ms }],
    ['with a clock that is 0.05 % fast', { clock: (ms: number) => 9_000 + ms * 1.0005 }],
    ['with a clock that is 0.05 % slow', { clock: (ms: number) => 9_000 + ms * 0.9995 }],
    [
      'on a train: 40 s in a tunnel, then everything at once',
      {
        clock: (ms: number) => 9_000 + ms,
        delay: (beat: number) => (beat >= 100 && beat < 140 ? (140 - beat) * 1000 : 30)
      }
    ],
    [
      'on a laptop that sleeps for half a minute, its clock too',
      {
        clock: (ms: number) => 9_000 + (ms < 60_000 ? ms : ms - 30_000),
        asleep: (ms: number) => ms >= 60_000 && ms < 90_000
      }
    ],
    [
      'on a laptop that sleeps twenty-five seconds every two minutes',
      {
        clock: (ms: number) => 9_000 + ms - 25_000 * Math.floor(ms / 120_000),
        asleep: (ms: number) => ms >= 120_000 && ms % 120_000 < 25_000
      }
    ],
    [
      'in a hidden tab whose timers fire once a minute',
      { clock: (ms: number) => 9_000 + ms, asleep: (ms: number) => ms % 60_000 !== 0 }
    ]
  ])('%s', (_, page) => {
    expect(play(3_600, page)).toEqual({ code: 'believed', beat: 3_600 })
  })

  test('on any network whose delay stays under four seconds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 50 }), (delays) => {
        const page = { clock: (ms: number) => 9_000 + ms, delay: (beat: number) => delays[beat % delays.length]! }
        expect(play(600, page).code).toBe('believed')
      }),
      { numRuns: 300 }
    )
  })
})

describe('a forged clock is refused', () => {
  test('twice as fast: within ten seconds', () => {
    const { code, beat } = play(600, { clock: (ms) => 9_000 + 2 * ms })
    expect(code).toBe('frame_implausible')
    expect(beat).toBeLessThanOrEqual(10)
  })

  test('half as fast: within forty seconds', () => {
    const { code, beat } = play(600, { clock: (ms) => 9_000 + ms / 2 })
    expect(code).toBe('frame_implausible')
    expect(beat).toBeLessThanOrEqual(40)
  })

  test('half as fast on a jittery network: within a minute', () => {
    const { code, beat } = play(600, { clock: (ms) => 9_000 + ms / 2, delay: (n) => (n * 7919) % 500 })
    expect(code).toBe('frame_implausible')
    expect(beat).toBeLessThanOrEqual(60)
  })

  test('standing still, or jumping a day ahead', () => {
    expect(play(600, { clock: () => 9_000 }).code).toBe('frame_implausible')
    expect(play(600, { clock: (ms) => 9_000 + ms + (ms > 50_000 ? 86_400_000 : 0) })).toEqual({
      code: 'frame_implausible',
      beat: 51
    })
  })

  test('going back', () => {
    expect(play(600, { clock: (ms) => 9_000 + ms - (ms > 50_000 ? 2_000 : 0) })).toEqual({
      code: 'frame_implausible',
      beat: 51
    })
  })

  test('with events that happened long before the beat they came in', () => {
    expect(play(60, { clock: (ms) => 99_000 + ms, keyAge: 7_000 }).code).toBe('frame_implausible')
    expect(play(60, { clock: (ms) => 99_000 + ms, keyAge: 900 }).code).toBe('believed')
  })

  test('with events that run at half speed under an honest clock', () => {
    const plausibility = createPlausibility()
    const late = Array.from({ length: 60 }, (_, beat) => frame(beat, 100_000 + beat * 1000, beat * 500))
    expect(() => {
      for (const [beat, each] of late.entries()) plausibility.check(each, beat * 1000)
    }).toThrow('events from before the last frame')
  })
})

describe('the order of frames', () => {
  test.each([
    ['starts elsewhere than at 0', [1]],
    ['repeats a number', [0, 1, 1]],
    ['goes back', [0, 1, 2, 0]],
    ['leaves one out', [0, 2]]
  ])('is refused when it %s', (_, sequences) => {
    const plausibility = createPlausibility()
    const act = (): void => {
      for (const [i, sequence] of sequences.entries()) plausibility.check(frame(sequence, 9_000 + i), i)
    }
    expect(act).toThrow(expect.objectContaining({ code: 'frame_out_of_order' }) as Error)
  })
})

test('a first frame may bring what waited for the connection, but not an hour of it', () => {
  expect(() => createPlausibility().check(frame(0, 9e6, 60_000), 0)).not.toThrow()
  expect(() => createPlausibility().check(frame(0, 9e6, 3_600_000), 0)).toThrow('events from before the last frame')
})
