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
  const gap = ranksWithin(gaps, around(classes, 1, 0))
  const hold = ranksWithin(holds, around(classes, 0, 0))
  return [
    correlation(gap, gap, 1),
    correlation(gap, gap, 2),
    correlation(hold, hold, 1),
    correlation(hold, hold, 2),
    correlation(hold, hold, 3),
    correlation(gap, hold, 1),
    effect(gap, around(classes, 2, 0)),
    effect(gap, around(classes, 1, 1)),
    effect(hold, around(classes, 0, 1))
  ]
}

/** How many contexts of so many keys there are: each has one of eight classes. */
const contextsOf = (keys: number): number => 2 ** (3 * keys)
const mostSequences = contextsOf(varietyLength)

// Written over by each look: to ask for memory, and to collect it, would be much of what one costs.
const isSeen = new Uint8Array(mostSequences)
const codes = new Int16Array(mostCarriedOver)
const order = new Uint16Array(mostCarriedOver)
const starts = new Uint16Array(contextsOf(2) + 1)
const ends = new Uint16Array(contextsOf(2))
const contexts = new Uint16Array(contextsOf(3))
const sums = new Float64Array(contextsOf(3))
const counts = new Uint16Array(contextsOf(3))

function variety(classes: Uint8Array): number {
  let different = 0
  forEachSequence(classes, (code) => {
    different += 1 - isSeen[code]!
    isSeen[code] = 1
  })
  forEachSequence(classes, (code) => {
    isSeen[code] = 0
  })
  return different / (classes.length - varietyLength + 1)
}

function forEachSequence(classes: Uint8Array, look: (code: number) => void): void {
  let code = 0
  for (let i = 0; i < classes.length; i++) {
    code = (8 * code + classes[i]!) & (mostSequences - 1)
    if (i >= varietyLength - 1) look(code)
  }
}

/**
 * The classes around each keystroke, from so many before it to so many after, as one number: its context, or -1 at the ends. Written over by the next
 * call.
 */
function around(classes: Uint8Array, before: number, after: number): Int16Array {
  codes.fill(-1, 0, classes.length)
  let code = 0
  for (let at = 0; at < classes.length; at++) {
    code = (8 * code + classes[at]!) & (contextsOf(before + 1 + after) - 1)
    if (at >= before + after) codes[at - after] = code
  }
  return codes
}

/**
 * Each value's rank among those of its group, a context of two keys at most, from −½ to ½; NaN where there are too few. Ties, of a coarse clock,
 * keep the order in which they came: that looks like a hand, so that nobody is suspected for their clock.
 */
function ranksWithin(values: Float32Array, groups: Int16Array): Float32Array {
  starts.fill(0)
  for (let i = 0; i < values.length; i++) {
    const group = groups[i]!
    if (group >= 0 && values[i]! > 0) starts[group + 1]!++
  }
  for (let group = 0; group < ends.length; group++) {
    starts[group + 1]! += starts[group]!
    ends[group] = starts[group]!
  }
  // Those of a group stand beside each other, and each is put where it belongs among those that came before.
  for (let i = 0; i < values.length; i++) {
    const group = groups[i]!
    const value = values[i]!
    if (group < 0 || !(value > 0)) continue
    const first = starts[group]!
    let at = ends[group]!++
    for (; at > first && values[order[at - 1]!]! > value; at--) order[at] = order[at - 1]!
    order[at] = i
  }
  const ranks = new Float32Array(values.length).fill(Number.NaN)
  for (let group = 0; group < ends.length; group++) {
    const first = starts[group]!
    const members = ends[group]! - first
    if (members < fewestAlike) continue
    for (let rank = 0; rank < members; rank++) ranks[order[first + rank]!] = (rank + 0.5) / members - 0.5
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

/** How much the ranks differ between contexts of three keys at most, less its mean and over its standard deviation where contexts do not matter. */
function effect(ranks: Float32Array, contextOf: Int16Array): number {
  let known = 0
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i]!
    const context = contextOf[i]!
    if (Number.isNaN(rank) || context < 0) continue
    if (counts[context] === 0) contexts[known++] = context
    sums[context]! += rank
    counts[context]!++
  }
  let between = 0
  let freedom = 0
  for (let n = 0; n < known; n++) {
    const context = contexts[n]!
    const sum = sums[context]!
    const count = counts[context]!
    sums[context] = counts[context] = 0
    if (count < 2) continue
    between += (sum * sum) / count / rankVariance
    freedom++
  }
  return freedom === 0 ? 0 : (between - freedom) / Math.sqrt(2 * freedom)
}
