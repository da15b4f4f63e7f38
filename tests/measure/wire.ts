// What the wire costs for the recorded people, in frames of one second as the agent makes them: the events alone, with the heads of their frames,
// and padded. `node --conditions=vigil-source tests/measure/wire.ts`

import { type InputEvent, noCounters, streamOf } from '../../src/biometrics/index.ts'
import { encodeBody, encodeFrame } from '../../src/browser/encode.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { hasDataSet, readPeople } from '../../src/evaluation/readers/index.ts'
import { datasets } from '../support/recordings.ts'

const mostPeople = 100
const mostRecordings = 20
/** How long the page has been open when somebody begins. */
const openMs = 300_000

for (const set of ['aalto-free-text', 'trainable/argumentation-l2', 'cmu-fixed-text', 'sapimouse'] as const) {
  if (!hasDataSet(datasets, set)) continue
  const people = readPeople(datasets, set).slice(0, mostPeople)
  const cost = { events: 0, frames: 0, alone: 0, body: 0, padded: 0 }
  for (const { recordings } of people) {
    for (const recording of recordings.slice(0, mostRecordings)) {
      for (const frame of framesOf(streamOf(recording).events)) {
        // One a second leaves, busy or not.
        const before = { ...frame, sequence: frame.sequence - 1, sentAt: frame.sentAt - 1000 }
        const body = encodeBody(frame, before).length
        cost.events += frame.events.length
        cost.frames += 1
        cost.body += body
        cost.alone += body - encodeBody({ ...frame, events: [] }, before).length
        cost.padded += encodeFrame(frame, before).length
      }
    }
  }
  const each = (bytes: number): string => (bytes / cost.events).toFixed(2)
  process.stdout.write(
    `${set}: ${people.length} people, ${cost.events} events, ${(cost.events / cost.frames).toFixed(1)} a frame; bytes an event: ` +
      `${each(cost.alone)} alone, ${each(cost.body)} with heads, ${each(cost.padded)} padded\n`
  )
}

/** Seconds in which something happened. */
function framesOf(events: readonly InputEvent[]): Frame[] {
  const begun = events[0]?.t ?? 0
  const seconds = Map.groupBy(events, ({ t }) => Math.floor((t - begun) / 1000))
  return [...seconds].map(([second, some], sequence) => ({
    sequence,
    sentAt: openMs + 1000 * (second + 1),
    grainMs: 0.1,
    hidden: false,
    device: 'keyboard',
    counters: noCounters,
    events: some.map((event) => ({ ...event, t: openMs + event.t - begun }))
  }))
}
