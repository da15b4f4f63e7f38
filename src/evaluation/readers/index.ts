// Every data set by the name of its folder.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Recording } from '../../biometrics/index.ts'
import type { RecordedPerson } from '../people.ts'
import { readCmu } from './cmu.ts'
import { readBalabit, readPageVisits, readSapiMouse } from './pointer.ts'
import { readFixedText, readFreeText } from './typing.ts'

export type { BalabitPeople, LabelledRecording, PageVisits } from './pointer.ts'

/** Folders that hold people who are told apart by their own recordings. */
const peopleReaders = {
  'aalto-free-text': (folder: string) => readFreeText(join(folder, 'keystrokes.csv.gz')),
  'cmu-fixed-text': (folder: string) => readCmu(join(folder, 'strong-password-ms.csv.gz')),
  sapimouse: (folder: string) => readSapiMouse(join(folder, 'sapimouse.csv.gz')),
  'trainable/argumentation-l2': (folder: string) => readFreeText(join(folder, 'keystrokes.csv.gz')),
  'trainable/bksd': (folder: string) => readFixedText(join(folder, 'keystrokes.csv.gz'))
} as const

export type PeopleSet = keyof typeof peopleReaders
export type DataSet = PeopleSet | 'balabit-mouse' | 'web-pointer-human-bot'

export const dataSets: readonly DataSet[] = [
  'aalto-free-text',
  'cmu-fixed-text',
  'balabit-mouse',
  'sapimouse',
  'web-pointer-human-bot',
  'trainable/argumentation-l2',
  'trainable/bksd'
]

/** True when the data folder has a folder of that set. */
export function hasDataSet(data: string, set: DataSet): boolean {
  return existsSync(join(data, set))
}

/** Throws `recording_invalid` with file and line. */
export function readPeople(data: string, set: PeopleSet): RecordedPerson[] {
  return peopleReaders[set](join(data, set))
}

export function readBalabitPeople(data: string): ReturnType<typeof readBalabit> {
  return readBalabit(join(data, 'balabit-mouse'))
}

export function readVisits(data: string): ReturnType<typeof readPageVisits> {
  return readPageVisits(join(data, 'web-pointer-human-bot', 'events.csv.gz'))
}

/** Everything in a set, as it would be exported; owners' and intruders' test sessions of Balabit too. */
export function recordingsOf(data: string, set: DataSet): Recording[] {
  if (set === 'balabit-mouse') {
    const { training, tests } = readBalabitPeople(data)
    return [...flattened(training), ...tests.map(({ recording }) => recording)]
  }
  if (set === 'web-pointer-human-bot') {
    const { people, bots } = readVisits(data)
    return [...flattened(people), ...flattened(bots)]
  }
  return flattened(readPeople(data, set))
}

function flattened(people: readonly RecordedPerson[]): Recording[] {
  return people.flatMap(({ recordings }) => recordings)
}
