// The 20 typing features of a window, from a ring of the last keystrokes.

import { KeyClass, type Counters } from '../events.ts'
import { featureAt } from './features.ts'
import type { Keystroke } from './keystrokes.ts'

/** The last keystrokes, column by column. Logarithms are taken once, when a keystroke comes in, and not for every window that it is in. */
export interface KeystrokeRing {
  readonly size: number
  add(keystroke: Keystroke): void
  /** Row of the n-th keystroke in the columns, 0 = oldest. */
  rowOf(n: number): number
  readonly columns: KeystrokeColumns
  /** Press of the oldest, or Infinity. */
  startedAt(): number
}

export interface KeystrokeColumns {
  readonly pressT: Float64Array
  readonly cls: Uint8Array
  /** 255 = none. */
  readonly previousCls: Uint8Array
  /** Milliseconds, NaN = unknown; as in `Keystroke`. */
  readonly pressToPressMs: Float64Array
  readonly releaseToPressMs: Float64Array
  /** Logarithms of the hold, of the gap before, and of this gap and the one before it together; NaN = unknown. */
  readonly logHold: Float64Array
  readonly logGap: Float64Array
  readonly logTrigraph: Float64Array
}

/** The last `capacity` keystrokes. */
export function createKeystrokeRing(capacity: number): KeystrokeRing {
  const numbers = (): Float64Array => new Float64Array(capacity)
  const columns: KeystrokeColumns = {
    pressT: numbers(),
    cls: new Uint8Array(capacity),
    previousCls: new Uint8Array(capacity),
    pressToPressMs: numbers(),
    releaseToPressMs: numbers(),
    logHold: numbers(),
    logGap: numbers(),
    logTrigraph: numbers()
  }
  let size = 0
  /** Row that the next keystroke takes; the oldest stands there when the ring is full. */
  let next = 0
  let gapBeforeMs = Number.NaN
  const rowOf = (n: number): number => (size < capacity ? n : (next + n) % capacity)
  return {
    get size() {
      return size
    },
    columns,
    rowOf,
    add({ pressT, cls, previousCls, holdMs, pressToPressMs, releaseToPressMs }) {
      columns.pressT[next] = pressT
      columns.cls[next] = cls
      columns.previousCls[next] = previousCls
      columns.pressToPressMs[next] = pressToPressMs
      columns.releaseToPressMs[next] = releaseToPressMs
      columns.logHold[next] = logMs(holdMs)
      columns.logGap[next] = logMs(pressToPressMs)
      columns.logTrigraph[next] = logMs(pressToPressMs + gapBeforeMs)
      gapBeforeMs = pressToPressMs
      if (size < capacity) size++
      next = next + 1 === capacity ? 0 : next + 1
    },
    startedAt: () => (size > 0 ? columns.pressT[rowOf(0)]! : Number.POSITIVE_INFINITY)
  }
}

/** A gap this long ends a burst of typing. */
const burstGapMs = 400
const fewest = 8

/** Fills positions 0–19 except `minutesIntoSession`. With fewer than eight keystrokes nothing is observed. */
export function keystrokeFeaturesOf(ring: KeystrokeRing, features: Float64Array, counters: Counters): void {
  if (ring.size < fewest) return
  const { cls, previousCls, pressToPressMs, releaseToPressMs, logHold, logGap, logTrigraph } = ring.columns
  const hold = new Moments()
  const gap = new Moments()
  const flight = new Moments()
  const sameHand = new Moments()
  const otherHand = new Moments()
  const trigraph = new Moments()
  const speed = new Moments()
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

  for (let n = 0; n < ring.size; n++) {
    const row = ring.rowOf(n)
    const own = cls[row]!
    const gapMs = pressToPressMs[row]!
    const flightMs = releaseToPressMs[row]!
    if (own === KeyClass.other || own === KeyClass.enter) special++
    if (own === KeyClass.backspace) corrections++
    if (!Number.isNaN(logHold[row]!)) hold.add(logHold[row]!)
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
    const ownLogGap = logGap[row]!
    gap.add(ownLogGap)
    typingMs += gapMs
    if (gapMs > burstGapMs) {
      bursts++
      pauses++
    }
    if (isLetter(own) && isLetter(previousCls[row]!)) (own === previousCls[row] ? sameHand : otherHand).add(ownLogGap)
    // The oldest has a trigraph as well, with keys that are not looked back on any more.
    if (!Number.isNaN(logGapBefore)) {
      trigraph.add(logTrigraph[row]!)
      rhythmSum += Math.abs(ownLogGap - logGapBefore)
      rhythmCount++
    }
    logGapBefore = ownLogGap
    chunkKeys++
    chunkMs += gapMs
    if (chunkKeys === 10) {
      speed.add(logMs(chunkMs / 10))
      chunkKeys = chunkMs = 0
    }
  }

  const size = ring.size
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
  const { pressT } = ring.columns
  const spanMs = pressT[ring.rowOf(size - 1)]! - pressT[ring.rowOf(0)]!
  features[featureAt.density] = spanMs > 0 ? Math.min(typingMs / spanMs, 1) : Number.NaN
  features[featureAt.burstKeys] = Math.log(size / bursts)
  features[featureAt.pauseShare] = pauses / size
  features[featureAt.numpadShare] = Math.min(counters.numpad / size, 1)
}

/** Mean and spread of what is added, by Welford's method: no sum of squares loses the digits. */
class Moments {
  #count = 0
  #mean = 0
  #squares = 0

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

function isLetter(cls: number): boolean {
  return cls === KeyClass.left || cls === KeyClass.right
}

function logMs(ms: number): number {
  return Math.log(Math.max(ms, 5))
}
