// Pointer tables: remote desktops (Balabit), a web page (SapiMouse), page visits by people and by Selenium.

import type { RecordedEvent, Recording } from '../../biometrics/index.ts'
import type { RecordedPointer } from '../../biometrics/recording.ts'
import { VigilError } from '../../errors.ts'
import { byPerson, type RecordedPerson } from '../people.ts'
import { readTable, type TableRow } from './table.ts'
import { inTimeOrder } from './time-order.ts'

/** A session that was or was not worked by the account's owner; the person of one that was not is `<owner>/intruder`. */
export interface LabelledRecording {
  readonly owner: string
  readonly recording: Recording
  readonly illegal: boolean
}

export interface BalabitPeople {
  /** Long sessions by the owner of the account. */
  readonly training: readonly RecordedPerson[]
  readonly tests: readonly LabelledRecording[]
}

/** `folder` holds training, test and labels. Throws `recording_invalid`, also for a test session without a label. */
export function readBalabit(folder: string): BalabitPeople {
  const labels = new Map<string, boolean>()
  for (const row of readTable(`${folder}/labels.csv.gz`, ['user', 'session', 'is_illegal'])) {
    const illegal = row.number(2)
    if (illegal !== 0 && illegal !== 1) throw row.invalid(`is_illegal to be 0 or 1, got ${illegal}`)
    labels.set(`${row.text(0)}-${row.text(1)}`, illegal === 1)
  }
  const file = `${folder}/test.csv.gz`
  const tests = [...readDesktop(file)].map((recording) => {
    const illegal = labels.get(recording.session)
    if (illegal === undefined) {
      throw new VigilError('recording_invalid', `${file}: session ${recording.session} has no label`)
    }
    const owner = recording.person
    return { owner, recording: illegal ? { ...recording, person: `${owner}/intruder` } : recording, illegal }
  })
  return { training: byPerson(readDesktop(`${folder}/training.csv.gz`)), tests }
}

/** One recording a session; its name begins with its date and ends with its length, `…_3min` or `…_1min`. */
export function readSapiMouse(file: string): RecordedPerson[] {
  return byPerson(readDesktop(file))
}

/** Columns user, session, t_ms, button, state, x, y. */
function readDesktop(file: string): Iterable<Recording> {
  const gathered = gatherPointer()
  for (const row of readTable(file, ['user', 'session', 't_ms', 'button', 'state', 'x', 'y'])) {
    const x = row.number(5)
    const y = row.number(6)
    // Where the recorder did not know the place, it wrote the largest number.
    if (x === unknownPlace || y === unknownPlace) continue
    gathered.add(row.text(0), row.text(1), desktopEvent(row, x, y))
  }
  return gathered.recordings()
}

const unknownPlace = 65_535
/** A wheel notch in a browser; the recorder counted notches. */
const notchPixels = 100

function desktopEvent(row: TableRow, x: number, y: number): RecordedPointer {
  const t = row.number(2)
  const state = row.text(4)
  switch (state) {
    case 'Move':
    case 'Drag':
      return { t, type: 'mousemove', x, y }
    case 'Pressed':
      return { t, type: 'mousedown', x, y, button: desktopButton(row) }
    case 'Released':
      return { t, type: 'mouseup', x, y, button: desktopButton(row) }
    case 'Down':
      return { t, type: 'wheel', x, y, dx: 0, dy: notchPixels }
    case 'Up':
      return { t, type: 'wheel', x, y, dx: 0, dy: -notchPixels }
    default:
      throw row.invalid(`state to be Move, Drag, Pressed, Released, Down or Up, got ${JSON.stringify(state)}`)
  }
}

/** Numbers of `MouseEvent.button`. */
const buttons: Readonly<Record<string, number>> = { Left: 0, Middle: 1, Right: 2, XButton: 3, Other: 3 }

function desktopButton(row: TableRow): number {
  const name = row.text(3)
  const button = buttons[name]
  if (button === undefined) throw row.invalid(`button to be Left, Middle, Right, XButton or Other, got ${name}`)
  return button
}

export interface PageVisits {
  readonly people: readonly RecordedPerson[]
  readonly bots: readonly RecordedPerson[]
}

/** One recording a visit. */
export function readPageVisits(file: string): PageVisits {
  const gathered = { human: gatherPointer(), bot: gatherPointer() }
  const types = ['mousemove', 'mousedown', 'mouseup'] as const
  for (const row of readTable(file, ['label', 'visitor', 'session', 't_ms', 'type', 'x', 'y', 'button'])) {
    const label = row.text(0)
    if (label !== 'human' && label !== 'bot') throw row.invalid(`label to be human or bot, got ${label}`)
    const type = types.find((known) => known === row.text(4))
    if (type === undefined) throw row.invalid(`type to be ${types.join(', ')}, got ${row.text(4)}`)
    // The recorder wrote `event.which`: 1 is the left button, and 0 none.
    const button = Math.max(row.number(7) - 1, 0)
    gathered[label].add(row.text(1), row.text(2), {
      t: row.number(3),
      type,
      x: row.number(5),
      y: row.number(6),
      button
    })
  }
  return { people: byPerson(gathered.human.recordings()), bots: byPerson(gathered.bot.recordings()) }
}

interface Gathered {
  add(person: string, session: string, event: RecordedPointer): void
  recordings(): Iterable<Recording>
}

function gatherPointer(): Gathered {
  const sessions = new Map<string, { person: string; session: string; events: RecordedEvent[] }>()
  return {
    add(person, name, event) {
      const session = `${person}-${name}`
      let known = sessions.get(session)
      if (known === undefined) sessions.set(session, (known = { person, session, events: [] }))
      known.events.push(event)
    },
    recordings() {
      return [...sessions.values()].map(({ events, ...of }) => ({
        ...of,
        kind: 'pointer',
        events: inTimeOrder(events)
      }))
    }
  }
}
