// Tables to recordings: what a row becomes, and what is said of a row that is wrong.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  dataSets,
  hasDataSet,
  readBalabitPeople,
  readPeople,
  readVisits,
  recordingsOf
} from '../../src/evaluation/readers/index.ts'
import { parseRecordings } from '../../src/biometrics/index.ts'
import { datasets } from '../support/recordings.ts'
import { withRecordings } from '../support/with-recordings.ts'

let data = ''
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'vigil-evaluation-'))
})
afterAll(() => rmSync(data, { recursive: true }))

function table(path: string, ...rows: readonly string[]): void {
  const file = join(data, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, gzipSync(`${rows.join('\n')}\n`))
}

const aalto = 'aalto-free-text/keystrokes.csv.gz'
const typingColumns = 'user,section,press_ms,hold_ms,keycode'

describe('free text', () => {
  it('is one recording a sentence, in time order, with codes for key codes', () => {
    table(aalto, typingColumns, '5,1,0,168,16', '5,1,109,59,84', '5,2,900,,32', '7,1,0,-1,8', '7,1,50,60,255')
    const people = readPeople(data, 'aalto-free-text')
    expect(people.map(({ person, recordings }) => [person, recordings.map(({ session }) => session)])).toEqual([
      ['5', ['5-1', '5-2']],
      ['7', ['7-1']]
    ])
    expect(people[0]!.recordings[0]!.events).toEqual([
      { t: 0, type: 'keydown', code: 'ShiftLeft' },
      { t: 109, type: 'keydown', code: 'KeyT' },
      { t: 168, type: 'keyup', code: 'ShiftLeft' },
      { t: 168, type: 'keyup', code: 'KeyT' }
    ])
    // A missing or negative hold is a release that nobody saw; a code without a name has none.
    expect(people[0]!.recordings[1]!.events).toEqual([{ t: 900, type: 'keydown', code: 'Space' }])
    expect(people[1]!.recordings[0]!.events.map((event) => 'code' in event && event.code)).toEqual([
      'Backspace',
      'Unidentified',
      'Unidentified'
    ])
  })

  it.each([
    ['5,1,0,168', 'line 3: expected 5 cells, got 4'],
    ['5,1,soon,168,16', 'line 3: expected press_ms to be a number, got "soon"'],
    ['5,1,,168,16', 'line 3: expected press_ms to be a number, got nothing'],
    [',1,0,168,16', 'line 3: expected user to be a text']
  ])('refuses the row %j with file and line', (row, message) => {
    table(aalto, typingColumns, '5,1,0,168,16', row)
    expect(() => readPeople(data, 'aalto-free-text')).toThrow(
      expect.objectContaining({ code: 'recording_invalid', message: `${join(data, aalto)}: ${message}` })
    )
  })

  it('refuses other columns, and a file that is not there', () => {
    table(aalto, 'user,section,press,hold,key', '5,1,0,168,16')
    expect(() => readPeople(data, 'aalto-free-text')).toThrow(/line 1: expected the columns user,section,press_ms/)
    expect(hasDataSet(data, 'sapimouse')).toBe(false)
    expect(() => readPeople(data, 'sapimouse')).toThrow(expect.objectContaining({ code: 'recording_invalid' }))
  })
})

