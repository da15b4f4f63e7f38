// What every session store does to a record on its way in.

import type { SessionRecord } from '../ports.ts'

/** The record as it is written: under the uid asked for, its version one above the stored one. */
export function nextRecord(changed: SessionRecord, uid: string, storedVersion: number): SessionRecord {
  return { ...changed, uid, version: storedVersion + 1 }
}
