// What tells a hand on a pointer from a script: a hand's way is never a straight line at even steps nor a smooth curve drawn by a
// formula, and a hand has to bring the pointer to where it clicks and to let the button go.

import type { Click, Movement } from './pointer-path.ts'

export interface PointerTell {
  /** Positive towards "script". */
  readonly evidence: number
  readonly reason?: string
}

/** Shorter or slower ways show too little. */
const fewestPoints = 8
const smallestStepPx = 4
/** A straight line after rounding to pixels, and even steps. */
const straightPx = 1.5
const evenSteps = 0.15
/**
 * Fourth differences of a cubic curve sampled evenly are nothing but rounding to pixels (a root mean square of 3.4 px over both axes). Steps
 * must be large beside that.
 */
const roundingPx = 3.8
const smallestCurveStepPx = 10
/** Fingers and switches take longer to let go. */
const instantMs = 10

export function machineMovement({ x, y, pathPx }: Movement): PointerTell {
  const steps = x.length - 1
  const stepPx = pathPx / steps
  if (x.length < fewestPoints || stepPx < smallestStepPx) return { evidence: 0 }
  if (deviation(x, y) <= straightPx && unevenness(x, y, stepPx) <= evenSteps)
    return { evidence: 3, reason: 'straight lines at constant speed' }
  if (stepPx < smallestCurveStepPx) return { evidence: 0 }
  if (Math.hypot(fourthDifference(x), fourthDifference(y)) <= roundingPx)
    return { evidence: 2, reason: 'ways drawn by a formula' }
  return { evidence: -1.5 }
}

/** Positive for a click that nothing led to and nobody held. A tap on a touch screen comes from nowhere too, but a finger stays. */
export function clickEvidence({ holdMs, approached }: Click): number {
  if (approached) return holdMs > instantMs ? -1 : 0
  return holdMs <= instantMs ? 0.5 : -0.5
}

/** Largest distance from the line between first and last point, in pixels. */
function deviation(x: readonly number[], y: readonly number[]): number {
  const dx = x.at(-1)! - x[0]!
  const dy = y.at(-1)! - y[0]!
  const chord = Math.hypot(dx, dy)
  if (chord === 0) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 1; i < x.length - 1; i++)
    largest = Math.max(largest, Math.abs(dx * (y[i]! - y[0]!) - dy * (x[i]! - x[0]!)) / chord)
  return largest
}

/** Standard deviation of the steps over their mean. The last step is what was left. */
function unevenness(x: readonly number[], y: readonly number[], mean: number): number {
  let squares = 0
  for (let i = 1; i < x.length - 1; i++) squares += (Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!) - mean) ** 2
  return Math.sqrt(squares / (x.length - 2)) / mean
}

/** Root mean square. */
function fourthDifference(v: readonly number[]): number {
  let squares = 0
  for (let i = 4; i < v.length; i++) squares += (v[i]! - 4 * v[i - 1]! + 6 * v[i - 2]! - 4 * v[i - 3]! + v[i - 4]!) ** 2
  return Math.sqrt(squares / Math.max(v.length - 4, 1))
}
