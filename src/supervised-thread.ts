// Work in a thread that is watched: it beats while it gets on; one that hangs or dies is ended and replaced, a bounded number of times.
// Whoever runs the work sees its answer or one coded error, and is never blocked. This file is both sides.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { isVigilError, VigilError, type ErrorCode } from './errors.ts'

export interface SupervisionOptions {
  /** A thread that did not beat for so long hangs. Default 3500: found, ended and replaced within 5 s. */
  readonly silenceMs?: number
  /** Until its first beat a thread has so long: it loads its modules. Default 15 000. */
  readonly startMs?: number
  /** Threads that are tried in all. Default 3. */
  readonly attempts?: number
  /** Told why a thread was replaced. */
  readonly onReplaced?: (why: string) => void
  /** Told the share of the work that is done, 0 to 1, about four times a second. */
  readonly progress?: (done: number) => void
}

/** The thread's side of supervision: to be called at least once a second while the work gets on, with the share that is done. */
export type Beat = (done: number) => void

/**
 * Runs the work that `file` serves with `serveThread`. The task and the answer are cloned. Throws the coded error that the work threw,
 * `thread_failed` when every thread hung or died.
 */
export async function runInThread<Answer>(
  file: URL,
  task: unknown,
  { silenceMs = 3500, startMs = 15_000, attempts = 3, onReplaced, progress }: SupervisionOptions = {}
): Promise<Answer> {
  let why = ''
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const outcome = await tryThread(file, task, { silenceMs, startMs, progress })
    if (outcome.kind === 'answered') return outcome.answer as Answer
    if (outcome.kind === 'refused') throw new VigilError(outcome.code, outcome.message)
    why = outcome.why
    if (attempt < attempts) onReplaced?.(why)
  }
  throw new VigilError('thread_failed', `${attempts} threads were tried; the last ${why}`)
}

/** Serves the work of this file when it was started by `runInThread`; elsewhere, does nothing. */
export function serveThread(work: Work): void {
  const data = workerData as Partial<ThreadData> | null
  if (isMainThread || data?.vigilThread === undefined) return
  const { pulse, done, task } = data.vigilThread
  const beat: Beat = (share) => {
    done[0] = share
    Atomics.add(pulse, 0, 1)
  }
  beat(0)
  // Not awaited: a rejection of `answerOf` would be a fault of this file, and ends the thread like any other.
  void answerOf(work, task, beat).then((message) => parentPort?.postMessage(message))
}

/** What a thread does with its task, which is what `runInThread` was given. The answer may be a promise. */
export type Work = (task: never, beat: Beat) => unknown

interface ThreadData {
  readonly vigilThread: {
    /** Shared: counts the beats. A message would wait for a main thread that is busy, and the thread would seem to hang. */
    readonly pulse: Int32Array
    readonly done: Float64Array
    readonly task: unknown
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'failed'; readonly why: string }

async function answerOf(work: Work, task: unknown, beat: Beat): Promise<Outcome> {
  try {
    return { kind: 'answered', answer: await work(task as never, beat) }
  } catch (error) {
    // A coded error is an answer: another thread would give the same.
    if (isVigilError(error)) return { kind: 'refused', code: error.code, message: error.message }
    return { kind: 'failed', why: `threw ${error instanceof Error ? error.message : 'something'}` }
  }
}

const checkEveryMs = 250

async function tryThread(
  file: URL,
  task: unknown,
  limits: { readonly silenceMs: number; readonly startMs: number; readonly progress?: Beat | undefined }
): Promise<Outcome> {
  const outcome = Promise.withResolvers<Outcome>()
  const failed = (why: string): void => outcome.resolve({ kind: 'failed', why })
  const pulse = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const done = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  const data: ThreadData = { vigilThread: { pulse, done, task } }
  const worker = new Worker(file, { workerData: data })
  worker.once('message', (message: Outcome) => outcome.resolve(message))
  worker.once('error', (error) => failed(`crashed: ${error instanceof Error ? error.message : 'something was thrown'}`))
  worker.once('exit', (code) => failed(`ended with ${code}`))
  // A server that is told to stop does not wait for what it no longer needs.
  worker.unref()
  let beats = 0
  let silentMs = 0
  // Counts checks, not the clock: while this thread was blocked nobody could have seen a beat.
  const check = setInterval(() => {
    const now = Atomics.load(pulse, 0)
    silentMs = now === beats ? silentMs + checkEveryMs : 0
    if (now !== beats) limits.progress?.(done[0]!)
    beats = now
    if (silentMs >= (beats === 0 ? limits.startMs : limits.silenceMs)) failed(`was silent for ${silentMs} ms`)
  }, checkEveryMs).unref()
  try {
    return await outcome.promise
  } finally {
    clearInterval(check)
    await worker.terminate()
  }
}
