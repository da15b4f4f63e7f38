// Pointer events to strokes and clicks. A stroke is an unbroken movement: it ends at a press or a release, or when the pointer rests. Every
// quantity is computed as the events pass, without keeping the path.

import { EventType, type InputEvent } from '../events.ts'
import { countIn, histogramOf } from './pointer-histograms.ts'
import { createStroke, gridMs, strokeQuantities } from './stroke.ts'

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
  const bin = (at: number, share: number): void => observed(firstBin + at, share)
  const stroke = createStroke({ quantity: (name, value) => observed(position[name], value), bin })
  let moving = false
  let lastT = Number.NEGATIVE_INFINITY
  let lastX = 0
  let lastY = 0
  let nextGridT = 0
  let pressT = Number.NEGATIVE_INFINITY
  let pressX = 0
  let pressY = 0
  let clickT = Number.NEGATIVE_INFINITY
  let afterClick = false
  let wheelT = Number.NEGATIVE_INFINITY

  function beginAt(event: InputEvent): void {
    stroke.begin(event.x, event.y)
    moving = true
    nextGridT = event.t + gridMs
  }

  /** Points on the grid between the last event and this one, on the straight line between them. */
  function reach(event: InputEvent): void {
    const dt = event.t - lastT
    while (nextGridT <= event.t) {
      const share = (nextGridT - lastT) / dt
      stroke.step(lastX + share * (event.x - lastX), lastY + share * (event.y - lastY))
      nextGridT += gridMs
    }
  }

  function rest(): void {
    if (moving) stroke.end()
    moving = false
  }

  function move(event: InputEvent): void {
    const dt = event.t - lastT
    if (afterClick) {
      if (dt >= 0 && dt < longestPauseMs) countIn(histogramOf.afterClick, 0, logMs(dt), bin)
      afterClick = false
    }
    if (!(dt >= 0 && dt <= restMs)) rest()
    if (!moving) {
      if (dt > restMs && dt < longestPauseMs) observed(position.pause, logMs(dt))
      beginAt(event)
    } else if (nextGridT <= event.t) reach(event)
    lastT = event.t
    lastX = event.x
    lastY = event.y
  }

  function press(event: InputEvent): void {
    const sinceMove = event.t - lastT
    if (sinceMove >= 0 && sinceMove < longestPauseMs) {
      observed(position.hoverBeforeClick, logMs(sinceMove))
      countIn(histogramOf.hover, 0, logMs(sinceMove), bin)
    }
    rest()
    const sinceClick = event.t - clickT
    if (sinceClick >= 0 && sinceClick < doubleClickMs) observed(position.doubleClickGap, logMs(sinceClick))
    beginAt(event)
    afterClick = false
    lastT = pressT = event.t
    lastX = pressX = event.x
    lastY = pressY = event.y
  }

  function release(event: InputEvent): void {
    const heldMs = event.t - pressT
    if (heldMs >= 0 && heldMs < longestPauseMs) {
      const dragged = Math.hypot(event.x - pressX, event.y - pressY) > dragPx
      observed(position.dragged, dragged ? 1 : 0)
      if (!dragged) {
        observed(position.clickHold, logMs(heldMs))
        countIn(histogramOf.clickHold, 0, logMs(heldMs), bin)
      }
    }
    const dt = event.t - lastT
    if (moving && dt >= 0 && dt <= restMs) reach(event)
    rest()
    pressT = Number.NEGATIVE_INFINITY
    lastT = clickT = event.t
    lastX = event.x
    lastY = event.y
    afterClick = true
  }

  function wheel(event: InputEvent): void {
    const gap = event.t - wheelT
    if (gap >= 0 && gap < 1000) observed(position.wheelGap, logMs(gap))
    wheelT = event.t
  }

  return {
    push(event) {
      if (event.type === EventType.wheel) wheel(event)
      // A coordinate that is no number, or out of this world, is no place.
      else if (!(Math.abs(event.x) <= furthestPx && Math.abs(event.y) <= furthestPx)) return
      else if (event.type === EventType.pointerMove) move(event)
      else if (event.type === EventType.pointerDown) press(event)
      else if (event.type === EventType.pointerUp) release(event)
    },
    flush: rest
  }
}

function logMs(ms: number): number {
  return Math.log(Math.min(Math.max(ms, 1), 60_000))
}
