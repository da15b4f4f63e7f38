// Uids of ended sessions in SQL. A tombstone holds until it is pruned, whatever the clock says, so that a clock that jumps
// revives nobody. The session that a late request may have saved beside it goes with it.

import type { TombstoneStore } from '../ports.ts'
import type { Database } from './database.ts'
import type { SessionReads } from './session-reads.ts'

export function tombstoneStore(database: Database, reads: SessionReads): TombstoneStore {
  return {
    async add(uid, expiresAt) {
      await database.query(
        `insert into vigil_tombstone (uid, expires_at) values ($1, $2)
         on conflict (uid) do update set expires_at = greatest(vigil_tombstone.expires_at, excluded.expires_at)`,
        [uid, expiresAt]
      )
    },
    has: reads.ended,
    async prune(now) {
      const rows = await database.query(
        `with gone as (delete from vigil_tombstone where expires_at <= $1 returning uid),
              late as (delete from vigil_oidc using gone where vigil_oidc.uid = gone.uid)
         select uid from gone`,
        [now]
      )
      return rows.length
    }
  }
}
