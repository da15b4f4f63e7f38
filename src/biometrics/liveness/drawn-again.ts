// Keystrokes that a forger draws from a recording, one by one and in any order: whoever draws often enough draws the same ones again, to the
// tenth of a millisecond. A hand that repeats a gap does not repeat the hold with it, beyond what each recurs by itself.

import { KeyClass } from '../events.ts'
import type { Keystroke } from '../features/keystrokes.ts'

export interface RepeatedKeystrokes {
  add(keystroke: Keystroke): void
  /** Natural-log likelihood ratio "gaps and holds recur together : each by itself"; 0 while there is too little. */
  evidence(): number
  /** The same for times that are close and not equal, within each of `closeMs`; below 0 where fewer recur together than by themselves. */
  closeness(): number[]
  clear(): void
}

/** Keystrokes that are compared with each other, and the fewest of which it is worth it. Chosen on `aalto-free-text`. */
const length = 250
const fewest = 50
/** The wire rounds times to 0.1 ms, and a difference carries the rounding of two. */
const sameMs = 0.5
/** Whoever draws from a recording and changes each keystroke a little stays close to it. */
export const closeMs = [4, 8, 16] as const

export function createRepeatedKeystrokes(): RepeatedKeystrokes {
  const ring = new KeystrokeTimes()
  /** Waits for the class of the key after it. */
  let last: Keystroke | undefined
  let classBefore = -1

  return {
    add(keystroke) {
      if (last !== undefined) {
        ring.keep(last, classBefore, keystroke.cls)
        classBefore = last.previousCls
      }
      last = keystroke
    },
    evidence() {
      if (ring.size < fewest) return 0
      const [together] = recurrences(ring, [sameMs])
      return Math.max(signedEvidence(together!), 0)
    },
    closeness: () => recurrences(ring, closeMs).map(signedEvidence),
    clear() {
      ring.clear()
      last = undefined
      classBefore = -1
    }
  }
}

/** Pairs of classes, without those of a key whose class is withheld. */
const pairs = 64

/** The newest keystrokes with the classes around them, in rows and not in objects: there are many of them, and a collection of garbage looks at each. */
class KeystrokeTimes {
  /** Class before and own class. */
  readonly pairs = new Uint8Array(length)
  /** Classes further out, on both sides. */
  readonly around = new Int16Array(length)
  readonly gapsMs = new Float64Array(length)
  readonly holdsMs = new Float64Array(length)
  #count = 0

  get size(): number {
    return Math.min(this.#count, length)
  }

  keep({ cls, previousCls, pressToPressMs: gapMs, holdMs }: Keystroke, classBefore: number, classAfter: number): void {
    if (previousCls < 0 || cls >= KeyClass.hidden || !(gapMs > 0) || !(holdMs > 0)) return
    const at = this.#count++ % length
    this.pairs[at] = 8 * previousCls + cls
    this.around[at] = 16 * classBefore + classAfter
    this.gapsMs[at] = gapMs
    this.holdsMs[at] = holdMs
  }

  clear(): void {
    this.#count = 0
  }
}

/** Added to what is expected, so that one chance repetition among few keystrokes says nothing. */
const prior = 1

interface Recurrences {
  joint: number
  expected: number
}

/** Log likelihood of the best Poisson rate over that of the expected one, with the sign of what there is more of. */
function signedEvidence({ joint, expected }: Recurrences): number {
  const evidence = (joint > 0 ? joint * Math.log(joint / expected) : 0) - (joint - expected)
  return joint > expected ? evidence : -evidence
}

/**
 * How many pairs of keystrokes agree in gap and hold, and how many would if agreeing in one said nothing of the other: on a coarse clock, or with
 * an even hand, much agrees by itself. Only the same classes amid other ones are compared, for people repeat whole words. For each of
 * `withinMs`.
 */
function recurrences(keystrokes: KeystrokeTimes, withinMs: readonly number[]): Recurrences[] {
  const found = withinMs.map((): Recurrences => ({ joint: 0, expected: prior }))
  const sameGap = withinMs.map(() => 0)
  const sameHold = withinMs.map(() => 0)
  const widestMs = Math.max(...withinMs)
  const { around, gapsMs, holdsMs } = keystrokes
  sortByPair(keystrokes)
  for (let pair = 0, first = 0; pair < pairs; first = ends[pair++]!) {
    let compared = 0
    sameGap.fill(0)
    sameHold.fill(0)
    for (let i = first; i < ends[pair]!; i++) {
      const a = order[i]!
      for (let j = first; j < i; j++) {
        const b = order[j]!
        if (around[a] === around[b]) continue
        compared++
        const gapMs = Math.abs(gapsMs[a]! - gapsMs[b]!)
        const holdMs = Math.abs(holdsMs[a]! - holdsMs[b]!)
        // Most pairs agree in nothing.
        if (gapMs > widestMs && holdMs > widestMs) continue
        for (let scale = 0; scale < withinMs.length; scale++) {
          const gap = gapMs <= withinMs[scale]!
          const hold = holdMs <= withinMs[scale]!
          if (gap) sameGap[scale]!++
          if (hold) sameHold[scale]!++
          if (gap && hold) found[scale]!.joint++
        }
      }
    }
    if (compared > 0) found.forEach((one, scale) => (one.expected += (sameGap[scale]! * sameHold[scale]!) / compared))
  }
  return found
}

// Written over by each look.
const ends = new Uint16Array(pairs)
const next = new Uint16Array(pairs)
const order = new Uint8Array(length)

/** Positions of the keystrokes, those of one pair beside each other, into `order`, and where each pair ends, into `ends`. */
function sortByPair({ pairs: pairOf, size }: KeystrokeTimes): void {
  ends.fill(0)
  for (let at = 0; at < size; at++) ends[pairOf[at]!]!++
  for (let pair = 1; pair < pairs; pair++) ends[pair]! += ends[pair - 1]!
  next.set(ends)
  for (let at = size - 1; at >= 0; at--) order[--next[pairOf[at]!]!] = at
}
