// The records of oidc-provider in SQL: one table for all models, one statement for each call. A plain login is some 15 calls, so
// this goes past MikroORM's unit of work.

import { createHash } from 'node:crypto'
import { errors } from 'oidc-provider'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

/**
 * Models whose id is all that their bearer shows. They are kept under its hash, so that nobody can use what they read in the database or in a copy of
 * it; the ids of the others are in signed cookies. `migrations/0008-token-hashes.sql` has the same list.
 */
const bearers: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'InitialAccessToken',
  'RefreshToken',
  'RegistrationAccessToken'
])

/** `now` gives seconds since the epoch. */
export function oidcAdapter(database: Database, now: () => number): AdapterFactory {
  return (model) => {
    const isBearer = bearers.has(model)
    const keyOf = (id: string): string => (isBearer ? createHash('sha256').update(id).digest('base64url') : id)
    // Only sessions have a uid in their column, so only they can meet a tombstone.
    const readable =
      model === 'Session'
        ? 'not exists (select 1 from vigil_tombstone where vigil_tombstone.uid = vigil_oidc.uid)'
        : 'true'
    const findBy = (column: 'id' | 'uid' | 'user_code') => {
      const sql = `select payload, consumed_at from vigil_oidc
        where model = $1 and ${column} = $2 and (expires_at is null or expires_at > $3) and ${readable}
        order by expires_at desc limit 1`
      return async (key: string) => {
        if (!canBeKey(key)) return undefined
        const [row] = await database.query<Row>(sql, [model, column === 'id' ? keyOf(key) : key, now()])
        const payload = row && payloadOf(row)
        return payload?.jti === '' ? { ...payload, jti: key } : payload
      }
    }

    return {
      // `consumed_at` never goes back: a code that was used stays used, whoever saves a copy read before.
      async upsert(id, payload, expiresInSeconds) {
        await database.query(
          `insert into vigil_oidc (model, id, payload, grant_id, user_code, uid, expires_at, consumed_at)
           select $1, $2, $3, $4, $5, $6::text, $7, $8
           where not exists (select 1 from vigil_tombstone where uid = $6::text)
           on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
             user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at,
             consumed_at = coalesce(vigil_oidc.consumed_at, excluded.consumed_at)`,
          [
            model,
            keyOf(id),
            JSON.stringify(isBearer && payload.jti === id ? { ...payload, jti: '' } : payload),
            payload.grantId ?? null,
            payload.userCode ?? null,
            (model === 'Session' && payload.uid) || null,
            expiresInSeconds === undefined ? null : now() + expiresInSeconds,
            typeof payload.consumed === 'number' ? payload.consumed : null
          ]
        )
      },
      find: findBy('id'),
      findByUserCode: findBy('user_code'),
      findByUid: findBy('uid'),
      // Of two at once one wins; the library only looks before it consumes. The other gets the error that a look would give.
      async consume(id) {
        const rows = await database.query(
          `update vigil_oidc set consumed_at = $3 where model = $1 and id = $2 and consumed_at is null returning id`,
          [model, keyOf(id), now()]
        )
        if (rows.length === 0) throw new errors.InvalidGrant('already used')
      },
      async destroy(id) {
        if (!canBeKey(id)) return
        await database.query('delete from vigil_oidc where model = $1 and id = $2', [model, keyOf(id)])
      },
      async revokeByGrantId(grantId) {
        if (!canBeKey(grantId)) return
        await database.query('delete from vigil_oidc where model = $1 and grant_id = $2', [model, grantId])
      }
    } satisfies Adapter
  }
}

/** Removes what has expired; returns how many. */
export async function pruneOidc(database: Database, now: number): Promise<number> {
  const rows = await database.query('delete from vigil_oidc where expires_at <= $1 returning id', [now])
  return rows.length
}

interface Row {
  /** JSON of the payload as the library gave it. */
  readonly payload: string
  readonly consumed_at: BigInteger | null
}

function payloadOf(row: Row): AdapterPayload {
  const payload = JSON.parse(row.payload) as AdapterPayload
  return row.consumed_at === null ? payload : { ...payload, consumed: Number(row.consumed_at) }
}
