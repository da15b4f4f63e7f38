// When a session that ought to be watched has gone silent, by the server's clock alone.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSilence, mostQuickly, patientMs, type Silence } from '../src/watch/silence.ts'

let found: string[]
let silence: Silence
beforeEach(() => {
  vi.useFakeTimers()
  found = []
  silence = createSilence({ graceMs: () => 60_000, found: (kind) => found.push(kind) })
})
afterEach(() => {
  silence.close()
  vi.useRealTimers()
})
const seconds = (count: number): void => void vi.advanceTimersByTime(1000 * count)

describe('nobody speaks for a session', () => {
  it('is found after the grace, once', () => {
    silence.absent()
    seconds(59)
    expect(found).toEqual([])
    seconds(600)
    expect(found).toEqual(['no_channel'])
  })

  it('is not put off by using the session again and again', () => {
    for (let i = 0; i < 30; i++) {
      silence.absent()
      silence.used()
      seconds(2)
    }
    expect(found).toContain('no_channel')
  })

  it('is nothing when a page comes back within the grace', () => {
    silence.absent()
    seconds(30)
    silence.present()
    seconds(600)
    expect(found).toEqual([])
  })
})

describe('pages that tell of nothing', () => {
  it('are found while requests go on, within the grace', () => {
    for (let i = 0; i < 61; i++) {
      silence.used()
      seconds(1)
    }
    expect(found).toEqual(['no_input'])
  })

  it('are those of somebody who reads, when there was one burst of requests as the page came', () => {
    for (let i = 0; i < 20; i++) silence.used()
    seconds(2)
    silence.used()
    seconds(3_600)
    expect(found).toEqual([])
  })

  it('are not found while hands are heard now and then', () => {
    for (let i = 0; i < 600; i++) {
      silence.used()
      seconds(1)
      if (i % 50 === 0) silence.heard()
    }
    expect(found).toEqual([])
  })

  it.each([
    ['half a minute of every minute', (second: number) => second % 61 < 29],
    ['once a minute', (second: number) => second % 61 === 0]
  ])('are found where requests come %s, once that has gone on for longer than anybody reads', (_, isUsed) => {
    const longest = patientMs / 1000
    for (let second = 0; second < longest + 180; second++) {
      if (second === longest) expect(found).toEqual([])
      if (isUsed(second)) silence.used()
      seconds(1)
    }
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found)).toEqual(new Set(['no_input']))
  })

  it('are found though they connect anew each time before the grace is over', () => {
    for (let i = 0; i < 61; i++) {
      silence.used()
      if (i % 10 === 0) silence.absent()
      if (i % 10 === 5) silence.present()
      seconds(1)
    }
    expect(found).toEqual(['no_input'])
  })
})

it('somebody whose network lets no channel through is asked so often, and then seldom', () => {
  for (let i = 0; i < mostQuickly + 1; i++) {
    silence.absent()
    seconds(60)
    expect(found).toHaveLength(i + 1)
    silence.answered(true)
  }
  silence.absent()
  seconds(patientMs / 1000 - 1)
  expect(found).toHaveLength(mostQuickly + 1)
  seconds(1)
  expect(found).toHaveLength(mostQuickly + 2)
})
