// Recordings: read line by line, refused with the line and what was expected, and played as the browser agent would have sent them.

import { describe, expect, it } from 'vitest'
import {
  EventType,
  eventsOf,
  KeyClass,
  parseRecordings,
  streamOf,
  type RecordedEvent
} from '../../src/biometrics/index.ts'

describe('recordings', () => {
  it('are read one a line; empty lines are skipped', () => {
    const events = [
      { t: 0, type: 'keydown', code: 'KeyA' },
      { t: 80.5, type: 'keyup', code: 'KeyA' },
      { t: 90, type: 'mousemove', x: 1, y: 2 }
    ]
    const [first, second] = [
      ...parseRecordings([line({ session: 'a', events, grain_ms: 0.1, device: 'desk' }), '', line({ session: 'b' })])
    ]
    expect(first).toEqual({ person: 'ana', session: 'a', kind: 'free', grainMs: 0.1, device: 'desk', events })
    expect(second!.session).toBe('b')
  })

  it('pass through one at a time, so that a file of any size can be read', () => {
    let taken = 0
    const endless = (function* () {
      for (;;) yield line({ session: `s${taken++}` })
    })()
    const reader = parseRecordings(endless)
    expect(reader.next().value!.session).toBe('s0')
    expect(reader.next().value!.session).toBe('s1')
    expect(taken).toBe(2)
  })

  it('are refused when a session comes twice, with the line', () => {
    expect(() => [...parseRecordings([line({ session: 'a' }), line({ session: 'a' })])]).toThrow(
      expect.objectContaining({
        code: 'recording_invalid',
        message: expect.stringMatching(/^line 2: .*unique/) as string
      })
    )
  })

  it.each([
    ['not JSON', 'a JSON object'],
    ['[]', 'a JSON object'],
    [line({ person: 7 }), 'person'],
    [line({ session: '' }), 'session'],
    [line({ kind: 'typed' }), 'kind'],
    [line({ grain_ms: -1 }), 'grain_ms'],
    [line({ events: {} }), 'events'],
    [line({ events: [null] }), 'events[0]'],
    [line({ events: [{ t: 'now', type: 'keydown', code: 'KeyA' }] }), 'events[0].t'],
    [line({ events: [{ t: 0, type: 'keypress', code: 'KeyA' }] }), 'events[0].type'],
    [line({ events: [{ t: 0, type: 'keydown' }] }), 'events[0].code'],
    [line({ events: [{ t: 0, type: 'mousemove', x: 1 }] }), 'events[0].x'],
    [
      line({
        events: [
          { t: 5, type: 'keyup', code: 'KeyA' },
          { t: 4, type: 'keyup', code: 'KeyA' }
        ]
      }),
      'time order'
    ]
  ])('are refused as %j', (text, expected) => {
    expect(() => [...parseRecordings([text])]).toThrow(
      expect.objectContaining({ code: 'recording_invalid', message: expect.stringContaining(expected) as string })
    )
  })

  it('lose the names of their keys at the door', () => {
    const events = play([
      { t: 0, type: 'keydown', code: 'KeyA' },
      { t: 10, type: 'keydown', code: 'KeyP' },
      { t: 20, type: 'keyup', code: 'KeyA' },
      { t: 30, type: 'keydown', code: 'Space' },
      { t: 40, type: 'keydown', code: 'Unidentified' }
    ])
    expect(events.map(({ cls }) => cls)).toEqual([
      KeyClass.left,
      KeyClass.right,
      KeyClass.left,
      KeyClass.space,
      KeyClass.other
    ])
    expect(events.map(({ slot }) => slot)).toEqual([0, 1, 0, 0, 2])
    expect(events.every((event) => !('code' in event))).toBe(true)
  })

  it('drop repeats and releases without a press, and bear a missing release', () => {
    const events = play([
      { t: 0, type: 'keyup', code: 'Enter' },
      { t: 5, type: 'keydown', code: 'KeyA' },
      { t: 500, type: 'keydown', code: 'KeyA', repeat: true },
      { t: 700, type: 'keydown', code: 'KeyA' }
    ])
    expect(events.map(({ t, type, slot }) => [t, type, slot])).toEqual([
      [5, EventType.keyDown, 0],
      [700, EventType.keyDown, 0]
    ])
  })

  it('count what is not in the stream: which Shift, Caps Lock, the number pad, navigation', () => {
    const codes = [
      'ShiftLeft',
      'ShiftRight',
      'ShiftRight',
      'CapsLock',
      'Numpad4',
      'NumpadEnter',
      'ArrowLeft',
      'Home',
      'KeyA'
    ]
    const { counters } = streamOf(recorded(codes.map((code, i) => ({ t: i, type: 'keydown', code }))))
    expect(counters).toMatchObject({ shiftLeft: 1, shiftRight: 2, capsLock: 1, numpad: 2, navigation: 2, pasted: 0 })
  })

  it('carry the button of a press and the distance of a wheel', () => {
    const events = play([
      { t: 0, type: 'mousedown', x: 3, y: 4, button: 2 },
      { t: 1, type: 'wheel', x: 3, y: 4, dy: 120 }
    ])
    expect(events[0]).toMatchObject({ type: EventType.pointerDown, cls: 2, x: 3, y: 4 })
    expect(events[1]).toMatchObject({ type: EventType.wheel, x: 0, y: 120 })
  })
})

function recorded(events: readonly RecordedEvent[]): Parameters<typeof eventsOf>[0] {
  return { person: 'ana', session: 'a', kind: 'free', events }
}

function play(events: readonly RecordedEvent[]): ReturnType<typeof eventsOf> {
  return eventsOf(recorded(events))
}

function line(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ person: 'ana', session: 'a', kind: 'free', events: [], ...fields })
}
