// What a thread is asked to do, and does. Every task names its people, so that the same task gives the same answer in any thread.

import { createEngine, decodePopulation, encodePopulation, type Fusion, type Population } from '../biometrics/index.ts'
import { openData, type DataFolder, type DataOptions } from './data-folder.ts'
import { engineMatcher, fusionsMatcher } from './engine-matcher.ts'
import { livenessProtocols } from './liveness.ts'
import { runTrials, runTrialsOfSeveral, type Role, type Share } from './matcher.ts'
import { joinTrials, type Trials } from './metrics/trials.ts'
import { learnAblated, learnPopulationOf, type Teaching } from './populations.ts'
import { simpleMatcherFor } from './simple-matcher.ts'
import { standInFor, standIns, type StandInName } from './stand-ins.ts'
import { verificationProtocols } from './verification.ts'
import { watchHandOvers, watchPeople, type WatchedPerson } from './watching.ts'

/** A population in transit. */
export interface NamedPopulation {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A population for each target, learnt where it is needed. */
export interface PopulationEach {
  readonly teaching: Teaching
}

export interface Tasks {
  /** Besides, fusion without each of some parts. */
  learn: {
    readonly ask: { readonly teaching: Teaching; readonly leftOut: readonly string[] }
    readonly answer: { readonly bytes: Uint8Array; readonly fusions: readonly Fusion[] }
  }
  /** Without a population: the simple method. */
  verify: {
    readonly ask: {
      readonly protocol: string
      readonly standIn: StandInName | undefined
      readonly population: NamedPopulation | PopulationEach | undefined
      readonly share: Share
    }
    readonly answer: Trials
  }
  /** The trials of `verify` as each fusion has them: scored once, since all else is the population's. */
  ablate: {
    readonly ask: {
      readonly protocol: string
      readonly population: NamedPopulation
      readonly fusions: readonly Fusion[]
      readonly share: Share
    }
    readonly answer: Trials[]
  }
  watch: {
    readonly ask: {
      readonly handOver: boolean
      readonly standIn: StandInName | undefined
      readonly budgets: readonly string[]
      readonly population: NamedPopulation
      readonly share: Share
    }
    readonly answer: WatchedPerson[][]
  }
  liveness: { readonly ask: { readonly protocol: string }; readonly answer: boolean[] }
}

export type TaskName = keyof Tasks
export type Task = { [Name in TaskName]: { readonly name: Name } & Tasks[Name]['ask'] }[TaskName]

/** Does tasks one after the other; what was read for one is kept for the next. */
export function createWorkshop(options: DataOptions): (task: Task) => Promise<Tasks[TaskName]['answer']> {
  const data = openData(options)
  const roles = rolesIn(data)
  let current: { name: string; population: Population } | undefined

  function populationIn({ name, bytes }: NamedPopulation): Population {
    if (current?.name !== name) current = { name, population: decodePopulation(bytes) }
    return current.population
  }

  return async (task) => {
    const { seed } = options
    switch (task.name) {
      case 'learn': {
        const { population, fusions } = await learnAblated(data, task.teaching, task.leftOut)
        return { bytes: encodePopulation(population), fusions }
      }
      case 'verify': {
        const people = roles(task.protocol, task.standIn)
        if (task.population === undefined) return runTrials(simpleMatcherFor(people), people, task.share)
        if ('teaching' in task.population) return runTrialsEach(data, task.population.teaching, people, task.share)
        const engine = createEngine(populationIn(task.population), { seed })
        return runTrials(engineMatcher(engine), people, task.share)
      }
      case 'ablate': {
        const engine = createEngine(populationIn(task.population), { seed })
        return runTrialsOfSeveral(fusionsMatcher(engine, task.fusions), roles(task.protocol, undefined), task.share)
      }
      case 'watch': {
        const engine = createEngine(populationIn(task.population), { seed })
        const play = task.handOver ? watchHandOvers : watchPeople
        const people = bent(data, task.standIn).tested('aalto-free-text')
        return play(engine, people, task.budgets, seed, task.share)
      }
      case 'liveness':
        return livenessProtocols.find(({ id }) => id === task.protocol)?.run(data) ?? []
      default:
        return task satisfies never
    }
  }
}

/** Every trial whose target is in the share, by a population that was learnt without the target. */
async function runTrialsEach(
  data: DataFolder,
  teaching: Teaching,
  people: readonly Role[],
  { index, of }: Share
): Promise<Trials> {
  const trials: Trials[] = []
  for (let owner = index; owner < people.length; owner += of) {
    const population = await learnPopulationOf(data, teaching, people[owner]!.person)
    const engine = createEngine(population, { seed: data.options.seed })
    trials.push(runTrials(engineMatcher(engine), people, { index: owner, of: people.length }))
  }
  return joinTrials(trials)
}

/** What was cut for one protocol is kept until another one is asked for. */
function rolesIn(data: DataFolder): (protocol: string, standIn: StandInName | undefined) => readonly Role[] {
  let current: { name: string; roles: readonly Role[] } | undefined
  return (id, standIn) => {
    const name = `${id} ${standIn ?? ''}`
    if (current?.name !== name) {
      const protocol = verificationProtocols.find((one) => one.id === id)
      current = { name, roles: protocol?.roles(bent(data, standIn)) ?? [] }
    }
    return current.roles
  }
}

/** The folder with those who are tested bent. */
function bent(data: DataFolder, standIn: StandInName | undefined): DataFolder {
  if (standIn === undefined) return data
  const { seed } = data.options
  const most = standIns[standIn].mostTested
  return {
    ...data,
    tested: (set) =>
      data
        .tested(set)
        .slice(0, most)
        .map((person) => standInFor(standIn, person, seed))
  }
}
