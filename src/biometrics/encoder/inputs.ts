// What the sequence encoder is told of a keystroke: times on scales on which people spread evenly, and the key's class.

import { keyClasses } from '../features/statistics.ts'

/** Numbers a keystroke: log hold, log press-to-press, release-to-press, a flag for a known gap, and one a class. */
export const encoderInputs = 4 + keyClasses

/** A keystroke's own times. NaN = unknown. */
export interface KeystrokeTimes {
  readonly holdMs: number
  readonly pressToPressMs: number
  readonly releaseToPressMs: number
  /** 0–6; 7 = withheld. */
  readonly cls: number
}

/** Writes one keystroke at `at` of `inputs`, which must be zeros there. Unknown times are left at 0, the middle of the scale. */
export function writeInputs(times: KeystrokeTimes, inputs: Float32Array, at: number): void {
  const { holdMs, pressToPressMs, releaseToPressMs, cls } = times
  if (!Number.isNaN(holdMs)) inputs[at] = 1.5 * Math.log(within(holdMs, 10, 1000) / typicalHoldMs)
  if (!Number.isNaN(pressToPressMs)) {
    inputs[at + 1] = Math.log(within(pressToPressMs, 10, 2000) / typicalGapMs)
    inputs[at + 3] = 1
  }
  if (!Number.isNaN(releaseToPressMs)) inputs[at + 2] = within(releaseToPressMs / 150, -2, 4)
  if (cls < keyClasses) inputs[at + 4 + cls] = 1
}

const typicalHoldMs = 90
/** The middle of the scale of press-to-press times. */
export const typicalGapMs = 180

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
