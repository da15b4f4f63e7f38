// The audit log in SQL. The number and the entry are one statement, so numbers rise without gaps: whoever takes a number holds the
// counter's row until the entry is in, and gives it back if that fails.

import type { AuditLog, StoredAuditEntry } from '../ports.ts'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

/** `now` gives seconds since the epoch. */
export function auditLog(database: Database, now: () => number): AuditLog {
  return {
    async append({ type, accountId = null, sessionUid = null, data }) {
      await database.query(
        `with next as (update vigil_audit_counter set seq = seq + 1 where id = 1 returning seq)
         insert into vigil_audit (seq, at, type, account_id, session_uid, data)
         select seq, $1, $2, $3, $4, $5 from next`,
        [now(), type, accountId, sessionUid, data === undefined ? null : JSON.stringify(data)]
      )
    },
    async list({ limit = 100, ...wanted }) {
      const filters: string[] = []
      const parameters: unknown[] = [limit]
      for (const [column, value] of [
        ['account_id', wanted.accountId],
        ['session_uid', wanted.sessionUid],
        ['type', wanted.type]
      ] as const) {
        if (value === undefined) continue
        if (!canBeKey(value)) return []
        filters.push(`${column} = $${parameters.push(value)}`)
      }
      const where = filters.length > 0 ? `where ${filters.join(' and ')}` : ''
      const rows = await database.query<Row>(
        `select * from vigil_audit ${where} order by seq desc limit $1`,
        parameters
      )
      return rows.map(entryOf)
    }
  }
}

interface Row {
  readonly seq: BigInteger
  readonly at: BigInteger
  readonly type: string
  readonly account_id: string | null
  readonly session_uid: string | null
  /** JSON of an object. */
  readonly data: string | null
}

function entryOf(row: Row): StoredAuditEntry {
  return {
    seq: Number(row.seq),
    at: Number(row.at),
    type: row.type,
    ...(row.account_id !== null && { accountId: row.account_id }),
    ...(row.session_uid !== null && { sessionUid: row.session_uid }),
    ...(row.data !== null && { data: JSON.parse(row.data) as Record<string, unknown> })
  }
}
