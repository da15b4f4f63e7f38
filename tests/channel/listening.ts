// A real HTTP server with the real channel on it, and clients that speak to it, for the tests of this folder.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { connect as connectTcp, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { createAdmission } from '../../src/channel/admission.ts'
import { createChannel } from '../../src/channel/channel.ts'
import type { Channel } from '../../src/channel/channel.ts'
import type { ChannelLimits } from '../../src/channel/limits.ts'
import { issuePageToken } from '../../src/channel/page-token.ts'
import type {
  ChannelPurpose,
  ChannelSession,
  Clock,
  Frame,
  Goodbye,
  ServerMessage,
  Watch
} from '../../src/channel/ports.ts'
import { createTickets } from '../../src/channel/tickets.ts'
import type { Tickets } from '../../src/channel/tickets.ts'

export const appOrigin = 'https://app.example'

/** What the heart was given on one stream. */
export interface Seen {
  readonly session: ChannelSession
  readonly frames: Frame[]
  readonly tell: (message: ServerMessage) => void
  closed: boolean
  /** How it ended. */
  goodbye?: Goodbye
  /** Sockets that were lost and might come back. */
  interruptions: number
}

export interface Listening {
  readonly channel: Channel
  readonly tickets: Tickets
  /** `http://127.0.0.1:port`, the provider's own Origin. */
  readonly origin: string
  readonly url: string
  readonly seen: Seen[]
  /** Everything that was logged, as JSON. */
  readonly log: string[]
  readonly ended: Set<string>
  pageToken(uid: string, purpose?: ChannelPurpose): string
  ticket(uid?: string): string
  /** From the network, of all connections so far. */
  bytesRead(): number
  /** Milliseconds to add to the channel's clock. */
  later: number
  close(): Promise<void>
}

export interface ListenOptions {
  /** More origins of the client's pages, given that of the server. */
  readonly clientOrigins?: (origin: string) => readonly string[]
  readonly limits?: Partial<ChannelLimits>
  /** Runs before a frame counts as received. */
  readonly receive?: (frame: Frame) => Promise<void> | void
  readonly open?: (session: ChannelSession) => Promise<void> | void
  readonly pages?: RequestListener
  readonly port?: number
  readonly clock?: Clock
  readonly addressOf?: (request: IncomingMessage) => string
  readonly memoryUse?: () => number
}

