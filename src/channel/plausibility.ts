// Holds the times that a page tells against the times at which its frames arrive. Only differences count: where a page's
// clock starts is its own affair, and a day's offset changes nothing. A clock that runs twice or half as fast is no
// clock of a page, and neither is one on which events happen before their frame's beat or after it.

import { VigilError } from '../errors.ts'
import type { Frame } from './ports.ts'

export interface Plausibility {
  /** `arrivedAt` in milliseconds of the server's monotonic clock. Throws `frame_out_of_order` or `frame_implausible`. */
  check(frame: Frame, arrivedAt: number): void
}

/** A page may run ahead of its first frames by this much: what the first frames may have been late. */
export const aheadMs = 5_000
/** Real clocks differ by some 0.05 %; this is well above. */
export const skew = 0.002
/** Frames whose lateness sets the anchor. */
const anchorFrames = 3
/** Lateness is compared from window to window, by the most punctual frame of each, so that one stall proves nothing. */
export const windowMs = 5_000
/** A window in which the page lost more than this share of the time that passed is a slow one. */
export const slowShare = 0.25
/** So many slow windows in a row are a slow clock. A laptop that sleeps makes one. */
export const slowWindows = 4
/** How old events may be that waited for the connection; they come in its first frame. */
export const backlogMs = 90_000
/** How late an event may be dispatched by a page whose main thread was busy. */
export const dispatchMs = 5_000

export function createPlausibility(): Plausibility {
  return new PageClock()
}

/** The most punctual frame of a window. */
interface Punctual {
  readonly since: number
  lateness: number
  at: number
}

/** What the frames so far have told of the page's clock. Fields and not variables: a number that changes with each frame stays where it is. */
class PageClock implements Plausibility {
  #expected = 0
  #firstArrival = 0
  #lastSentAt = 0
  #lastEventAt = 0
  /** Smallest `arrivedAt - sentAt` of the first frames: clock offset plus the smallest delay. */
  #anchor = Number.POSITIVE_INFINITY
  #present: Punctual | undefined
  #previous: Punctual | undefined
  #slow = 0

  check(frame: Frame, arrivedAt: number): void {
    const { sequence, sentAt, events } = frame
    if (sequence !== this.#expected) {
      throw new VigilError('frame_out_of_order', `sequence ${sequence} where ${this.#expected} was due`)
    }
    const isFirst = this.#expected === 0
    this.#expected += 1
    if (isFirst) this.#firstArrival = arrivedAt
    else if (sentAt < this.#lastSentAt) throw implausible('the page clock went back')
    checkEvents(frame, isFirst ? sentAt - backlogMs : Math.max(this.#lastEventAt, this.#lastSentAt - dispatchMs))

    const lateness = arrivedAt - sentAt
    if (sequence < anchorFrames) this.#anchor = Math.min(this.#anchor, lateness)
    if (lateness < this.#anchor - aheadMs - skew * (arrivedAt - this.#firstArrival)) {
      throw implausible('the page clock is fast')
    }
    this.#checkSlow(lateness, arrivedAt)
    this.#lastSentAt = sentAt
    this.#lastEventAt = events.at(-1)?.t ?? this.#lastEventAt
  }

  #checkSlow(lateness: number, arrivedAt: number): void {
    const present = this.#present
    const previous = this.#previous
    if (present === undefined || arrivedAt - present.since >= windowMs) {
      if (present !== undefined && previous !== undefined) {
        const lost = present.lateness - previous.lateness
        this.#slow = lost > slowShare * (present.at - previous.at) ? this.#slow + 1 : 0
        if (this.#slow >= slowWindows) throw implausible('the page clock is slow')
      }
      this.#previous = present
      this.#present = { since: arrivedAt, lateness, at: arrivedAt }
    } else if (lateness < present.lateness) {
      present.lateness = lateness
      present.at = arrivedAt
    }
  }
}

/** The decoder has already seen to it that events are in order and not later than their frame. */
function checkEvents(frame: Frame, earliest: number): void {
  const first = frame.events[0]
  if (first !== undefined && first.t < earliest) throw implausible('events from before the last frame')
}

function implausible(what: string): VigilError {
  return new VigilError('frame_implausible', what)
}
