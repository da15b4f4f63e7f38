// Pointer events to strokes and clicks. A stroke is an unbroken movement: it ends at a press or a release, or when the pointer rests. Every
// quantity is computed as the events pass, without keeping the path.

import { EventType, type InputEvent } from '../events.ts'
import { countIn, histogramOf } from './pointer-histograms.ts'
import { gridMs, Stroke, strokeQuantities } from './stroke.ts'

/** What is measured of every stroke, click or turn of the wheel. */
export const pointerQuantities = [
  ...strokeQuantities,
  'pause',
  'clickHold',
  'doubleClickGap',
  'hoverBeforeClick',
  'wheelGap',
  'dragged'
] as const
export type PointerQuantity = (typeof pointerQuantities)[number]

const position = Object.fromEntries(pointerQuantities.map((name, at) => [name, at])) as Record<PointerQuantity, number>
const firstBin = pointerQuantities.length

/** A rest of this long ends a stroke. */
const restMs = 150
/** A longer gap says nothing about the hand. */
const longestPauseMs = 10_000
const doubleClickMs = 500
/** A press that moves further is a drag. */
const dragPx = 8
/** No screen is larger; an event beyond is not taken. */
const furthestPx = 1e5

export interface PointerTracker {
  push(event: InputEvent): void
  /** Closes a stroke that is under way. */
  flush(): void
}

/**
 * Calls `observed(position, value)` for each thing it measures: positions below `pointerQuantities.length` are quantities, the others bins of
 * `pointerHistograms` that gain `value`. Values are finite and bounded. Times are log milliseconds, speeds log(1 + pixels in 16 ms).
 */
export function createPointerTracker(observed: (position: number, value: number) => void): PointerTracker {
  return new Pointer(observed)
}

/** A class for the reason that a stroke is one. */
class Pointer implements PointerTracker {
  readonly #observed: (position: number, value: number) => void
  readonly #bin: (at: number, share: number) => void
  readonly #stroke: Stroke
  #moving = false
  #lastT = Number.NEGATIVE_INFINITY
  #lastX = 0
  #lastY = 0
  #nextGridT = 0
  #pressT = Number.NEGATIVE_INFINITY
  #pressX = 0
  #pressY = 0
  #clickT = Number.NEGATIVE_INFINITY
  #afterClick = false
  #wheelT = Number.NEGATIVE_INFINITY

  constructor(observed: (position: number, value: number) => void) {
    this.#observed = observed
    this.#bin = (at, share) => observed(firstBin + at, share)
    this.#stroke = new Stroke({ quantity: (name, value) => observed(position[name], value), bin: this.#bin })
  }

  push(event: InputEvent): void {
    if (event.type === EventType.wheel) this.#wheel(event)
    // A coordinate that is no number, or out of this world, is no place.
    else if (!(Math.abs(event.x) <= furthestPx && Math.abs(event.y) <= furthestPx)) return
    else if (event.type === EventType.pointerMove) this.#move(event)
    else if (event.type === EventType.pointerDown) this.#press(event)
    else if (event.type === EventType.pointerUp) this.#release(event)
  }

  flush(): void {
    this.#rest()
  }

  #move(event: InputEvent): void {
    const dt = event.t - this.#lastT
    if (this.#afterClick) {
      if (dt >= 0 && dt < longestPauseMs) countIn(histogramOf.afterClick, 0, logMs(dt), this.#bin)
      this.#afterClick = false
    }
    if (!(dt >= 0 && dt <= restMs)) this.#rest()
    if (!this.#moving) {
      if (dt > restMs && dt < longestPauseMs) this.#observed(position.pause, logMs(dt))
      this.#beginAt(event)
    } else if (this.#nextGridT <= event.t) this.#reach(event)
    this.#stand(event)
  }

  #press(event: InputEvent): void {
    const sinceMove = event.t - this.#lastT
    if (sinceMove >= 0 && sinceMove < longestPauseMs) {
      this.#observed(position.hoverBeforeClick, logMs(sinceMove))
      countIn(histogramOf.hover, 0, logMs(sinceMove), this.#bin)
    }
    this.#rest()
    const sinceClick = event.t - this.#clickT
    if (sinceClick >= 0 && sinceClick < doubleClickMs) this.#observed(position.doubleClickGap, logMs(sinceClick))
    this.#beginAt(event)
    this.#afterClick = false
    this.#pressT = event.t
    this.#pressX = event.x
    this.#pressY = event.y
    this.#stand(event)
  }

  #release(event: InputEvent): void {
    const heldMs = event.t - this.#pressT
    if (heldMs >= 0 && heldMs < longestPauseMs) {
      const dragged = Math.hypot(event.x - this.#pressX, event.y - this.#pressY) > dragPx
      this.#observed(position.dragged, dragged ? 1 : 0)
      if (!dragged) {
        this.#observed(position.clickHold, logMs(heldMs))
        countIn(histogramOf.clickHold, 0, logMs(heldMs), this.#bin)
      }
    }
    const dt = event.t - this.#lastT
    if (this.#moving && dt >= 0 && dt <= restMs) this.#reach(event)
    this.#rest()
    this.#pressT = Number.NEGATIVE_INFINITY
    this.#clickT = event.t
    this.#afterClick = true
    this.#stand(event)
  }

  #wheel(event: InputEvent): void {
    const gap = event.t - this.#wheelT
    if (gap >= 0 && gap < 1000) this.#observed(position.wheelGap, logMs(gap))
    this.#wheelT = event.t
  }

  #beginAt(event: InputEvent): void {
    this.#stroke.begin(event.x, event.y)
    this.#moving = true
    this.#nextGridT = event.t + gridMs
  }

  /** Points on the grid between the last event and this one, on the straight line between them. */
  #reach(event: InputEvent): void {
    const dt = event.t - this.#lastT
    while (this.#nextGridT <= event.t) {
      const share = (this.#nextGridT - this.#lastT) / dt
      this.#stroke.step(this.#lastX + share * (event.x - this.#lastX), this.#lastY + share * (event.y - this.#lastY))
      this.#nextGridT += gridMs
    }
  }

  #rest(): void {
    if (this.#moving) this.#stroke.end()
    this.#moving = false
  }

  /** Here the pointer is now. */
  #stand(event: InputEvent): void {
    this.#lastT = event.t
    this.#lastX = event.x
    this.#lastY = event.y
  }
}

function logMs(ms: number): number {
  return Math.log(Math.min(Math.max(ms, 1), 60_000))
}
