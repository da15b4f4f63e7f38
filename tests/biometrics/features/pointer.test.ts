// The pointer: strokes, clicks and histograms are what the hand did, whatever the mouse and its clock.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventType, type InputEvent } from '../../../src/biometrics/index.ts'
import {
  countIn,
  histogramOf,
  pointerBins,
  pointerHistograms
} from '../../../src/biometrics/features/pointer-histograms.ts'
import type { HistogramName } from '../../../src/biometrics/features/pointer-histograms.ts'
import {
  createPointerTracker,
  pointerQuantities,
  type PointerQuantity
} from '../../../src/biometrics/features/pointer.ts'

describe('a histogram', () => {
  it('shares a value between its two neighbours, and counts one in all', () => {
    const bins = new Map<number, number>()
    countIn(histogramOf.approach, 0, 0.3, (bin, share) => bins.set(bin - histogramOf.approach.first, share))
    expect([...bins.keys()]).toEqual([1, 2])
    expect(bins.get(1)).toBeCloseTo(0.5, 9)
    expect(bins.get(2)).toBeCloseTo(0.5, 9)
  })

  it('keeps any number at all within its own bins', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pointerHistograms), fc.double(), fc.nat(), (histogram, value, any) => {
        const group = any % (histogram.bins / histogram.at.length)
        let total = 0
        countIn(histogram, group, value, (bin, share) => {
          expect(bin).toBeGreaterThanOrEqual(histogram.first + group * histogram.at.length)
          expect(bin).toBeLessThan(histogram.first + (group + 1) * histogram.at.length)
          expect(share).toBeGreaterThanOrEqual(0)
          total += share
        })
        expect(total).toBeCloseTo(1, 9)
      })
    )
  })

  it('stands beside the others without a gap', () => {
    let next = 0
    for (const { first, bins } of pointerHistograms) {
      expect(first).toBe(next)
      next += bins
    }
    expect(pointerBins).toBe(next)
  })
})

describe('a stroke', () => {
  it('along a straight line at a steady pace is straight, does not turn and has one speed', () => {
    const seen = track(line({ ms: 480, px: 300 }))
    expect(seen.quantity('strokeDuration')).toEqual([Math.log(480)])
    expect(seen.quantity('straightness')[0]).toBeCloseTo(1, 9)
    expect(seen.quantity('curvature')[0]).toBeCloseTo(0, 9)
    expect(seen.quantity('speed')[0]).toBeCloseTo(Math.log1p(10), 9)
    expect(seen.quantity('acceleration')[0]).toBeCloseTo(0, 9)
    expect(seen.count('speed')).toBeCloseTo(30, 9)
    expect(seen.count('turn')).toBeCloseTo(29, 9)
  })

  it('is the same from a mouse that reports 1000 times a second and one that reports 60 times', () => {
    const often = track(line({ ms: 480, px: 300, everyMs: 1 }))
    const seldom = track(line({ ms: 480, px: 300, everyMs: 16 }))
    for (const name of pointerQuantities) {
      expect(often.quantity(name)).toHaveLength(seldom.quantity(name).length)
      often.quantity(name).forEach((value, i) => expect(value).toBeCloseTo(seldom.quantity(name)[i]!, 6))
    }
    for (const { name } of pointerHistograms) expect(often.count(name)).toBeCloseTo(seldom.count(name), 6)
  })

  it('ends when the pointer rests, and the next one knows how long', () => {
    const first = line({ ms: 320, px: 200 })
    const second = line({ ms: 320, px: 200 }).map((event) => ({ ...event, t: event.t + 1320 }))
    const seen = track([...first, ...second])
    expect(seen.quantity('strokeLength')).toHaveLength(2)
    expect(seen.quantity('pause')).toEqual([Math.log(1000)])
  })

  it('of a turning hand is told by the way it turns', () => {
    const turning = (sign: number): InputEvent[] =>
      Array.from({ length: 40 }, (_, i) =>
        moved(i * 16, 500 + 200 * Math.cos((sign * i) / 8), 400 + 200 * Math.sin((sign * i) / 8))
      )
    const left = track(turning(-1)).ways()
    const right = track(turning(1)).ways()
    expect(right[2]).toBeGreaterThan(30)
    expect(right[0]).toBe(0)
    expect(left[0]).toBeCloseTo(right[2]!, 0)
  })
})

