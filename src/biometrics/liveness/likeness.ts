// How much more likely a mark is as a copy of a stored one than as the same person doing the same thing once more. A copy differs by the
// jitter of whoever replays it (normal); what a person does twice differs by more and with heavier tails (Laplace). "The same thing" is
// the hardest case, e.g. the same password, so that people who repeat themselves are not taken for copies.

import { stepMs, unknownSteps, type KeyMark, type StrokeMark } from './sketch.ts'

/** Standard deviations of the jitter that is looked for, in milliseconds on each event. */
export const jittersMs = [1, 5, 12] as const

/** Spread of a copied time for one jitter, and the least that a time done afresh spreads on this clock, in milliseconds. */
export interface TimeScale {
  readonly sd: number
  readonly least: number
}

/** One for each of `jittersMs`. A copied difference of two events carries the jitter of both, and both times were rounded to the grain. */
export function timeScales(grainMs: number): readonly TimeScale[] {
  const roundedMs = Math.max(grainMs, stepMs)
  return jittersMs.map((jitterMs) => ({
    sd: Math.sqrt(2 * jitterMs ** 2 + roundedMs ** 2 / 6),
    least: roundedMs > 2 * stepMs ? 1.2 * roundedMs : 0
  }))
}

/**
 * Mean absolute difference in milliseconds between one time and the next of the same keys, about as narrow as for the most even twentieth of
 * `trainable/bksd` (MIT): gaps 15 ms at 96, 22 at 159, 34 at 241; holds 10 ms at 84, 16 at 157.
 */
const gapSpread = { floorMs: 10, share: 0.08 }
const holdSpread = { floorMs: 10, share: 0.05 }
const otherClass = -5
/** A copy may have a fault: no single difference counts for more than this against it. */
const leastRatio = -4
/** One of the two is not known, e.g. because a pause was cut short. */
const halfKnown = -1.5

/** Natural-log likelihood ratio "copied : afresh". */
export function keyLikeness(mark: KeyMark, stored: KeyMark, scale: TimeScale): number {
  if (mark.cls !== stored.cls) return otherClass
  return timeRatio(mark.gap, stored.gap, gapSpread, scale) + timeRatio(mark.hold, stored.hold, holdSpread, scale)
}

const copiedPx = 3
/** How far one way over the same targets differs from the next: judgement, fitted to nobody. */
const placeSpread = { floorPx: 10, share: 0.03 }
const durationSpread = { floorMs: 20, share: 0.12 }
/** Moves that jitter puts in another order make the way longer and shift its time, and leave its ends where they were. */
const leastOfWay = -1

/** Natural-log likelihood ratio "copied : afresh". */
export function strokeLikeness(mark: StrokeMark, stored: StrokeMark, { sd }: TimeScale): number {
  const px = placeSpread.floorPx + placeSpread.share * stored.path
  const ms = durationSpread.floorMs + durationSpread.share * stepMs * stored.duration
  return (
    logRatio(mark.dx - stored.dx, copiedPx, px, leastRatio) +
    logRatio(mark.dy - stored.dy, copiedPx, px, leastRatio) +
    logRatio(mark.path - stored.path, copiedPx, px, leastOfWay) +
    logRatio(stepMs * (mark.duration - stored.duration), sd, ms, leastOfWay)
  )
}

function timeRatio(
  steps: number,
  storedSteps: number,
  { floorMs, share }: { readonly floorMs: number; readonly share: number },
  { sd, least }: TimeScale
): number {
  if (steps === unknownSteps || storedSteps === unknownSteps) return steps === storedSteps ? 0 : halfKnown
  const spreadMs = Math.max(floorMs + share * stepMs * storedSteps, least)
  return logRatio(stepMs * (steps - storedSteps), sd, spreadMs, leastRatio)
}

/** Normal of standard deviation `sd` over Laplace of mean absolute deviation `spread`; never below `floor`. */
function logRatio(difference: number, sd: number, spread: number, floor: number): number {
  const d = Math.abs(difference)
  const ratio = Math.log((2 * spread) / (sd * rootTwoPi)) - (d * d) / (2 * sd * sd) + d / spread
  return ratio > floor ? ratio : floor
}

const rootTwoPi = Math.sqrt(2 * Math.PI)