describe('fixed text', () => {
  const names = ['period', 't', 'i', 'e', 'five', 'Shift.r', 'o', 'a', 'n', 'l', 'Return']
  const columns = names.flatMap((name, i) => {
    const next = names[i + 1]
    return next === undefined ? [`H.${name}`] : [`H.${name}`, `DD.${name}.${next}`, `UD.${name}.${next}`]
  })
  const header = ['subject', 'sessionIndex', 'rep', ...columns].join(',')

  it('of the CMU set is built from holds and press-to-press times', () => {
    // Every key is held 150 ms and comes 100 ms after the one before: they overlap.
    const cells = columns.map((name) => (name.startsWith('H.') ? 150 : name.startsWith('DD.') ? 100 : -50))
    table('cmu-fixed-text/strong-password-ms.csv.gz', header, `s002,1,1,${cells.join(',')}`)
    const [person] = readPeople(data, 'cmu-fixed-text')
    const [recording] = person!.recordings
    expect(recording).toMatchObject({ person: 's002', session: 's002-1-1', kind: 'fixed' })
    const presses = recording!.events.filter(({ type }) => type === 'keydown')
    expect(presses.map(({ t }) => t)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
    expect(recording!.events.filter((event) => 'code' in event && event.code === 'KeyR')).toEqual([
      { t: 500, type: 'keydown', code: 'KeyR' },
      { t: 650, type: 'keyup', code: 'KeyR' }
    ])
  })

  it('of BKSD is a person a text, and a key a position', () => {
    table(
      'trainable/bksd/keystrokes.csv.gz',
      'user,section,press_ms,hold_ms,keycode,text,position',
      'S10,1,0,58,-1,password-english,1',
      'S10,1,30,152,-1,password-english,2',
      'S10,1,0,58,-1,phrase-arabic,1'
    )
    const people = readPeople(data, 'trainable/bksd')
    expect(people.map(({ person }) => person)).toEqual(['S10/password-english', 'S10/phrase-arabic'])
    expect(people[0]!.recordings[0]!.events).toEqual([
      { t: 0, type: 'keydown', code: 'F1' },
      { t: 30, type: 'keydown', code: 'F2' },
      { t: 58, type: 'keyup', code: 'F1' },
      { t: 182, type: 'keyup', code: 'F2' }
    ])
  })
})

describe('the pointer', () => {
  const columns = 'user,session,t_ms,button,state,x,y'

  it('of a remote desktop has moves, presses and wheel notches; an unknown place is left out', () => {
    table('balabit-mouse/labels.csv.gz', 'user,session,is_illegal', 'user7,b,1', 'user7,c,0')
    table(
      'balabit-mouse/training.csv.gz',
      columns,
      'user7,a,0,NoButton,Move,1,2',
      'user7,a,16,Right,Pressed,1,2',
      'user7,a,20,NoButton,Move,65535,65535',
      'user7,a,32,Scroll,Down,1,2'
    )
    table('balabit-mouse/test.csv.gz', columns, 'user7,b,0,NoButton,Move,1,2', 'user7,c,0,Left,Drag,1,2')
    const { training, tests } = readBalabitPeople(data)
    expect(training[0]!.recordings[0]!.events).toEqual([
      { t: 0, type: 'mousemove', x: 1, y: 2 },
      { t: 16, type: 'mousedown', x: 1, y: 2, button: 2 },
      { t: 32, type: 'wheel', x: 1, y: 2, dx: 0, dy: 100 }
    ])
    expect(tests.map(({ owner, recording, illegal }) => [owner, recording.person, illegal])).toEqual([
      ['user7', 'user7/intruder', true],
      ['user7', 'user7', false]
    ])
    table('balabit-mouse/test.csv.gz', columns, 'user7,d,0,NoButton,Move,1,2')
    expect(() => readBalabitPeople(data)).toThrow(/session user7-d has no label/)
  })

  it('of a page is put in time order, people and bots apart', () => {
    table('sapimouse/sapimouse.csv.gz', columns, 'user1,x_3min,9,NoButton,Move,1,2', 'user1,x_3min,5,NoButton,Move,3,4')
    const [person] = readPeople(data, 'sapimouse')
    expect(person!.recordings[0]!.events.map(({ t }) => t)).toEqual([5, 9])
    table(
      'web-pointer-human-bot/events.csv.gz',
      'label,visitor,session,t_ms,type,x,y,button',
      'human,h000,s,0,mousemove,1,2,0',
      'bot,b000,s,0,mousedown,1,2,1'
    )
    const visits = readVisits(data)
    expect(visits.people.map(({ person: name }) => name)).toEqual(['h000'])
    expect(visits.bots[0]!.recordings[0]!.events).toEqual([{ t: 0, type: 'mousedown', x: 1, y: 2, button: 0 }])
  })

  it('refuses a state, a button and a label that it does not know', () => {
    table('sapimouse/sapimouse.csv.gz', columns, 'user1,x_3min,9,NoButton,Hover,1,2')
    expect(() => readPeople(data, 'sapimouse')).toThrow(/line 2: expected state to be Move/)
    table('sapimouse/sapimouse.csv.gz', columns, 'user1,x_3min,9,Wrong,Pressed,1,2')
    expect(() => readPeople(data, 'sapimouse')).toThrow(/line 2: expected button to be Left/)
    table(
      'web-pointer-human-bot/events.csv.gz',
      'label,visitor,session,t_ms,type,x,y,button',
      'cat,c,s,0,mousemove,1,2,0'
    )
    expect(() => readVisits(data)).toThrow(/line 2: expected label to be human or bot, got cat/)
  })
})

withRecordings(() => {
  it('there are as many as their README says', () => {
    expect(readPeople(datasets, 'cmu-fixed-text').map(({ recordings }) => recordings.length)).toEqual(
      Array.from({ length: 34 }, () => 400)
    )
    expect(readPeople(datasets, 'sapimouse')).toHaveLength(80)
    const { training, tests } = readBalabitPeople(datasets)
    expect([training.length, training.flatMap(({ recordings }) => recordings).length, tests.length]).toEqual([
      7, 44, 598
    ])
  })

  it('every set can be written as recordings and read again, one session a line', () => {
    for (const set of dataSets.filter((name) => name.startsWith('trainable') || name.startsWith('web'))) {
      const some = recordingsOf(datasets, set).slice(0, 200)
      expect([...parseRecordings(some.map((recording) => JSON.stringify(recording)))]).toEqual(some)
    }
  })
})
