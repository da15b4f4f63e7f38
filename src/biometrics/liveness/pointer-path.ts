// Pointer events to whole movements and clicks, with the points of the way: what the checks of liveness look at. A movement ends at a press,
// at a release, or when the pointer rests.

import { EventType, type InputEvent } from '../events.ts'

/** One unbroken movement. */
export interface Movement {
  /** Way points in CSS pixels, one after another and never two in the same place; at least two. */
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly durationMs: number
  /** Length of the way in CSS pixels. */
  readonly pathPx: number
}

/** A press with its release. */
export interface Click {
  readonly holdMs: number
  /** The pointer was brought here by a movement; false = it jumped. */
  readonly approached: boolean
}

export interface PointerPaths {
  push(event: InputEvent): void
  /** Ends a movement that is under way. */
  flush(): void
}

const restMs = 150
/** A longer way is cut: a hand that never rests must not fill the memory. */
const mostPoints = 1024
/** A pointer that moved less than this since the last click was already there. */
const nearPx = 20

export function createPointerPaths(moved: (movement: Movement) => void, clicked: (click: Click) => void): PointerPaths {
  let x: number[] = []
  let y: number[] = []
  let startT = 0
  let lastT = Number.NEGATIVE_INFINITY
  let pathPx = 0
  /** Moves since the last click, and where that was. */
  let moves = 0
  let clickX = Number.NaN
  let clickY = Number.NaN
  let press: { readonly t: number; readonly approached: boolean } | undefined

  function end(): void {
    if (x.length > 1) moved({ x, y, durationMs: lastT - startT, pathPx })
    x = []
    y = []
    pathPx = 0
  }

  function move(event: InputEvent): void {
    moves++
    if (x.length > 0 && (event.t - lastT > restMs || x.length >= mostPoints)) end()
    const step = x.length === 0 ? 0 : Math.hypot(event.x - x.at(-1)!, event.y - y.at(-1)!)
    if (x.length === 0) startT = event.t
    else if (step === 0) return
    x.push(event.x)
    y.push(event.y)
    pathPx += step
    lastT = event.t
  }

  return {
    push(event) {
      if (event.type === EventType.pointerMove) move(event)
      else if (event.type === EventType.pointerDown) {
        end()
        const jumped = moves <= 1 && Math.hypot(event.x - clickX, event.y - clickY) > nearPx
        press = { t: event.t, approached: !jumped }
      } else if (event.type === EventType.pointerUp) {
        end()
        if (press !== undefined) clicked({ holdMs: event.t - press.t, approached: press.approached })
        press = undefined
        moves = 0
        clickX = event.x
        clickY = event.y
      }
    },
    flush: end
  }
}
