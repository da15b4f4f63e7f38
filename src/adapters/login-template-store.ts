// Encrypted login templates in SQL: one a person, written by compare and set on its version.

import { VigilError } from '../errors.ts'
import type { LoginTemplateStore } from '../ports.ts'
import { canBeKey } from './database.ts'
import type { BigInteger, Database } from './database.ts'

export function loginTemplateStore(database: Database): LoginTemplateStore {
  return {
    async find(accountId) {
      if (!canBeKey(accountId)) return undefined
      const [row] = await database.query<Row>('select * from vigil_login_template where account_id = $1', [accountId])
      return row && { accountId, version: row.version, blob: new Uint8Array(row.blob), learntAt: Number(row.learnt_at) }
    },
    // A first version meets no row, a later one its forerunner; whoever finds it otherwise has lost.
    async save({ accountId, version, blob, learntAt }) {
      const rows = await database.query(
        `insert into vigil_login_template (account_id, version, blob, learnt_at)
         select $1, $2, $3, $4
         where $2 = 1 or exists (select from vigil_login_template where account_id = $1)
         on conflict (account_id) do update
           set version = excluded.version, blob = excluded.blob, learnt_at = excluded.learnt_at
           where vigil_login_template.version = excluded.version - 1
         returning version`,
        [accountId, version, blob, learntAt]
      )
      if (rows.length === 0) throw new VigilError('conflict', `login template version ${version} is not the next one`)
    },
    async erase(accountId) {
      const rows = await database.query('delete from vigil_login_template where account_id = $1 returning 1', [
        accountId
      ])
      return rows.length > 0
    }
  }
}

interface Row {
  readonly version: number
  readonly blob: Uint8Array
  readonly learnt_at: BigInteger
}
