// What a session is worth at this moment, read from its record: the one reader that the authorization endpoint, tokens, userinfo and
// the account page share.

import type { SessionRecord, SessionStore } from '../../ports.ts'
import { type Standing, standingOf } from '../../risk/assurance.ts'
import { type Ladder } from '../../risk/ladder.ts'
import type { RiskLevel, WatchState } from '../../risk/levels.ts'

export interface SessionStanding extends Standing {
  readonly risk: RiskLevel
  readonly watch: WatchState
  readonly revoked: boolean
  readonly record: SessionRecord
}

export interface SessionStandings {
  readonly ladder: Ladder
  /** Undefined for a session that Vigil has never seen: it began before the plug-in was there. */
  of(uid: string): Promise<SessionStanding | undefined>
  from(record: SessionRecord): SessionStanding
}

export function createSessionStandings(sessions: SessionStore, ladder: Ladder, now: () => number): SessionStandings {
  const from = (record: SessionRecord): SessionStanding => ({
    ...standingOf(record, ladder, now()),
    risk: record.risk,
    watch: record.watch,
    revoked: record.revokedAt !== undefined,
    record
  })
  return {
    ladder,
    from,
    async of(uid) {
      const record = await sessions.find(uid)
      return record && from(record)
    }
  }
}
