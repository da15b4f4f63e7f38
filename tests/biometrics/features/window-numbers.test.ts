// What windows say is what profiles and the population that ships were learnt from. Not one bit of it may change without a new `featureVersion`.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createWindowBuilder, noCounters, streamOf, syntheticRecordings } from '../../../src/biometrics/index.ts'
import type { InputEvent, Window } from '../../../src/biometrics/index.ts'
import type { WindowOptions } from '../../../src/biometrics/features/window.ts'
import { readPeople } from '../../../src/evaluation/readers/index.ts'
import { datasets } from '../../support/recordings.ts'
import { withRecordings } from '../../support/with-recordings.ts'

/** Usual windows, and odd ones: hops of pointing among the typing, hops as long as the window. */
const shapes: readonly WindowOptions[] = [
  {},
  { hop: 5, length: 20, pointerHop: 10 },
  { hop: 8, length: 8 },
  { hop: 30, length: 30, pointerHop: 50 }
]

test('the windows of invented people are bit for bit what they were', () => {
  const streams = syntheticRecordings(3, 10, { sessions: 2, keystrokes: 300, strokes: 60 }).map(eventsOf)
  expect(digestOf(streams)).toBe('5c6ca235256772ed41ee0ac4168020f5da2ac7d3f9a27c93580d0cea55edf525')
})

test('and so they are where sums are made at once, however many windows close before one is read', () => {
  const streams = syntheticRecordings(4, 2, { sessions: 1, keystrokes: 1500, strokes: 300 }).map(eventsOf)
  for (const shape of shapes) {
    for (const events of streams) {
      const lazily = windowsIn(events, shape)
      const atOnce = windowsIn(events, { ...shape, sumsAtOnce: true })
      // More than any window looks back on.
      expect(lazily.length).toBeGreaterThan(34)
      expect(atOnce.map(bytesOf)).toEqual(lazily.map(bytesOf))
    }
  }
})

withRecordings(() => {
  test('the windows of those who type are bit for bit what they were', () => {
    expect(digestOf(recorded('aalto-free-text', 20))).toBe(
      '3be6d7ced8e195621a6794ef37283fda97123a9642ba46dffc38066653a32525'
    )
  })

  test('the windows of those who point are bit for bit what they were', () => {
    expect(digestOf(recorded('sapimouse', 5))).toBe('3f49544edcecd348be89fd7a71a9ab9447938485a44e73c4298ba4e030f6aca4')
  })
})

function recorded(set: 'aalto-free-text' | 'sapimouse', people: number): InputEvent[][] {
  return readPeople(datasets, set)
    .slice(0, people)
    .flatMap(({ recordings }) => recordings.slice(0, 3).map(eventsOf))
}

function eventsOf(recording: Parameters<typeof streamOf>[0]): InputEvent[] {
  return [...streamOf(recording).events]
}

/** Of everything in all windows. */
function digestOf(streams: readonly (readonly InputEvent[])[]): string {
  const hash = createHash('sha256')
  for (const events of streams) {
    for (const shape of shapes) {
      for (const window of windowsIn(events, shape)) for (const bytes of bytesOf(window)) hash.update(bytes)
    }
  }
  return hash.digest('hex')
}

/** With counters in between and a stop now and then. */
function windowsIn(events: readonly InputEvent[], shape: WindowOptions): Window[] {
  const builder = createWindowBuilder(shape)
  const windows: (Window | undefined)[] = []
  for (const [i, event] of events.entries()) {
    if (i % 97 === 13) builder.count({ ...noCounters, shiftLeft: i % 3, shiftRight: 1, numpad: 2 })
    windows.push(builder.push(event))
    if (i % 501 === 500) windows.push(builder.flush())
  }
  windows.push(builder.flush())
  return windows.filter((window) => window !== undefined)
}

function bytesOf(window: Window): Uint8Array[] {
  const { startedAt, endedAt, keystrokes, pointerEvents, freshKeystrokes, freshPointerEvents, freshMs } = window
  const plain = [startedAt, endedAt, keystrokes, pointerEvents, freshKeystrokes, freshPointerEvents, freshMs]
  const { features, sequence, fresh, trail, typed } = window
  const parts = [
    Float64Array.from(plain),
    features,
    sequence.values,
    fresh,
    ...trail,
    ...typed.map(({ values }) => values)
  ]
  return parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
}
