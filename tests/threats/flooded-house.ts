// A provider in a process of its own, people at work on it, and strangers who flood it.

import { setTimeout } from 'node:timers/promises'
import { loadInput } from '../../src/load/input.ts'
import { reportOf, type LoadReport } from '../../src/load/report.ts'
import { runLoad } from '../../src/load/run.ts'
import { childOf } from '../bench/child.ts'
import type { LiveReady, MemoryNow } from '../bench/live-host.ts'
import { liveHands } from '../bench/live-people.ts'
import { ticketWay } from '../bench/live-run.ts'
import { type Flood, floodKinds } from './flooding.ts'

export interface FloodedHouse {
  /** People at work for so many seconds, with each of these floods, or none, on a session of its own. */
  play(seconds: number, floods: readonly Flood[]): Promise<Flooded>
  close(): void
}

export interface Flooded {
  readonly frames: number
  /** Frames of the people at work that were never judged. */
  readonly lost: number
  readonly decisionMs: LoadReport['decisionMs']
  /** Bytes, sampled ten times a second. */
  readonly highestRss: number
  readonly answers: Partial<Record<Flood, readonly (number | string)[]>>
}

const sampleMs = 100

export async function floodedHouse(people: number): Promise<FloodedHouse> {
  const hands = liveHands()
  const host = childOf('live-host.ts', ['product', String(people + floodKinds.length)])
  const ready = await host.ask<LiveReady>('ready')

  return {
    async play(seconds, floods) {
      const over = new AbortController()
      let highestRss = 0
      const watching = async (): Promise<void> => {
        for (;;) {
          highestRss = Math.max(highestRss, (await host.ask<MemoryNow>('memory')).rss)
          const isOver = await setTimeout(sampleMs, false, over).catch(() => true)
          if (isOver) return
        }
      }
      let work: Promise<unknown> = Promise.resolve()
      const strangers = floods.map((kind) => {
        const token = ready.accessTokens[people + floodKinds.indexOf(kind)]!
        return { kind, child: childOf('../threats/flooder.ts', [kind, ready.issuer, token]) }
      })
      const outcome = await runLoad({
        ways: Array.from({ length: people }, (_, n) => ticketWay(ready, n)),
        input: (n, startAt) => {
          const streams = hands[n % hands.length]!
          return loadInput({ streams, first: 0, startAt, tempo: 1, tempoSpread: 0 })
        },
        rampSeconds: 1,
        durationSeconds: seconds,
        reconnect: false,
        seed: 1,
        onFull: async () => {
          await Promise.all(strangers.map(({ child }) => child.ask('begin')))
          work = watching()
        },
        onOver: () => {
          over.abort()
          return Promise.resolve()
        }
      })
      await work
      const answers: Flooded['answers'] = {}
      for (const { kind, child } of strangers) {
        answers[kind] = await child.ask('end')
        child.end()
      }
      const { frames, decisionMs } = reportOf(outcome, { health: undefined, unhealthy: 0 })
      return { frames: frames.sent, lost: frames.lost + frames.unanswered, decisionMs, highestRss, answers }
    },
    close: () => host.end()
  }
}
