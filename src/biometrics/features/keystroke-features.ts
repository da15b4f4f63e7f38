// The 20 typing features of a window, from a ring of the last keystrokes.

import { KeyClass, type Counters } from '../events.ts'
import { featureAt } from './features.ts'
import type { Keystroke } from './keystrokes.ts'

/** What stands in a row of the ring, by position: eight numbers, so that a keystroke is one line of a processor's cache. */
const column = {
  pressT: 0,
  cls: 1,
  /** -1 = none. */
  previousCls: 2,
  /** Milliseconds, NaN = unknown; as in `Keystroke`. */
  pressToPressMs: 3,
  releaseToPressMs: 4,
  /** Logarithms of the hold, of the gap before, and of this gap and the one before it together; NaN = unknown. */
  logHold: 5,
  logGap: 6,
  logTrigraph: 7
} as const
const width = 8

/** The last keystrokes, row by row. Logarithms are taken once, when a keystroke comes in, and not for every window that it is in. */
export class KeystrokeRing {
  readonly rows: Float64Array
  readonly #capacity: number
  #size = 0
  /** Row that the next keystroke takes; the oldest stands there when the ring is full. */
  #next = 0
  #gapBeforeMs = Number.NaN

  constructor(capacity: number) {
    this.#capacity = capacity
    this.rows = new Float64Array(capacity * width)
  }

  get size(): number {
    return this.#size
  }

  /** Where the row of the oldest begins; the others follow, and after the last row of all comes the first. */
  get first(): number {
    return this.#size < this.#capacity ? 0 : this.#next * width
  }

  /** Press of the oldest, or Infinity. */
  startedAt(): number {
    return this.#size > 0 ? this.rows[this.first + column.pressT]! : Number.POSITIVE_INFINITY
  }

