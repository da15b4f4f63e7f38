// Keystrokes that a forger draws from a recording, one by one and in any order: whoever draws often enough draws the same ones again, to the
// tenth of a millisecond. A hand that repeats a gap does not repeat the hold with it, beyond what each recurs by itself.

import { KeyClass } from '../events.ts'
import type { Keystroke } from '../keystrokes.ts'

export interface RepeatedKeystrokes {
  add(keystroke: Keystroke): void
  /** Natural-log likelihood ratio "gaps and holds recur together : each by itself"; 0 while there is too little. */
  evidence(): number
  clear(): void
}

/** Keystrokes that are compared with each other, and the fewest of which it is worth it. Chosen on `aalto-free-text`. */
const length = 250
const fewest = 50
/** The wire rounds times to 0.1 ms, and a difference carries the rounding of two. */
const sameMs = 0.5

interface Held {
  /** Class before and own class. */
  readonly pair: number
  /** Classes further out, on both sides. */
  readonly around: number
  readonly gapMs: number
  readonly holdMs: number
}

export function createRepeatedKeystrokes(): RepeatedKeystrokes {
  const ring: Held[] = []
  /** Waits for the class of the key after it. */
  let last: Keystroke | undefined
  let classBefore = -1

  function keep({ cls, previousCls, pressToPressMs: gapMs, holdMs }: Keystroke, classAfter: number): void {
    if (previousCls < 0 || cls >= KeyClass.hidden || !(gapMs > 0) || !(holdMs > 0)) return
    ring.push({ pair: 8 * previousCls + cls, around: 16 * classBefore + classAfter, gapMs, holdMs })
    if (ring.length > length) ring.shift()
  }

  return {
    add(keystroke) {
      if (last !== undefined) {
        keep(last, keystroke.cls)
        classBefore = last.previousCls
      }
      last = keystroke
    },
    evidence() {
      if (ring.length < fewest) return 0
      const { joint, expected } = recurrences(ring)
      // Log likelihood of the best Poisson rate over that of the expected one.
      return joint <= expected ? 0 : joint * Math.log(joint / expected) - (joint - expected)
    },
    clear() {
      ring.length = 0
      last = undefined
      classBefore = -1
    }
  }
}

/** Added to what is expected, so that one chance repetition among few keystrokes says nothing. */
const prior = 1

/**
 * How many pairs of keystrokes agree in gap and hold, and how many would if agreeing in one said nothing of the other: on a coarse clock, or with
 * an even hand, much agrees by itself. Only the same classes amid other ones are compared, for people repeat whole words.
 */
function recurrences(keystrokes: readonly Held[]): { readonly joint: number; readonly expected: number } {
  let joint = 0
  let expected = prior
  for (const alike of byPair(keystrokes)) {
    let compared = 0
    let sameGap = 0
    let sameHold = 0
    for (let i = 0; i < alike.length; i++) {
      const a = alike[i]!
      for (let j = 0; j < i; j++) {
        const b = alike[j]!
        if (a.around === b.around) continue
        compared++
        const gap = Math.abs(a.gapMs - b.gapMs) <= sameMs
        const hold = Math.abs(a.holdMs - b.holdMs) <= sameMs
        if (gap) sameGap++
        if (hold) sameHold++
        if (gap && hold) joint++
      }
    }
    if (compared > 0) expected += (sameGap * sameHold) / compared
  }
  return { joint, expected }
}

function byPair(keystrokes: readonly Held[]): Iterable<readonly Held[]> {
  const groups = new Map<number, Held[]>()
  for (const one of keystrokes) {
    const group = groups.get(one.pair)
    if (group === undefined) groups.set(one.pair, [one])
    else group.push(one)
  }
  return groups.values()
}
