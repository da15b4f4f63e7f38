// Policy documents in SQL: every version stays, the newest is in force.

import { VigilError } from '../errors.ts'
import type { PolicyStore } from '../ports.ts'
import { isDuplicate } from './database.ts'
import type { Database } from './database.ts'
import { PolicyEntity } from './entities.ts'

const tries = 10

/** `now` gives seconds since the epoch. */
export function policyStore(database: Database, now: () => number): PolicyStore {
  async function insertNext(document: string, activatedAt: number): Promise<number | undefined> {
    try {
      const rows = await database.query<{ version: number }>(
        `insert into vigil_policy (version, document, activated_at)
         select coalesce(max(version), 0) + 1, $1, $2 from vigil_policy returning version`,
        [document, activatedAt]
      )
      return rows[0]?.version
    } catch (error) {
      if (isDuplicate(error)) return undefined
      throw error
    }
  }

  return {
    async current() {
      const [newest] = await database.entities((em) =>
        em.find(PolicyEntity, {}, { orderBy: { version: 'desc' }, limit: 1 })
      )
      return newest && { version: newest.version, document: newest.document, activatedAt: newest.activatedAt }
    },
    async activate(document) {
      const activatedAt = now()
      for (let attempt = 0; attempt < tries; attempt++) {
        const version = await insertNext(document, activatedAt)
        if (version !== undefined) return { version, document, activatedAt }
      }
      throw new VigilError('conflict', 'others activate policies at the same time')
    }
  }
}