/** The session cookie of these tests is `session=<uid>`. */
export async function listen(options: ListenOptions = {}): Promise<Listening> {
  const key = new Uint8Array(32).fill(7)
  const seen: Seen[] = []
  const log: string[] = []
  const ended = new Set<string>()
  const note = (fields: object, message: string): void => {
    log.push(JSON.stringify({ ...fields, message, error: 'err' in fields ? String(fields.err) : undefined }))
  }
  const watch: Watch = {
    async open(session, tell) {
      await options.open?.(session)
      const stream: Seen = { session, frames: [], tell, closed: false, interruptions: 0 }
      seen.push(stream)
      return {
        async receive(frame, turn) {
          await turn()
          await options.receive?.(frame)
          stream.frames.push(frame)
        },
        interrupted() {
          stream.interruptions += 1
        },
        async resumed() {
          await options.open?.(session)
        },
        close(goodbye = 'left') {
          stream.closed = true
          stream.goodbye = goodbye
        }
      }
    }
  }

  const server = createServer(options.pages ?? ((_, response) => response.writeHead(404).end()))
  const connections: Socket[] = []
  server.on('connection', (socket) => connections.push(socket))
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const tickets = createTickets({
    key,
    used: memoryStorage().used,
    originsOf: () =>
      Promise.resolve([appOrigin, 'https://app.example:8443', ...(options.clientOrigins?.(origin) ?? [])]),
    now: () => Math.floor(Date.now() / 1000)
  })
  const state = { later: 0 }
  const channel = createChannel({
    admission: createAdmission({
      issuerOrigins: [origin],
      sessionOf,
      pageTokenKey: key,
      tickets,
      isLive: async (uid) => !ended.has(uid)
    }),
    watch,
    clock: options.clock ?? (() => performance.now() + state.later),
    logger: { debug: note, info: note, error: note },
    ...(options.limits && { limits: options.limits }),
    ...(options.addressOf && { addressOf: options.addressOf }),
    ...(options.memoryUse && { memoryUse: options.memoryUse })
  })
  server.on('upgrade', (request, socket, head) => {
    if (!channel.handleUpgrade(request, socket, head)) socket.destroy()
  })

  return Object.assign(state, {
    channel,
    tickets,
    origin,
    url: `ws://127.0.0.1:${port}/continuous`,
    seen,
    log,
    ended,
    bytesRead: () => connections.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    pageToken: (uid: string, purpose: ChannelPurpose = 'watch') =>
      issuePageToken(key, { uid, purpose, expiresAt: Date.now() / 1000 + 60 }),
    ticket: (uid = 'session-1') => tickets.issue({ uid, accountId: 'ana', clientId: 'app' }).ticket,
    async close() {
      await channel.drain()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  })
}

async function sessionOf(request: IncomingMessage): Promise<{ uid: string; accountId: string } | undefined> {
  const uid = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  return uid === undefined ? undefined : { uid, accountId: 'ana' }
}

/** A page of the relying party: connects with a ticket of its own and the right Origin. */
export async function connect(to: Listening, uid = 'session-1', options: ClientOptions = {}): Promise<WebSocket> {
  const socket = offer(to, ['vigil.v1', `vigil.ticket.${to.ticket(uid)}`], { origin: appOrigin, ...options })
  await once(socket, 'open')
  return socket
}

export function offer(to: Listening, protocols: string[], options: ClientOptions = {}): WebSocket {
  return new WebSocket(to.url, protocols, options)
}

export interface Refusal {
  readonly status: number
  readonly body: { readonly error: string; readonly error_description: string }
}

/** The HTTP answer that came instead of an upgrade. Throws when the upgrade went through. */
export async function refusal(socket: WebSocket): Promise<Refusal> {
  const opened = once(socket, 'open').then(() => {
    socket.terminate()
    throw new Error('the channel was opened')
  })
  const answered = once(socket, 'unexpected-response').then(async ([, answer]) => {
    const response = answer as IncomingMessage
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode ?? 0, body: JSON.parse(text) as Refusal['body'] }
  })
  return Promise.race([answered, opened])
}

/** Close code and reason, once the socket is gone. */
export async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { code, reason: reason.toString() }
}

/** Frames of one connection of a page that was opened `startMs` ago and beats each `everyMs` of its own clock; `from` is the first number. */
export function beats(everyMs = 1000, startMs = 5_000, from = 0): () => Uint8Array {
  const writer = createFrameWriter({ grainMs: 0.1, from })
  return () => writer.write({ sentAt: startMs + writer.sequence * everyMs, events: [] })
}

/** Waits until something is so; fails after fifteen seconds. */
export async function until(so: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!so()) {
    if (performance.now() > deadline) throw new Error(`not within 15 s: ${what}`)
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
}

/** Waits until a number has not changed for a second. */
export async function untilStill(value: () => number): Promise<void> {
  let last = Number.NaN
  let since = performance.now()
  await until(() => {
    const present = value()
    if (present !== last) since = performance.now()
    last = present
    return performance.now() - since > 1_000
  }, 'nothing moves any more')
}

export interface Tunnel {
  /** Address of the channel at this end. */
  readonly url: string
  cut(): void
  close(): void
}

/** A network between page and server that can be cut, mid-frame if it so happens. */
export async function tunnel(port: number): Promise<Tunnel> {
  const ends = new Set<Socket>()
  const server = createTcpServer((near) => {
    const far = connectTcp(port, '127.0.0.1')
    for (const socket of [near, far]) {
      ends.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => ends.delete(socket))
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of ends) socket.destroy()
  }
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/continuous`,
    cut,
    close() {
      cut()
      server.close()
    }
  }
}
