// What one typing of a secret says about whether a hand made it now. A dozen keys are too few for the tells of a stream: only timing that
// is the same from key to key, or that was sent before, speaks.

import type { LivenessAssessment } from '../liveness/finding.ts'
import type { Repetition } from './repetition.ts'

/** On a coarser clock, in milliseconds, the times of a dozen keys say nothing about who pressed them. */
const coarsestGrainMs = 9
/** Fewer keys may be even by chance. */
const fewestKeys = 6
/** Standard deviations in milliseconds; nobody's hands are so even. */
const steadyGapMs = 5
const steadyHoldMs = 2
/** Nobody lets go of a key so fast. */
const instantHoldMs = 15

/** Undefined = no evidence. `grainMs` is the step of the page's clock; 0 = unknown. */
export function mechanical({ pressMs, holdMs }: Repetition, grainMs: number): LivenessAssessment | undefined {
  if (!(grainMs > 0 && grainMs <= coarsestGrainMs) || pressMs.length < fewestKeys) return undefined
  const gaps = gapsOf(pressMs)
  const flights = gaps.map((gap, i) => gap - holdMs[i]!)
  const reasons: string[] = []
  if (spreadOf(gaps) < steadyGapMs || spreadOf(flights) < steadyGapMs) reasons.push('constant delays')
  if (spreadOf(holdMs) < steadyHoldMs) reasons.push('constant holds')
  if (medianOf(holdMs) < instantHoldMs) reasons.push('instant holds')
  return reasons.length === 0 ? undefined : { kind: 'automation', strength: alarmStrength * reasons.length, reasons }
}

/** One tell is enough: none of them was seen with a hand (docs/fixed-text.md). */
const alarmStrength = 5

/** Times between presses, then holds, in steps of `stepMs`: what is kept of a login so that the same is known when it is sent again. */
export type Submission = Uint8Array

const stepMs = 2
/** Longer than this, or not seen. */
const unknownSteps = 255

export function submissionOf({ pressMs, holdMs }: Repetition): Submission {
  return Uint8Array.from([...gapsOf(pressMs), ...holdMs], (ms) => {
    const steps = Math.round(ms / stepMs)
    return steps >= 0 && steps < unknownSteps ? steps : unknownSteps
  })
}

/** Mean difference in milliseconds below which one is a copy of the other: twice the same by hand differs by more. */
const copyMs = 2.5
const fewestShared = 8

/** Whether this was sent before, to the letter or shaken a little. */
export function repeated(repetition: Repetition, earlier: readonly Submission[]): LivenessAssessment | undefined {
  const now = submissionOf(repetition)
  const nearest = Math.min(...earlier.map((one) => differenceMs(now, one)))
  if (!(nearest < copyMs)) return undefined
  return { kind: 'replay', strength: alarmStrength * (1 + copyMs - nearest), reasons: ['an earlier login again'] }
}

function differenceMs(a: Submission, b: Submission): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let sum = 0
  let shared = 0
  for (let i = 0; i < a.length; i++) {
    if (a[i] === unknownSteps || b[i] === unknownSteps) continue
    sum += Math.abs(a[i]! - b[i]!)
    shared++
  }
  return shared < fewestShared ? Number.POSITIVE_INFINITY : (stepMs * sum) / shared
}

function gapsOf(pressMs: Float64Array): Float64Array {
  return pressMs.subarray(1).map((t, i) => t - pressMs[i]!)
}

/** NaN, which is below nothing, when too little was seen. */
function spreadOf(values: Float64Array): number {
  const seen = values.filter((value) => !Number.isNaN(value))
  if (seen.length < fewestKeys - 1) return Number.NaN
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length
  return Math.sqrt(seen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / seen.length)
}

function medianOf(values: Float64Array): number {
  const seen = values.filter((value) => !Number.isNaN(value)).toSorted()
  return seen[seen.length >> 1] ?? Number.NaN
}
