// Counts what vitest ran. A file that cannot be loaded, a hook that throws and an error outside any test count as one failure
// each, so that nothing which went wrong hides behind "0 failed".

import type { Reporter, TestModule } from 'vitest/node'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export class Tally implements Reporter {
  counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  /** Files in which Node itself died of a signal. What they say, and that they died, is not in `counts`. */
  crashed: readonly string[] = []

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const crashes = new Set(unhandledErrors.flatMap((error) => crashedIn(error) ?? []))
    this.crashed = modules.map(({ moduleId }) => moduleId).filter((file) => crashes.has(file))
    const ofFiles = together(modules.filter(({ moduleId }) => !crashes.has(moduleId)).map(countsOf))
    this.counts = { ...ofFiles, failed: ofFiles.failed + unhandledErrors.length - this.crashed.length }
  }
}

/** The test file that was running when its process was ended by SIGSEGV; undefined of every other error. */
function crashedIn(error: unknown): string | undefined {
  const { message, cause } = (error ?? {}) as { readonly message?: unknown; readonly cause?: unknown }
  const [, file] = /exited unexpectedly with signal SIGSEGV .*while running test file (.+)$/.exec(String(message)) ?? []
  return file ?? (cause === undefined ? undefined : crashedIn(cause))
}

export function together(all: readonly Counts[]): Counts {
  return {
    passed: sum(all.map(({ passed }) => passed)),
    failed: sum(all.map(({ failed }) => failed)),
    skipped: sum(all.map(({ skipped }) => skipped))
  }
}

function countsOf(module: TestModule): Counts {
  const states = [...module.children.allTests()].map((test) => test.result().state)
  const count = (state: string) => states.filter((each) => each === state).length
  const failed = count('failed')
  return {
    passed: count('passed'),
    failed: failed === 0 && module.state() === 'failed' ? 1 : failed,
    // A test that never ran, because its file or a hook failed, is not one that passed.
    skipped: count('skipped') + count('pending')
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
