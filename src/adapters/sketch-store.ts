// Encrypted sketches of input in SQL: a bounded number a person, each with an end.

import type { SketchStore } from '../ports.ts'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

/** `now` gives seconds since the epoch. */
export function sketchStore(database: Database, now: () => number): SketchStore {
  return {
    // What the statement inserts is not seen by its own delete, so one less than the bound may stay.
    async add({ accountId, id, blob, createdAt, expiresAt }, most) {
      await database.query(
        `with old as (
           delete from vigil_sketch where account_id = $1 and id in
             (select id from vigil_sketch where account_id = $1 order by created_at desc, id desc offset $6))
         insert into vigil_sketch (account_id, id, blob, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
        [accountId, id, blob, createdAt, expiresAt, Math.max(most - 1, 0)]
      )
    },
    async list(accountId) {
      if (!canBeKey(accountId)) return []
      const rows = await database.query<SketchRow>(
        'select * from vigil_sketch where account_id = $1 and expires_at > $2 order by created_at, id',
        [accountId, now()]
      )
      return rows.map((row) => ({
        accountId: row.account_id,
        id: row.id,
        blob: new Uint8Array(row.blob),
        createdAt: Number(row.created_at),
        expiresAt: Number(row.expires_at)
      }))
    },
    async erase(accountId) {
      await database.query('delete from vigil_sketch where account_id = $1', [accountId])
    },
    async prune(at) {
      const rows = await database.query('delete from vigil_sketch where expires_at <= $1 returning 1', [at])
      return rows.length
    }
  }
}

interface SketchRow {
  readonly account_id: string
  readonly id: string
  readonly blob: Uint8Array
  readonly created_at: BigInteger
  readonly expires_at: BigInteger
}
