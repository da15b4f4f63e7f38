// Encrypted second factors in SQL.

import type { FactorStore } from '../provider/ports.ts'
import type { Database } from './database.ts'
import { sealedRows } from './sealed-rows.ts'
import { shared } from './shared-reads.ts'

export function factorStore(database: Database): FactorStore {
  const rows = sealedRows(database, {
    table: 'vigil_factor',
    time: 'changed_at',
    conflict: (version) => `version ${version} of the factors is not the next one`
  })
  return {
    find: shared(async (accountId) => {
      const row = await rows.find(accountId)
      return row && { accountId, version: row.version, blob: row.blob, changedAt: row.at }
    }),
    save: ({ changedAt, ...record }) => rows.save({ ...record, at: changedAt })
  }
}
