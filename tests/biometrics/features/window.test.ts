// Windows: what is counted once, what overlaps, and that no stream of events can break them.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createWindowBuilder,
  EventType,
  featureNames,
  KeyClass,
  noCounters,
  type InputEvent,
  type Window
} from '../../../src/biometrics/index.ts'
import { featureAt } from '../../../src/biometrics/features/features.ts'
import { keystrokesIn, sumStatistics } from '../../../src/biometrics/features/statistics.ts'
import { inventedPeople } from '../../support/invented.ts'

describe('a window', () => {
  it('has forty features with forty names', () => {
    const [window] = play(typing(30))
    expect(window!.features).toHaveLength(40)
    expect(new Set(featureNames).size).toBe(40)
  })

  it('closes every 25 keystrokes and looks back on at most 100', () => {
    const windows = play(typing(200))
    expect(windows.map(({ freshKeystrokes }) => freshKeystrokes)).toEqual([25, 25, 25, 25, 25, 25, 25, 25])
    expect(windows.map(({ keystrokes }) => keystrokes)).toEqual([25, 50, 75, 100, 100, 100, 100, 100])
    expect(windows[5]!.sequence.length).toBe(100)
  })

  it('counts every keystroke once in its fresh sums, however much windows overlap', () => {
    const windows = play(typing(130))
    expect(keystrokesIn(sumStatistics(windows.map(({ fresh }) => fresh)))).toBe(130)
  })

  it('measures a steady hand exactly', () => {
    const { features } = play(typing(100, { gapMs: 200, holdMs: 80 })).at(-1)!
    expect(features[featureAt.holdMean]).toBeCloseTo(Math.log(80), 6)
    expect(features[featureAt.holdSpread]).toBeCloseTo(0, 6)
    expect(features[featureAt.pressToPressMean]).toBeCloseTo(Math.log(200), 6)
    expect(features[featureAt.releaseToPressMean]).toBeCloseTo(120 / 150, 6)
    expect(features[featureAt.typingRate]).toBeCloseTo(Math.log(5), 6)
    expect(features[featureAt.overlapShare]).toBe(0)
  })

  it('sees that keys overlap', () => {
    const { features } = play(typing(100, { gapMs: 100, holdMs: 150 })).at(-1)!
    expect(features[featureAt.overlapShare]).toBe(1)
    expect(features[featureAt.releaseToPressMean]).toBeCloseTo(-50 / 150, 5)
  })

  it('leaves pauses of more than a minute out of the watched time', () => {
    const first = typing(20)
    const second = typing(10).map((event) => ({ ...event, t: event.t + 600_000 }))
    const [window] = play([...first, ...second])
    expect(window!.freshMs).toBeLessThan(10_000)
  })

  it('leaves the pointer unobserved when only keys are used, and the keys when only the pointer is', () => {
    const keys = play(typing(100)).at(-1)!
    expect([...keys.features.subarray(20)].every(Number.isNaN)).toBe(true)
    const moved = play(pointing(500)).at(-1)!
    expect([...moved.features.subarray(0, 20)].every(Number.isNaN)).toBe(true)
    expect(moved.pointerEvents).toBeGreaterThan(0)
    expect(Number.isFinite(moved.features[featureAt.speed])).toBe(true)
  })

  it('learns nothing of the class of a hidden key', () => {
    const hidden = typing(50).map((event) => ({ ...event, cls: KeyClass.hidden }))
    const windows = play(hidden)
    expect(windows.length).toBeGreaterThan(0)
    expect(windows.every(({ fresh }) => fresh.every((value) => value === 0))).toBe(true)
  })

  it('counts which Shift was used from the counters', () => {
    const builder = createWindowBuilder()
    builder.count({ ...noCounters, shiftLeft: 1, shiftRight: 3 })
    for (const event of typing(24)) builder.push(event)
    expect(builder.flush()!.features[featureAt.shiftRightShare]).toBe(0.75)
  })

  it('has nothing to say when nothing happened', () => {
    expect(createWindowBuilder().flush()).toBeUndefined()
  })

  it('goes on when every release is lost', () => {
    const windows = play(typing(120).filter(({ type }) => type === EventType.keyDown))
    expect(windows.length).toBeGreaterThan(3)
    expect(Number.isNaN(windows.at(-1)!.features[featureAt.holdMean])).toBe(true)
    expect(Number.isFinite(windows.at(-1)!.features[featureAt.pressToPressMean])).toBe(true)
  })

  it('survives any events at all, and never sums up anything but finite numbers', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(1e308, -1e308, Number.NaN, Number.POSITIVE_INFINITY)
    )
    const event = fc.record({
      t: number,
      type: fc.integer({ min: 0, max: 6 }),
      cls: fc.integer({ min: -2, max: 300 }),
      slot: fc.integer({ min: -3, max: 40 }),
      x: number,
      y: number
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const builder = createWindowBuilder({ hop: 5, length: 20, pointerHop: 10 })
        const windows = events.flatMap((one) => builder.push(one as InputEvent) ?? [])
        windows.push(...[builder.flush()].filter((one) => one !== undefined))
        for (const window of windows) {
          expect(window.fresh.every(Number.isFinite)).toBe(true)
          expect(window.features.every((value) => !Math.abs(value) || Number.isFinite(value))).toBe(true)
        }
      }),
      { numRuns: 300 }
    )
  })

  it('says long after what it said when it closed', () => {
    const events = [...typing(60), ...after(typing(60).length * 200, pointing(1200)), ...after(60_000, typing(600))]
    const atOnce = createWindowBuilder()
    const said = events.flatMap((event) => {
      const window = atOnce.push(event)
      return window ? [everythingIn(window)] : []
    })
    const builder = createWindowBuilder()
    const windows = events.flatMap((event) => builder.push(event) ?? [])
    expect(windows.length).toBeGreaterThan(20)
    // The newest first: each hop is added up for another window than before.
    expect(windows.toReversed().map(everythingIn)).toEqual(said.toReversed())
  })

  it('is the same however its events arrive', () => {
    const [ana] = inventedPeople(5, 1)
    const [again] = inventedPeople(5, 1)
    expect(again!.windows.map(everythingIn)).toEqual(ana!.windows.map(everythingIn))
  })
})

