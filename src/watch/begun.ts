// What a page leaves behind when it goes: a window that is not full yet, and what its stream was suspected of so far. The next page of the session
// goes on with both, or nobody who types a few keys a page would ever be heard out.

import { createWindowBuilder, type DeviceClass, type InputEvent, type WindowBuilder } from '../biometrics/index.ts'
import type { LivenessKind } from '../biometrics/liveness/index.ts'
import type { Frame } from '../channel/ports.ts'
import type { LivenessStream } from './liveness.ts'

/** Whether a hand is at work, as far as pages one after the other tell. */
export interface Heard {
  readonly stream: LivenessStream
  /** What it was already said to look like. */
  readonly suspected: Set<LivenessKind>
}

/** Something that pages feed one after the other, each with a clock of its own. */
export class Relay<Target> {
  readonly target: Target
  #shiftMs = 0
  #lastT = Number.NEGATIVE_INFINITY
  #isJoining = false

  constructor(target: Target) {
    this.target = target
  }

  /** Another page goes on. */
  handOn(): void {
    this.#isJoining = this.#lastT > Number.NEGATIVE_INFINITY
  }

  /** The events of a frame at times that follow those of the page before. */
  timed({ events, grainMs }: Pick<Frame, 'events' | 'grainMs'>): readonly InputEvent[] {
    const first = events[0]
    if (first === undefined) return events
    if (this.#isJoining) {
      this.#isJoining = false
      // Whole steps of the page's clock: how coarse it is shows in where its times lie.
      const step = grainMs > 0 ? grainMs : 1
      this.#shiftMs = Math.ceil((this.#lastT + pauseMs - first.t) / step) * step
    }
    const shiftMs = this.#shiftMs
    this.#lastT = events.at(-1)!.t + shiftMs
    return shiftMs === 0 ? events : events.map((event) => ({ ...event, t: event.t + shiftMs }))
  }
}

/** Longer than anything that belongs together: no keystroke, stroke or pause reaches from one page into the next, and nobody was watched meanwhile. */
const pauseMs = 61_000

/** Pages that somebody has open beside each other, as a rule. */
const mostOfAKind = 8

/** Of one session. */
export class Begun {
  readonly #builders = new Map<DeviceClass, Relay<WindowBuilder>[]>()
  #heard: Relay<Heard>[] = []

  builder(device: DeviceClass): Relay<WindowBuilder> {
    return handedOn(this.#builders.get(device)) ?? new Relay(createWindowBuilder())
  }

  /** Of the page that was left last; undefined where there is none. */
  heard(): Relay<Heard> | undefined {
    return handedOn(this.#heard)
  }

  leaveBuilder(device: DeviceClass, builder: Relay<WindowBuilder>): void {
    this.#builders.set(device, [...(this.#builders.get(device) ?? []), builder].slice(-mostOfAKind))
  }

  leaveHeard(heard: Relay<Heard>): void {
    heard.target.stream.left()
    this.#heard.push(heard)
    if (this.#heard.length > mostOfAKind) this.#heard.shift()!.target.stream.close()
  }

  clear(): void {
    this.#builders.clear()
    for (const { target } of this.#heard) target.stream.close()
    this.#heard = []
  }
}

function handedOn<Target>(left: Relay<Target>[] | undefined): Relay<Target> | undefined {
  const relay = left?.pop()
  relay?.handOn()
  return relay
}
