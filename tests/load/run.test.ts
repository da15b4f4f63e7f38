// A load on a real channel: what is sent is counted once, and what the server loses, refuses or ends is told.

import { afterEach, describe, expect, test } from 'vitest'
import { EventType, type InputEvent, noCounters } from '../../src/biometrics/events.ts'
import { loadInput, naturalRate } from '../../src/load/input.ts'
import { inventedPeople } from '../../src/load/people.ts'
import { linesOf, lossOf, reportOf } from '../../src/load/report.ts'
import { type LoadPlan, runLoad } from '../../src/load/run.ts'
import { appOrigin, listen, type Listening, type ListenOptions, until } from '../channel/listening.ts'

const noServer = { health: undefined, unhealthy: 0 }
const stream = { events: [0, 100, 250, 400].map(keyAt), counters: { ...noCounters, shiftLeft: 1 } }

const open: Listening[] = []
async function listening(options: ListenOptions = {}): Promise<Listening> {
  const here = await listen(options)
  open.push(here)
  return here
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

function keyAt(t: number): InputEvent {
  return { t, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 }
}

function planFor(here: Listening, sessions: number, more: Partial<LoadPlan> = {}): LoadPlan {
  return {
    ways: Array.from({ length: sessions }, (_, n) => async () => ({
      url: here.url,
      credential: `vigil.ticket.${here.ticket(`session-${n}`)}`,
      origin: appOrigin
    })),
    input: (n, startAt) => loadInput({ streams: [stream], first: n, startAt, tempo: 1 }),
    rampSeconds: 0.2,
    durationSeconds: 2.5,
    reconnect: false,
    seed: 1,
    ...more
  }
}

describe('pages of a load', () => {
  test('send a frame a second each, and every one that is judged is counted', async () => {
    const here = await listening()
    const outcome = await runLoad(planFor(here, 5))
    const report = reportOf(outcome, noServer)
    const judged = here.seen.flatMap(({ frames }) => frames)
    expect(report.frames).toMatchObject({ sent: judged.length, acknowledged: judged.length, lost: 0, unanswered: 0 })
    expect(judged.length).toBeGreaterThanOrEqual(5)
    expect(judged.flatMap(({ events }) => events)).toHaveLength(outcome.tally.events)
    expect(new Set(here.seen.map(({ session }) => session.uid)).size).toBe(5)
    expect(report).toMatchObject({ sessions: 5, open: 5, over: 0, closed: {}, refusals: {} })
    expect(lossOf(report)).toBeUndefined()
    expect(linesOf(report, outcome.tally.decision)).toMatch(/frames +\d+ sent, \d+ judged, 0 lost[\s\S]*≤ \d+/)
    expect(here.channel.connections).toBe(0)
  })

  test('all come back after all connections were cut', async () => {
    const here = await listening()
    const report = reportOf(await runLoad(planFor(here, 8, { reconnect: true, durationSeconds: 4 })), noServer)
    expect(report.reconnected).toMatchObject({ cut: 8, back: 8 })
    expect(here.seen).toHaveLength(16)
    expect(report).toMatchObject({ open: 8, closed: {} })
    expect(lossOf(report)).toBeUndefined()
  })

  test('a server that hangs up loses what it had not judged, and the load fails', async () => {
    const here = await listening({
      receive() {
        throw new Error('a fault of ours')
      }
    })
    const report = reportOf(await runLoad(planFor(here, 3)), noServer)
    expect(report.frames.lost).toBeGreaterThanOrEqual(3)
    expect(report.frames.acknowledged).toBe(0)
    expect(report.closed['1011 internal']).toBeGreaterThanOrEqual(3)
    expect(lossOf(report)).toMatch(/frames were not judged/)
  })

  test('a decision takes as long as the server makes it take', async () => {
    const here = await listening({ receive: () => new Promise((resolve) => void setTimeout(resolve, 300)) })
    const { decisionMs } = reportOf(await runLoad(planFor(here, 2)), noServer)
    expect(decisionMs!.p50).toBeGreaterThanOrEqual(299)
  })

  test('asked about one frame in three, all are counted and those are timed', async () => {
    let due = 0
    const here = await listening({
      // The first two of each three take long, and nobody asks about them.
      receive: () => new Promise((resolve) => void setTimeout(resolve, due++ % 3 === 2 ? 0 : 60))
    })
    const plan = planFor(here, 1, { rhythm: { beatMs: 200, framesPerPing: 3 } })
    const { frames, decisionMs } = reportOf(await runLoad(plan), noServer)
    expect(frames.sent).toBeGreaterThanOrEqual(9)
    expect(frames).toMatchObject({ acknowledged: frames.sent, lost: 0, unanswered: 0 })
    expect(decisionMs!.p50).toBeLessThan(60)
  })

  test('a session that ended does not come back, and is told apart from one that stays away', async () => {
    const here = await listening()
    const running = runLoad(planFor(here, 2))
    await until(() => here.channel.connections === 2, 'both pages are there')
    await here.channel.closeSession('session-0', 'session_ended')
    const report = reportOf(await running, noServer)
    expect(report).toMatchObject({ open: 1, over: 1, closed: { '4001 session_ended': 1 } })
    expect(here.seen).toHaveLength(2)
  })

  test('a server that refuses the channel is named with its answer', async () => {
    const here = await listening()
    const plan = planFor(here, 1)
    const stranger = async () => ({ ...(await plan.ways[0]!()), origin: 'https://elsewhere.example' })
    const stopping = new AbortController()
    const running = runLoad({ ...plan, ways: [stranger], signal: stopping.signal })
    await new Promise((resolve) => void setTimeout(resolve, 500))
    stopping.abort()
    const report = reportOf(await running, noServer)
    expect(report.refusals['status 403']).toBeGreaterThanOrEqual(1)
    expect(lossOf(report)).toBe('1 of 1 sessions had no channel at the end')
  })
})

describe('input of a load', () => {
  test('goes on for ever in the order of the recordings, each round at another tempo', () => {
    const input = loadInput({ streams: [stream], first: 0, startAt: 1000, tempo: 1 })
    const { events, counters } = input.take(10_000)
    expect(counters.shiftLeft).toBe(1)
    expect(events.length).toBeGreaterThan(20)
    expect(events[0]!.t).toBe(1000)
    const spans = [0, 4, 8].map((from) => events[from + 3]!.t - events[from]!.t)
    expect(new Set(spans.map((ms) => ms.toFixed(1))).size).toBe(3)
    for (const ms of spans) expect(Math.abs(ms / 400 - 1)).toBeLessThan(0.15)
    expect(input.take(10_000).events).toEqual([])
    expect(events.every(({ t }, i) => t <= 10_000 && (i === 0 || t >= events[i - 1]!.t))).toBe(true)
  })

  test('what waited for more than a minute is dropped, and a frame holds no more than it can', () => {
    const input = loadInput({ streams: [stream], first: 0, startAt: 0, tempo: 1 })
    const { events } = input.take(100_000)
    expect(events[0]!.t).toBeGreaterThan(40_000)
    expect(
      loadInput({ streams: [stream], first: 0, startAt: 0, tempo: 100 }).take(59_000).events.length
    ).toBeLessThanOrEqual(4096)
  })

  test('a rate is kept by playing faster', () => {
    const hands = inventedPeople(3)[0]!
    const natural = naturalRate(hands)
    const input = loadInput({ streams: hands, first: 0, startAt: 0, tempo: 20 / natural })
    let events = 0
    for (let second = 1; second <= 120; second++) events += input.take(second * 1000).events.length
    expect(events / 120).toBeGreaterThan(14)
    expect(events / 120).toBeLessThan(27)
  })
})
