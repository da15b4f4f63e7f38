// The hidden field of a login form, read with no trust: a closed format, bounded in length, numbers and order.

import { VigilError } from '../../errors.ts'
import type { TypedSecret } from './secret-course.ts'
import { mostRhythmLength, mostTypedKeys } from './typed-rhythm.ts'

/** Undefined for an empty field, which is no evidence. Throws `rhythm_invalid` for anything that the agent does not send. */
export function parseTypedRhythm(text: string): TypedSecret | undefined {
  if (text === '') return undefined
  if (text.length > mostRhythmLength) throw invalid(`at most ${mostRhythmLength} characters`)
  const { v, grain, untrusted, press, hold, ...more } = recordOf(text)
  if (v !== 1) throw invalid('version 1')
  if (Object.keys(more).length > 0) throw invalid('no other fields')
  if (!isFrom0To(grain, longestGrainMs) || !isFrom0To(untrusted, mostTypedKeys)) throw invalid('a grain and a count')
  if (!isList(press) || !isList(hold) || press.length !== hold.length) throw invalid('as many holds as presses')
  if (press.length === 0 || press.length > mostTypedKeys) throw invalid(`1 to ${mostTypedKeys} keys`)
  if (!press.every((t, i) => isFrom0To(t, longestMs) && t >= Number(press[i - 1] ?? 0))) throw invalid('rising times')
  if (!hold.every((t) => t === null || isFrom0To(t, longestMs))) throw invalid('times of holds')
  const repetition = {
    pressMs: Float64Array.from(press as readonly number[]),
    holdMs: Float64Array.from(hold, (t) => t ?? Number.NaN)
  }
  return { repetition, grainMs: grain }
}

const longestGrainMs = 10_000
/** Nobody sits longer before a password. */
const longestMs = 3_600_000

function recordOf(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('an object')
  return value as Readonly<Record<string, unknown>>
}

function isFrom0To(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function invalid(expected: string, cause?: unknown): VigilError {
  return new VigilError('rhythm_invalid', `rhythm: expected ${expected}`, cause === undefined ? {} : { cause })
}
