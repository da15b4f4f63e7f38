// A load on a server in a process of its own, from a ramp to the figures of both sides.

import { loadInput, naturalRate } from '../../src/load/input.ts'
import { reportOf, type LoadReport } from '../../src/load/report.ts'
import { runLoad } from '../../src/load/run.ts'
import type { OpenWay } from '../../src/load/way.ts'
import { childOf } from './child.ts'
import type { LiveFigures, LiveReady } from './live-host.ts'
import { liveHands } from './live-people.ts'

export interface LiveOptions {
  readonly kind: 'product' | 'floor'
  readonly sessions: number
  readonly seconds: number
  /** Of all sessions together. Default: as the people type. */
  readonly eventsPerSecond?: number
  readonly reconnect?: boolean
}

export interface LiveRun {
  readonly report: LoadReport
  readonly server: LiveFigures
}

const warmUpSeconds = 15

export async function liveRun(options: LiveOptions): Promise<LiveRun> {
  const { kind, sessions, seconds, reconnect = false, eventsPerSecond } = options
  const host = childOf('live-host.ts', [kind, String(sessions)])
  try {
    const ready = await host.ask<LiveReady>('ready')
    const tempo = eventsPerSecond === undefined ? 1 : eventsPerSecond / sessions / naturalRate(liveHands.flat())
    let server: LiveFigures | undefined
    const outcome = await runLoad({
      ways: Array.from({ length: sessions }, (_, n) => wayOf(ready, n)),
      input: (n, startAt) =>
        loadInput({
          streams: liveHands[n % liveHands.length]!,
          first: Math.floor(n / liveHands.length),
          startAt,
          tempo
        }),
      rampSeconds: warmUpSeconds,
      durationSeconds: seconds,
      reconnect,
      seed: 1,
      onFull: async () => void (await host.ask('begin')),
      onOver: async () => void (server = await host.ask<LiveFigures>('end'))
    })
    return { report: reportOf(outcome, { health: undefined, unhealthy: 0 }), server: server! }
  } finally {
    host.end()
  }
}

/** As a relying party's page does it: a ticket for the access token, then the channel. */
function wayOf({ issuer, accessTokens }: LiveReady, n: number): OpenWay {
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
