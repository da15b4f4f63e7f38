// Records of sessions on their way from the proof of a login to the request that goes on with it: two requests of one browser, a moment apart. Whoever
// takes one writes by compare and set, so that a record that is no longer the present one costs a second look and nothing else.

import type { SessionRecord } from '../../ports.ts'

export interface RecordsInHand {
  keep(interaction: string, record: SessionRecord): void
  /** Gives it once, where it is the record of this session. */
  take(interaction: string, uid: string): SessionRecord | undefined
}

export function recordsInHand(): RecordsInHand {
  const kept = new Map<string, SessionRecord>()
  return {
    keep(interaction, record) {
      kept.set(interaction, record)
      // Sign-ins that nobody goes on with: the oldest go first.
      if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
    },
    take(interaction, uid) {
      const record = kept.get(interaction)
      kept.delete(interaction)
      return record?.uid === uid ? record : undefined
    }
  }
}

const mostKept = 500
