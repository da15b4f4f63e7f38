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

export const gridMs = 16
/** A shorter stroke is a twitch. */
const fewestSteps = 3
/** Steps that a long movement spans. */
const longSteps = 3
const kept = 2 * longSteps + 1
const lastSteps = 5

const { speed, ratio, ratioPair, turn, longRatio, longTurn, axis, still, turnOfDirection } = histogramOf

/**
 * A class and not a closure: a variable of a closure that holds a fraction gets a new object with every change, a field does not; and at a
 * thousand hands that is what most of the work of collecting garbage would be.
 */
export class Stroke {
  readonly #sink: StrokeSink
  // The last points and speeds, in rings.
  readonly #xs = new Float64Array(kept)
  readonly #ys = new Float64Array(kept)
  readonly #endSpeeds = new Float64Array(lastSteps)
  #steps = 0
  #startX = 0
  #startY = 0
  #speed = 0
  #logSpeed = 0
  #angle = 0
  #ratio = -1
  #acceleration = 0
  #turn = 0
  #path = 0
  #peak = 0
  #peakStep = 0
  #furthest = 0
  #accelerations = 0
  #jerks = 0
  #turned = 0
  #turns = 0
  #reversals = 0

  constructor(sink: StrokeSink) {
    this.#sink = sink
  }

  /** Begins at a point; what was under way is dropped. */
  begin(x: number, y: number): void {
    this.#steps = this.#peakStep = this.#turns = this.#reversals = 0
    this.#startX = this.#xs[0] = x
    this.#startY = this.#ys[0] = y
    this.#path = this.#peak = this.#furthest = this.#accelerations = this.#jerks = this.#turned = this.#turn = 0
    this.#ratio = -1
    this.#acceleration = 0
  }

  /** The next point of the grid, 16 ms later. */
  step(x: number, y: number): void {
    const { bin } = this.#sink
    const from = this.#steps % kept
    const dx = x - this.#xs[from]!
    const dy = y - this.#ys[from]!
    const steps = ++this.#steps
    const to = steps % kept
    this.#xs[to] = x
    this.#ys[to] = y
    const pixels = Math.sqrt(dx * dx + dy * dy)
    const logSpeed = Math.log(pixels + 0.3)
    const angle = Math.atan2(dy, dx)
    countIn(speed, 0, Math.log1p(pixels), bin)
    if (pixels > 1) countIn(axis, groupOf(pixels, axisSpeeds), toAxis(angle), bin)
    if (steps > 1) this.#follow(pixels, logSpeed, angle)
    if (steps >= 2 * longSteps) this.#followLong(x, y)
    this.#path += pixels
    if (pixels > this.#peak) {
      this.#peak = pixels
      this.#peakStep = steps
    }
    this.#furthest = Math.max(this.#furthest, distance(x - this.#startX, y - this.#startY))
    this.#endSpeeds[steps % lastSteps] = pixels
    this.#speed = pixels
    this.#logSpeed = logSpeed
    this.#angle = angle
  }

  end(): void {
    if (this.#steps >= fewestSteps && this.#path > 0) this.#summarise()
    this.#steps = 0
  }

  /** A step against the one before. */
  #follow(pixels: number, logSpeed: number, angle: number): void {
    const { bin } = this.#sink
    const previous = this.#speed
    bin(still.first + (previous < 0.5 ? 2 : 0) + (pixels < 0.5 ? 1 : 0), 1)
    const acceleration = Math.abs(pixels - previous)
    this.#accelerations += acceleration
    this.#jerks += Math.abs(acceleration - this.#acceleration)
    this.#acceleration = acceleration
    const slower = Math.min(pixels, previous)
    if (slower <= 0.7) {
      this.#ratio = -1
      return
    }
    const group = groupOf((logSpeed + this.#logSpeed) / 2, logSpeeds)
    const change = logSpeed - this.#logSpeed
    const bend = wrapped(angle - this.#angle)
    countIn(ratio, group, change, bin)
    countIn(turn, group, bend, bin)
    const kind = groupOf(change, changes)
    if (this.#ratio >= 0) bin(ratioPair.first + changeKinds * this.#ratio + kind, 1)
    this.#ratio = kind
    if (slower > 1) {
      this.#countTurn(turnOfDirection, angle, bend)
      this.#turned += Math.abs(bend)
      this.#turns++
      if (bend * this.#turn < 0) this.#reversals++
      if (bend !== 0) this.#turn = bend
    }
  }

  /** The last 48 ms against the 48 ms before. */
  #followLong(x: number, y: number): void {
    const { bin } = this.#sink
    const middle = (this.#steps - longSteps) % kept
    const first = (this.#steps - 2 * longSteps) % kept
    const nowX = x - this.#xs[middle]!
    const nowY = y - this.#ys[middle]!
    const thenX = this.#xs[middle]! - this.#xs[first]!
    const thenY = this.#ys[middle]! - this.#ys[first]!
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
  #countTurn({ first }: Histogram, angle: number, bend: number): void {
    const { bin } = this.#sink
    const way = (bend > 0.1 ? 1 : 0) + (bend > -0.1 ? 1 : 0)
    const sector = (angle / (2 * Math.PI) + 1) * 8
    const low = Math.floor(sector)
    const share = sector - low
    bin(first + 3 * (low % 8) + way, 1 - share)
    bin(first + 3 * ((low + 1) % 8) + way, share)
  }

  #summarise(): void {
    const sink = this.#sink
    const steps = this.#steps
    const path = this.#path
    const peak = this.#peak
    const turns = this.#turns
    const last = steps % kept
    const alongX = this.#xs[last]! - this.#startX
    const alongY = this.#ys[last]! - this.#startY
    const chord = distance(alongX, alongY)
    const durationMs = steps * gridMs
    sink.quantity('strokeDuration', Math.log(durationMs))
    sink.quantity('strokeLength', Math.log1p(path))
    sink.quantity('speed', Math.log1p(path / steps))
    sink.quantity('peakSpeed', Math.log1p(peak))
    sink.quantity('timeToPeak', this.#peakStep / steps)
    sink.quantity('acceleration', Math.log1p(this.#accelerations / steps))
    sink.quantity('jerk', Math.log1p(this.#jerks / steps))
    sink.quantity('curvature', turns > 0 ? this.#turned / turns : 0)
    sink.quantity('straightness', Math.min(chord / path, 1))
    // Steepness of the way, 0 flat to π/2 upright: how far a hand has to turn at the wrist.
    sink.quantity('angle', Math.atan2(Math.abs(alongY), Math.abs(alongX)))
    sink.quantity('jitter', turns > 0 ? this.#reversals / turns : 0)
    sink.quantity('overshoot', (this.#furthest - chord) / (this.#furthest + 1))
    countIn(histogramOf.strokeLength, 0, Math.log1p(path), sink.bin)
    countIn(histogramOf.strokeDuration, 0, Math.log(durationMs), sink.bin)
    countIn(histogramOf.strokePeak, 0, Math.log1p(peak), sink.bin)
    let endSpeed = 0
    const ending = Math.min(steps, lastSteps)
    for (let i = 0; i < ending; i++) endSpeed += this.#endSpeeds[(steps - i) % lastSteps]!
    countIn(histogramOf.approach, 0, endSpeed / ending / (peak + 1e-9), sink.bin)
  }
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
