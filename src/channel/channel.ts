// The continuous-authentication channel: every socket of every session, from the upgrade to the last byte. docs/channel.md
// tells the other side of this story.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { isVigilError, VigilError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Admission } from './admission.ts'
import { openConnection } from './connection.ts'
import type { ChannelLogger, Connection } from './connection.ts'
import { defaultLimits } from './limits.ts'
import type { ChannelLimits } from './limits.ts'
import type { ChannelSession, Clock, ServerMessage, Stream, Watch } from './ports.ts'
import { isFor, refuse, within } from './upgrade.ts'
import { largestFrameBytes, protocolName } from './wire.ts'

export interface ChannelOptions {
  /** Default `/continuous`. */
  readonly path?: string
  readonly admission: Admission
  readonly watch: Watch
  /** Milliseconds, never going back. Default: the process's monotonic clock. */
  readonly clock?: Clock
  readonly logger: ChannelLogger
  readonly limits?: Partial<ChannelLimits>
}

export interface Channel {
  /** For the server's `upgrade` event. False when the path is not ours, and then nothing was touched. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Closes every socket of a session with the close code of the error; resolves when they are gone. */
  closeSession(uid: string, code: ErrorCode): Promise<void>
  /** Takes no new sockets, closes the present ones with 1001; resolves when they are gone. */
  drain(): Promise<void>
  /** Open sockets. */
  readonly connections: number
}

export function createChannel(options: ChannelOptions): Channel {
  const { path = '/continuous', admission, watch, clock = () => performance.now(), logger } = options
  const limits: ChannelLimits = { ...defaultLimits, ...options.limits }
  const sockets = createSockets(limits.closeMs)
  const members = new Map<string, Set<Member>>()
  let open = 0
  let pending = 0
  let draining = false

  const heartbeat = setInterval(() => {
    for (const session of members.values()) for (const { connection } of session) connection?.beat()
  }, limits.heartbeatMs)
  heartbeat.unref()

  return {
    handleUpgrade(request, socket, head) {
      if (!isFor(path, request)) return false
      // A socket that breaks before ws takes it over must not take the process along.
      const onError = (): void => void socket.destroy()
      socket.on('error', onError)
      void upgrade(request, socket, head).catch((error: unknown) => {
        const code = isVigilError(error) ? error.code : 'internal'
        if (isVigilError(error)) logger.info({ code, why: error.message }, 'channel refused')
        else logger.error({ err: error }, 'channel could not be opened')
        refuse(socket, code)
      })
      return true
    },

    async closeSession(uid, code) {
      await Promise.all([...(members.get(uid) ?? [])].map((member) => member.end(code)))
    },

    async drain() {
      draining = true
      clearInterval(heartbeat)
      const everyone = [...members.values()].flatMap((session) => [...session])
      await Promise.all(everyone.map((member) => member.end('going_away')))
    },

    get connections() {
      return open
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (draining || pending >= limits.pendingUpgrades || open >= limits.connections) throw new VigilError('overloaded')
    pending += 1
    try {
      const session = await within(limits.openMs, admission.admit(request), () => undefined)
      await join(session, request, socket, head)
    } finally {
      pending -= 1
    }
  }

  async function join(session: ChannelSession, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (draining) throw new VigilError('overloaded')
    const member = new Member()
    enrol(session.uid, member)
    let stream: Stream | undefined
    try {
      const opening = watch.open(session, (message) => member.tell(message))
      stream = await within(limits.openMs, opening, (late) => late.close())
      // Only now: whoever ended the session since admission either finds this member or is found here.
      if (!(await admission.isLive(session.uid))) void member.end('session_ended')
      const accepted = accept(request, socket, head)
      if (accepted === undefined)
        throw new VigilError('subprotocol_missing', 'the handshake was incomplete or abandoned')
      const connection = openConnection({ socket: accepted, session, stream, clock, logger, limits })
      open += 1
      void dismissWhenClosed(connection, session.uid, member)
      member.connect(connection)
      logger.debug({ uid: session.uid, purpose: session.purpose, origin: session.origin }, 'channel open')
    } catch (error) {
      dismiss(session.uid, member)
      stream?.close()
      throw error
    }
  }

  /** Undefined when ws refused the handshake (and has answered) or the other side is gone. */
  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): WebSocket | undefined {
    let accepted: WebSocket | undefined
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accepted = webSocket
    })
    return accepted
  }

  function enrol(uid: string, member: Member): void {
    const session = members.get(uid) ?? new Set()
    if (session.size >= limits.connectionsPerSession) throw new VigilError('overloaded', 'too many tabs of one session')
    members.set(uid, session.add(member))
  }

  async function dismissWhenClosed(connection: Connection, uid: string, member: Member): Promise<void> {
    await connection.closed
    open -= 1
    dismiss(uid, member)
  }

  function dismiss(uid: string, member: Member): void {
    member.leave()
    const session = members.get(uid)
    session?.delete(member)
    if (session?.size === 0) members.delete(uid)
  }
}

function createSockets(closeMs: number): WebSocketServer {
  // A constant of its own, because the published types lag behind ws and refuse two of these in a literal.
  const settings = {
    noServer: true,
    clientTracking: false,
    // Compression multiplies the cost of a frame, and lets a small message grow into a large one.
    perMessageDeflate: false,
    maxPayload: largestFrameBytes,
    // The connection answers pings itself, in order with the frames.
    autoPong: false,
    // A frame is one WebSocket frame; the allowance is for proxies that split it.
    maxFragments: 16,
    closeTimeout: closeMs,
    handleProtocols: () => protocolName
  }
  return new WebSocketServer(settings)
}

/**
 * A socket's place in its session, taken before the socket is open: what is told or ended in between happens as soon as
 * it is.
 */
class Member {
  connection: Connection | undefined
  readonly #untold: ServerMessage[] = []
  #ended: ErrorCode | undefined
  readonly #left = Promise.withResolvers<void>()

  tell(message: ServerMessage): void {
    if (this.connection) this.connection.tell(message)
    else this.#untold.push(message)
  }

  /** Resolves when the socket is gone, or was never opened. */
  end(code: ErrorCode): Promise<void> {
    this.#ended ??= code
    void this.connection?.end(code)
    return this.#left.promise
  }

  connect(connection: Connection): void {
    this.connection = connection
    if (this.#ended) {
      void connection.end(this.#ended)
      return
    }
    for (const message of this.#untold) connection.tell(message)
    this.#untold.length = 0
  }

  leave(): void {
    this.#left.resolve()
  }
}
