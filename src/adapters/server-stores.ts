// Accounts, one-time links and keys of the stand-alone server, in SQL.

import { VigilError } from '../errors.ts'
import type { Account, AccountStore, Invitation, InvitationStore, KeyStore } from '../provider/ports.ts'
import { canBeKey, isDuplicate } from './database.ts'
import type { BigInteger, Database } from './database.ts'
import { AccountEntity, InvitationEntity, KeyEntity } from './entities.ts'
import { shared } from './shared-reads.ts'
import { usernameKey } from './username-key.ts'

export function accountStore(database: Database): AccountStore {
  // Each sign-in asks some four times: past MikroORM's unit of work that is a quarter of the cost.
  async function findBy(column: 'id' | 'username_key', key: string): Promise<Account | undefined> {
    if (!canBeKey(key)) return undefined
    const [row] = await database.query<AccountRow>(`select ${accountColumns} from vigil_account where ${column} = $1`, [
      key
    ])
    return row && accountOf(row)
  }

  return {
    find: shared((id) => findBy('id', id)),
    findByUsername: (username) => findBy('username_key', usernameKey(username)),
    async create(account) {
      await refusingTaken(database.entities((em) => em.insert(AccountEntity, rowOf(account))))
    },
    async update(account) {
      const { id, ...changes } = rowOf(account)
      const changed = await refusingTaken(database.entities((em) => em.nativeUpdate(AccountEntity, { id }, changes)))
      if (changed === 0) throw new VigilError('not_found', `account ${id} does not exist`)
    },
    async hasAdministrator() {
      return (await database.entities((em) => em.count(AccountEntity, { role: 'administrator' }))) > 0
    },
    async remove(id) {
      if (!canBeKey(id)) return false
      await database.entities((em) => em.nativeDelete(InvitationEntity, { accountId: id }))
      return (await database.entities((em) => em.nativeDelete(AccountEntity, { id }))) > 0
    }
  }
}

const accountColumns = 'id, username, email, password_hash, role, created_at'

interface AccountRow {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly password_hash: string
  readonly role: Account['role']
  readonly created_at: BigInteger
}

function accountOf(row: AccountRow): Account {
  const { id, username, email, role } = row
  return { id, username, email, passwordHash: row.password_hash, role, createdAt: Number(row.created_at) }
}

function rowOf({ id, username, email, passwordHash, role, createdAt }: Account) {
  return { id, username, usernameKey: usernameKey(username), email, passwordHash, role, createdAt }
}

async function refusingTaken<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const isName = error instanceof Error && error.message.includes('username_key')
    throw isName
      ? new VigilError('username_taken', undefined, { cause: error })
      : new VigilError('conflict', 'an account with this id exists', { cause: error })
  }
}

/** `now` gives seconds since the epoch. */
export function invitationStore(database: Database, now: () => number): InvitationStore {
  return {
    async add({ tokenHash, accountId, purpose, expiresAt }) {
      await database.entities((em) => em.insert(InvitationEntity, { tokenHash, accountId, purpose, expiresAt }))
    },
    async find(tokenHash) {
      if (!canBeKey(tokenHash)) return undefined
      const found = await database.entities((em) =>
        em.findOne(InvitationEntity, { tokenHash, expiresAt: { $gt: now() } })
      )
      if (found === null) return undefined
      const { accountId, purpose, expiresAt } = found
      return { tokenHash, accountId, purpose, expiresAt } satisfies Invitation
    },
    // Deleting is taking: the database gives the row to one of two at once.
    async take(tokenHash) {
      if (!canBeKey(tokenHash)) return undefined
      const rows = await database.query<InvitationRow>(
        `delete from vigil_invitation where (account_id, purpose) in
           (select account_id, purpose from vigil_invitation where token_hash = $1 and expires_at > $2)
         returning *`,
        [tokenHash, now()]
      )
      const row = rows.find(({ token_hash: hash }) => hash === tokenHash)
      const invitation = row && invitationOf(row)
      return invitation
    },
    async removeOf(accountId) {
      if (!canBeKey(accountId)) return
      await database.entities((em) => em.nativeDelete(InvitationEntity, { accountId }))
    }
  }
}

interface InvitationRow {
  readonly token_hash: string
  readonly account_id: string
  readonly purpose: Invitation['purpose']
  readonly expires_at: BigInteger
}

function invitationOf(row: InvitationRow): Invitation {
  return {
    tokenHash: row.token_hash,
    accountId: row.account_id,
    purpose: row.purpose,
    expiresAt: Number(row.expires_at)
  }
}

export function keyStore(database: Database): KeyStore {
  async function get(name: string): Promise<Uint8Array | undefined> {
    const found = await database.entities((em) => em.findOne(KeyEntity, { name }))
    return found === null ? undefined : new Uint8Array(found.value)
  }

  return {
    get,
    async put(name, value) {
      await database.query('insert into vigil_key (name, value) values ($1, $2) on conflict do nothing', [name, value])
      const stored = await get(name)
      if (stored === undefined) throw new VigilError('internal', `the key ${name} vanished while it was stored`)
      return stored
    }
  }
}
