// Tables with one keystroke a row: free text (a recording is a sentence of Aalto, a text of the argumentation set) and the passwords
// and phrases of BKSD (a recording is one repetition).

import { byPerson, type RecordedPerson } from '../people.ts'
import type { RecordedEvent, Recording, RecordingKind } from '../../biometrics/index.ts'
import { codeOf } from './key-codes.ts'
import { inTimeOrder } from './time-order.ts'
import { readTable } from './table.ts'

/** One recording a section. A hold that is missing or negative is a release that was not seen. */
export function readFreeText(file: string): RecordedPerson[] {
  const gathered = gatherKeystrokes('free')
  for (const row of readTable(file, ['user', 'section', 'press_ms', 'hold_ms', 'keycode'])) {
    gathered.add(row.text(0), row.text(1), row.number(2), row.optionalNumber(3), codeOf(row.number(4)))
  }
  return byPerson(gathered.recordings())
}

/**
 * One recording a repetition. Who typed several texts is one person a text, `<user>/<text>`. The rows do not say which key it was, so each
 * position gets a function key: a key of its own, of the class "other", whose release cannot be taken for another's.
 */
export function readFixedText(file: string): RecordedPerson[] {
  const gathered = gatherKeystrokes('fixed')
  for (const row of readTable(file, ['user', 'section', 'press_ms', 'hold_ms', 'keycode', 'text', 'position'])) {
    const position = row.number(6)
    if (!(position >= 1 && position <= 24)) throw row.invalid('position to be 1 to 24')
    const person = `${row.text(0)}/${row.text(5)}`
    gathered.add(person, row.text(1), row.number(2), row.optionalNumber(3), `F${position}`)
  }
  return byPerson(gathered.recordings())
}

interface Gathered {
  add(person: string, section: string, pressT: number, holdMs: number, code: string): void
  recordings(): Iterable<Recording>
}

/** Keystrokes in any order of sections to one recording a section. */
function gatherKeystrokes(kind: RecordingKind): Gathered {
  const sections = new Map<string, { person: string; session: string; events: RecordedEvent[] }>()
  return {
    add(person, section, pressT, holdMs, code) {
      const session = `${person}-${section}`
      let known = sections.get(session)
      if (known === undefined) sections.set(session, (known = { person, session, events: [] }))
      known.events.push({ t: pressT, type: 'keydown', code })
      if (holdMs >= 0) known.events.push({ t: pressT + holdMs, type: 'keyup', code })
    },
    recordings() {
      return [...sections.values()].map(({ events, ...of }) => ({ ...of, kind, events: inTimeOrder(events) }))
    }
  }
}
