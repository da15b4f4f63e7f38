// What the wire costs for people as they really type, in frames of one second as the agent makes them. Without the recorded people invented ones
// stand in. `tests/measure/wire.ts` has the figures.

import { expect, test } from 'vitest'
import { noCounters, streamOf } from '../../src/biometrics/index.ts'
import { encodeBody } from '../../src/browser/encode.ts'
import { samplePeople } from '../support/recordings.ts'

test('an event of recorded people costs at most 4 bytes before padding, the heads of frames counted in', () => {
  let bytes = 0
  let count = 0
  for (const recording of samplePeople(7, 60).flatMap(({ recordings }) => recordings)) {
    const { events } = streamOf(recording)
    for (const [second, some] of Map.groupBy(events, ({ t }) => Math.floor(t / 1_000))) {
      const sentAt = 1_000 * (second + 1)
      const frame = {
        sequence: 200,
        sentAt,
        grainMs: 0.1,
        hidden: false,
        device: 'keyboard',
        counters: noCounters
      } as const
      // The beat of a browser is some milliseconds early or late.
      const before = { sequence: 199, sentAt: Math.max(0, sentAt - 1_004), grainMs: 0.1 }
      expect(encodeBody({ ...frame, events: [] }, before).length).toBeLessThanOrEqual(4)
      bytes += encodeBody({ ...frame, events: some }, before).length
      count += some.length
    }
  }
  expect(count).toBeGreaterThan(1_000)
  expect(bytes / count).toBeLessThanOrEqual(4)
})
