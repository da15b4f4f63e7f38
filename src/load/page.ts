// One page of a load: connects, sends a frame a second, comes back after a loss, and knows of each frame when it was judged. A ping behind a frame is
// answered when that frame, and so every one before it, has been judged (docs/channel.md).

import { WebSocket } from 'ws'
import { createFrameWriter, type FrameWriter } from '../browser/encode.ts'
import type { ServerMessage } from '../channel/ports.ts'
import { protocolName } from '../channel/wire.ts'
import { isVigilError } from '../errors.ts'
import type { LoadInput } from './input.ts'
import { countOne, type Tally } from './tally.ts'
import type { OpenWay } from './way.ts'

export interface LoadPage {
  /** True while the channel is open. */
  readonly isOpen: boolean
  /** It was open at least once. */
  readonly wasOpen: boolean
  /** The server does not want this page back. */
  readonly isOver: boolean
  /** Frames that wait for their decision. */
  readonly unanswered: number
  /** Cuts the connection as a broken network does; the page comes back by itself. */
  cut(): void
  /** Sends no more frames, and asks for what has no answer yet. */
  hush(): void
  /** Leaves with 1000; resolves when the socket is gone. */
  leave(): Promise<void>
}

export interface LoadRhythm {
  /** Between two frames. Default 1000. */
  readonly beatMs?: number
  /** Frames to a ping: how long a frame took to be judged is known of the one before it alone. Default 1. */
  readonly framesPerPing?: number
}

export interface LoadPageOptions extends LoadRhythm {
  readonly way: OpenWay
  readonly input: LoadInput
  readonly tally: Tally
  readonly random: () => number
}

const longestRetryMs = 30_000
const goodLifeMs = 10_000
/** Bytes that may wait in the client, as in the agent. */
const unsentBytes = 131_072
const closeMs = 2000

export function openLoadPage(options: LoadPageOptions): LoadPage {
  const { way, input, tally, random, beatMs = 1000, framesPerPing = 1 } = options
  let socket: WebSocket | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let wasOpen = false
  let isOver = false
  let leaving = false
  let hushed = false
  let cutting = false
  /** When each unanswered frame left, oldest first, and the number of the first of them. */
  let waiting: number[] = []
  let oldest = 0

  void connect()
  return {
    get isOpen() {
      return socket?.readyState === WebSocket.OPEN
    },
    get wasOpen() {
      return wasOpen
    },
    get isOver() {
      return isOver
    },
    get unanswered() {
      return waiting.length
    },
    cut() {
      if (socket?.readyState !== WebSocket.OPEN) return
      cutting = true
      socket.terminate()
    },
    hush() {
      hushed = true
      if (socket?.readyState === WebSocket.OPEN && waiting.length > 0) ask(socket, oldest + waiting.length - 1)
    },
    async leave() {
      leaving = true
      clearTimeout(timer)
      const gone = socket
      if (gone === undefined || gone.readyState === WebSocket.CLOSED) return
      await new Promise<void>((resolve) => {
        gone.once('close', () => resolve())
        gone.close(1000)
        setTimeout(() => gone.terminate(), closeMs).unref()
      })
    }
  }

  async function connect(): Promise<void> {
    const begun = performance.now()
    try {
      const { url, credential, origin } = await way()
      if (leaving) return
      use(new WebSocket(url, [protocolName, credential], { origin, perMessageDeflate: false }), begun)
    } catch (error) {
      // No ticket for this session ever again, as the agent takes it.
      isOver = isVigilError(error, 'ticket_invalid')
      refused(isVigilError(error) ? error.code : 'unreachable')
    }
  }

  function use(next: WebSocket, begun: number): void {
    socket = next
    let openedAt = Number.POSITIVE_INFINITY
    let isRefused = false
    next.on('open', () => {
      openedAt = performance.now()
      wasOpen = true
      tally.opened++
      tally.opening.add(openedAt - begun)
      waiting = []
      oldest = 0
      cutting = false
      // Not all at once: a beat of its own for every page.
      beatLater(next, createFrameWriter({ grainMs: 0.1 }), openedAt + beatMs * random())
    })
    next.on('unexpected-response', (_request, response) => {
      isRefused = true
      response.resume()
      next.terminate()
      refused(`status ${response.statusCode}`)
    })
    next.on('error', (error: NodeJS.ErrnoException) => {
      if (openedAt !== Number.POSITIVE_INFINITY || isRefused) return
      isRefused = true
      refused(error.code ?? 'unreachable')
    })
    next.on('message', (data: Buffer) => tally.hear(JSON.parse(data.toString('utf8')) as ServerMessage))
    next.on('pong', (data: Buffer) => acknowledge(data))
    next.on('close', (code, reason) => {
      if (openedAt === Number.POSITIVE_INFINITY) return
      clearTimeout(timer)
      if (cutting) tally.cut += waiting.length
      else tally.lost += waiting.length
      waiting = []
      if (leaving) return
      if (!cutting) countOne(tally.closed, `${code} ${reason.toString()}`.trim())
      if (performance.now() - openedAt > goodLifeMs) failures = 0
      // What the agent does with these codes: they are final.
      if (code >= 4000 || code === 1003) isOver = true
      else retry()
    })
  }

  function beatLater(page: WebSocket, writer: FrameWriter, due: number): void {
    timer = setTimeout(
      () => {
        if (page.readyState !== WebSocket.OPEN || hushed) return
        beat(page, writer, due)
        beatLater(page, writer, Math.max(due + beatMs, performance.now() - beatMs))
      },
      Math.max(0, due - performance.now())
    )
  }

  function beat(page: WebSocket, writer: FrameWriter, due: number): void {
    if (page.bufferedAmount > unsentBytes) {
      tally.heldBack++
      return
    }
    const now = performance.now()
    const { events, counters } = input.take(now)
    const { sequence } = writer
    const frame = writer.write({ sentAt: now, events, counters, device: 'keyboard' })
    waiting.push(now)
    tally.sent++
    tally.events += events.length
    tally.bytes += frame.length
    tally.lateness.add(now - due)
    page.send(frame)
    if ((sequence + 1) % framesPerPing === 0) ask(page, sequence)
  }

  function ask(page: WebSocket, sequence: number): void {
    const name = Buffer.alloc(4)
    name.writeUInt32BE(sequence)
    page.ping(name)
  }

  /** Everything up to that frame. Those before it may have been judged long ago, and so may the last one that the page was hushed after. */
  function acknowledge(name: Buffer): void {
    const now = performance.now()
    for (const last = name.readUInt32BE(0); oldest <= last && waiting.length > 0; oldest++) {
      tally.acknowledged++
      const sentAt = waiting.shift()!
      if (oldest === last && !hushed) tally.decision.add(now - sentAt)
    }
  }

  function refused(why: string): void {
    if (leaving) return
    tally.refused++
    countOne(tally.refusals, why)
    if (!isOver) retry()
  }

  function retry(): void {
    const wait = Math.min(longestRetryMs, 1000 * 2 ** failures)
    failures = Math.min(failures + 1, 10)
    timer = setTimeout(() => void connect(), wait * (0.5 + random() / 2))
  }
}
