// A thread that hangs or dies is replaced, and whoever waits for it gets the work or a coded error, soon.

import { describe, expect, test } from 'vitest'
import { runInThread, type SupervisionOptions } from '../src/supervised-thread.ts'
import { troubledThread, type Trouble } from './support/troubled-thread.ts'

describe('a supervised thread', () => {
  test('answers', async () => {
    expect(await outcomeOf(['none'])).toMatchObject({ answer: 'thread 1', replaced: [] })
  })

  test('that loops without end is replaced within five seconds, and the work is done', async () => {
    const { answer, replaced, replacedAfterMs } = await outcomeOf(['endless loop', 'none'])
    expect(answer).toBe('thread 2')
    expect(replaced).toEqual([expect.stringContaining('silent')])
    expect(replacedAfterMs).toBeLessThan(5000)
  })

  test('that waits for what never comes is replaced, although its event loop turns', async () => {
    expect((await outcomeOf(['waits for ever', 'none'], { silenceMs: 500 })).answer).toBe('thread 2')
  })

  test.each([
    ['exit', 'ended with 7'],
    ['throws', 'a fault'],
    ['throws later', 'a fault outside the work']
  ] as const)('that dies (%s) is replaced at once', async (trouble, why) => {
    const { answer, replaced, replacedAfterMs } = await outcomeOf([trouble, 'none'])
    expect(answer).toBe('thread 2')
    expect(replaced).toEqual([expect.stringContaining(why)])
    expect(replacedAfterMs).toBeLessThan(5000)
  })

  test('that takes long but gets on is left alone, and says how far it is', async () => {
    const heard: number[] = []
    const { answer, replaced } = await outcomeOf(['slow'], { silenceMs: 1000, progress: (done) => heard.push(done) })
    expect(answer).toBe('thread 1')
    expect(replaced).toEqual([])
    expect(heard.length).toBeGreaterThan(3)
    expect(heard.toSorted((a, b) => a - b)).toEqual(heard)
  })

  test('is not thought to hang while the one who waits is busy', async () => {
    const running = outcomeOf(['slow'], { silenceMs: 1000 })
    await new Promise((resolve) => setTimeout(resolve, 800))
    const until = performance.now() + 1800
    while (performance.now() < until);
    expect((await running).answer).toBe('thread 1')
  })

  test('that refuses the work with a code is not tried again', async () => {
    const { code, started } = await outcomeOf(['refuses'])
    expect(code).toBe('population_invalid')
    expect(started).toBe(1)
  })

  test('is given up with a coded error after a few replacements', async () => {
    const { code, started, replaced } = await outcomeOf(['exit'])
    expect(code).toBe('thread_failed')
    expect(started).toBe(3)
    expect(replaced).toHaveLength(2)
  })
})

interface Outcome {
  readonly answer?: string
  readonly code?: string
  /** Threads that were started. */
  readonly started: number
  readonly replaced: readonly string[]
  readonly replacedAfterMs: number
}

async function outcomeOf(troubles: readonly Trouble[], options: SupervisionOptions = {}): Promise<Outcome> {
  const started = new Int32Array(new SharedArrayBuffer(4))
  const replaced: string[] = []
  let replacedAfterMs = 0
  // The thread's start is not its hang: the clock begins with the first beat.
  let began = performance.now()
  const firstBeat = setInterval(() => {
    if (Atomics.load(started, 0) === 0) began = performance.now()
  }, 10)
  const onReplaced = (why: string): void => {
    replaced.push(why)
    replacedAfterMs = performance.now() - began
  }
  try {
    const answer = await runInThread<string>(troubledThread, { troubles, started }, { ...options, onReplaced })
    return { answer, started: started[0]!, replaced, replacedAfterMs }
  } catch (error) {
    return { code: (error as { code: string }).code, started: started[0]!, replaced, replacedAfterMs }
  } finally {
    clearInterval(firstBeat)
  }
}
