// The 20 typing features of a window, and the timing sequence that the sequence model reads, both from a ring of the last keystrokes.

import { KeyClass, type Counters } from './events.ts'
import { featureAt } from './features.ts'
import type { Keystroke } from './keystrokes.ts'

/** Numbers a keystroke has in a timing sequence. */
export const sequenceColumns = ['holdMs', 'pressToPressMs', 'releaseToPressMs', 'validGap', 'cls'] as const

/** `length` rows of `sequenceColumns`, oldest first. Times not seen are 0; `validGap` is 1 when the gap to the key before is known. */
export interface TimingSequence {
  readonly length: number
  /** Row-major, `length * sequenceColumns.length` numbers. */
  readonly values: Float32Array
}

export interface KeystrokeRing {
  readonly size: number
  add(keystroke: Keystroke): void
  /** The n-th keystroke, 0 = oldest. */
  at(n: number): Keystroke
  /** Press of the oldest, or Infinity. */
  startedAt(): number
  /** The newest `most`, oldest first. Default: all. */
  sequence(most?: number): TimingSequence
}

/** The last `capacity` keystrokes. */
export function createKeystrokeRing(capacity: number): KeystrokeRing {
  const kept: Keystroke[] = []
  let oldest = 0
  const at = (n: number): Keystroke => kept[(oldest + n) % kept.length]!
  return {
    get size() {
      return kept.length
    },
    add(keystroke) {
      if (kept.length < capacity) kept.push(keystroke)
      else {
        kept[oldest] = keystroke
        oldest = (oldest + 1) % capacity
      }
    },
    at,
    startedAt: () => (kept.length > 0 ? at(0).pressT : Number.POSITIVE_INFINITY),
    sequence(most = kept.length) {
      const columns = sequenceColumns.length
      const length = Math.min(most, kept.length)
      const values = new Float32Array(length * columns)
      for (let n = 0; n < length; n++) {
        const keystroke = at(kept.length - length + n)
        values[n * columns] = known(keystroke.holdMs)
        values[n * columns + 1] = known(keystroke.pressToPressMs)
        values[n * columns + 2] = known(keystroke.releaseToPressMs)
        values[n * columns + 3] = Number.isNaN(keystroke.pressToPressMs) ? 0 : 1
        values[n * columns + 4] = keystroke.cls
      }
      return { length, values }
    }
  }
}

/** A gap this long ends a burst of typing. */
const burstGapMs = 400
const fewest = 8

/** Fills positions 0–19 except `minutesIntoSession`. With fewer than eight keystrokes nothing is observed. */
export function keystrokeFeaturesOf(ring: KeystrokeRing, features: Float64Array, counters: Counters): void {
  if (ring.size < fewest) return
  const hold = moments()
  const gap = moments()
  const flight = moments()
  const sameHand = moments()
  const otherHand = moments()
  const trigraph = moments()
  const speed = moments()
  let overlaps = 0
  let special = 0
  let corrections = 0
  let bursts = 1
  let pauses = 0
  let typingMs = 0
  let rhythmSum = 0
  let rhythmCount = 0
  let before = Number.NaN
  let gapBeforeMs = Number.NaN
  let chunkKeys = 0
  let chunkMs = 0

  for (let n = 0; n < ring.size; n++) {
    const { cls, previousCls, holdMs, pressToPressMs, releaseToPressMs } = ring.at(n)
    if (cls === KeyClass.other || cls === KeyClass.enter) special++
    if (cls === KeyClass.backspace) corrections++
    if (!Number.isNaN(holdMs)) hold.add(logMs(holdMs))
    if (!Number.isNaN(releaseToPressMs)) {
      flight.add(Math.min(releaseToPressMs / 150, 6))
      if (releaseToPressMs < 0) overlaps++
    }
    if (Number.isNaN(pressToPressMs)) {
      bursts++
      pauses++
      before = gapBeforeMs = Number.NaN
      continue
    }
    const logGap = logMs(pressToPressMs)
    gap.add(logGap)
    typingMs += pressToPressMs
    if (pressToPressMs > burstGapMs) {
      bursts++
      pauses++
    }
    if (isLetter(cls) && isLetter(previousCls)) (cls === previousCls ? sameHand : otherHand).add(logGap)
    if (!Number.isNaN(gapBeforeMs)) trigraph.add(logMs(pressToPressMs + gapBeforeMs))
    if (!Number.isNaN(before)) {
      rhythmSum += Math.abs(logGap - before)
      rhythmCount++
    }
    before = logGap
    gapBeforeMs = pressToPressMs
    chunkKeys++
    chunkMs += pressToPressMs
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
  const spanMs = ring.at(size - 1).pressT - ring.at(0).pressT
  features[featureAt.density] = spanMs > 0 ? Math.min(typingMs / spanMs, 1) : Number.NaN
  features[featureAt.burstKeys] = Math.log(size / bursts)
  features[featureAt.pauseShare] = pauses / size
  features[featureAt.numpadShare] = Math.min(counters.numpad / size, 1)
}

interface Moments {
  add(value: number): void
  count(): number
  /** NaN without an observation. */
  mean(): number
  /** Standard deviation; NaN with fewer than two. */
  spread(): number
}

function moments(): Moments {
  let count = 0
  let mean = 0
  let squares = 0
  return {
    add(value) {
      count++
      const delta = value - mean
      mean += delta / count
      squares += delta * (value - mean)
    },
    count: () => count,
    mean: () => (count > 0 ? mean : Number.NaN),
    spread: () => (count > 1 ? Math.sqrt(squares / (count - 1)) : Number.NaN)
  }
}

function isLetter(cls: number): boolean {
  return cls === KeyClass.left || cls === KeyClass.right
}

function logMs(ms: number): number {
  return Math.log(Math.max(ms, 5))
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
