// One open socket: limits, order, plausible times and back-pressure. Frames reach the stream one after the other; while
// the stream is behind, the socket is paused and the page's own network buffer fills instead of our memory.

import type { RawData, WebSocket } from 'ws'
import { isVigilError, VigilError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { decodeFrame } from './frame.ts'
import type { ChannelLimits } from './limits.ts'
import { createPlausibility } from './plausibility.ts'
import type { ChannelSession, Clock, Frame, ServerMessage, Stream } from './ports.ts'
import { createTokenBucket } from './token-bucket.ts'

/** What the channel needs of a logger; pino's satisfies it. */
export interface ChannelLogger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly session: ChannelSession
  readonly stream: Stream
  readonly clock: Clock
  readonly logger: ChannelLogger
  readonly limits: ChannelLimits
}

export interface Connection {
  tell(message: ServerMessage): void
  /** Closes with the code of the error; resolves when the socket is gone, at the latest after the closing time-out. */
  end(code: ErrorCode): Promise<void>
  /** Pings; cuts the socket if the two pings before were not answered. */
  beat(): void
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>
}

export function openConnection(options: ConnectionOptions): Connection {
  const { socket, session, stream, clock, logger, limits } = options
  const about = { uid: session.uid, purpose: session.purpose, ...(session.clientId && { clientId: session.clientId }) }
  const frameBucket = createTokenBucket(limits.framesPerSecond, limits.frameBurst, clock)
  const eventBucket = createTokenBucket(limits.eventsPerSecond, limits.eventBurst, clock)
  const plausibility = createPlausibility()
  const queue: Frame[] = []
  const gone = Promise.withResolvers<void>()
  let receiving = false
  let ending = false
  let streamClosed = false
  let unansweredPings = 0
  /** Pings of the other side that are answered once everything sent before them was taken in. */
  const owed: Buffer[] = []

  socket.on('message', (data, isBinary) => {
    // What was already read from the network may still come after we have hung up.
    if (ending) return
    try {
      queue.push(admit(data, isBinary))
    } catch (error) {
      fail(error)
      return
    }
    if (queue.length >= limits.queuedFrames) socket.pause()
    if (!receiving) void receiveAll()
  })
  // Browsers cannot ping. A client that can learns from the pong that its frames were not only read but judged.
  socket.on('ping', (data: Buffer) => {
    if (ending) return
    if (!frameBucket.take(1)) fail(new VigilError('rate_exceeded'))
    else if (receiving) owed.push(data)
    else pong(data)
  })
  socket.on('pong', () => {
    unansweredPings = 0
  })
  // ws closes by itself (1002, 1007, 1009) on a breach of the protocol; without a listener the process would die.
  socket.on('error', (error) => {
    logger.debug({ ...about, error: error.message }, 'channel socket error')
  })
  socket.on('close', (code) => {
    ending = true
    logger.debug({ ...about, code }, 'channel closed')
    // What the page sent before it left (its last words on pagehide) is still worth hearing.
    if (receiving) setTimeout(closeStream, limits.closeMs).unref()
    else closeStream()
    gone.resolve()
  })

  return {
    tell(message) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > limits.unreadBytes) {
        logger.info(about, 'channel cut: the page does not read')
        hangUp()
        socket.terminate()
        return
      }
      socket.send(JSON.stringify(message))
    },
    end(code) {
      const error = new VigilError(code)
      close(error.closeCode, code)
      return gone.promise
    },
    beat() {
      // A socket that we paused ourselves cannot hear its pong.
      if (socket.isPaused || ending) return
      if (unansweredPings >= 2) {
        logger.info(about, 'channel cut: no answer to two pings')
        socket.terminate()
        return
      }
      unansweredPings += 1
      socket.ping()
    },
    closed: gone.promise
  }

  function admit(data: RawData, isBinary: boolean): Frame {
    if (!frameBucket.take(1)) throw new VigilError('rate_exceeded', 'too many frames')
    if (!isBinary) throw new VigilError('frame_unsupported', 'a text frame')
    // The socket's binary type is the default, one Buffer a message.
    const frame = decodeFrame(data as Buffer)
    plausibility.check(frame, clock())
    if (!eventBucket.take(frame.events.length)) throw new VigilError('rate_exceeded', 'too many events')
    return frame
  }

  async function receiveAll(): Promise<void> {
    receiving = true
    try {
      for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
        await stream.receive(frame)
        if (socket.isPaused && queue.length <= limits.queuedFrames / 2) socket.resume()
      }
    } catch (error) {
      fail(error)
    } finally {
      receiving = false
      for (const data of owed.splice(0)) pong(data)
      if (socket.readyState === socket.CLOSED) closeStream()
    }
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
    socket.close(closeCode, reason)
  }

  /** Nothing more is heard. Resumed, because a paused socket would not see the other side's answer to our close. */
  function hangUp(): void {
    ending = true
    if (socket.isPaused) socket.resume()
    closeStream()
  }

  function closeStream(): void {
    if (streamClosed) return
    streamClosed = true
    queue.length = 0
    try {
      stream.close()
    } catch (error) {
      logger.error({ ...about, err: error }, 'channel stream failed to close')
    }
  }
}
