// A stored profile as bytes: a header that says how the profile came about, then the profile itself. They are one record, so that nobody
// ever meets the header of one version with the profile of another.

import type { Lineage } from '../biometrics/index.ts'

export interface PackedProfile {
  readonly profile: Uint8Array
  readonly lineage: Lineage
  /** Seconds since the epoch. */
  readonly enrolledAt: number
}

const packVersion = 1
/** One byte version, three numbers of eight bytes, little-endian: hops of the enrolment, day of the last lesson or NaN, time of the enrolment. */
const headerLength = 25

export function packProfile({ profile, lineage, enrolledAt }: PackedProfile): Uint8Array {
  const bytes = new Uint8Array(headerLength + profile.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, packVersion)
  view.setFloat64(1, lineage.anchorHops, true)
  view.setFloat64(9, lineage.lastLesson ?? Number.NaN, true)
  view.setFloat64(17, enrolledAt, true)
  bytes.set(profile, headerLength)
  return bytes
}

/** Throws a RangeError for anything that `packProfile` did not make. */
export function unpackProfile(bytes: Uint8Array): PackedProfile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headerLength || view.getUint8(0) !== packVersion) {
    throw new RangeError(`expected a profile packed as version ${packVersion}`)
  }
  const anchorHops = view.getFloat64(1, true)
  const lastLesson = view.getFloat64(9, true)
  const enrolledAt = view.getFloat64(17, true)
  if (!isCount(anchorHops) || !isCount(enrolledAt) || !(Number.isNaN(lastLesson) || isCount(lastLesson))) {
    throw new RangeError('expected whole numbers in the header of a profile')
  }
  return {
    profile: bytes.subarray(headerLength),
    lineage: { anchorHops, ...(!Number.isNaN(lastLesson) && { lastLesson }) },
    enrolledAt
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
