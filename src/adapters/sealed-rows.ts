// One encrypted record a person in SQL, in tables of one shape, written by compare and set on its version.

import { VigilError } from '../errors.ts'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

export interface SealedRow {
  readonly accountId: string
  /** From 1 on. */
  readonly version: number
  readonly blob: Uint8Array
  /** Seconds since the epoch. */
  readonly at: number
}

export interface SealedRows {
  find(accountId: string): Promise<SealedRow | undefined>
  /** Throws `conflict` when the version is not the next one. */
  save(row: SealedRow): Promise<void>
  /** False when there was none. */
  erase(accountId: string): Promise<boolean>
}

export interface SealedTable {
  readonly table: string
  /** Column for `at`. */
  readonly time: string
  /** Says which version was not the next one. */
  conflict(version: number): string
}

export function sealedRows(database: Database, { table, time, conflict }: SealedTable): SealedRows {
  return {
    async find(accountId) {
      if (!canBeKey(accountId)) return undefined
      const [row] = await database.query<Row>(
        `select version, blob, ${time} as at from ${table} where account_id = $1`,
        [accountId]
      )
      return row && { accountId, version: row.version, blob: new Uint8Array(row.blob), at: Number(row.at) }
    },
    // A first version meets no row, a later one its forerunner; whoever finds it otherwise has lost.
    async save({ accountId, version, blob, at }) {
      const rows = await database.query(
        `insert into ${table} (account_id, version, blob, ${time})
         select $1, $2, $3, $4
         where $2 = 1 or exists (select from ${table} where account_id = $1)
         on conflict (account_id) do update
           set version = excluded.version, blob = excluded.blob, ${time} = excluded.${time}
           where ${table}.version = excluded.version - 1
         returning version`,
        [accountId, version, blob, at]
      )
      if (rows.length === 0) throw new VigilError('conflict', conflict(version))
    },
    async erase(accountId) {
      const rows = await database.query(`delete from ${table} where account_id = $1 returning 1`, [accountId])
      return rows.length > 0
    }
  }
}

interface Row {
  readonly version: number
  readonly blob: Uint8Array
  readonly at: BigInteger
}
