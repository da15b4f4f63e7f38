// How people point, one long stream each: the recorded ones of `sapimouse` when they are there, invented ones otherwise.

import { eventsOf, EventType, type InputEvent } from '../../src/biometrics/index.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'
import { hasDataSet, readPeople } from '../../src/evaluation/readers/index.ts'
import { datasets, inventedPeople } from '../support/recordings.ts'
import { inARow } from './replaying.ts'

/** Each person's sessions in the order of their names: with recorded people one minute and then three. */
export function pointingSessions(): readonly (readonly (readonly InputEvent[])[])[] {
  const isRecorded = hasDataSet(datasets, 'sapimouse')
  const people = isRecorded ? readPeople(datasets, 'sapimouse') : inventedPeople(31, 30)
  return people.map(({ recordings }, i) =>
    recordings
      .toSorted((a, b) => a.events.length - b.events.length)
      .map((recording) => eventsOf(recording).filter(({ type }) => type >= EventType.pointerMove))
      .filter((events) => events.length > 0)
      .map((events) => withoutIdling(isRecorded ? events : trembling(events, i)))
  )
}

const longestPauseMs = 5000

/** Longer pauses are cut: an empty minute is no pointing to replay. */
function withoutIdling(events: readonly InputEvent[]): InputEvent[] {
  let cutMs = 0
  return events.map((event, i) => {
    cutMs += Math.max(event.t - (events[i - 1]?.t ?? event.t) - longestPauseMs, 0)
    return { ...event, t: event.t - cutMs }
  })
}

/** Invented hands follow a formula, and are rightly known for it: these tremble as hands do. */
function trembling(events: readonly InputEvent[], seed: number): InputEvent[] {
  const normal = normals(seededRandom(seed))
  const px = () => Math.round(1.5 * normal())
  return events.map((event) =>
    event.type === EventType.pointerMove ? { ...event, x: event.x + px(), y: event.y + px() } : event
  )
}

/** Everything that each person did, as one day. */
export function pointingPeople(): readonly (readonly InputEvent[])[] {
  return pointingSessions().map((sessions) => inARow(sessions))
}
