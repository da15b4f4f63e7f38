// People for tests: the recorded ones of `../shared/data` when they are there, invented ones otherwise.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { syntheticRecordings } from '../../src/biometrics/index.ts'
import { seededRandom, shuffled } from '../../src/biometrics/random.ts'
import { byPerson, type RecordedPerson } from '../../src/evaluation/people.ts'
import { hasDataSet, readPeople } from '../../src/evaluation/readers/index.ts'

export type { RecordedPerson } from '../../src/evaluation/people.ts'

/** Where the recorded people are; `VIGIL_DATASETS` moves it. */
export const datasets = process.env['VIGIL_DATASETS'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

export const hasRecordedPeople = existsSync(join(datasets, 'aalto-free-text', 'keystrokes.csv.gz'))

/** Fifteen sentences each of 1,552 recorded people, or of sixty invented ones. */
export function aaltoPeople(): readonly RecordedPerson[] {
  aalto ??= hasRecordedPeople ? readPeople(datasets, 'aalto-free-text') : inventedPeople(11, 60)
  return aalto
}

/** The people whose typing may teach what ships; nobody when they are not there. */
export function argumentationPeople(): readonly RecordedPerson[] {
  const set = 'trainable/argumentation-l2'
  return hasDataSet(datasets, set) ? readPeople(datasets, set) : []
}

/** Fifteen recordings each. */
export function inventedPeople(seed: number, count: number): readonly RecordedPerson[] {
  return byPerson(syntheticRecordings(seed, count, { carriesOver: true }))
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
