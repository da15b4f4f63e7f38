// Judging takes time: it happens in threads. Each target belongs to one thread, which enrols it once and keeps its profile; a recording goes to
// every thread that has a target for it. What comes out does not depend on how many threads there are. This file is both sides: what asks,
// and what a thread runs.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import {
  createEngine,
  decodePopulation,
  encodePopulation,
  enrolRecordings,
  type Population,
  type RecordedProfile,
  worthJudging
} from '../biometrics/index.ts'
import { type ErrorCode, isVigilError, VigilError } from '../errors.ts'
import { judgementOf } from '../watch/judge.ts'
import type { Budget } from '../risk/evidence.ts'
import { type Judging, scoring, watching } from './judgings.ts'
import { type PackedRecording, unpacked } from './packed-recording.ts'

export type JudgingTask = { readonly name: 'score' } | { readonly name: 'watch'; readonly budget: Budget }

export interface JudgeThreads {
  /** Learns a target; without recordings it is nobody in particular. Resolves to whether there was enough to tell the person from others. */
  enrol(target: number, recordings: readonly PackedRecording[]): Promise<boolean>
  /** Cells for each target, in their order. */
  judge(recording: PackedRecording, targets: readonly number[]): Promise<string[]>
  close(): Promise<void>
}

export interface JudgeThreadsOptions {
  readonly population: Population
  readonly seed: number
  readonly task: JudgingTask
  readonly threads: number
  /** How much there is to do for each target: shared out evenly. */
  readonly work: readonly number[]
}

export function startJudgeThreads({ population, seed, task, threads, work }: JudgeThreadsOptions): JudgeThreads {
  const start: Start = { population: encodePopulation(population), seed, task }
  const all = Array.from({ length: Math.max(1, Math.min(threads, work.length)) }, () => startThread(start))
  const owner = sharedOut(work, all.length)
  return {
    enrol: (target, recordings) => all[owner[target]!]!.ask<boolean>({ target, recordings }),
    async judge(recording, targets) {
      const cells: string[] = []
      const asked = all.map(async (thread, i) => {
        const places = [...targets.keys()].filter((place) => owner[targets[place]!] === i)
        if (places.length === 0) return
        const own = await thread.ask<string[]>({ recording, targets: places.map((place) => targets[place]!) })
        for (const [n, place] of places.entries()) cells[place] = own[n]!
      })
      await Promise.all(asked)
      return cells
    },
    async close() {
      await Promise.all(all.map((thread) => thread.close()))
    }
  }
}

/** For each target its thread: the largest work first, each to the thread that has least. */
function sharedOut(work: readonly number[], threads: number): number[] {
  const load = Array.from({ length: threads }, () => 0)
  const owner: number[] = []
  for (const target of [...work.keys()].sort((a, b) => work[b]! - work[a]!)) {
    const least = load.indexOf(Math.min(...load))
    owner[target] = least
    load[least]! += work[target]! + 1
  }
  return owner
}

type Question =
  | { readonly target: number; readonly recordings: readonly PackedRecording[] }
  | { readonly recording: PackedRecording; readonly targets: readonly number[] }

type Answer =
  | { readonly value: boolean | string[] }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } }

interface Start {
  readonly population: Uint8Array
  readonly seed: number
  readonly task: JudgingTask
}

interface Thread {
  ask<Value>(question: Question): Promise<Value>
  close(): Promise<void>
}

function startThread(start: Start): Thread {
  const worker = new Worker(new URL(import.meta.url), { workerData: { [marker]: start } })
  // A thread answers in the order in which it is asked.
  const waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = []
  let dead: Error | undefined
  const die = (error: Error): void => {
    dead ??= error
    for (const { reject } of waiting.splice(0)) reject(dead)
  }
  worker.on('message', (answer: Answer) => {
    const asked = waiting.shift()
    if ('error' in answer) asked?.reject(new VigilError(answer.error.code, answer.error.message))
    else asked?.resolve(answer.value)
  })
  worker.once('error', (cause) => {
    die(new VigilError('internal', `a judging thread failed: ${(cause as Error).message}`, { cause }))
  })
  worker.once('exit', (code) => die(new VigilError('internal', `a judging thread ended with ${code}`)))
  return {
    ask: <Value>(question: Question) =>
      new Promise<Value>((resolve, reject) => {
        if (dead !== undefined) {
          reject(dead)
          return
        }
        waiting.push({ resolve: (value) => resolve(value as Value), reject })
        worker.postMessage(question)
      }),
    close: async () => void (await worker.terminate())
  }
}

const marker = 'vigilJudging'

function answering({ population: bytes, seed, task }: Start): (question: Question) => boolean | string[] {
  const population = decodePopulation(bytes)
  const engine = createEngine(population, { seed })
  const judging: Judging = task.name === 'score' ? scoring(engine) : watching(judgementOf(engine, task.budget))
  const profiles = new Map<number, RecordedProfile>()
  return (question) => {
    if ('recordings' in question) {
      const profile = enrolRecordings(engine, question.recordings.map(unpacked))
      profiles.set(question.target, profile)
      return worthJudging(profile)
    }
    const cellsFor = judging(question.recording)
    return question.targets.map((target) => cellsFor(profiles.get(target)!))
  }
}

/** An error keeps its code on the way to the other side. */
function answered(answer: (question: Question) => boolean | string[], question: Question): Answer {
  try {
    return { value: answer(question) }
  } catch (error) {
    const code = isVigilError(error) ? error.code : 'internal'
    return { error: { code, message: (error as Error).message } }
  }
}

const start = (workerData as Record<string, Start> | null)?.[marker]
if (!isMainThread && start !== undefined) {
  const answer = answering(start)
  parentPort?.on('message', (question: Question) => parentPort?.postMessage(answered(answer, question)))
}
