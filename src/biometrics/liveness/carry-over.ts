// What carries over from one keystroke to the next. A hand that is slow, or holds long, stays so for a while; a finger leaves its key sooner
// or later for what comes next; and the same pair of keys is another thing amid other keys. Keystrokes drawn one by one from a
// recording, however faithfully each, have nothing of the three.

import { KeyClass } from '../events.ts'
import type { Keystroke } from '../features/keystrokes.ts'

export interface CarryOver {
  add(keystroke: Keystroke): void
  /** Keystrokes that are remembered. */
  readonly length: number
  /**
   * Of the last `count` keystrokes, in the order of `carryOverNames`: each is about normal with variance 1, and mean 0 or less where
   * nothing carries over. Undefined when there are not so many, or when they are the same few over and over.
   */
  features(count: number): readonly number[] | undefined
  clear(): void
}

export const carryOverNames = [
  'gap after gap',
  'gap after the gap before',
  'hold after hold',
  'hold after the hold before',
  'hold after the third hold before',
  'gap after hold',
  'gap by the key before the pair',
  'gap by the key after the pair',
  'hold by the key after'
] as const

export const mostCarriedOver = 500
/** Ranks of fewer alike say nothing. */
const fewestAlike = 4
/** So much of the sequences of six keys must be different: whoever types one phrase again and again differs for that reason. */
const leastVariety = 0.3
const varietyLength = 6

/** The memory is so much longer than what is remembered, and is moved up when it is full and not with every keystroke. */
const room = 250

export function createCarryOver(): CarryOver {
  const classes = new Uint8Array(mostCarriedOver + room)
  const gaps = new Float32Array(mostCarriedOver + room)
  const holds = new Float32Array(mostCarriedOver + room)
  let end = 0

  return {
    add({ cls, pressToPressMs, holdMs }) {
      if (end === classes.length) {
        for (const times of [classes, gaps, holds]) times.copyWithin(0, room)
        end -= room
      }
      const hidden = cls >= KeyClass.hidden
      classes[end] = cls
      gaps[end] = hidden ? Number.NaN : pressToPressMs
      holds[end] = hidden ? Number.NaN : holdMs
      end++
    },
    get length() {
      return Math.min(end, mostCarriedOver)
    },
    features(count) {
      if (Math.min(end, mostCarriedOver) < count) return undefined
      const last = <T extends Uint8Array | Float32Array>(all: T): T => all.subarray(end - count, end) as T
      return variety(last(classes)) < leastVariety ? undefined : featuresOf(last(classes), last(gaps), last(holds))
    },
    clear() {
      end = 0
    }
  }
}

function featuresOf(classes: Uint8Array, gaps: Float32Array, holds: Float32Array): number[] {
  /** The classes around a keystroke, from so many before it to so many after, as one number; -1 at the ends. */
  const around = (before: number, after: number) => (i: number) => {
    if (i < before || i + after >= classes.length) return -1
    let code = 0
    for (let at = i - before; at <= i + after; at++) code = 8 * code + classes[at]!
    return code
  }
  const gap = ranksWithin(gaps, around(1, 0))
  const hold = ranksWithin(holds, around(0, 0))
  return [
    correlation(gap, gap, 1),
    correlation(gap, gap, 2),
    correlation(hold, hold, 1),
    correlation(hold, hold, 2),
    correlation(hold, hold, 3),
    correlation(gap, hold, 1),
    effect(gap, around(2, 0)),
    effect(gap, around(1, 1)),
    effect(hold, around(0, 1))
  ]
}

function variety(classes: Uint8Array): number {
  const seen = new Set<number>()
  let code = 0
  classes.forEach((cls, i) => {
    code = (code * 8 + cls) % 8 ** varietyLength
    if (i >= varietyLength - 1) seen.add(code)
  })
  return seen.size / (classes.length - varietyLength + 1)
}

/**
 * Each value's rank among those of its group, from −½ to ½; NaN where there are too few. Ties, of a coarse clock, keep the order in
 * which they came: that looks like a hand, so that nobody is suspected for their clock.
 */
function ranksWithin(values: Float32Array, groupOf: (i: number) => number): Float32Array {
  const groups = new Map<number, number[]>()
  values.forEach((value, i) => {
    const group = groupOf(i)
    if (group < 0 || !(value > 0)) return
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [i])
    else members.push(i)
  })
  const ranks = new Float32Array(values.length).fill(Number.NaN)
  for (const members of groups.values()) {
    if (members.length < fewestAlike) continue
    members.sort((a, b) => values[a]! - values[b]! || a - b)
    members.forEach((i, rank) => (ranks[i] = (rank + 0.5) / members.length - 0.5))
  }
  return ranks
}

/** Variance of a rank between −½ and ½. */
const rankVariance = 1 / 12

/** Of each with what came `lag` keystrokes before, times the root of their number. */
function correlation(later: Float32Array, earlier: Float32Array, lag: number): number {
  let sum = 0
  let count = 0
  for (let i = lag; i < later.length; i++) {
    const product = later[i]! * earlier[i - lag]!
    if (Number.isNaN(product)) continue
    sum += product
    count++
  }
  return count === 0 ? 0 : sum / rankVariance / Math.sqrt(count)
}

/** How much the ranks differ between contexts, less its mean and over its standard deviation where contexts do not matter. */
function effect(ranks: Float32Array, contextOf: (i: number) => number): number {
  const contexts = new Map<number, { sum: number; count: number }>()
  ranks.forEach((rank, i) => {
    const context = contextOf(i)
    if (Number.isNaN(rank) || context < 0) return
    const seen = contexts.get(context)
    if (seen === undefined) contexts.set(context, { sum: rank, count: 1 })
    else {
      seen.sum += rank
      seen.count++
    }
  })
  let between = 0
  let freedom = 0
  for (const { sum, count } of contexts.values()) {
    if (count < 2) continue
    between += (sum * sum) / count / rankVariance
    freedom++
  }
  return freedom === 0 ? 0 : (between - freedom) / Math.sqrt(2 * freedom)
}
