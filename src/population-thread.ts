// Learning a population takes seconds to minutes of computing: it happens in a thread of its own, so that a server that starts can answer
// and its connections do not time out. This file is both sides: what asks, and what the thread runs.

import {
  decodePopulation,
  encodePopulation,
  type EnrolledPerson,
  learnPopulation,
  type Population,
  syntheticPopulation
} from './biometrics/index.ts'
import { runInThread, serveThread, type SupervisionOptions } from './supervised-thread.ts'

/** From whom to learn. */
export type PopulationTask =
  | { readonly from: 'invented'; readonly seed: number }
  | { readonly from: 'enrolled'; readonly people: readonly EnrolledPerson[]; readonly seed: number }

/** Throws `population_invalid` when there are too few people, `thread_failed` when threads hang or die again and again. */
export async function populationInThread(task: PopulationTask, options: SupervisionOptions = {}): Promise<Population> {
  return decodePopulation(await runInThread<Uint8Array>(new URL(import.meta.url), task, options))
}

serveThread((task: PopulationTask, beat) =>
  encodePopulation(
    task.from === 'invented'
      ? syntheticPopulation(task.seed, undefined, { progress: beat })
      : learnPopulation(task.people, task.seed, { progress: beat })
  )
)
