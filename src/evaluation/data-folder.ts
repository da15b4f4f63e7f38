// A folder of data sets and who of it does what. Everything is read when it is first asked for and kept.

import { halves, inDrawnOrder, type RecordedPerson } from './people.ts'
import {
  hasDataSet,
  readBalabitPeople,
  readVisits,
  readPeople,
  type BalabitPeople,
  type DataSet,
  type PageVisits,
  type PeopleSet
} from './readers/index.ts'

/** Plain data: it is handed to threads. */
export interface DataOptions {
  readonly data: string
  /** Whose people teach; without it, half of the people of `data` do. */
  readonly populationData?: string
  /** At most this many people on each side. */
  readonly people?: number
  /** At most this many are tested; more may teach. */
  readonly tested?: number
  readonly seed: number
}

export interface DataFolder {
  readonly options: DataOptions
  has(set: DataSet): boolean
  /** True when those who are to teach are in the folder of teachers. */
  teaches(set: PeopleSet): boolean
  /** Who teaches and who is tested; nobody does both. Throws `recording_invalid`. */
  teachers(set: PeopleSet): readonly RecordedPerson[]
  tested(set: PeopleSet): readonly RecordedPerson[]
  /** Everybody who may teach where nobody of the set is tested. */
  background(set: PeopleSet): readonly RecordedPerson[]
  /** For a set of which nobody teaches. */
  everybody(set: PeopleSet): readonly RecordedPerson[]
  balabit(): BalabitPeople
  /** Training sessions of the folder of teachers; nobody when it has none. Those who are tested are among them when there is one folder. */
  balabitTeachers(): readonly RecordedPerson[]
  visits(): PageVisits
}

export function openData(options: DataOptions): DataFolder {
  const { data, populationData, people: most = Number.POSITIVE_INFINITY, tested: mostTested = most, seed } = options
  const read = kept((folder: string, set: PeopleSet) => inDrawnOrder(readPeople(folder, set), seed))
  const balabit = kept(readBalabitPeople)
  const visits = kept(() => readVisits(data))
  return {
    options,
    has: (set) => hasDataSet(data, set),
    teaches: (set) => hasDataSet(populationData ?? data, set),
    teachers(set) {
      const people = populationData === undefined ? halves(read(data, set)).teachers : read(populationData, set)
      return people.slice(0, most)
    },
    tested(set) {
      const people = read(data, set)
      return (populationData === undefined ? halves(people).tested : people).slice(0, Math.min(most, mostTested))
    },
    background: (set) => read(populationData ?? data, set).slice(0, most),
    everybody: (set) => read(data, set).slice(0, most),
    balabit: () => balabit(data),
    balabitTeachers() {
      const folder = populationData ?? data
      return hasDataSet(folder, 'balabit-mouse') ? balabit(folder).training : []
    },
    visits
  }
}

/** Remembers what a function of texts answered. */
function kept<Names extends string[], Value>(make: (...names: Names) => Value): (...names: Names) => Value {
  const known = new Map<string, Value>()
  return (...names) => {
    const key = names.join('\n')
    if (!known.has(key)) known.set(key, make(...names))
    return known.get(key)!
  }
}
