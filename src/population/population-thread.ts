// Learning a population takes seconds to minutes of computing: it happens in a thread of its own, so that a server that starts can answer
// and its connections do not time out. This file is both sides: what asks, and what the thread runs.

import {
  completed,
  decodePopulation,
  encodePopulation,
  type EnrolledPerson,
  type Population,
  trainPopulation
} from '../biometrics/index.ts'
import { shippedPopulation } from './shipped-population.ts'
import { runInThread, serveThread, type SupervisionOptions } from '../supervised-thread.ts'

export interface PopulationTask {
  readonly people: readonly EnrolledPerson[]
  readonly seed: number
}

/** Throws `population_invalid` when there are too few people, `thread_failed` when threads hang or die again and again. */
export async function populationInThread(task: PopulationTask, options: SupervisionOptions = {}): Promise<Population> {
  return decodePopulation(await runInThread<Uint8Array>(new URL(import.meta.url), task, options))
}

serveThread(async ({ people, seed }: PopulationTask, beat) => {
  const shipped = shippedPopulation()
  const encoder = shipped.sequence?.encoder
  const learnt = await trainPopulation(people, seed, { progress: beat, ...(encoder === undefined ? {} : { encoder }) })
  return encodePopulation(completed(learnt, shipped))
})
