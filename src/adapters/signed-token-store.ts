// Sessions behind signed access tokens in SQL. Whether one has ended is read off the tombstones in the same statement, so that a token issued
// while its session is being ended cannot be missed.

import type { SignedTokenStore } from '../ports.ts'
import { canBeKey } from './database.ts'
import type { Database } from './database.ts'

export function signedTokenStore(database: Database): SignedTokenStore {
  return {
    async note({ audience, sid, uid, expiresAt }) {
      await database.query(
        `insert into vigil_signed_token (audience, sid, uid, expires_at) values ($1, $2, $3, $4)
         on conflict (audience, sid) do update
           set expires_at = greatest(vigil_signed_token.expires_at, excluded.expires_at)`,
        [audience, sid, uid, expiresAt]
      )
    },
    async ended(audience, now) {
      if (!canBeKey(audience)) return []
      const rows = await database.query<{ readonly sid: string }>(
        `select sid from vigil_signed_token join vigil_tombstone using (uid)
         where audience = $1 and vigil_signed_token.expires_at > $2 order by sid collate "C"`,
        [audience, now]
      )
      return rows.map(({ sid }) => sid)
    },
    async prune(now) {
      const rows = await database.query('delete from vigil_signed_token where expires_at <= $1 returning 1', [now])
      return rows.length
    }
  }
}
