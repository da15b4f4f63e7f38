// What Vigil knows of people, and their profiles, in SQL.

import { VigilError } from '../errors.ts'
import type { Person, PersonStore, ProfileStore, StoredProfile } from '../ports.ts'
import { canBeKey, isDuplicate } from './database.ts'
import type { BigInteger, Database } from './database.ts'
import { PersonEntity, ProfileEntity } from './entities.ts'

export function personStore(database: Database): PersonStore {
  return {
    async find(accountId) {
      const found = await database.entities((em) => em.findOne(PersonEntity, { accountId }))
      if (found === null) return undefined
      return {
        accountId,
        ...(found.consentedAt != null && { consentedAt: found.consentedAt }),
        ...(found.withdrawnAt != null && { withdrawnAt: found.withdrawnAt })
      } satisfies Person
    },
    async save({ accountId, consentedAt = null, withdrawnAt = null }) {
      await database.query(
        `insert into vigil_person (account_id, consented_at, withdrawn_at) values ($1, $2, $3)
         on conflict (account_id) do update set consented_at = excluded.consented_at, withdrawn_at = excluded.withdrawn_at`,
        [accountId, consentedAt, withdrawnAt]
      )
    },
    async erase(accountId) {
      await database.query(
        `with profiles as (delete from vigil_profile where account_id = $1),
              sketches as (delete from vigil_sketch where account_id = $1),
              templates as (delete from vigil_login_template where account_id = $1),
              factors as (delete from vigil_factor where account_id = $1)
         delete from vigil_person where account_id = $1`,
        [accountId]
      )
    }
  }
}

export function profileStore(database: Database): ProfileStore {
  return {
    async find(accountId, kind) {
      const newest = await database.entities((em) =>
        em.findOne(ProfileEntity, { accountId, kind }, { orderBy: { version: 'desc' } })
      )
      if (newest === null) return undefined
      const { version, blob, createdAt } = newest
      return { accountId, kind, version, blob: new Uint8Array(blob), createdAt } satisfies StoredProfile
    },
    // The primary key decides between two who both saw the same newest version.
    async add({ accountId, kind, version, blob, createdAt }) {
      const rows = await database
        .query(
          `insert into vigil_profile (account_id, kind, version, blob, created_at)
           select $1, $2, $3, $4, $5
           where $3 = (select coalesce(max(version), 0) + 1 from vigil_profile where account_id = $1 and kind = $2)
           returning version`,
          [accountId, kind, version, blob, createdAt]
        )
        .catch((error: unknown) => {
          if (isDuplicate(error)) return []
          throw error
        })
      if (rows.length === 0) throw new VigilError('conflict', `profile version ${version} is not one above the newest`)
    },
    async get(accountId, kind, version) {
      if (!canBeKey(accountId)) return undefined
      const found = await database.entities((em) => em.findOne(ProfileEntity, { accountId, kind, version }))
      if (found === null) return undefined
      return { accountId, kind, version, blob: new Uint8Array(found.blob), createdAt: found.createdAt }
    },
    async list(accountId, kind) {
      if (!canBeKey(accountId)) return []
      const rows = await database.query<Pick<ProfileRow, 'version' | 'created_at'>>(
        'select version, created_at from vigil_profile where account_id = $1 and kind = $2 order by version desc',
        [accountId, kind]
      )
      return rows.map(({ version, created_at: createdAt }) => ({ version, createdAt: Number(createdAt) }))
    },
    // The newest are counted, not computed from the newest number: a version that was kept is never one too few.
    async keep(accountId, kind, newest) {
      await database.query(
        `delete from vigil_profile where account_id = $1 and kind = $2 and version not in
           (select version from vigil_profile where account_id = $1 and kind = $2 order by version desc limit $3)`,
        [accountId, kind, newest]
      )
    },
    async all(kind) {
      const rows = await database.query<ProfileRow>(
        `select distinct on (account_id) account_id, kind, version, blob, created_at
         from vigil_profile where kind = $1 order by account_id, version desc`,
        [kind]
      )
      return rows.map(profileOf)
    },
    async erase(accountId) {
      await database.entities((em) => em.nativeDelete(ProfileEntity, { accountId }))
    }
  }
}

interface ProfileRow {
  readonly account_id: string
  readonly kind: string
  readonly version: number
  readonly blob: Uint8Array
  readonly created_at: BigInteger
}

function profileOf(row: ProfileRow): StoredProfile {
  return {
    accountId: row.account_id,
    kind: row.kind,
    version: row.version,
    blob: new Uint8Array(row.blob),
    createdAt: Number(row.created_at)
  }
}
