// What works once, in SQL: the row is given to one of all who insert it.

import type { UsedStore } from '../ports.ts'
import type { Database } from './database.ts'

export function usedStore(database: Database): UsedStore {
  return {
    async useUp(id, expiresAt) {
      const rows = await database.query(
        'insert into vigil_used (id, expires_at) values ($1, $2) on conflict do nothing returning 1 as first',
        [id, expiresAt]
      )
      return rows.length > 0
    }
  }
}
