// `vigil recover`: what whoever runs the service does for a person who has lost the password, or everything that proves who they are.

import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { configFrom } from '../config.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog } from '../ports.ts'
import { createInvitations } from '../provider/accounts/invitations.ts'
import { factorRecords } from '../provider/factors/factor-records.ts'
import type { ServerStorage } from '../provider/ports.ts'
import { openSigningKeys } from '../provider/tokens/signing-keys.ts'
import { keysFrom } from '../secrets.ts'

export const recoverHelp = `vigil recover NAME [--without-factors]: prints a link with which NAME sets a new password. It works once, and for a day.

  --without-factors  for whoever has lost them: the authenticator app, the passkeys and the recovery codes of the account are removed at once

Make sure first that it is NAME who asks. Reads SECRET_KEY, VIGIL_ISSUER, and DATABASE_URL or VIGIL_DATA, as "vigil serve" does. A folder belongs
to one process, so stop the server first.
`

type Storage = Pick<ServerStorage, 'accounts' | 'invitations' | 'factors' | 'keys' | 'close'> & {
  readonly audit: AuditLog
}

/** Opens what an address names. */
type Open = (options: { readonly database: string }) => Promise<Storage>

export async function recover(args: readonly string[], open: Open): Promise<void> {
  const { username, withoutFactors } = parsed(args)
  const { database, secret, issuer = 'http://localhost:3000' } = configFrom(process.env)
  const storage = await open({ database })
  try {
    const { accounts, audit, invitations: store } = storage
    const account = await accounts.findByUsername(username)
    if (!account) throw new VigilError('not_found', `there is no account ${JSON.stringify(username)}`)
    const key = keysFrom(secret)
    // With another secret the factors could not be read, and would be written over. Throws `secret_weak`.
    await openSigningKeys({ store: storage.keys, key: key('signing-keys'), now })
    if (withoutFactors) await removeFactors(account.id, storage, key('factors'))
    const link = await createInvitations({ store, issuer }).create(account.id)
    await audit.append({ type: 'recovery.given', accountId: account.id })
    process.stdout.write(`${link}\n`)
  } finally {
    await storage.close()
  }
}

/** All that is kept but the proof of the address, which is no factor. */
async function removeFactors(accountId: string, { factors: store, audit }: Storage, key: Uint8Array): Promise<void> {
  const logger = pino({ name: 'vigil', level: 'warn' }, pino.destination(2))
  let removed: string[] = []
  await factorRecords({ store, key, logger, now }).change(accountId, ({ totp, passkeys = [], recovery, ...rest }) => {
    removed = [...(totp ? ['totp'] : []), ...passkeys.map(() => 'passkey')]
    return removed.length > 0 || recovery ? rest : undefined
  })
  for (const factor of removed) {
    await audit.append({ type: 'factor.removed', accountId, data: { factor, by: 'operator' } })
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

function parsed(args: readonly string[]): { username: string; withoutFactors: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'without-factors': { type: 'boolean', default: false } },
      allowPositionals: true
    })
    const [username] = positionals
    if (username === undefined || positionals.length > 1) {
      throw new Error(`expected one user name, got ${JSON.stringify(positionals.join(' '))}`)
    }
    return { username, withoutFactors: values['without-factors'] }
  } catch (cause) {
    throw new VigilError('usage', `${(cause as Error).message.split('\n')[0]}; see "vigil help recover"`, { cause })
  }
}
