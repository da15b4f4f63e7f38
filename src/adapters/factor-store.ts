// Encrypted second factors in SQL: one row a person, written by compare and set on its version.

import { VigilError } from '../errors.ts'
import type { FactorStore } from '../provider/ports.ts'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

export function factorStore(database: Database): FactorStore {
  return {
    async find(accountId) {
      if (!canBeKey(accountId)) return undefined
      const [row] = await database.query<Row>('select * from vigil_factor where account_id = $1', [accountId])
      return (
        row && { accountId, version: row.version, blob: new Uint8Array(row.blob), changedAt: Number(row.changed_at) }
      )
    },
    // A first version meets no row, a later one its forerunner; whoever finds it otherwise has lost.
    async save({ accountId, version, blob, changedAt }) {
      const rows = await database.query(
        `insert into vigil_factor (account_id, version, blob, changed_at)
         select $1, $2, $3, $4
         where $2 = 1 or exists (select from vigil_factor where account_id = $1)
         on conflict (account_id) do update
           set version = excluded.version, blob = excluded.blob, changed_at = excluded.changed_at
           where vigil_factor.version = excluded.version - 1
         returning version`,
        [accountId, version, blob, changedAt]
      )
      if (rows.length === 0) throw new VigilError('conflict', `version ${version} of the factors is not the next one`)
    }
  }
}

interface Row {
  readonly version: number
  readonly blob: Uint8Array
  readonly changed_at: BigInteger
}
