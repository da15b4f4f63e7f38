// One open socket: limits, liveness and back-pressure. While the heart is behind, the socket is paused and the page's own network buffer
// fills instead of our memory.

import type { RawData, WebSocket } from 'ws'
import { isVigilError, VigilError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { decodeFrame, EventPool } from './frame.ts'
import type { Intake } from './intake.ts'
import type { ChannelLimits } from './limits.ts'
import type { ChannelLogger, ChannelSession, Clock, FrameClock, Goodbye, ServerMessage } from './ports.ts'
import type { TokenBucket } from './token-bucket.ts'
import { stoppedByPerson } from './wire.ts'

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly session: ChannelSession
  readonly intake: Intake
  readonly clock: Clock
  readonly logger: ChannelLogger
  readonly limits: ChannelLimits
  readonly ofSocket: Allowance
  /** Of all sockets of the person. */
  readonly ofPerson: Allowance
}

export interface Allowance {
  readonly frames: TokenBucket
  readonly events: TokenBucket
}

export interface Connection {
  tell(message: ServerMessage): void
  /** Closes with the code of the error; resolves when the socket is gone, at the latest after the closing time-out. */
  end(code: ErrorCode): Promise<void>
  /** Cuts the socket; its page may come back. */
  cut(why: string): void
  /** Pings; cuts the socket if nothing was heard since the last ping. */
  beat(): void
  /** Resolves when the socket is gone. True: the page may come back, and the intake stays open for it. */
  readonly closed: Promise<boolean>
}

/** One for all sockets: a frame is decoded and handed over without a pause in between. */
const pool = new EventPool()
/** Frames after which the page hears how far it has got. */
const framesPerReceipt = 5

