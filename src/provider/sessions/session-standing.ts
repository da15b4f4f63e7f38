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
  /**
   * Undefined for a session that Vigil has never seen: it began before the plug-in was there. `request`: whoever asks again in the course of the same
   * request gets the same answer, without another look at the record.
   */
  of(uid: string, request?: object): Promise<SessionStanding | undefined>
  /** `request`: it has just changed the record to this, and goes on with it. */
  from(record: SessionRecord, request?: object): SessionStanding
}

export function createSessionStandings(sessions: SessionStore, ladder: Ladder, now: () => number): SessionStandings {
  /** A request is over in a moment. What happens to the session meanwhile is seen by whoever uses what the request gave out. */
  const inRequests = new WeakMap<object, Map<string, Promise<SessionStanding | undefined>>>()

  function standing(record: SessionRecord): SessionStanding {
    return {
      ...standingOf(record, ladder, now()),
      risk: record.risk,
      watch: record.watch,
      revoked: record.revokedAt !== undefined,
      record
    }
  }

  async function read(uid: string): Promise<SessionStanding | undefined> {
    const record = await sessions.find(uid)
    return record && standing(record)
  }

  function knownIn(request: object): Map<string, Promise<SessionStanding | undefined>> {
    const known = inRequests.get(request) ?? new Map<string, Promise<SessionStanding | undefined>>()
    inRequests.set(request, known)
    return known
  }

  return {
    ladder,

    async of(uid, request) {
      if (!request) return read(uid)
      const known = knownIn(request)
      const found = known.get(uid) ?? read(uid)
      known.set(uid, found)
      return found
    },

    from(record, request) {
      const present = standing(record)
      if (request) knownIn(request).set(record.uid, Promise.resolve(present))
      return present
    }
  }
}
