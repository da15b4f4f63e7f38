// Recorded pointers for measuring: SapiMouse (a page, two sessions each) and Balabit (remote desktops with labelled intrusions).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RecordedEvent, Recording } from '../../src/biometrics/index.ts'
import { datasets } from '../support/recordings.ts'

/** Sessions of a person in the order of the file. */
export type Sessions = ReadonlyMap<string, readonly Recording[]>

export function sapiMouse(): Sessions {
  return readPointers(join(datasets, 'sapimouse', 'sapimouse.csv.gz'))
}

export interface Balabit {
  readonly training: Sessions
  readonly test: Sessions
  /** By `person session`: whether somebody else is at work. */
  readonly illegal: ReadonlyMap<string, boolean>
}

export function balabit(): Balabit {
  const folder = join(datasets, 'balabit-mouse')
  const illegal = new Map<string, boolean>()
  for (const line of linesOf(join(folder, 'labels.csv.gz'))) {
    const [user = '', session = '', label = ''] = line.split(',')
    illegal.set(`${user} ${session}`, label === '1')
  }
  return {
    training: readPointers(join(folder, 'training.csv.gz')),
    test: readPointers(join(folder, 'test.csv.gz')),
    illegal
  }
}

const types: Readonly<Record<string, RecordedEvent['type'] | undefined>> = {
  Move: 'mousemove',
  Drag: 'mousemove',
  Pressed: 'mousedown',
  Released: 'mouseup',
  Down: 'wheel',
  Up: 'wheel'
}
const buttons: Readonly<Record<string, number | undefined>> = { Left: 0, Other: 1, XButton: 3, Right: 2 }
/** What Balabit writes for a place that the recorder did not know. */
const nowhere = 65_535

/** Columns user, session, t_ms, button, state, x, y. */
function readPointers(file: string): Sessions {
  const people = new Map<string, Map<string, RecordedEvent[]>>()
  for (const line of linesOf(file)) {
    const [user = '', session = '', time = '', button = '', state = '', x = '', y = ''] = line.split(',')
    let sessions = people.get(user)
    if (sessions === undefined) people.set(user, (sessions = new Map<string, RecordedEvent[]>()))
    let events = sessions.get(session)
    if (events === undefined) sessions.set(session, (events = []))
    const type = button === 'Scroll' ? 'wheel' : types[state]
    if (type === undefined || type === 'keydown' || type === 'keyup') continue
    if (Number(x) === nowhere || Number(y) === nowhere) continue
    events.push({
      t: Number(time),
      type,
      x: Number(x),
      y: Number(y),
      button: buttons[button] ?? 0,
      ...(type === 'wheel' ? { dy: state === 'Up' ? -100 : 100 } : {})
    })
  }
  return new Map(
    [...people].map(([person, sessions]) => [
      person,
      [...sessions].map(([session, events]) => ({
        person,
        session: `${person} ${session}`,
        kind: 'pointer',
        events: events.sort((a, b) => a.t - b.t)
      }))
    ])
  )
}

function* linesOf(file: string): Generator<string> {
  const text = gunzipSync(readFileSync(file)).toString('latin1')
  for (let from = text.indexOf('\n') + 1; from < text.length;) {
    const end = text.indexOf('\n', from)
    yield text.slice(from, end < 0 ? undefined : end)
    from = end < 0 ? text.length : end + 1
  }
}
