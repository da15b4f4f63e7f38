// What tells typed text from text that a script types with constant or random delays. Hands slow down at words and thoughts, so their
// delays have a long upper tail (near to log-normal: González et al., Heliyon 2021); which key comes after which shows in the delays, and a
// finger is down before the one before is up (Dhakal et al., CHI 2018). A script that draws its delays has none of the three.

import { classesOf, classOf, previousClassOf } from '../features/keystroke-rows.ts'
import type { Keystroke } from '../features/keystrokes.ts'

/** Natural-log odds "script : hand" and the tells that speak loudest for a script. */
export interface Tell {
  readonly evidence: number
  readonly reasons: readonly string[]
}

/** Keystrokes that a look takes in, and the fewest of which it is worth taking. */
const length = 100
const fewest = 50

/** What stands in a row of a keystroke: classes as `classesOf` makes them, times in milliseconds, NaN = unknown. */
const column = { classes: 0, gapMs: 1, flightMs: 2, holdMs: 3 } as const
const width = 4

/** The newest keystrokes, as rows of numbers: a thousand sessions of a hundred objects each are what a collection of garbage would spend its time on. */
export class TypingRing {
  readonly #rows = new Float64Array(length * width)
  /** Keystrokes ever, or since `clear`. */
  #count = 0

