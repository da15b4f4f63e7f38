// The way of a page's frames into the heart: in order, one after the other. It belongs to the stream and not to the socket, so that a page that
// comes back on another socket goes on where it was.

import { isVigilError } from '../errors.ts'
import { createPlausibility } from './plausibility.ts'
import type { ChannelLogger, Frame, Goodbye, Stream } from './ports.ts'
import type { Turns } from './turns.ts'

/** Whoever feeds the intake at the moment. */
export interface Feeder {
  /** A frame was taken in; `waiting` more are in the queue. */
  took(waiting: number): void
  /** The heart refused a frame, or broke. The intake is closed. */
  failed(error: unknown): void
}

export interface Intake {
  /** Sequence number that is due: all before it have arrived. */
  readonly next: number
  /** Frames that wait for the heart. */
  readonly waiting: number
  readonly isBusy: boolean
  readonly isClosed: boolean
  /** Checks order and times, and queues. Throws `frame_out_of_order` or `frame_implausible`. */
  push(frame: Frame, arrivedAt: number): void
  /** Undefined: nobody feeds it now. What is queued is taken in all the same. */
  fedBy(feeder: Feeder | undefined): void
  /** Forgets what is queued, and tells the heart. */
  close(goodbye: Goodbye): void
  /** The same, after what is queued was taken in, or after `ms`. */
  closeSoon(goodbye: Goodbye, ms: number): void
  readonly stream: Stream
}

export function createIntake(stream: Stream, turns: Turns, logger: ChannelLogger, about: object): Intake {
  const plausibility = createPlausibility()
  const queue: Frame[] = []
  let next = 0
  let feeder: Feeder | undefined
  let isBusy = false
  let isClosed = false
  let closing: Goodbye | undefined

  /** Here and now, without a promise, where nothing has to be waited for: so it is with nearly every frame. */
  function take(frame: Frame): void {
    isBusy = true
    try {
      const work = receive(frame)
      if (work) void takeAll(work)
      else rest()
    } catch (error) {
      fail(error)
      rest()
    }
  }

  /** What came while the first had to be waited for. */
  async function takeAll(first: Promise<void>): Promise<void> {
    try {
      await first
      feeder?.took(queue.length)
      for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
        await receive(frame)
        feeder?.took(queue.length)
      }
    } catch (error) {
      fail(error)
    } finally {
      rest()
    }
  }

  function receive(frame: Frame): Promise<void> | undefined {
    return isClosed ? undefined : stream.receive(frame, turns.next)
  }

  function rest(): void {
    isBusy = false
    feeder?.took(0)
    if (closing) close(closing)
  }

  function fail(error: unknown): void {
    if (feeder) feeder.failed(error)
    else if (!isVigilError(error)) logger.error({ ...about, err: error }, 'channel failed')
    close('lost')
  }

  function close(goodbye: Goodbye): void {
    if (isClosed) return
    isClosed = true
    queue.length = 0
    try {
      stream.close(goodbye)
    } catch (error) {
      logger.error({ ...about, err: error }, 'channel stream failed to close')
    }
  }

  return {
    stream,
    get next() {
      return next
    },
    get waiting() {
      return queue.length
    },
    get isBusy() {
      return isBusy
    },
    get isClosed() {
      return isClosed
    },
    push(frame, arrivedAt) {
      plausibility.check(frame, arrivedAt)
      next = frame.sequence + 1
      if (isBusy) queue.push(frame)
      else take(frame)
    },
    fedBy(another) {
      feeder = another
    },
    close,
    closeSoon(goodbye, ms) {
      if (!isBusy) {
        close(goodbye)
        return
      }
      closing = goodbye
      setTimeout(() => close(goodbye), ms).unref()
    }
  }
}
