// The populations that protocols are run with, each by a name that says who taught it.

import {
  inputOf,
  learnAblatableFromRecordings,
  type Fusion,
  type Population,
  type RecordedInput
} from '../biometrics/index.ts'
import { shippedPopulation } from '../population/shipped-population.ts'
import type { DataFolder } from './data-folder.ts'
import type { RecordedPerson } from './people.ts'
import type { PeopleSet } from './readers/index.ts'
import { standInFor, type StandInName } from './stand-ins.ts'

/** Who taught a population. Plain data: it is handed to threads. */
export type Teaching =
  | { readonly from: 'shipped'; readonly people?: undefined }
  | {
      readonly from: PeopleSet
      /** The first so many teachers; without it all of them. */
      readonly people?: number
      /**
       * Too few to be divided: for each target a population of its own, from everybody of `from` and everybody of this set but the target.
       */
      readonly andOthersOf?: 'balabit-mouse'
      /** Teachers bent in the same way as those who are tested. */
      readonly standIn?: StandInName
    }

/** Equal for equal teachings only. */
export function teachingName(teaching: Teaching): string {
  return JSON.stringify(teaching, Object.keys(teaching).toSorted())
}

/** A population, and fusion learnt without each of some parts. */
export interface Ablated {
  readonly population: Population
  readonly fusions: readonly Fusion[]
}

/** Throws `population_invalid` when there are too few people. Deterministic for a seed. `target`: who must not teach. */
export async function learnPopulationOf(data: DataFolder, teaching: Teaching, target?: string): Promise<Population> {
  return (await learnAblated(data, teaching, [], target)).population
}

/** All is learnt once but fusion, which is learnt anew without each of `parts`; from what ships nothing can be left out. */
export async function learnAblated(
  data: DataFolder,
  teaching: Teaching,
  parts: readonly string[],
  target?: string
): Promise<Ablated> {
  if (teaching.from === 'shipped') return { population: shippedPopulation(), fusions: [] }
  const teachers = teachersOf(data, teaching, target)
  const { standIn } = teaching
  const { seed } = data.options
  const people = teachers
    .slice(0, teaching.people ?? teachers.length)
    .map((person) => (standIn === undefined ? person : standInFor(standIn, person, seed)))
  const shipped = shippedPopulation()
  const { population, fusionWithout } = await learnAblatableFromRecordings(inputsOf(people), seed, { shipped })
  return { population, fusions: parts.map((part) => fusionWithout([part])) }
}

/** Names are of one set: a target's namesake in another set teaches. */
export function teachersOf(
  data: DataFolder,
  { from, andOthersOf }: Exclude<Teaching, { from: 'shipped' }>,
  target?: string
): readonly RecordedPerson[] {
  if (andOthersOf === undefined) return data.teachers(from)
  return [...data.background(from), ...data.balabitTeachers().filter(({ person }) => person !== target)]
}

/** One person at a time: what the agent would have sent takes as much room as the recording. */
function* inputsOf(people: readonly RecordedPerson[]): Generator<readonly RecordedInput[], void, undefined> {
  for (const { recordings } of people) yield recordings.map(inputOf)
}
