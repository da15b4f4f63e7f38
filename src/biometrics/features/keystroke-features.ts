// The 20 typing features of a window, from its keystrokes.

import { KeyClass, type Counters } from '../events.ts'
import { featureAt } from './features.ts'
import type { KeystrokeRing } from './keystroke-ring.ts'
import { classOf, logMs, previousClassOf, rowColumn, rowWidth } from './keystroke-rows.ts'

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

  /** NaN without an observation. */
  mean(): number {
    return orNaN(this.#mean, this.#count)
  }

  /** Standard deviation; NaN with fewer than two. */
  spread(): number {
    return this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : Number.NaN
  }
}

// Made once: of what every window needs anew, little else is as large.
const hold = new Moments()
const speed = new Moments()

/** Fills positions 0–19 except `minutesIntoSession`. With fewer than eight keystrokes nothing is observed. */
export function keystrokeFeaturesOf(ring: KeystrokeRing, features: Float64Array, counters: Counters): void {
  const { rows, size } = ring
  if (size < fewest) return
  hold.clear()
  speed.clear()
  // Running means, `mean += (value - mean) / count`, in variables: no object is read and written with every keystroke.
  let gaps = 0
  let gapMean = 0
  let flights = 0
  let flightMean = 0
  let sameHands = 0
  let sameHandMean = 0
  let otherHands = 0
  let otherHandMean = 0
  let trigraphs = 0
  let trigraphMean = 0
  let rhythmSum = 0
  let overlaps = 0
  let special = 0
  let corrections = 0
  let bursts = 1
  let pauses = 0
  let typingMs = 0
  let logGapBefore = Number.NaN
  let chunkKeys = 0
  let chunkMs = 0

  let at = ring.first * rowWidth
  for (let n = 0; n < size; n++, at = at + rowWidth === rows.length ? 0 : at + rowWidth) {
    const classes = rows[at + rowColumn.classes]!
    const own = classOf(classes)
    const gapMs = rows[at + rowColumn.pressToPressMs]!
    const flightMs = rows[at + rowColumn.releaseToPressMs]!
    const logHold = rows[at + rowColumn.logHold]!
    if (own === KeyClass.other || own === KeyClass.enter) special++
    if (own === KeyClass.backspace) corrections++
    if (!Number.isNaN(logHold)) hold.add(logHold)
    if (!Number.isNaN(flightMs)) {
      flightMean += (Math.min(flightMs / 150, 6) - flightMean) / ++flights
      if (flightMs < 0) overlaps++
    }
    if (Number.isNaN(gapMs)) {
      bursts++
      pauses++
      logGapBefore = Number.NaN
      continue
    }
    const logGap = rows[at + rowColumn.logGap]!
    gapMean += (logGap - gapMean) / ++gaps
    typingMs += gapMs
    if (gapMs > burstGapMs) {
      bursts++
      pauses++
    }
    const previous = previousClassOf(classes)
    if (isLetter(own) && isLetter(previous)) {
      if (own === previous) sameHandMean += (logGap - sameHandMean) / ++sameHands
      else otherHandMean += (logGap - otherHandMean) / ++otherHands
    }
    // The oldest has a trigraph as well, with keys that are not looked back on any more.
    if (!Number.isNaN(logGapBefore)) {
      trigraphMean += (rows[at + rowColumn.logTrigraph]! - trigraphMean) / ++trigraphs
      rhythmSum += Math.abs(logGap - logGapBefore)
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
  features[featureAt.pressToPressMean] = orNaN(gapMean, gaps)
  features[featureAt.releaseToPressMean] = orNaN(flightMean, flights)
  features[featureAt.typingRate] = typingMs > 0 ? Math.log((1000 * gaps) / typingMs) : Number.NaN
  features[featureAt.typingRateSpread] = speed.spread()
  features[featureAt.digraphSameHand] = orNaN(sameHandMean, sameHands)
  features[featureAt.digraphOtherHand] = orNaN(otherHandMean, otherHands)
  features[featureAt.trigraph] = orNaN(trigraphMean, trigraphs)
  features[featureAt.rhythm] = trigraphs > 0 ? rhythmSum / trigraphs : Number.NaN
  features[featureAt.overlapShare] = flights > 0 ? overlaps / flights : Number.NaN
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

/** The mean of `count` values, and none of none. */
function orNaN(mean: number, count: number): number {
  return count > 0 ? mean : Number.NaN
}
