// Recordings bent in time: what changes, and what must not.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/biometrics/random.ts'
import { syntheticRecordings, type RecordedEvent, type Recording } from '../../src/biometrics/index.ts'
import { byPerson } from '../../src/evaluation/people.ts'
import { quantised, retimed, standInFor, standIns, thinnedMoves } from '../../src/evaluation/stand-ins.ts'

const [ana] = byPerson(syntheticRecordings(7, 1))
const names = Object.keys(standIns) as (keyof typeof standIns)[]

describe('a stand-in', () => {
  it.each(names)('%s keeps every key, its order and the order of times', (name) => {
    const bent = standInFor(name, ana!, 1)
    expect(bent.recordings.map(keysOf)).toEqual(ana!.recordings.map(keysOf))
    for (const { events } of bent.recordings) {
      for (let i = 1; i < events.length; i++) expect(events[i]!.t).toBeGreaterThanOrEqual(events[i - 1]!.t)
    }
    expect(standInFor(name, ana!, 1)).toEqual(bent)
    expect(standInFor(name, ana!, 2)).not.toEqual(bent)
  })

  it.each(names.filter((name) => !standIns[name].enrolmentToo))('%s leaves the enrolment as it is', (name) => {
    const bent = standInFor(name, ana!, 1)
    expect(bent.recordings.slice(0, 10)).toEqual(ana!.recordings.slice(0, 10))
    expect(bent.recordings.slice(10)).not.toEqual(ana!.recordings.slice(10))
  })
})

describe('a coarser clock', () => {
  it('has only times of its steps, each within one step of the true one', () => {
    const { events } = quantised(ana!.recordings[0]!, 16, seededRandom(3))
    events.forEach((event, i) => {
      expect(event.t % 16).toBe(0)
      expect(Math.abs(event.t - ana!.recordings[0]!.events[i]!.t)).toBeLessThan(16)
    })
  })

  it('is right on average', () => {
    const many: RecordedEvent[] = Array.from({ length: 4000 }, (_, i) => ({
      t: i * 100 + 5,
      type: 'keydown',
      code: 'KeyA'
    }))
    const { events } = quantised(recordingOf(many), 16, seededRandom(3))
    const bias = events.reduce((sum, { t }, i) => sum + t - many[i]!.t, 0) / many.length
    expect(Math.abs(bias)).toBeLessThan(0.5)
  })

  it('keeps one move in its time, and every press', () => {
    const moves: RecordedEvent[] = [0, 10, 20, 40, 50].map((t) => ({ t, type: 'mousemove', x: t, y: 0 }))
    const click: RecordedEvent = { t: 21, type: 'mousedown', x: 20, y: 0, button: 0 }
    const events = [...moves.slice(0, 3), click, ...moves.slice(3)]
    expect(thinnedMoves(recordingOf(events), 32).events.map(({ t }) => t)).toEqual([20, 21, 50])
  })
})

describe('another day', () => {
  it('multiplies times between presses and holds, and leaves pauses', () => {
    const typed: RecordedEvent[] = [
      { t: 0, type: 'keydown', code: 'KeyA' },
      { t: 80, type: 'keyup', code: 'KeyA' },
      { t: 200, type: 'keydown', code: 'KeyB' },
      { t: 300, type: 'keyup', code: 'KeyB' },
      { t: 5200, type: 'keydown', code: 'KeyC' }
    ]
    expect(retimed(recordingOf(typed), { pace: 2, hold: 0.5 }).events.map(({ t }) => t)).toEqual([
      0, 40, 400, 450, 5400
    ])
  })
})

describe('slow hands', () => {
  it('are about half of the people, whose enrolment is as it was otherwise', () => {
    const changes = Array.from(
      { length: 40 },
      (_, seed) => meanHold(standInFor('slow-hands', ana!, seed)) / meanHold(ana!)
    )
    const slow = changes.filter((change) => change > 1.15)
    expect(slow.length).toBeGreaterThan(10)
    expect(slow.length).toBeLessThan(30)
    expect(changes.filter((change) => Math.abs(change - 1) < 1e-6)).toHaveLength(40 - slow.length)
  })
})

/** Of the keys in the recordings that enrol, ms. */
function meanHold({ recordings }: { readonly recordings: readonly Recording[] }): number {
  const holds = recordings.slice(0, 10).flatMap(({ events }) => {
    const pressed = new Map<string, number>()
    return events.flatMap((event) => {
      if (!('code' in event)) return []
      if (event.type === 'keydown') pressed.set(event.code, event.t)
      return event.type === 'keyup' ? [event.t - pressed.get(event.code)!] : []
    })
  })
  return holds.reduce((sum, hold) => sum + hold, 0) / holds.length
}

function recordingOf(events: readonly RecordedEvent[]): Recording {
  return { person: 'a', session: 's', kind: 'free', events }
}

/** The keys in the order of their presses. */
function keysOf({ events }: Recording): string[] {
  return events.flatMap((event) => (event.type === 'keydown' && 'code' in event ? [event.code] : []))
}
