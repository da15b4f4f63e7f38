// A recording on a real socket: frames of vigil.v1 on their one-second beat, at the speed of a clock that somebody else holds.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Counters, type InputEvent, noCounters } from '../biometrics/events.ts'
import { createFrameWriter } from '../browser/encode.ts'
import type { ServerMessage } from '../channel/ports.ts'
import { VigilError } from '../errors.ts'

/** The time by which frames leave. The server that is played to must live by the same clock. */
export interface PlayClock {
  /** Milliseconds. */
  now(): number
  /** Resolves when the clock shows `time`. */
  until(time: number): Promise<void>
}

/** Real time, or `speed` times as fast. */
export function runningClock(speed = 1): PlayClock {
  const now = (): number => performance.now() * speed
  return {
    now,
    until: (time) => new Promise((resolve) => setTimeout(resolve, Math.max(0, (time - now()) / speed)))
  }
}

/** A clock that jumps: for a server in the same process that was started with its `now`. */
export function jumpingClock(): PlayClock {
  let time = 0
  return {
    now: () => time,
    until: (target) => {
      time = Math.max(time, target)
      return Promise.resolve()
    }
  }
}

export interface StreamTarget {
  readonly url: string
  /** Subprotocol value that says who this is. */
  readonly credential: string
  readonly origin: string
  readonly cookie?: string
  readonly clock: PlayClock
}

export interface PlayOptions {
  readonly counters?: Counters
  /** Called after each beat with what was sent so far; returning false ends the play. */
  readonly onBeat?: (sent: { readonly events: number; readonly seconds: number }) => boolean | Promise<boolean>
}

export interface ReplayStream {
  /** Everything that the server said, in order. */
  readonly messages: readonly ServerMessage[]
  /** Set when the server closed the socket. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined
  /** Plays events in the beat; pauses of over 60 s are cut to 60 s. Resolves when the server has taken in the last frame. */
  play(events: readonly InputEvent[], options?: PlayOptions): Promise<void>
  close(): Promise<void>
}

const beatMs = 1000
const longestPauseMs = 60_000
/** Between two recordings. */
const pauseBetweenPlaysMs = 500

export async function openStream(target: StreamTarget): Promise<ReplayStream> {
  const { clock } = target
  const socket = new WebSocket(target.url, ['vigil.v1', target.credential], {
    origin: target.origin,
    perMessageDeflate: false,
    ...(target.cookie !== undefined && { headers: { cookie: target.cookie } })
  })
  const messages: ServerMessage[] = []
  let closed: { code: number; reason: string } | undefined
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString('utf8')) as ServerMessage))
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  await opened(socket)
  const writer = createFrameWriter({ grainMs: 1 })
  let lastBeat = clock.now()

  /** A ping that is answered says that everything before it was judged. */
  let answered: (() => void) | undefined
  socket.on('pong', () => answered?.())
  socket.on('close', () => answered?.())
  function takenIn(): Promise<void> {
    if (socket.readyState !== WebSocket.OPEN) return Promise.resolve()
    return new Promise((resolve) => {
      answered = resolve
      socket.ping()
    })
  }

  async function beat(events: readonly InputEvent[], counters: Counters): Promise<void> {
    lastBeat = Math.max(lastBeat + beatMs, clock.now())
    await clock.until(lastBeat)
    if (socket.readyState !== WebSocket.OPEN) return
    socket.send(writer.write({ sentAt: lastBeat, events, counters }))
    await takenIn()
  }

  return {
    messages,
    get closed() {
      return closed
    },

    async play(events, { counters = noCounters, onBeat } = {}) {
      const first = events[0]
      if (!first) return
      let pending: InputEvent[] = []
      let dueCounters = counters
      let sent = 0
      let previous = first.t
      // Event times are moved to the clock's present; long pauses are shortened, so that nobody waits an hour for a coffee.
      let at = lastBeat + pauseBetweenPlaysMs
      const begun = at
      for (const event of events) {
        at += Math.min(Math.max(0, event.t - previous), longestPauseMs)
        previous = event.t
        while (at > lastBeat + beatMs) {
          await beat(pending, dueCounters)
          sent += pending.length
          pending = []
          dueCounters = noCounters
          if (closed) return
          if (onBeat && !(await onBeat({ events: sent, seconds: (lastBeat - begun) / 1000 }))) return
        }
        pending.push({ ...event, t: at })
      }
      await beat(pending, dueCounters)
      await onBeat?.({ events: sent + pending.length, seconds: (lastBeat - begun) / 1000 })
    },

    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const gone = once(socket, 'close')
      socket.close(1000)
      await gone
    }
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
      response.on('end', () =>
        reject(new VigilError('channel_unauthenticated', `the channel answered ${response.statusCode}: ${body}`))
      )
    })
  })
}
