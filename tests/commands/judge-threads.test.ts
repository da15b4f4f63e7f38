// Threads that judge: each target is somebody's, answers come in the order of the question, and a fault is an answer too.

import { afterAll, describe, expect, it } from 'vitest'
import { startJudgeThreads } from '../../src/commands/judge-threads.ts'
import { packed } from '../../src/commands/packed-recording.ts'
import { inventedDay } from '../support/invented.ts'

describe('judging threads', () => {
  const { population, people } = inventedDay()
  const recordings = people.map((person) => person.recordings.map(packed))
  const start = (threads: number) =>
    startJudgeThreads({ population, seed: 1, task: { name: 'score' }, threads, work: people.map(() => 1) })
  const several = start(3)
  const alone = start(1)
  afterAll(() => Promise.all([several.close(), alone.close()]))

  it('answer for the targets in the order of the question, however they are shared out', async () => {
    for (const threads of [several, alone]) {
      expect(await Promise.all(recordings.map((own, target) => threads.enrol(target, own)))).toEqual([true, true, true])
    }
    const probe = recordings[1]![0]!
    const orders = [[0, 1, 2], [2, 0, 1], [1], [0, 0], []]
    const found = await Promise.all(orders.map((targets) => several.judge(probe, targets)))
    expect(await Promise.all(orders.map((targets) => alone.judge(probe, targets)))).toEqual(found)
    const [byTarget] = found
    expect(found).toEqual(orders.map((targets) => targets.map((target) => byTarget![target])))
    expect(new Set(byTarget).size).toBe(3)
  })

  it('say that somebody was never enrolled, and go on', async () => {
    const fresh = start(2)
    const probe = recordings[0]![0]!
    await expect(fresh.judge(probe, [0])).rejects.toMatchObject({ code: 'internal', exitCode: 1 })
    await fresh.enrol(0, recordings[0]!)
    expect(await fresh.judge(probe, [0])).toEqual(await alone.judge(probe, [0]))
    await fresh.close()
    await expect(fresh.judge(probe, [0])).rejects.toMatchObject({ code: 'internal' })
  })

  it('know a target without anything to learn from', async () => {
    const fresh = start(1)
    expect(await fresh.enrol(0, [])).toBe(false)
    expect(await fresh.judge(recordings[0]![0]!, [0])).toEqual(['0'])
    await fresh.close()
  })
})
