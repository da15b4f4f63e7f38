// What is kept of how a person's visits go: small, written after each visit that counted, and apart from the profile, so that a profile has a
// new version only when it changed.

import { noCourse, type Course } from '../biometrics/index.ts'

export interface CourseRecord {
  readonly course: Course
  /** Of the enrolment that the course belongs to, in seconds since the epoch: another enrolment begins another course. */
  readonly enrolledAt: number
  /** Newest version of the profile for which nothing spoke of foreign hands; 0 = none yet. */
  readonly cleanVersion: number
}

export const noRecord: CourseRecord = { course: noCourse, enrolledAt: 0, cleanVersion: 0 }

export function encodeCourse({ course, enrolledAt, cleanVersion }: CourseRecord): Uint8Array {
  const { visits, usualRatio, usualSurprise, drift, takeover } = course
  const numbers: Seven = [visits, usualRatio, usualSurprise, drift, takeover, enrolledAt, cleanVersion]
  return new TextEncoder().encode(JSON.stringify(numbers))
}

/** Throws a SyntaxError or a RangeError for anything that `encodeCourse` did not make. */
export function decodeCourse(bytes: Uint8Array): CourseRecord {
  const numbers = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  if (!isSeven(numbers)) throw new RangeError('expected seven numbers of a course')
  const [visits, usualRatio, usualSurprise, drift, takeover, enrolledAt, cleanVersion] = numbers
  return { course: { visits, usualRatio, usualSurprise, drift, takeover }, enrolledAt, cleanVersion }
}

type Seven = readonly [number, number, number, number, number, number, number]

function isSeven(value: unknown): value is Seven {
  return Array.isArray(value) && value.length === 7 && value.every(Number.isFinite)
}
