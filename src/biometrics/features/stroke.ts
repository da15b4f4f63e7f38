// One stroke of the pointer on a grid of 16 ms: small movements go into histograms as they come, what the whole stroke was like is
// observed at its end. The grid makes a mouse that reports 1000 times a second comparable with one that reports 60 times.

import { countIn, histogramOf, type Histogram } from './pointer-histograms.ts'

/** What is measured of every stroke. The first is there for every stroke: its count is the number of strokes. */
export const strokeQuantities = [
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
  'overshoot'
] as const
export type StrokeQuantity = (typeof strokeQuantities)[number]

export interface StrokeSink {
  quantity(name: StrokeQuantity, value: number): void
  /** One bin of the histograms, and how much it gains. */
  readonly bin: (bin: number, share: number) => void
}

export interface Stroke {
  /** Begins at a point; what was under way is dropped. */
  begin(x: number, y: number): void
  /** The next point of the grid, 16 ms later. */
  step(x: number, y: number): void
  end(): void
}

export const gridMs = 16
/** A shorter stroke is a twitch. */
const fewestSteps = 3
/** Steps that a long movement spans. */
const longSteps = 3
const kept = 2 * longSteps + 1
const lastSteps = 5

const { speed, ratio, ratioPair, turn, longRatio, longTurn, axis, still, turnOfDirection } = histogramOf

