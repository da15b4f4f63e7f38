// Two cores, two threads: tasks go to whichever is free. This file is both sides: what asks, and what a thread runs.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { VigilError, isVigilError, type ErrorCode } from '../errors.ts'
import type { DataOptions } from './data-folder.ts'
import { createWorkshop, type Task, type TaskName, type Tasks } from './work.ts'

export interface Threads {
  readonly count: number
  /** Rejects with the task's own coded error, or `internal` when its thread died. */
  run<Name extends TaskName>(name: Name, ask: Tasks[Name]['ask']): Promise<Tasks[Name]['answer']>
  close(): Promise<void>
}

export function startThreads(data: DataOptions, count: number): Threads {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL(import.meta.url), { workerData: { [marker]: data } })
  )
  const free = [...workers]
  const waiting: ((worker: Worker) => void)[] = []

  async function take(): Promise<Worker> {
    return free.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)))
  }

  function giveBack(worker: Worker): void {
    const next = waiting.shift()
    if (next === undefined) free.push(worker)
    else next(worker)
  }

  return {
    count,
    async run<Name extends TaskName>(name: Name, ask: Tasks[Name]['ask']) {
      const worker = await take()
      const answer = await answerOf(worker, { name, ...ask } as Task)
      giveBack(worker)
      if ('error' in answer) throw new VigilError(answer.error.code, answer.error.message)
      return answer.value
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
  }
}

type Answer =
  | { readonly value: Tasks[TaskName]['answer'] }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } }

function answerOf(worker: Worker, task: Task): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const died = (cause: unknown): void =>
      reject(new VigilError('internal', `a thread of the evaluation ended: ${String(cause)}`, { cause }))
    worker.once('error', died)
    worker.once('exit', died)
    worker.once('message', (answer: Answer) => {
      worker.off('error', died)
      worker.off('exit', died)
      resolve(answer)
    })
    worker.postMessage(task)
  })
}

const marker = 'vigilEvaluation'

const data = (workerData as Record<string, DataOptions> | null)?.[marker]
if (!isMainThread && data) {
  const port = parentPort
  const workshop = createWorkshop(data)
  port?.on('message', (task: Task) => {
    workshop(task).then(
      (value) => port.postMessage({ value }),
      (error: unknown) => {
        // What nobody expected ends the thread, with its stack.
        if (!isVigilError(error)) throw error
        port.postMessage({ error: { code: error.code, message: error.message } })
      }
    )
  })
}
