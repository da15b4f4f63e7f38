// What the pages of a session have begun: windows that are not full yet, and what their stream is suspected of so far. All of them go on with the same, in
// the order in which their frames come: one person types on one page at a time, and whoever types a few keys a page, or deals them over many pages, is
// heard out all the same.

import { createWindowBuilder, type DeviceClass, type InputEvent, type WindowBuilder } from '../biometrics/index.ts'
import type { LivenessKind } from '../biometrics/liveness/index.ts'
import type { Frame } from '../channel/ports.ts'
import type { LivenessStream } from './liveness.ts'

/** Whether a hand is at work, as far as the pages tell. */
export interface Heard {
  readonly stream: LivenessStream
  /** What it was already said to look like. */
  readonly suspected: Set<LivenessKind>
}

/** Something that pages feed in turn, each with a clock of its own. */
export class Relay<Target> {
  readonly target: Target
  readonly #handedOn: ((target: Target) => void) | undefined
  #shiftMs = 0
  #lastT = Number.NEGATIVE_INFINITY
  /** Whose events came last. */
  #page: object | undefined

  /** `handedOn`: another page goes on. */
  constructor(target: Target, handedOn?: (target: Target) => void) {
    this.target = target
    this.#handedOn = handedOn
  }

  /** The events of a frame of `page` at times that follow those of the page before. */
  timed(page: object, { events, grainMs }: Pick<Frame, 'events' | 'grainMs'>): readonly InputEvent[] {
    const first = events[0]
    if (first === undefined) return events
    if (page !== this.#page && this.#page !== undefined) {
      // Whole steps of the page's clock: how coarse it is shows in where its times lie.
      const step = grainMs > 0 ? grainMs : 1
      this.#shiftMs = Math.ceil((this.#lastT + pauseMs - first.t) / step) * step
      this.#handedOn?.(this.target)
    }
    this.#page = page
    const shiftMs = this.#shiftMs
    this.#lastT = events.at(-1)!.t + shiftMs
    return shiftMs === 0 ? events : events.map((event) => ({ ...event, t: event.t + shiftMs }))
  }
}

/** Longer than anything that belongs together: no keystroke, stroke or pause reaches from one page into the next, and nobody was watched meanwhile. */
const pauseMs = 61_000

/** Of one session, or of one lesson. */
export class Begun {
  readonly #builders = new Map<DeviceClass, Relay<WindowBuilder>>()
  #heard: Relay<Heard> | undefined

  builder(device: DeviceClass): Relay<WindowBuilder> {
    const present = this.#builders.get(device) ?? new Relay(createWindowBuilder({ sumsAtOnce: true }))
    this.#builders.set(device, present)
    return present
  }

  /** Undefined before `hear` and after `end`. */
  get heard(): Relay<Heard> | undefined {
    return this.#heard
  }

  /** Listens to a stream that was just opened, and closes it where there is one already. */
  hear(stream: LivenessStream): void {
    if (this.#heard) stream.close()
    else this.#heard = new Relay({ stream, suspected: new Set() }, (heard) => heard.stream.left())
  }

  /** What the hands before have begun must not be held against those that follow. */
  startAnew(): void {
    this.#builders.clear()
    this.forgive()
  }

  /** The suspicion begins anew, and what is typed goes on. */
  forgive(): void {
    this.#heard?.target.stream.startAnew()
    this.#heard?.target.suspected.clear()
  }

  end(): void {
    this.#builders.clear()
    this.#heard?.target.stream.close()
    this.#heard = undefined
  }
}