export function createStroke(sink: StrokeSink): Stroke {
  const { bin } = sink
  // The last points and speeds, in rings.
  const xs = new Float64Array(kept)
  const ys = new Float64Array(kept)
  const endSpeeds = new Float64Array(lastSteps)
  let steps = 0
  let startX = 0
  let startY = 0
  let previousSpeed = 0
  let previousLogSpeed = 0
  let previousAngle = 0
  let previousRatio = -1
  let previousAcceleration = 0
  let lastTurn = 0
  let path = 0
  let peak = 0
  let peakStep = 0
  let furthest = 0
  let accelerations = 0
  let jerks = 0
  let turned = 0
  let turns = 0
  let reversals = 0

  function begin(x: number, y: number): void {
    steps = 0
    startX = xs[0] = x
    startY = ys[0] = y
    path = peak = peakStep = furthest = accelerations = jerks = turned = turns = reversals = lastTurn = 0
    previousRatio = -1
    previousAcceleration = 0
  }

  function step(x: number, y: number): void {
    const from = steps % kept
    const dx = x - xs[from]!
    const dy = y - ys[from]!
    steps++
    const to = steps % kept
    xs[to] = x
    ys[to] = y
    const pixels = Math.sqrt(dx * dx + dy * dy)
    const logSpeed = Math.log(pixels + 0.3)
    const angle = Math.atan2(dy, dx)
    countIn(speed, 0, Math.log1p(pixels), bin)
    if (pixels > 1) countIn(axis, groupOf(pixels, axisSpeeds), toAxis(angle), bin)
    if (steps > 1) follow(pixels, logSpeed, angle)
    if (steps >= 2 * longSteps) followLong(x, y)
    path += pixels
    if (pixels > peak) {
      peak = pixels
      peakStep = steps
    }
    furthest = Math.max(furthest, distance(x - startX, y - startY))
    endSpeeds[steps % lastSteps] = pixels
    previousSpeed = pixels
    previousLogSpeed = logSpeed
    previousAngle = angle
  }

  /** A step against the one before. */
  function follow(pixels: number, logSpeed: number, angle: number): void {
    bin(still.first + (previousSpeed < 0.5 ? 2 : 0) + (pixels < 0.5 ? 1 : 0), 1)
    const acceleration = Math.abs(pixels - previousSpeed)
    accelerations += acceleration
    jerks += Math.abs(acceleration - previousAcceleration)
    previousAcceleration = acceleration
    const slower = Math.min(pixels, previousSpeed)
    if (slower <= 0.7) {
      previousRatio = -1
      return
    }
    const group = groupOf((logSpeed + previousLogSpeed) / 2, logSpeeds)
    const change = logSpeed - previousLogSpeed
    const bend = wrapped(angle - previousAngle)
    countIn(ratio, group, change, bin)
    countIn(turn, group, bend, bin)
    const kind = groupOf(change, changes)
    if (previousRatio >= 0) bin(ratioPair.first + changeKinds * previousRatio + kind, 1)
    previousRatio = kind
    if (slower > 1) {
      countTurn(turnOfDirection, angle, bend)
      turned += Math.abs(bend)
      turns++
      if (bend * lastTurn < 0) reversals++
      if (bend !== 0) lastTurn = bend
    }
  }

  /** The last 48 ms against the 48 ms before. */
  function followLong(x: number, y: number): void {
    const middle = (steps - longSteps) % kept
    const first = (steps - 2 * longSteps) % kept
    const nowX = x - xs[middle]!
    const nowY = y - ys[middle]!
    const thenX = xs[middle]! - xs[first]!
    const thenY = ys[middle]! - ys[first]!
    const now = distance(nowX, nowY)
    const then = distance(thenX, thenY)
    if (Math.min(now, then) <= 1.5) return
    const logNow = Math.log(now + 0.5)
    const logThen = Math.log(then + 0.5)
    const group = groupOf((logNow + logThen) / 2, logLongSpeeds)
    countIn(longRatio, group, logNow - logThen, bin)
    // The angle between two directions without two arc tangents.
    const bend = Math.atan2(thenX * nowY - thenY * nowX, thenX * nowX + thenY * nowY)
    countIn(longTurn, group, bend, bin)
  }

  /** The eighths of the compass on both sides of the direction share the turn. */
  function countTurn({ first }: Histogram, angle: number, bend: number): void {
    const way = (bend > 0.1 ? 1 : 0) + (bend > -0.1 ? 1 : 0)
    const sector = (angle / (2 * Math.PI) + 1) * 8
    const low = Math.floor(sector)
    const share = sector - low
    bin(first + 3 * (low % 8) + way, 1 - share)
    bin(first + 3 * ((low + 1) % 8) + way, share)
  }

  function end(): void {
    if (steps >= fewestSteps && path > 0) summarise()
    steps = 0
  }

  function summarise(): void {
    const last = steps % kept
    const alongX = xs[last]! - startX
    const alongY = ys[last]! - startY
    const chord = distance(alongX, alongY)
    const durationMs = steps * gridMs
    sink.quantity('strokeDuration', Math.log(durationMs))
    sink.quantity('strokeLength', Math.log1p(path))
    sink.quantity('speed', Math.log1p(path / steps))
    sink.quantity('peakSpeed', Math.log1p(peak))
    sink.quantity('timeToPeak', peakStep / steps)
    sink.quantity('acceleration', Math.log1p(accelerations / steps))
    sink.quantity('jerk', Math.log1p(jerks / steps))
    sink.quantity('curvature', turns > 0 ? turned / turns : 0)
    sink.quantity('straightness', Math.min(chord / path, 1))
    // Steepness of the way, 0 flat to π/2 upright: how far a hand has to turn at the wrist.
    sink.quantity('angle', Math.atan2(Math.abs(alongY), Math.abs(alongX)))
    sink.quantity('jitter', turns > 0 ? reversals / turns : 0)
    sink.quantity('overshoot', (furthest - chord) / (furthest + 1))
    countIn(histogramOf.strokeLength, 0, Math.log1p(path), bin)
    countIn(histogramOf.strokeDuration, 0, Math.log(durationMs), bin)
    countIn(histogramOf.strokePeak, 0, Math.log1p(peak), bin)
    let endSpeed = 0
    const ending = Math.min(steps, lastSteps)
    for (let i = 0; i < ending; i++) endSpeed += endSpeeds[(steps - i) % lastSteps]!
    countIn(histogramOf.approach, 0, endSpeed / ending / (peak + 1e-9), bin)
  }

  return { begin, step, end }
}

/** Where slow ends and fast begins. */
const axisSpeeds = [6] as const
const logSpeeds = [3, 10, 30].map(Math.log)
const logLongSpeeds = [6, 24, 75].map(Math.log)
/** Kinds of change of speed, from braking hard to speeding up hard. */
const changes = [-0.35, -0.08, 0.08, 0.35] as const

const changeKinds = changes.length + 1

function groupOf(value: number, borders: readonly number[]): number {
  let group = 0
  while (group < borders.length && value >= borders[group]!) group++
  return group
}

function toAxis(angle: number): number {
  const quarter = Math.PI / 2
  const turns = angle / quarter
  return Math.abs(turns - Math.round(turns)) * quarter
}

function wrapped(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI
  return angle < -Math.PI ? angle + 2 * Math.PI : angle
}

function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}
