// What a thread is asked to do, and does. Every task names its people, so that the same task gives the same answer in any thread.

import { createEngine, decodePopulation, encodePopulation, type Population } from '../biometrics/index.ts'
import { openData, type DataFolder, type DataOptions } from './data-folder.ts'
import { engineMatcher } from './engine-matcher.ts'
import { runTrials, type Role, type Share } from './matcher.ts'
import type { Trials } from './metrics/trials.ts'
import { learnPopulationOf, type Teaching } from './populations.ts'
import { simpleMatcherFor } from './simple-matcher.ts'
import { verificationProtocols } from './verification.ts'
import { watchHandOvers, watchPeople, type WatchedPerson } from './watching.ts'

/** A population in transit. */
export interface NamedPopulation {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Tasks {
  learn: { readonly ask: { readonly teaching: Teaching }; readonly answer: Uint8Array }
  /** Without a population: the simple method. */
  verify: {
    readonly ask: { readonly protocol: string; readonly population: NamedPopulation | undefined; readonly share: Share }
    readonly answer: Trials
  }
  watch: {
    readonly ask: {
      readonly handOver: boolean
      readonly budgets: readonly string[]
      readonly population: NamedPopulation
      readonly share: Share
    }
    readonly answer: WatchedPerson[][]
  }
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
      case 'learn':
        return encodePopulation(await learnPopulationOf(data, task.teaching))
      case 'verify': {
        const people = roles(task.protocol)
        if (task.population === undefined) return runTrials(simpleMatcherFor(people), people, task.share)
        const engine = createEngine(populationIn(task.population), { seed })
        return runTrials(engineMatcher(engine), people, task.share)
      }
      case 'watch': {
        const engine = createEngine(populationIn(task.population), { seed })
        const play = task.handOver ? watchHandOvers : watchPeople
        return play(engine, data.tested('aalto-free-text'), task.budgets, seed, task.share)
      }
      default:
        return task satisfies never
    }
  }
}

function rolesIn(data: DataFolder): (protocol: string) => readonly Role[] {
  const known = new Map<string, readonly Role[]>()
  return (id) => {
    let roles = known.get(id)
    if (roles === undefined) {
      const protocol = verificationProtocols.find((one) => one.id === id)
      roles = protocol?.roles(data) ?? []
      known.set(id, roles)
    }
    return roles
  }
}