function play(events: readonly InputEvent[]): Window[] {
  const builder = createWindowBuilder()
  const windows = events.flatMap((event) => builder.push(event) ?? [])
  const rest = builder.flush()
  return rest === undefined ? windows : [...windows, rest]
}

/** Read now, and copied: nothing of it can change any more. */
function everythingIn(window: Window): unknown {
  const { startedAt, endedAt, keystrokes, pointerEvents, freshKeystrokes, freshPointerEvents, freshMs } = window
  const plain = { startedAt, endedAt, keystrokes, pointerEvents, freshKeystrokes, freshPointerEvents, freshMs }
  const { features, fresh, trail, sequence, typed } = window
  return structuredClone({ ...plain, features, fresh, trail, sequence, typed })
}

function after(t: number, events: readonly InputEvent[]): InputEvent[] {
  return events.map((event) => ({ ...event, t: event.t + t }))
}

function typing(keys: number, { gapMs = 200, holdMs = 80 } = {}): InputEvent[] {
  const events: InputEvent[] = []
  for (let key = 0; key < keys; key++) {
    const cls = key % 5 === 4 ? KeyClass.space : key % 2
    const common = { cls, slot: key % 3, x: 0, y: 0 }
    events.push({ ...common, t: key * gapMs, type: EventType.keyDown })
    events.push({ ...common, t: key * gapMs + holdMs, type: EventType.keyUp })
  }
  return events.sort((a, b) => a.t - b.t)
}

function pointing(moves: number): InputEvent[] {
  return Array.from({ length: moves }, (_, i) => ({
    t: i * 16 + Math.floor(i / 40) * 400,
    type: EventType.pointerMove,
    cls: 0,
    slot: 0,
    x: (i % 40) * (5 + (i % 7)),
    y: ((i % 40) * 3) ** 1.2
  }))
}
