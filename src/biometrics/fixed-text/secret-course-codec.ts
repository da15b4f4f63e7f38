// What is known of a typed secret as bytes, and back. What is read is trusted in nothing.

import { VigilError } from '../../errors.ts'
import { decodePlain, encodePlain, sameShape, type Plain } from '../plain-codec.ts'
import { decodeFixedTextTemplate, encodeFixedTextTemplate } from './codec.ts'
import { mostKeys } from './repetition.ts'
import { mostRecent, type SecretCourse } from './secret-course.ts'

const format = 'vigil-secret-course'
const version = 1
const mostBytes = 100_000

/** A course and the name of the secret that it is about: another secret begins another course. */
export interface NamedCourse {
  readonly course: SecretCourse
  readonly secret: string
}

export function encodeSecretCourse({ course, secret }: NamedCourse): Uint8Array {
  const { template, recent, day, lessons } = course
  const known = template && { template: encodeFixedTextTemplate(template) }
  return encodePlain({ format, version, secret, recent, day, lessons, ...known })
}

/** Throws `profile_corrupt` for anything but a course of this version. */
export function decodeSecretCourse(bytes: Uint8Array): NamedCourse {
  const { template, ...rest } = fieldsOf(bytes)
  if (!sameShape(rest, shape)) throw corrupt('the fields of a course')
  const { secret, recent, day, lessons, ...head } = rest as unknown as Fields
  if (head.format !== format || head.version !== version) throw corrupt(`version ${version}; learn it anew`)
  if (recent.length > mostRecent || !recent.every(({ length }) => length < 2 * mostKeys)) throw corrupt('a few logins')
  if (!isCount(day) || !isCount(lessons)) throw corrupt('whole numbers')
  if (template === undefined) return { course: { recent, day, lessons }, secret }
  if (!(template instanceof Uint8Array)) throw corrupt('a template')
  return { course: { template: decodeFixedTextTemplate(template), recent, day, lessons }, secret }
}

interface Fields {
  readonly format: string
  readonly version: number
  readonly secret: string
  readonly recent: readonly Uint8Array[]
  readonly day: number
  readonly lessons: number
}

const shape: Plain = { format: '', version: 0, secret: '', recent: [new Uint8Array(0)], day: 0, lessons: 0 }

function fieldsOf(bytes: Uint8Array): { readonly [key: string]: Plain } {
  let value: Plain
  try {
    value = decodePlain(bytes, mostBytes)
  } catch (cause) {
    throw corrupt('plain data', cause)
  }
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) throw corrupt('a record')
  return value as { readonly [key: string]: Plain }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function corrupt(expected: string, cause?: unknown): VigilError {
  return new VigilError(
    'profile_corrupt',
    `course of a secret: expected ${expected}`,
    cause === undefined ? {} : { cause }
  )
}
