// Recordings bent in time: a slower day, a hand that changes over months, or somebody who bends their rhythm towards another's.

import type { RecordedEvent, RecordedKey, Recording } from '../../src/biometrics/recording.ts'
import type { RecordedPerson } from './recordings.ts'

/** Natural-log means of how long keys are held and how long lies between presses; pauses over 1 s are left out. */
export interface Rhythm {
  readonly hold: number
  readonly gap: number
}

/** Logarithms of the factors by which holds and gaps change. */
export type Bend = Rhythm

interface Keystroke {
  readonly code: string
  readonly at: number
  readonly holdMs: number | undefined
}

export function rhythmOf(recordings: readonly Recording[]): Rhythm {
  const holds: number[] = []
  const gaps: number[] = []
  for (const recording of recordings) {
    let last: number | undefined
    for (const { at, holdMs } of keystrokesOf(recording)) {
      if (holdMs !== undefined && holdMs > 0) holds.push(Math.log(holdMs))
      if (last !== undefined && at - last > 0 && at - last < 1000) gaps.push(Math.log(at - last))
      last = at
    }
  }
  return { hold: meanOf(holds), gap: meanOf(gaps) }
}

/** The same keys with holds and gaps changed. Only keys: pointer events are dropped. */
export function retimed(recording: Recording, { hold, gap }: Bend): Recording {
  const events: RecordedEvent[] = []
  const first = recording.events[0]?.t ?? 0
  for (const { code, at, holdMs } of keystrokesOf(recording)) {
    const t = first + (at - first) * Math.exp(gap)
    events.push({ t, type: 'keydown', code })
    if (holdMs !== undefined) events.push({ t: t + holdMs * Math.exp(hold), type: 'keyup', code })
  }
  return { ...recording, events: events.sort((a, b) => a.t - b.t) }
}

/** People of whom nothing but their keys is left. */
export function typists(people: readonly RecordedPerson[]): RecordedPerson[] {
  return people.map(({ person, recordings }) => ({
    person,
    recordings: recordings.map((recording) => retimed(recording, { hold: 0, gap: 0 }))
  }))
}

/** The first `count` keystrokes. */
export function cut(recording: Recording, count: number): Recording {
  return { ...recording, events: eventsOf(keystrokesOf(recording).slice(0, count)) }
}

export function keystrokesIn(recording: Recording): number {
  return recording.events.filter((event) => event.type === 'keydown' && event.repeat !== true).length
}

function eventsOf(keystrokes: readonly Keystroke[]): RecordedEvent[] {
  return keystrokes
    .flatMap(({ code, at, holdMs }): RecordedEvent[] => [
      { t: at, type: 'keydown', code },
      ...(holdMs === undefined ? [] : [{ t: at + holdMs, type: 'keyup' as const, code }])
    ])
    .sort((a, b) => a.t - b.t)
}

function keystrokesOf({ events }: Recording): Keystroke[] {
  const keystrokes: { code: string; at: number; holdMs: number | undefined }[] = []
  const held = new Map<string, (typeof keystrokes)[number]>()
  for (const event of events) {
    if (!isKey(event) || event.repeat === true) continue
    if (event.type === 'keydown') {
      const keystroke = { code: event.code, at: event.t, holdMs: undefined }
      keystrokes.push(keystroke)
      held.set(event.code, keystroke)
    } else {
      const keystroke = held.get(event.code)
      if (keystroke !== undefined) keystroke.holdMs = event.t - keystroke.at
      held.delete(event.code)
    }
  }
  return keystrokes
}

function isKey(event: RecordedEvent): event is RecordedKey {
  return event.type === 'keydown' || event.type === 'keyup'
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
}
