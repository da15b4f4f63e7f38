// Pieces of a stream: exact counts, no key torn from its release.

import { describe, expect, it } from 'vitest'
import type { RecordedEvent, Recording } from '../../src/biometrics/index.ts'
import { byKeystrokes, byTime, joined } from '../../src/evaluation/slices.ts'

describe('pieces by keystrokes', () => {
  it('have exactly as many presses, and what is left over is dropped', () => {
    const pieces = byKeystrokes(typing(107), 50)
    expect(pieces.map(pressesIn)).toEqual([50, 50])
    expect(pieces.map(({ session }) => session)).toEqual(['s#1', 's#2'])
  })

  it('keep a release with its press, though the next piece has begun', () => {
    const [first, second] = byKeystrokes(typing(4), 2)
    // Each key is held into the next press.
    expect(first!.events.map(({ t }) => t)).toEqual([0, 100, 150, 250])
    expect(second!.events.map(({ t }) => t)).toEqual([200, 300, 350, 450])
  })

  it('do not count repeats', () => {
    const repeated: RecordedEvent[] = [
      { t: 0, type: 'keydown', code: 'KeyA' },
      { t: 9, type: 'keydown', code: 'KeyA', repeat: true },
      { t: 20, type: 'keydown', code: 'KeyB' }
    ]
    expect(byKeystrokes({ ...typing(0), events: repeated }, 2)).toHaveLength(1)
  })
})

describe('pieces by time', () => {
  it('are as long as asked; a last one counts from nine tenths on', () => {
    const moves = (ms: number): Recording => ({
      person: 'a',
      session: 's',
      kind: 'pointer',
      events: Array.from({ length: ms / 100 + 1 }, (_, i) => ({ t: 5000 + i * 100, type: 'mousemove', x: i, y: 0 }))
    })
    expect(byTime(moves(59_000), 30_000)).toHaveLength(2)
    expect(byTime(moves(56_000), 30_000)).toHaveLength(1)
    expect(byTime(moves(60_000), 15_000).map(({ events }) => events.length)).toEqual([150, 150, 150, 150])
  })
})

it('joins sentences on the clock of their table', () => {
  const [a, b] = byKeystrokes(typing(4), 2)
  expect(joined([a!, b!], 'both')).toMatchObject({ person: 'a', session: 'both', kind: 'free' })
  expect(joined([a!, b!], 'both').events).toHaveLength(8)
})

/** Keys 100 ms apart, each held 150 ms. */
function typing(keystrokes: number): Recording {
  const events = Array.from({ length: keystrokes }, (_, i): RecordedEvent[] => [
    { t: i * 100, type: 'keydown', code: `Key${'ABC'[i % 3]}` },
    { t: i * 100 + 150, type: 'keyup', code: `Key${'ABC'[i % 3]}` }
  ])
  return { person: 'a', session: 's', kind: 'free', events: events.flat().sort((x, y) => x.t - y.t) }
}

function pressesIn({ events }: Recording): number {
  return events.filter(({ type }) => type === 'keydown').length
}
