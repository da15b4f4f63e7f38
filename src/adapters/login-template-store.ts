// Encrypted login templates in SQL.

import type { LoginTemplateStore } from '../ports.ts'
import type { Database } from './database.ts'
import { sealedRows } from './sealed-rows.ts'

export function loginTemplateStore(database: Database): LoginTemplateStore {
  const rows = sealedRows(database, {
    table: 'vigil_login_template',
    time: 'learnt_at',
    conflict: (version) => `login template version ${version} is not the next one`
  })
  return {
    async find(accountId) {
      const row = await rows.find(accountId)
      return row && { accountId, version: row.version, blob: row.blob, learntAt: row.at }
    },
    save: ({ learntAt, ...template }) => rows.save({ ...template, at: learntAt }),
    erase: (accountId) => rows.erase(accountId)
  }
}
