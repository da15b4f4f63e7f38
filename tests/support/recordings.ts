// People for tests: the recorded ones of `../shared/data` when they are there, invented ones otherwise.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { syntheticRecordings, type RecordedEvent, type Recording } from '../../src/biometrics/index.ts'
import { seededRandom, shuffled } from '../../src/biometrics/random.ts'

/** One person's recordings in the order in which they were made. */
export interface RecordedPerson {
  readonly person: string
  readonly recordings: readonly Recording[]
}

/** Where the recorded people are; `VIGIL_DATASETS` moves it. */
export const datasets = process.env['VIGIL_DATASETS'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

export const hasRecordedPeople = existsSync(join(datasets, 'aalto-free-text', 'keystrokes.csv.gz'))

/** Fifteen sentences each of 1,552 recorded people, or of sixty invented ones. */
export function aaltoPeople(): readonly RecordedPerson[] {
  aalto ??= hasRecordedPeople
    ? readTyping(join(datasets, 'aalto-free-text', 'keystrokes.csv.gz'))
    : inventedPeople(11, 60)
  return aalto
}

/** The people whose typing may teach what ships; nobody when they are not there. */
export function argumentationPeople(): readonly RecordedPerson[] {
  const file = join(datasets, 'trainable', 'argumentation-l2', 'keystrokes.csv.gz')
  return existsSync(file) ? readTyping(file) : []
}

/** Fifteen recordings each. */
export function inventedPeople(seed: number, count: number): readonly RecordedPerson[] {
  return byPerson(syntheticRecordings(seed, count))
}

/** `count` people at random, none of those in `except`. */
export function samplePeople(
  seed: number,
  count: number,
  except: readonly RecordedPerson[] = [],
  from: readonly RecordedPerson[] = aaltoPeople()
): RecordedPerson[] {
  const excluded = new Set(except.map(({ person }) => person))
  const free = from.filter(({ person }) => !excluded.has(person))
  return shuffled(free, seededRandom(seed)).slice(0, count)
}

let aalto: readonly RecordedPerson[] | undefined

function byPerson(recordings: readonly Recording[]): RecordedPerson[] {
  const people = new Map<string, Recording[]>()
  for (const recording of recordings) {
    const known = people.get(recording.person)
    if (known === undefined) people.set(recording.person, [recording])
    else known.push(recording)
  }
  return [...people].map(([person, own]) => ({ person, recordings: own }))
}

/** Columns user, section, press_ms, hold_ms, keycode; one recording a section. */
function readTyping(file: string): RecordedPerson[] {
  const people = new Map<string, Map<string, RecordedEvent[]>>()
  const text = gunzipSync(readFileSync(file)).toString('latin1')
  for (let from = text.indexOf('\n') + 1; from < text.length;) {
    const end = text.indexOf('\n', from)
    const [user = '', section = '', press = '', hold = '', keycode = ''] = text
      .slice(from, end < 0 ? undefined : end)
      .split(',')
    from = end < 0 ? text.length : end + 1
    let sections = people.get(user)
    if (sections === undefined) people.set(user, (sections = new Map<string, RecordedEvent[]>()))
    let events = sections.get(section)
    if (events === undefined) sections.set(section, (events = []))
    const code = codeOf(Number(keycode))
    const t = Number(press)
    events.push({ t, type: 'keydown', code })
    if (hold !== '' && Number(hold) >= 0) events.push({ t: t + Number(hold), type: 'keyup', code })
  }
  return [...people].map(([user, sections]) => ({
    person: user,
    recordings: [...sections].map(([section, events]) => ({
      person: user,
      session: `${user}-${section}`,
      kind: 'free',
      events: events.sort((a, b) => a.t - b.t)
    }))
  }))
}

/** JavaScript's old `keyCode` on an American keyboard. */
function codeOf(keycode: number): string {
  if (keycode >= 65 && keycode <= 90) return `Key${String.fromCharCode(keycode)}`
  if (keycode >= 48 && keycode <= 57) return `Digit${keycode - 48}`
  if (keycode >= 96 && keycode <= 105) return `Numpad${keycode - 96}`
  return codes[keycode] ?? 'Unidentified'
}

const codes: Readonly<Record<number, string>> = {
  8: 'Backspace',
  9: 'Tab',
  13: 'Enter',
  16: 'ShiftLeft',
  17: 'ControlLeft',
  18: 'AltLeft',
  20: 'CapsLock',
  32: 'Space',
  35: 'End',
  36: 'Home',
  37: 'ArrowLeft',
  38: 'ArrowUp',
  39: 'ArrowRight',
  40: 'ArrowDown',
  46: 'Delete',
  186: 'Semicolon',
  187: 'Equal',
  188: 'Comma',
  189: 'Minus',
  190: 'Period',
  191: 'Slash',
  192: 'Backquote',
  219: 'BracketLeft',
  220: 'Backslash',
  221: 'BracketRight',
  222: 'Quote'
}