  /** Time between the first press and the last. */
  spanMs(): number {
    const last = (this.#next === 0 ? this.#capacity : this.#next) - 1
    return this.rows[last * width + column.pressT]! - this.startedAt()
  }

  add({ pressT, cls, previousCls, holdMs, pressToPressMs, releaseToPressMs }: Keystroke): void {
    const { rows } = this
    const at = this.#next * width
    rows[at + column.pressT] = pressT
    rows[at + column.cls] = cls
    rows[at + column.previousCls] = previousCls
    rows[at + column.pressToPressMs] = pressToPressMs
    rows[at + column.releaseToPressMs] = releaseToPressMs
    rows[at + column.logHold] = logMs(holdMs)
    rows[at + column.logGap] = logMs(pressToPressMs)
    rows[at + column.logTrigraph] = logMs(pressToPressMs + this.#gapBeforeMs)
    this.#gapBeforeMs = pressToPressMs
    if (this.#size < this.#capacity) this.#size++
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1
  }
}

/** A gap this long ends a burst of typing. */
const burstGapMs = 400
const fewest = 8

/** Mean and spread of what is added, by Welford's method: no sum of squares loses the digits. */
class Moments {
  #count = 0
  #mean = 0
  #squares = 0

  clear(): void {
    this.#count = this.#mean = this.#squares = 0
  }

  add(value: number): void {
    this.#count++
    const delta = value - this.#mean
    this.#mean += delta / this.#count
    this.#squares += delta * (value - this.#mean)
  }

  count(): number {
    return this.#count
  }

  /** NaN without an observation. */
  mean(): number {
    return this.#count > 0 ? this.#mean : Number.NaN
  }

  /** Standard deviation; NaN with fewer than two. */
  spread(): number {
    return this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : Number.NaN
  }
}

// Made once: of what every window needs anew, little else is as large.
const hold = new Moments()
const gap = new Moments()
const flight = new Moments()
const sameHand = new Moments()
const otherHand = new Moments()
const trigraph = new Moments()
const speed = new Moments()

/** Fills positions 0–19 except `minutesIntoSession`. With fewer than eight keystrokes nothing is observed. */
export function keystrokeFeaturesOf(ring: KeystrokeRing, features: Float64Array, counters: Counters): void {
  if (ring.size < fewest) return
  const { rows, size } = ring
  for (const one of [hold, gap, flight, sameHand, otherHand, trigraph, speed]) one.clear()
  let overlaps = 0
  let special = 0
  let corrections = 0
  let bursts = 1
  let pauses = 0
  let typingMs = 0
  let rhythmSum = 0
  let rhythmCount = 0
  let logGapBefore = Number.NaN
  let chunkKeys = 0
  let chunkMs = 0

  for (let n = 0, at = ring.first; n < size; n++, at = at + width === rows.length ? 0 : at + width) {
    const own = rows[at + column.cls]!
    const previous = rows[at + column.previousCls]!
    const gapMs = rows[at + column.pressToPressMs]!
    const flightMs = rows[at + column.releaseToPressMs]!
    const logHold = rows[at + column.logHold]!
    if (own === KeyClass.other || own === KeyClass.enter) special++
    if (own === KeyClass.backspace) corrections++
    if (!Number.isNaN(logHold)) hold.add(logHold)
    if (!Number.isNaN(flightMs)) {
      flight.add(Math.min(flightMs / 150, 6))
      if (flightMs < 0) overlaps++
    }
    if (Number.isNaN(gapMs)) {
      bursts++
      pauses++
      logGapBefore = Number.NaN
      continue
    }
    const logGap = rows[at + column.logGap]!
    gap.add(logGap)
    typingMs += gapMs
    if (gapMs > burstGapMs) {
      bursts++
      pauses++
    }
    if (isLetter(own) && isLetter(previous)) (own === previous ? sameHand : otherHand).add(logGap)
    // The oldest has a trigraph as well, with keys that are not looked back on any more.
    if (!Number.isNaN(logGapBefore)) {
      trigraph.add(rows[at + column.logTrigraph]!)
      rhythmSum += Math.abs(logGap - logGapBefore)
      rhythmCount++
    }
    logGapBefore = logGap
    chunkKeys++
    chunkMs += gapMs
    if (chunkKeys === 10) {
      speed.add(logMs(chunkMs / 10))
      chunkKeys = chunkMs = 0
    }
  }

  features[featureAt.holdMean] = hold.mean()
  features[featureAt.holdSpread] = hold.spread()
  features[featureAt.pressToPressMean] = gap.mean()
  features[featureAt.releaseToPressMean] = flight.mean()
  features[featureAt.typingRate] = typingMs > 0 ? Math.log((1000 * gap.count()) / typingMs) : Number.NaN
  features[featureAt.typingRateSpread] = speed.spread()
  features[featureAt.digraphSameHand] = sameHand.mean()
  features[featureAt.digraphOtherHand] = otherHand.mean()
  features[featureAt.trigraph] = trigraph.mean()
  features[featureAt.rhythm] = rhythmCount > 0 ? rhythmSum / rhythmCount : Number.NaN
  features[featureAt.overlapShare] = flight.count() > 0 ? overlaps / flight.count() : Number.NaN
  features[featureAt.specialShare] = special / size
  features[featureAt.correctionShare] = corrections / size
  const shifts = counters.shiftLeft + counters.shiftRight
  features[featureAt.shiftRightShare] = shifts > 0 ? counters.shiftRight / shifts : Number.NaN
  const capitals = shifts + counters.capsLock
  features[featureAt.capsLockShare] = capitals > 0 ? counters.capsLock / capitals : Number.NaN
  const spanMs = ring.spanMs()
  features[featureAt.density] = spanMs > 0 ? Math.min(typingMs / spanMs, 1) : Number.NaN
  features[featureAt.burstKeys] = Math.log(size / bursts)
  features[featureAt.pauseShare] = pauses / size
  features[featureAt.numpadShare] = Math.min(counters.numpad / size, 1)
}

function isLetter(cls: number): boolean {
  return cls === KeyClass.left || cls === KeyClass.right
}

function logMs(ms: number): number {
  return Math.log(Math.max(ms, 5))
}
