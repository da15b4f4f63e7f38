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
  let expected = 0
  let firstArrival = 0
  let lastSentAt = 0
  let lastEventAt = 0
  /** Smallest `arrivedAt - sentAt` of the first frames: clock offset plus the smallest delay. */
  let anchor = Number.POSITIVE_INFINITY
  let present: Punctual | undefined
  let previous: Punctual | undefined
  let slow = 0

  return {
    check(frame, arrivedAt) {
      const { sequence, sentAt, events } = frame
      if (sequence !== expected) {
        throw new VigilError('frame_out_of_order', `sequence ${sequence} where ${expected} was due`)
      }
      const isFirst = expected === 0
      expected += 1
      if (isFirst) firstArrival = arrivedAt
      else if (sentAt < lastSentAt) throw implausible('the page clock went back')
      checkEvents(frame, isFirst ? sentAt - backlogMs : Math.max(lastEventAt, lastSentAt - dispatchMs))

      const lateness = arrivedAt - sentAt
      if (sequence < anchorFrames) anchor = Math.min(anchor, lateness)
      if (lateness < anchor - aheadMs - skew * (arrivedAt - firstArrival)) throw implausible('the page clock is fast')
      checkSlow(lateness, arrivedAt)
      lastSentAt = sentAt
      lastEventAt = events.at(-1)?.t ?? lastEventAt
    }
  }

  function checkSlow(lateness: number, arrivedAt: number): void {
    if (present === undefined || arrivedAt - present.since >= windowMs) {
      if (present !== undefined && previous !== undefined) {
        const lost = present.lateness - previous.lateness
        slow = lost > slowShare * (present.at - previous.at) ? slow + 1 : 0
        if (slow >= slowWindows) throw implausible('the page clock is slow')
      }
      previous = present
      present = { since: arrivedAt, lateness, at: arrivedAt }
    } else if (lateness < present.lateness) {
      present.lateness = lateness
      present.at = arrivedAt
    }
  }
}

/** The most punctual frame of a window. */
interface Punctual {
  readonly since: number
  lateness: number
  at: number
}

/** The decoder has already seen to it that events are in order and not later than their frame. */
function checkEvents(frame: Frame, earliest: number): void {
  const first = frame.events[0]
  if (first !== undefined && first.t < earliest) throw implausible('events from before the last frame')
}

function implausible(what: string): VigilError {
  return new VigilError('frame_implausible', what)
}