  get size(): number {
    return Math.min(this.#count, length)
  }

  add({ cls, previousCls, pressToPressMs, releaseToPressMs, holdMs }: Keystroke): void {
    const at = (this.#count++ % length) * width
    this.#rows[at + column.classes] = classesOf(cls, previousCls)
    this.#rows[at + column.gapMs] = pressToPressMs
    this.#rows[at + column.flightMs] = releaseToPressMs
    this.#rows[at + column.holdMs] = holdMs
  }

  /** Oldest first. */
  forEach(look: (classes: number, gapMs: number, flightMs: number, holdMs: number) => void): void {
    for (let n = this.#count - this.size; n < this.#count; n++) {
      const at = (n % length) * width
      const rows = this.#rows
      look(rows[at + column.classes]!, rows[at + column.gapMs]!, rows[at + column.flightMs]!, rows[at + column.holdMs]!)
    }
  }

  clear(): void {
    this.#count = 0
  }
}

/**
 * Weights near those of a logistic regression of simulated scripts against the people of `trainable/argumentation-l2`, rounded; the alarm
 * that goes with them was chosen on half of the people of `aalto-free-text`.
 */
const weights = { intercept: 8.5, upperTail: -4.9, uniformity: 2.5, rollover: -4.2, pairEffect: -1.8, holdEffect: -0.8 }
/** Nobody's hundred delays lie so close together. */
const steadyMs = 14
const steadyEvidence = 10
/** More evidence in one look than this is no better. */
const mostEvidence = 10

/** Undefined = too little typed. `grainMs` is the step of the clock. */
export function typingTells(ring: TypingRing, grainMs: number): Tell | undefined {
  if (ring.size < fewest) return undefined
  gaps.clear()
  flights.clear()
  holds.clear()
  ring.forEach((classes, gapMs, flightMs, holdMs) => {
    if (gapMs >= 0 && previousClassOf(classes) >= 0) gaps.add(gapMs, classes)
    if (!Number.isNaN(flightMs)) flights.add(flightMs, 0)
    if (holdMs >= 0) holds.add(holdMs, classOf(classes))
  })
  if (gaps.count < fewest * 0.8 || flights.count < fewest * 0.8) return undefined

  const steady = Math.min(spread(gaps), spread(flights)) <= steadyMs + grainMs / 2
  if (steady) return { evidence: steadyEvidence, reasons: ['constant delays'] }
  // The weights are for a whole look; half of one shows half of what the keys do to the delays.
  if (ring.size < length) return undefined

  const parts = {
    upperTail: weights.upperTail * Math.log(quantile(gaps, 0.9) / Math.max(quantile(gaps, 0.5), 1)),
    uniformity: weights.uniformity * uniformOverLogNormal(gaps),
    rollover: weights.rollover * Math.min(10 * shareBelow(flights, -2), 1),
    pairEffect: weights.pairEffect * Math.min(groupEffect(gaps), 4),
    holdEffect: weights.holdEffect * Math.min(groupEffect(holds), 5)
  }
  const sum = weights.intercept + Object.values(parts).reduce((total, part) => total + part, 0)
  return { evidence: Math.min(Math.max(sum, -mostEvidence), mostEvidence), reasons: reasonsOf(parts) }
}

/**
 * Values of one look in rising order, each with the group that it is of; equal ones in the order in which they came. Each is put where it belongs as it
 * comes: of a hundred that is no slower than to sort them, and leaves nothing to collect.
 */
class Rising {
  readonly values = new Float64Array(length)
  readonly groups = new Uint8Array(length)
  count = 0

  clear(): void {
    this.count = 0
  }

  add(value: number, group: number): void {
    const { values, groups } = this
    let at = this.count++
    for (; at > 0 && values[at - 1]! > value; at--) {
      values[at] = values[at - 1]!
      groups[at] = groups[at - 1]!
    }
    values[at] = value
    groups[at] = group
  }
}

// One look is over before the next begins.
const gaps = new Rising()
const flights = new Rising()
const holds = new Rising()

/** Each part is held against what it is on average between a script and a hand. */
const halfWay = { upperTail: -2.8, uniformity: -0.1, rollover: -1.7, pairEffect: -2.8, holdEffect: -1.6 }
const words = {
  upperTail: 'no long delays',
  uniformity: 'delays as if drawn from an interval',
  rollover: 'no keys that overlap',
  pairEffect: 'delays that do not depend on the keys',
  holdEffect: 'holds that do not depend on the keys'
} as const

function reasonsOf(parts: Readonly<Record<keyof typeof words, number>>): string[] {
  return (Object.keys(words) as (keyof typeof words)[])
    .map((name) => ({ name, excess: parts[name] - halfWay[name] }))
    .filter(({ excess }) => excess > 0)
    .sort((a, b) => b.excess - a.excess)
    .map(({ name }) => words[name])
}

/** By linear interpolation. */
function quantile({ values, count }: Rising, share: number): number {
  const at = share * (count - 1)
  const below = Math.floor(at)
  const low = values[below]!
  return low + (at - below) * ((below + 1 < count ? values[below + 1]! : low) - low)
}

/** Width of the middle four fifths: one slow delay in ten says nothing. */
function spread(values: Rising): number {
  return quantile(values, 0.9) - quantile(values, 0.1)
}

function shareBelow({ values, count }: Rising, limit: number): number {
  let below = 0
  while (below < count && values[below]! < limit) below++
  return (below < count ? below : -1) / count
}

/** Mean log likelihood ratio per delay, best uniform : best log-normal, of the lower 95 %. */
function uniformOverLogNormal(rising: Rising): number {
  const { values, count } = rising
  const top = quantile(rising, 0.95)
  let used = 0
  let sum = 0
  for (; used < count && values[used]! <= top; used++) sum += logOf(values[used]!)
  const mean = sum / used
  let squares = 0
  for (let i = 0; i < used; i++) squares += (logOf(values[i]!) - mean) ** 2
  const variance = Math.max(squares / used, 1e-6)
  const uniform = -Math.log(Math.max(top - quantile(rising, 0.01), 1))
  return uniform + mean + 0.5 * (Math.log(2 * Math.PI * variance) + 1)
}

function logOf(ms: number): number {
  return Math.log(Math.max(ms, 1))
}

/** `classesOf` of two classes, or one class. */
const mostGroups = 72
const counts = new Uint16Array(mostGroups)
const ranks = new Float64Array(mostGroups)

/**
 * How much the values differ between groups: the statistic of Kruskal and Wallis (J. Am. Stat. Assoc. 1952), less its mean and over its
 * standard deviation where groups do not matter. Ties keep the order in which they came, which favours nobody.
 */
function groupEffect({ groups, count: n }: Rising): number {
  counts.fill(0)
  ranks.fill(0)
  for (let rank = 0; rank < n; rank++) {
    const group = groups[rank]!
    counts[group]!++
    ranks[group]! += rank
  }
  let freedom = -1
  let between = 0
  for (let group = 0; group < mostGroups; group++) {
    const count = counts[group]!
    if (count === 0) continue
    freedom++
    between += count * (ranks[group]! / count - (n - 1) / 2) ** 2
  }
  if (freedom < 1) return 0
  return ((12 / (n * (n + 1))) * between - freedom) / Math.sqrt(2 * freedom)
}
