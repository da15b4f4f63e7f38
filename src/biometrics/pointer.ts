// Pointer events to strokes and clicks. A stroke is an unbroken movement: it ends at a press, or when the pointer rests. Every
// quantity is computed as the events pass, without keeping the path.

import { EventType, type InputEvent } from './events.ts'

/** What is measured of every stroke or click. The first is there for every stroke: its count is the number of strokes. */
export const pointerQuantities = [
  'strokeDuration',
  'strokeLength',
  'speed',
  'peakSpeed',
  'timeToPeak',
  'acceleration',
  'jerk',
  'curvature',
  'straightness',
  'angle',
  'jitter',
  'overshoot',
  'pause',
  'moveInterval',
  'clickHold',
  'doubleClickGap',
  'hoverBeforeClick',
  'wheelGap',
  'dragged'
] as const
export type PointerQuantity = (typeof pointerQuantities)[number]

const position = Object.fromEntries(pointerQuantities.map((name, at) => [name, at])) as Record<PointerQuantity, number>

/** A rest of this long ends a stroke. */
const restMs = 150
/** A longer gap says nothing about the hand. */
const longestPauseMs = 10_000
const doubleClickMs = 500
const smallestMoves = 4

export interface PointerTracker {
  push(event: InputEvent): void
  /** Closes a stroke that is under way. */
  flush(): void
}

/** Calls `observed(quantity, value)` for each thing it measures; values are finite and bounded. Times are log milliseconds. */
export function createPointerTracker(observed: (quantity: number, value: number) => void): PointerTracker {
  let moves = 0
  let startT = 0
  let startX = 0
  let startY = 0
  let lastT = Number.NEGATIVE_INFINITY
  let lastX = 0
  let lastY = 0
  let lastSpeed = 0
  let lastAcceleration = 0
  let lastAngle = 0
  let path = 0
  let peak = 0
  let peakT = 0
  let turned = 0
  let turns = 0
  let reversals = 0
  let lastTurn = 0
  let accelerations = 0
  let jerks = 0
  let intervals = 0
  let furthest = 0
  let previousEndT = Number.NEGATIVE_INFINITY
  let pressT = Number.NEGATIVE_INFINITY
  let lastClickT = Number.NEGATIVE_INFINITY
  let lastWheelT = Number.NEGATIVE_INFINITY
  let pressX = 0
  let pressY = 0

  function begin(event: InputEvent): void {
    if (event.t - previousEndT < longestPauseMs) observed(position.pause, logMs(event.t - previousEndT))
    moves = 1
    startT = event.t
    startX = event.x
    startY = event.y
    path = peak = turned = turns = reversals = lastTurn = accelerations = jerks = intervals = furthest = 0
    lastSpeed = lastAcceleration = 0
    lastAngle = Number.NaN
    peakT = event.t
  }

  function end(): void {
    if (moves >= smallestMoves && path > 0 && lastT > startT) {
      const durationMs = lastT - startT
      const chord = Math.hypot(lastX - startX, lastY - startY)
      observed(position.strokeDuration, logMs(durationMs))
      observed(position.strokeLength, bounded(Math.log(path + 1), 0, 12))
      observed(position.speed, logRate(path / durationMs))
      observed(position.peakSpeed, logRate(peak))
      observed(position.timeToPeak, bounded((peakT - startT) / durationMs, 0, 1))
      observed(position.acceleration, logRate(accelerations / moves))
      observed(position.jerk, logRate(jerks / moves))
      observed(position.curvature, turns > 0 ? bounded(turned / turns, 0, Math.PI) : 0)
      observed(position.straightness, bounded(chord / path, 0, 1))
      // Steepness of the way, 0 flat to π/2 upright: how far a hand has to turn at the wrist.
      observed(position.angle, Math.atan2(Math.abs(lastY - startY), Math.abs(lastX - startX)))
      observed(position.jitter, turns > 0 ? bounded(reversals / turns, 0, 1) : 0)
      observed(position.overshoot, bounded((furthest - chord) / (furthest + 1), 0, 1))
      observed(position.moveInterval, logMs(intervals / (moves - 1)))
    }
    if (moves > 0) previousEndT = lastT
    moves = 0
  }

  function move(event: InputEvent): void {
    const dt = event.t - lastT
    if (moves > 0 && dt > restMs) end()
    if (moves === 0) begin(event)
    else {
      const dx = event.x - lastX
      const dy = event.y - lastY
      const step = Math.hypot(dx, dy)
      if (step > 0) {
        // Coalesced events may share a time stamp; a step of no time counts as one of a tenth of a millisecond, the finest clock.
        const stepMs = Math.max(dt, 0.1)
        const speed = Math.min(step / stepMs, 1e3)
        const acceleration = Math.min(Math.abs(speed - lastSpeed) / stepMs, 1e3)
        accelerations += acceleration
        jerks += Math.min(Math.abs(acceleration - lastAcceleration) / stepMs, 1e3)
        if (speed > peak) {
          peak = speed
          peakT = event.t
        }
        const angle = Math.atan2(dy, dx)
        if (!Number.isNaN(lastAngle)) {
          const turn = wrapped(angle - lastAngle)
          turned += Math.abs(turn)
          turns++
          if (turn * lastTurn < 0) reversals++
          if (turn !== 0) lastTurn = turn
        }
        lastAngle = angle
        lastSpeed = speed
        lastAcceleration = acceleration
        path += step
        furthest = Math.max(furthest, Math.hypot(event.x - startX, event.y - startY))
      }
      intervals += Math.max(dt, 0)
      moves++
    }
    lastT = event.t
    lastX = event.x
    lastY = event.y
  }

  function press(event: InputEvent): void {
    const sinceMove = event.t - lastT
    if (sinceMove < longestPauseMs) observed(position.hoverBeforeClick, logMs(sinceMove))
    end()
    const sinceClick = event.t - lastClickT
    if (sinceClick < doubleClickMs) observed(position.doubleClickGap, logMs(sinceClick))
    pressT = event.t
    pressX = event.x
    pressY = event.y
  }

  function release(event: InputEvent): void {
    const heldMs = event.t - pressT
    if (heldMs >= 0 && heldMs < longestPauseMs) {
      const dragged = Math.hypot(event.x - pressX, event.y - pressY) > 8
      observed(position.dragged, dragged ? 1 : 0)
      if (!dragged) observed(position.clickHold, logMs(heldMs))
    }
    end()
    pressT = Number.NEGATIVE_INFINITY
    lastClickT = event.t
  }

  function wheel(event: InputEvent): void {
    const gap = event.t - lastWheelT
    if (gap < 1000) observed(position.wheelGap, logMs(gap))
    lastWheelT = event.t
  }

  return {
    push(event) {
      if (event.type === EventType.pointerMove) move(event)
      else if (event.type === EventType.pointerDown) press(event)
      else if (event.type === EventType.pointerUp) release(event)
      else if (event.type === EventType.wheel) wheel(event)
    },
    flush: end
  }
}

function bounded(value: number, low: number, high: number): number {
  // NaN comes out as `low`, so that no hostile coordinate can reach a score.
  return value > low ? Math.min(value, high) : low
}

function logMs(ms: number): number {
  return Math.log(bounded(ms, 0.1, 60_000) + 1)
}

function logRate(value: number): number {
  return Math.log(bounded(value, 1e-5, 1e3))
}

function wrapped(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI
  return angle < -Math.PI ? angle + 2 * Math.PI : angle
}
