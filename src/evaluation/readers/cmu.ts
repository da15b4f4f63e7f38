// The CMU password: a row is one repetition, times of its eleven keys relative to each other (Killourhy and Maxion, DSN 2009).

import type { RecordedEvent, Recording } from '../../biometrics/index.ts'
import { byPerson, type RecordedPerson } from '../people.ts'
import { inTimeOrder } from './time-order.ts'
import { readTable } from './table.ts'

/**
 * The keys in order. `Shift.r` is one key here, as in the table: its times are those of the letter, so it is the letter's key. The press of
 * Shift itself was not recorded; it lies somewhere in the time before.
 */
const keys = [
  ['period', 'Period'],
  ['t', 'KeyT'],
  ['i', 'KeyI'],
  ['e', 'KeyE'],
  ['five', 'Digit5'],
  ['Shift.r', 'KeyR'],
  ['o', 'KeyO'],
  ['a', 'KeyA'],
  ['n', 'KeyN'],
  ['l', 'KeyL'],
  ['Return', 'Enter']
] as const

const columns = [
  'subject',
  'sessionIndex',
  'rep',
  ...keys.flatMap(([name], i) => {
    const next = keys[i + 1]?.[0]
    return next === undefined ? [`H.${name}`] : [`H.${name}`, `DD.${name}.${next}`, `UD.${name}.${next}`]
  })
]

/** One recording a repetition, in typing order. Throws `recording_invalid`. */
export function readCmu(file: string): RecordedPerson[] {
  const recordings: Recording[] = []
  for (const row of readTable(file, columns)) {
    const person = row.text(0)
    const events: RecordedEvent[] = []
    let pressT = 0
    keys.forEach(([, code], i) => {
      const hold = 3 + 3 * i
      if (i > 0) pressT += row.number(hold - 2)
      const holdMs = row.number(hold)
      if (holdMs < 0) throw row.invalid(`${columns[hold]} to be at least 0, got ${holdMs}`)
      events.push({ t: pressT, type: 'keydown', code }, { t: pressT + holdMs, type: 'keyup', code })
    })
    recordings.push({
      person,
      session: `${person}-${row.number(1)}-${row.number(2)}`,
      kind: 'fixed',
      grainMs: 1,
      events: inTimeOrder(events)
    })
  }
  return byPerson(recordings)
}
