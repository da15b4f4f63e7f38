// Logouts that relying parties have not heard of yet, in SQL. Taking one is a single statement that puts off its next due time, so that of two
// processes one tells, and whoever is killed while telling leaves it to the next.

import type { LogoutOutbox, PendingLogout } from '../ports.ts'
import type { BigInteger, Database } from './database.ts'

export function logoutOutbox(database: Database): LogoutOutbox {
  return {
    async add(notices, dueAt) {
      if (notices.length === 0) return
      // All or none, in the order given.
      await database.query(
        `insert into vigil_logout (client_id, account_id, sid, attempts, due_at, expires_at)
         select notice->>0, notice->>1, notice->>2, 0, $2::bigint, (notice->>3)::bigint
         from json_array_elements($1::json) with ordinality as given (notice, place) order by place`,
        [
          JSON.stringify(
            notices.map(({ clientId, accountId, sid, expiresAt }) => [clientId, accountId, sid, expiresAt])
          ),
          dueAt
        ]
      )
    },
    async take(now, until, most) {
      const rows = await database.query<Row>(
        `update vigil_logout set attempts = attempts + 1, due_at = $2 where id in (
           select id from vigil_logout one where due_at <= $1 and not exists (
             select 1 from vigil_logout older
             where older.client_id = one.client_id and older.account_id = one.account_id and older.id < one.id)
           order by id limit $3 for update skip locked)
         returning id, client_id, account_id, sid, attempts, expires_at`,
        [now, until, most]
      )
      return rows.map(pendingOf).sort((a, b) => a.id - b.id)
    },
    async remove(id) {
      await database.query('delete from vigil_logout where id = $1', [id])
    },
    async postpone(id, dueAt) {
      await database.query('update vigil_logout set due_at = $2 where id = $1', [id, dueAt])
    }
  }
}

interface Row {
  readonly id: BigInteger
  readonly client_id: string
  readonly account_id: string
  readonly sid: string | null
  readonly attempts: number
  readonly expires_at: BigInteger
}

function pendingOf(row: Row): PendingLogout {
  return {
    id: Number(row.id),
    clientId: row.client_id,
    accountId: row.account_id,
    ...(row.sid !== null && { sid: row.sid }),
    attempts: row.attempts,
    expiresAt: Number(row.expires_at)
  }
}
