// Learning a population takes seconds of computing: it happens in a thread of its own, so that a server that starts can answer
// and its connections do not time out. This file is both sides: what asks, and what the thread runs.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import {
  decodePopulation,
  encodePopulation,
  type EnrolledPerson,
  learnPopulation,
  type Population,
  syntheticPopulation
} from './biometrics/index.ts'
import { VigilError } from './errors.ts'

/** From whom to learn. */
export type PopulationTask =
  | { readonly from: 'invented'; readonly seed: number }
  | { readonly from: 'enrolled'; readonly people: readonly EnrolledPerson[]; readonly seed: number }

/** Throws `population_invalid` when there are too few people, `internal` when the thread dies. */
export async function populationInThread(task: PopulationTask): Promise<Population> {
  const answer = Promise.withResolvers<Answer>()
  const worker = new Worker(new URL(import.meta.url), { workerData: { [marker]: task } })
  worker.once('message', (message: Answer) => answer.resolve(message))
  worker.once('error', (error) => answer.reject(error))
  worker.once('exit', (code) => answer.reject(new VigilError('internal', `the population thread ended with ${code}`)))
  // A server that is told to stop does not wait for what it no longer needs.
  worker.unref()
  const { population, error } = await answer.promise
  if (population === undefined) throw new VigilError('population_invalid', error)
  return decodePopulation(population)
}

type Answer =
  | { readonly population: Uint8Array; readonly error?: undefined }
  | { readonly population?: undefined; readonly error: string }

const marker = 'vigilPopulationTask'

function learn(task: PopulationTask): Answer {
  try {
    const population =
      task.from === 'invented' ? syntheticPopulation(task.seed) : learnPopulation(task.people, task.seed)
    return { population: encodePopulation(population) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

const task = (workerData as Record<string, PopulationTask> | null)?.[marker]
if (!isMainThread && task) parentPort?.postMessage(learn(task))