describe('a click', () => {
  it('has a hold, a hover before it and a rest after it', () => {
    const seen = track([
      ...line({ ms: 320, px: 200 }),
      pressed(520, 200),
      released(600, 200),
      moved(700, 200),
      moved(716, 210)
    ])
    expect(seen.quantity('clickHold')).toEqual([Math.log(80)])
    expect(seen.quantity('hoverBeforeClick')).toEqual([Math.log(200)])
    expect(seen.quantity('dragged')).toEqual([0])
    for (const name of ['clickHold', 'hover', 'afterClick'] as const) expect(seen.count(name)).toBeCloseTo(1, 9)
  })

  it('that moves is a drag, and a drag is a stroke of its own', () => {
    const seen = track([
      pressed(0, 0),
      ...line({ ms: 320, px: 200 }).map((event) => ({ ...event, t: event.t + 10 })),
      released(340, 200)
    ])
    expect(seen.quantity('dragged')).toEqual([1])
    expect(seen.quantity('clickHold')).toEqual([])
    expect(seen.quantity('strokeLength')).toHaveLength(1)
  })

  it('soon after another is a double click', () => {
    const seen = track([pressed(0, 5), released(80, 5), pressed(200, 5), released(270, 5)])
    expect(seen.quantity('doubleClickGap')).toEqual([Math.log(120)])
  })
})

describe('the tracker', () => {
  it('takes no place that is no number or out of this world', () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e9].map((x, i) => moved(i * 16, x))
    expect(track(bad).total()).toBe(0)
    const good = line({ ms: 320, px: 200 })
    const mixed = track(good.flatMap((event) => [event, { ...event, x: Number.NaN }]))
    expect(mixed.quantity('strokeLength')).toEqual(track(good).quantity('strokeLength'))
  })

  it('does a bounded amount of work for an event, and observes finite numbers only', () => {
    const number = fc.oneof(fc.double(), fc.integer({ min: -2000, max: 2000 }))
    const event = fc.record({
      t: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.double({ min: -1e15, max: 1e15, noNaN: true })),
      type: fc.integer({ min: EventType.pointerMove, max: EventType.wheel }),
      x: number,
      y: number
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        let observed = 0
        const tracker = createPointerTracker((_, value) => {
          observed++
          expect(Number.isFinite(value)).toBe(true)
        })
        for (const one of events) {
          const before = observed
          tracker.push({ ...one, cls: 0, slot: 0 } as InputEvent)
          expect(observed - before).toBeLessThan(400)
        }
        tracker.flush()
      })
    )
  })
})

interface Tracked {
  quantity(name: PointerQuantity): readonly number[]
  /** Observations in a histogram. */
  count(name: HistogramName): number
  /** Right turns, straight on, left turns, as the screen shows them. */
  ways(): number[]
  total(): number
}

function track(events: readonly InputEvent[]): Tracked {
  const quantities = pointerQuantities.map((): number[] => [])
  const bins = new Float64Array(pointerBins)
  let total = 0
  const tracker = createPointerTracker((position, value) => {
    total++
    const values = quantities[position]
    if (values !== undefined) values.push(value)
    else bins[position - pointerQuantities.length]! += value
  })
  for (const event of events) tracker.push(event)
  tracker.flush()
  const binsOf = (name: HistogramName): Float64Array => {
    const { first, bins: length } = histogramOf[name]
    return bins.subarray(first, first + length)
  }
  return {
    quantity: (name) => quantities[pointerQuantities.indexOf(name)]!,
    count: (name) => binsOf(name).reduce((sum, value) => sum + value, 0),
    ways: () =>
      [0, 1, 2].map((way) => binsOf('turnOfDirection').reduce((sum, v, i) => sum + (i % 3 === way ? v : 0), 0)),
    total: () => total
  }
}

function line({ ms, px, everyMs = 16 }: { ms: number; px: number; everyMs?: number }): InputEvent[] {
  return Array.from({ length: ms / everyMs + 1 }, (_, i) => moved(i * everyMs, (px * i * everyMs) / ms))
}

function moved(t: number, x: number, y = 0): InputEvent {
  return { t, type: EventType.pointerMove, cls: 0, slot: 0, x, y }
}

function pressed(t: number, x: number): InputEvent {
  return { ...moved(t, x), type: EventType.pointerDown }
}

function released(t: number, x: number): InputEvent {
  return { ...moved(t, x), type: EventType.pointerUp }
}
