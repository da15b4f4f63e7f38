// Keystrokes that were drawn one by one from somebody's recording and changed a little, so that none comes twice: each looks like the
// victim's, and what is missing is what ties them together. Two numbers of keystrokes are looked at, the short for speed, the long for certainty.

import { carryOverNames, type CarryOver } from './carry-over.ts'
import { closeMs, type RepeatedKeystrokes } from './drawn-again.ts'

export interface ForgedTypingLook {
  readonly keystrokes: number
  readonly intercept: number
  /** In the order of `forgedTypingNames`. */
  readonly weights: readonly number[]
}

export const forgedTypingNames: readonly string[] = [...carryOverNames, ...closeMs.map((ms) => `close within ${ms} ms`)]

/** Learnt on the people of `trainable/argumentation-l2` and forgeries of them alone: `tests/measure/forged-typing.ts --part weights`. */
export const forgedTypingLooks: readonly ForgedTypingLook[] = [
  {
    keystrokes: 250,
    intercept: -0.47,
    weights: [-0.28, -0.94, -1.56, -0.61, -0.33, -1.52, -0.72, -0.94, -1.5, 0.58, 0.62, 1.14]
  },
  {
    keystrokes: 500,
    intercept: 3.09,
    weights: [-0.54, -1.76, -2.8, -0.61, -0.17, -2.31, -2.05, -1.18, -2.47, 0.02, 1.27, 0.95]
  }
]

/** No single number counts for more than this. */
const most = 6

/** `closeness`: what recurs closely, which is the same for all looks. Undefined = too little typed, or the same few keys over and over. */
export function forgedTypingFeatures(
  carried: CarryOver,
  closeness: readonly number[],
  keystrokes: number
): number[] | undefined {
  const features = carried.features(keystrokes)
  if (features === undefined) return undefined
  const close = closeness.map((evidence) => Math.sign(evidence) * Math.sqrt(Math.abs(evidence)))
  return [...features, ...close].map((value) => Math.min(Math.max(value, -most), most))
}

/** Natural-log odds "drawn one by one : typed" of the look that speaks loudest; undefined = no look was possible. */
export function forgedTypingOdds(carried: CarryOver, repeated: RepeatedKeystrokes): number | undefined {
  let loudest: number | undefined
  let closeness: readonly number[] | undefined
  for (const { keystrokes, intercept, weights } of forgedTypingLooks) {
    if (carried.length < keystrokes) continue
    closeness ??= repeated.closeness()
    const features = forgedTypingFeatures(carried, closeness, keystrokes)
    if (features === undefined) continue
    const odds = features.reduce((sum, value, i) => sum + weights[i]! * value, intercept)
    if (loudest === undefined || odds > loudest) loudest = odds
  }
  return loudest
}
