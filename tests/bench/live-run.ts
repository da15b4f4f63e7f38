// A load on a server in a process of its own, from a ramp to the figures of both sides.

import { setTimeout } from 'node:timers/promises'
import { loadInput, naturalRate } from '../../src/load/input.ts'
import type { LoadRhythm } from '../../src/load/page.ts'
import { reportOf, type LoadReport } from '../../src/load/report.ts'
import { runLoad } from '../../src/load/run.ts'
import type { OpenWay } from '../../src/load/way.ts'
import { childOf } from './child.ts'
import type { LiveFigures, LiveReady, MemoryNow } from './live-host.ts'
import { liveHands } from './live-people.ts'

export interface LiveOptions {
  readonly kind: 'product' | 'floor'
  readonly sessions: number
  readonly seconds: number
  /** Of all sessions together. Default: as the people type. */
  readonly eventsPerSecond?: number
  readonly reconnect?: boolean
  readonly rhythm?: LoadRhythm
  /** Between the last page's arrival and the count. A session has all that it ever keeps after some 400 keystrokes. Default 0. */
  readonly warmUpSeconds?: number
}

export interface LiveRun {
  readonly report: LoadReport
  readonly server: LiveFigures
  /** The server's memory, from the count on. */
  readonly memory: readonly (MemoryNow & { readonly second: number })[]
}

const rampSeconds = 15
const sampleSeconds = 10

export async function liveRun(options: LiveOptions): Promise<LiveRun> {
  const { kind, sessions, seconds, reconnect = false, rhythm = {}, eventsPerSecond, warmUpSeconds = 0 } = options
  const hands = liveHands()
  const host = childOf('live-host.ts', [kind, String(sessions)])
  try {
    const ready = await host.ask<LiveReady>('ready')
    const tempo = eventsPerSecond === undefined ? 1 : eventsPerSecond / sessions / naturalRate(hands.flat())
    let server: LiveFigures | undefined
    const memory: (MemoryNow & { second: number })[] = []
    let sampling: Promise<void> | undefined
    const counted = new AbortController()
    /** One question after the other: the answers bear no name. */
    async function sample(): Promise<void> {
      for (let second = 0; ; second += sampleSeconds) {
        memory.push({ second, ...(await host.ask<MemoryNow>('memory')) })
        const isOver = await setTimeout(1000 * sampleSeconds, false, counted).catch(() => true)
        if (isOver) return
      }
    }
    const outcome = await runLoad({
      ways: Array.from({ length: sessions }, (_, n) => ticketWay(ready, n)),
      input: (n, startAt) =>
        loadInput({
          streams: hands[n % hands.length]!,
          first: Math.floor(n / hands.length),
          startAt,
          tempo,
          // They type as they did when they were enrolled.
          tempoSpread: 0
        }),
      rampSeconds,
      durationSeconds: seconds,
      reconnect,
      rhythm,
      seed: 1,
      onFull: async () => {
        await setTimeout(1000 * warmUpSeconds)
        await host.ask('begin')
        sampling = sample()
      },
      onOver: async () => {
        counted.abort()
        await sampling
        server = await host.ask<LiveFigures>('end')
      }
    })
    return { report: reportOf(outcome, { health: undefined, unhealthy: 0 }), server: server!, memory }
  } finally {
    host.end()
  }
}

/** As a relying party's page does it: a ticket for the access token, then the channel. */
export function ticketWay({ issuer, accessTokens }: LiveReady, n: number): OpenWay {
  const origin = 'https://app.example.test'
  const token = accessTokens[n]
  if (token === undefined) {
    return () => Promise.resolve({ url: issuer.replace('http:', 'ws:'), credential: 'floor', origin })
  }
  return async () => {
    const answer = await fetch(`${issuer}/continuous/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` }
    })
    const { ticket, url } = (await answer.json()) as { readonly ticket: string; readonly url: string }
    return { url, credential: `vigil.ticket.${ticket}`, origin }
  }
}