export function openConnection(options: ConnectionOptions): Connection {
  const { socket, session, intake, clock, logger, limits, ofSocket, ofPerson } = options
  const about = { uid: session.uid, purpose: session.purpose, ...(session.clientId && { clientId: session.clientId }) }
  const gone = Promise.withResolvers<boolean>()
  /** Of the frame before, for the next one to build on. */
  let before: { -readonly [Name in keyof FrameClock]: number } | undefined
  let ending = false
  let mayReturn = false
  let unansweredPings = 0
  let unread: NodeJS.Timeout | undefined
  /** Frames that the page was told of: it keeps them no longer. */
  let told = 0
  /** Pings of the other side that are answered once everything sent before them was taken in. */
  const owed: Buffer[] = []

  intake.fedBy({
    took(waiting) {
      taken(intake.next - waiting)
      if (socket.isPaused && waiting <= limits.queuedFrames / 2) socket.resume()
      if (owed.length > 0 && !intake.isBusy) for (const data of owed.splice(0)) pong(data)
    },
    failed: fail
  })
  // Where a page goes on; 0 for a new stream. What waited when its last socket was lost is being taken in.
  confirm(intake.next)

  socket.on('message', (data, isBinary) => {
    // What was already read from the network may still come after we have hung up.
    if (ending) return
    unansweredPings = 0
    try {
      admit(data, isBinary)
    } catch (error) {
      fail(error)
      return
    }
    if (intake.waiting >= limits.queuedFrames) socket.pause()
    if (!intake.isBusy) taken(intake.next)
  })
  // Browsers cannot ping. A client that can learns from the pong that its frames were not only read but judged.
  socket.on('ping', (data: Buffer) => {
    if (ending) return
    unansweredPings = 0
    const now = clock()
    if (!ofSocket.frames.take(1, now) || !ofPerson.frames.take(1, now)) fail(new VigilError('rate_exceeded'))
    else if (intake.isBusy) owed.push(data)
    else pong(data)
  })
  socket.on('pong', () => {
    unansweredPings = 0
  })
  // ws closes by itself (1002, 1007, 1009) on a breach of the protocol; without a listener the process would die.
  socket.on('error', (error: Error & { readonly code?: string }) => {
    logger.debug({ ...about, error: error.message }, 'channel socket error')
    if (!error.code?.startsWith('WS_ERR_')) return
    ending = true
    // It also goes on reading to throw away what comes, fifty megabytes as well. That may wait in the other side's own network buffer until the
    // socket is destroyed, at the end of the closing time-out. After this tick, in which ws resumes.
    process.nextTick(() => socket.pause())
  })
  socket.on('close', (code) => {
    clearTimeout(unread)
    intake.fedBy(undefined)
    logger.debug({ ...about, code }, 'channel closed')
    // 1006: nobody said goodbye.
    if (!ending) mayReturn = code === 1006
    ending = true
    mayReturn &&= session.stream !== undefined && !intake.isClosed
    // What the page sent before it left (its last words on pagehide) is still worth hearing.
    if (!mayReturn) intake.closeSoon(goodbyeOf(code), limits.closeMs)
    gone.resolve(mayReturn)
  })

  return {
    tell(message) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > limits.unreadBytes) cut('the page does not read')
      else send(message)
    },
    async end(code) {
      const error = new VigilError(code)
      close(error.closeCode, code)
      await gone.promise
    },
    cut,
    beat() {
      // A socket that we paused ourselves cannot hear its pong.
      if (socket.isPaused || ending) return
      if (unansweredPings > 0) {
        cut('nothing came since the last ping')
        return
      }
      unansweredPings += 1
      socket.ping()
    },
    closed: gone.promise
  }

  function admit(data: RawData, isBinary: boolean): void {
    const now = clock()
    if (!ofSocket.frames.take(1, now)) throw new VigilError('rate_exceeded', 'too many frames')
    if (!ofPerson.frames.take(1, now)) throw new VigilError('rate_exceeded', 'too many frames of one person')
    if (!isBinary) throw new VigilError('frame_unsupported', 'a text frame')
    // The socket's binary type is the default, one Buffer a message.
    const frame = decodeFrame(data as Buffer, before, pool)
    // One object for as long as the socket lives. A new one a frame is kept until the next: V8 learns from the first thousand that they last, and
    // puts them, and what they point to, where only a full collection finds them.
    if (before === undefined) before = { sequence: frame.sequence, sentAt: frame.sentAt, grainMs: frame.grainMs }
    else {
      before.sequence = frame.sequence
      before.sentAt = frame.sentAt
      before.grainMs = frame.grainMs
    }
    if (!ofSocket.events.take(frame.events.length, now)) throw new VigilError('rate_exceeded', 'too many events')
    if (!ofPerson.events.take(frame.events.length, now)) {
      throw new VigilError('rate_exceeded', 'too many events of one person')
    }
    intake.push(frame, now)
    // Somebody still waits with it, or it waits for somebody.
    if (intake.isBusy) pool.giveAway()
  }

  function send(message: ServerMessage): void {
    socket.send(JSON.stringify(message))
    if (socket.bufferedAmount === 0 || unread !== undefined) return
    unread = setTimeout(() => {
      unread = undefined
      if (socket.bufferedAmount > 0) cut('the page does not read')
    }, limits.unreadMs)
    unread.unref()
  }

  function taken(next: number): void {
    // The heart may have refused it by now.
    if (!ending && next - told >= framesPerReceipt) confirm(next)
  }

  /** All frames before `next` were taken in; those that wait would be lost if we closed. What was said is not taken back: the page has let go of them. */
  function confirm(next: number): void {
    if (session.stream === undefined) return
    told = Math.max(told, next)
    send({ type: 'received', next: told })
  }

  function pong(data: Buffer): void {
    if (socket.readyState === socket.OPEN) socket.pong(data)
  }

  function fail(error: unknown): void {
    if (isVigilError(error)) {
      logger.info({ ...about, code: error.code, why: error.message }, 'channel refused a frame')
      close(error.closeCode, error.code)
    } else {
      logger.error({ ...about, err: error }, 'channel failed')
      close(1011, 'internal')
    }
  }

  function close(closeCode: number, reason: ErrorCode): void {
    hangUp()
    // The last word on what arrived: a page that begins anew must send nothing twice.
    if (socket.readyState === socket.OPEN) confirm(intake.next - intake.waiting)
    intake.close('lost')
    socket.close(closeCode, reason)
  }

  function cut(why: string): void {
    if (ending) return
    logger.info({ ...about, why }, 'channel cut')
    hangUp()
    mayReturn = true
    socket.terminate()
  }

  /** Nothing more is heard. Resumed, because a paused socket would not see the other side's answer to our close. */
  function hangUp(): void {
    ending = true
    if (socket.isPaused) socket.resume()
  }
}

function goodbyeOf(code: number): Goodbye {
  if (code === stoppedByPerson) return 'stopped'
  return code === 1006 ? 'lost' : 'left'
}
