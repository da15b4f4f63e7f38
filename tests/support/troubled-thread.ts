// A thread that gets into trouble on demand, for tests of supervision.

import { VigilError } from '../../src/errors.ts'
import { serveThread, type Beat } from '../../src/supervised-thread.ts'

export type Trouble =
  | 'none'
  | 'endless loop'
  | 'waits for ever'
  | 'exit'
  | 'throws'
  | 'throws later'
  | 'refuses'
  | 'slow'

export interface TroubledTask {
  /** What happens to the first thread, the second, and so on. */
  readonly troubles: readonly Trouble[]
  /** Shared: how many threads were started. */
  readonly started: Int32Array
}

export const troubledThread = new URL(import.meta.url)

serveThread(async ({ troubles, started }: TroubledTask, beat) => {
  const number = Atomics.add(started, 0, 1)
  const trouble = troubles[Math.min(number, troubles.length - 1)]!
  if (trouble === 'endless loop') spinFor(Number.POSITIVE_INFINITY)
  if (trouble === 'waits for ever') await new Promise(() => setInterval(() => undefined, 1000))
  // oxlint-disable-next-line unicorn/no-process-exit -- what a library does when it thinks it owns the process
  if (trouble === 'exit') process.exit(7)
  if (trouble === 'throws') throw new Error('a fault')
  if (trouble === 'throws later') setTimeout(() => spinThenThrow())
  if (trouble === 'throws later') await new Promise(() => undefined)
  if (trouble === 'refuses') throw new VigilError('population_invalid', 'too few people')
  if (trouble === 'slow') spinFor(3000, beat)
  return `thread ${number + 1}`
})

function spinFor(ms: number, beat?: Beat): void {
  const started = performance.now()
  for (;;) {
    const passed = performance.now() - started
    if (passed >= ms) return
    beat?.(passed / ms)
  }
}

function spinThenThrow(): void {
  throw new Error('a fault outside the work')
}
