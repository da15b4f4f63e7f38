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
      const [together] = recurrences(ring, [sameMs])
      return Math.max(signedEvidence(together!), 0)
    },
    closeness: () => recurrences(ring, closeMs).map(signedEvidence),
    clear() {
      ring.length = 0
      last = undefined
      classBefore = -1
    }
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
function recurrences(keystrokes: readonly Held[], withinMs: readonly number[]): Recurrences[] {
  const found = withinMs.map((): Recurrences => ({ joint: 0, expected: prior }))
  const sameGap = withinMs.map(() => 0)
  const sameHold = withinMs.map(() => 0)
  for (const alike of byPair(keystrokes)) {
    let compared = 0
    sameGap.fill(0)
    sameHold.fill(0)
    for (let i = 0; i < alike.length; i++) {
      const a = alike[i]!
      for (let j = 0; j < i; j++) {
        const b = alike[j]!
        if (a.around === b.around) continue
        compared++
        const gapMs = Math.abs(a.gapMs - b.gapMs)
        const holdMs = Math.abs(a.holdMs - b.holdMs)
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

function byPair(keystrokes: readonly Held[]): Iterable<readonly Held[]> {
  const groups = new Map<number, Held[]>()
  for (const one of keystrokes) {
    const group = groups.get(one.pair)
    if (group === undefined) groups.set(one.pair, [one])
    else group.push(one)
  }
  return groups.values()
}
