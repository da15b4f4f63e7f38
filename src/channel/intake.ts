// The way of a page's frames into the heart: in order, one after the other. It belongs to the stream and not to the socket, so that a page that
// comes back on another socket goes on where it was.

import { isVigilError } from '../errors.ts'
import { createPlausibility } from './plausibility.ts'
import type { ChannelLogger, Frame, Goodbye, Stream, Turn } from './ports.ts'
import type { Turns } from './turns.ts'

/** Whoever feeds the intake at the moment. */
export interface Feeder {
  /** Frames had to wait and one was taken in; `waiting` more are in the queue. */
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
  return new StreamIntake(stream, turns, logger, about)
}

/** A class, because a thousand of them have their turn between two frames of one: its few fields are what must come back into the cache. */
class StreamIntake implements Intake {
  readonly stream: Stream
  readonly #turn: Turn
  readonly #logger: ChannelLogger
  readonly #about: object
  readonly #plausibility = createPlausibility()
  readonly #queue: Frame[] = []
  #next = 0
  #feeder: Feeder | undefined
  #isBusy = false
  #isClosed = false
  #closing: Goodbye | undefined

  constructor(stream: Stream, turns: Turns, logger: ChannelLogger, about: object) {
    this.stream = stream
    this.#turn = turns.next
    this.#logger = logger
    this.#about = about
  }

  get next(): number {
    return this.#next
  }

  get waiting(): number {
    return this.#queue.length
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  push(frame: Frame, arrivedAt: number): void {
    this.#plausibility.check(frame, arrivedAt)
    this.#next = frame.sequence + 1
    if (this.#isBusy) this.#queue.push(frame)
    else this.#take(frame)
  }

  fedBy(feeder: Feeder | undefined): void {
    this.#feeder = feeder
  }

  close(goodbye: Goodbye): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.length = 0
    try {
      this.stream.close(goodbye)
    } catch (error) {
      this.#logger.error({ ...this.#about, err: error }, 'channel stream failed to close')
    }
  }

  closeSoon(goodbye: Goodbye, ms: number): void {
    if (!this.#isBusy) {
      this.close(goodbye)
      return
    }
    this.#closing = goodbye
    setTimeout(() => this.close(goodbye), ms).unref()
  }

  /** Here and now, without a promise, where nothing has to be waited for: so it is with nearly every frame. */
  #take(frame: Frame): void {
    this.#isBusy = true
    try {
      const work = this.#receive(frame)
      if (work) void this.#takeAll(work)
      else this.#rest()
    } catch (error) {
      this.#fail(error)
      this.#rest()
    }
  }

  /** What came while the first had to be waited for. */
  async #takeAll(first: Promise<void>): Promise<void> {
    const queue = this.#queue
    try {
      await first
      this.#feeder?.took(queue.length)
      for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
        await this.#receive(frame)
        this.#feeder?.took(queue.length)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#rest()
      this.#feeder?.took(0)
    }
  }

  #receive(frame: Frame): Promise<void> | undefined {
    return this.#isClosed ? undefined : this.stream.receive(frame, this.#turn)
  }

  #rest(): void {
    this.#isBusy = false
    if (this.#closing) this.close(this.#closing)
  }

  #fail(error: unknown): void {
    if (this.#feeder) this.#feeder.failed(error)
    else if (!isVigilError(error)) this.#logger.error({ ...this.#about, err: error }, 'channel failed')
    this.close('lost')
  }
}
