// People and what was recorded of them: gathered by person, and divided into those who teach and those who are tested.

import type { Recording } from '../biometrics/index.ts'
import { seededRandom, seedFor, shuffled } from '../biometrics/random.ts'

/** One person's recordings in the order in which they were made. */
export interface RecordedPerson {
  readonly person: string
  readonly recordings: readonly Recording[]
}

/** In the order in which people first appear. */
export function byPerson(recordings: Iterable<Recording>): RecordedPerson[] {
  const people = new Map<string, Recording[]>()
  for (const recording of recordings) {
    const known = people.get(recording.person)
    if (known === undefined) people.set(recording.person, [recording])
    else known.push(recording)
  }
  return [...people].map(([person, own]) => ({ person, recordings: own }))
}

/** People of one data set: no person is on both sides. */
export interface Sides {
  /** Population and calibration are learnt from these. */
  readonly teachers: readonly RecordedPerson[]
  readonly tested: readonly RecordedPerson[]
}

/** The order in which people are taken: drawn by the generator of `seed`, starting from the order of their file. */
export function inDrawnOrder(people: readonly RecordedPerson[], seed: number): RecordedPerson[] {
  return shuffled(people, seededRandom(seedFor(seed, 'people')))
}

/** The rule of the split: of the people in drawn order the first half (the smaller, when they are odd) teaches, the other is tested. */
export function halves(people: readonly RecordedPerson[]): Sides {
  const middle = Math.floor(people.length / 2)
  return { teachers: people.slice(0, middle), tested: people.slice(middle) }
}
