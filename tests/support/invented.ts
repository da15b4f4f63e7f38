// One invented population and a few invented people outside it, made once per test file: learning a population takes seconds.

import {
  createEngine,
  learnPopulation,
  materialOf,
  syntheticRecordings,
  windowsOf,
  type Engine,
  type Population,
  type Recording,
  type Window
} from '../../src/biometrics/index.ts'

export interface InventedPerson {
  readonly recordings: readonly Recording[]
  readonly windows: readonly Window[]
}

export interface InventedDay {
  readonly population: Population
  readonly engine: Engine
  /** Nobody of them is in the population. */
  readonly people: readonly [InventedPerson, InventedPerson, InventedPerson]
}

export function inventedDay(): InventedDay {
  day ??= make()
  return day
}

let day: InventedDay | undefined

function make(): InventedDay {
  const population = learnPopulation(
    inventedPeople(21, 24).map(({ windows }) => materialOf(windows)),
    3
  )
  const [ana, ben, cleo] = inventedPeople(77, 3)
  return { population, engine: createEngine(population), people: [ana!, ben!, cleo!] }
}

export function inventedPeople(seed: number, count: number): InventedPerson[] {
  const recordings = syntheticRecordings(seed, count)
  return Array.from({ length: count }, (_, n) => {
    const own = recordings.slice(n * 15, (n + 1) * 15)
    return { recordings: own, windows: windowsOf(own) }
  })
}
