// The way of frames into the heart: in order, without a promise where nothing has to be waited for, and closed by the first that is refused.

import { expect, test } from 'vitest'
import { noCounters } from '../../src/biometrics/events.ts'
import { createIntake } from '../../src/channel/intake.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { createTurns } from '../../src/channel/turns.ts'
import { VigilError } from '../../src/errors.ts'
import { silent } from '../support/server.ts'

const frame = (sequence: number): Frame => ({
  sequence,
  sentAt: 1000 * sequence,
  grainMs: 1,
  hidden: false,
  counters: noCounters,
  events: []
})

function intakeOf(receive: (frame: Frame) => Promise<void> | undefined) {
  const failures: unknown[] = []
  let closed = 0
  const stream = {
    receive,
    interrupted: () => undefined,
    resumed: () => Promise.resolve(),
    close: () => void closed++
  }
  const intake = createIntake(stream, createTurns(), silent, {})
  intake.fedBy({ took: () => undefined, failed: (error) => failures.push(error) })
  return { intake, failures, closed: () => closed, push: (n: number) => intake.push(frame(n), 1000 * n) }
}

test('a frame from which nothing follows has been taken in when it is handed over', () => {
  const taken: number[] = []
  const { intake, push } = intakeOf(({ sequence }) => void taken.push(sequence))
  for (const n of [0, 1, 2]) {
    push(n)
    expect(taken.at(-1)).toBe(n)
    expect([intake.isBusy, intake.waiting, intake.next]).toEqual([false, 0, n + 1])
  }
})

test('frames that come while one is waited for follow in order, and those after them again at once', async () => {
  const taken: number[] = []
  const gate = Promise.withResolvers<void>()
  const { intake, push } = intakeOf(({ sequence }) => {
    taken.push(sequence)
    return sequence === 0 ? gate.promise : undefined
  })
  for (const n of [0, 1, 2]) push(n)
  expect(taken).toEqual([0])
  expect([intake.isBusy, intake.waiting]).toEqual([true, 2])
  gate.resolve()
  await expect.poll(() => taken).toEqual([0, 1, 2])
  expect(intake.isBusy).toBe(false)
  push(3)
  expect(taken).toEqual([0, 1, 2, 3])
})

test.each([
  [
    'at once',
    () => {
      throw new VigilError('watch_stopped')
    }
  ],
  ['later', () => Promise.reject(new VigilError('watch_stopped'))]
])('a frame that is refused %s ends the stream, and nothing after it is heard', async (_, receive) => {
  let calls = 0
  const { intake, failures, closed, push } = intakeOf(() => {
    calls++
    return receive()
  })
  push(0)
  await expect.poll(() => intake.isClosed).toBe(true)
  expect(failures).toMatchObject([{ code: 'watch_stopped' }])
  expect([closed(), intake.isBusy]).toEqual([1, false])
  push(1)
  expect(calls).toBe(1)
})
