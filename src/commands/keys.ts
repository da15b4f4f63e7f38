// `vigil keys`: which keys sign tokens, and a rotation of them. A running server takes a rotation up by itself.

import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { VigilError } from '../errors.ts'
import type { ServerStorage } from '../provider/ports.ts'
import { openSigningKeys, refreshSeconds, type SigningKeys } from '../provider/tokens/signing-keys.ts'
import { keysFrom } from '../secrets.ts'

export const keysHelp = `vigil keys [--json]: what is published now, and which key signs
vigil keys rotate [--json]: makes a new key of each algorithm. It is published at once and signs an hour later; the present one stays published until
what it signed has died. Refused while the last rotation is not over.

Reads SECRET_KEY and DATABASE_URL or VIGIL_DATA, as "vigil serve" does. Servers on the same PostgreSQL follow within ${refreshSeconds} seconds; a
folder belongs to one process, so stop the server first.
`

/** Opens what an address names. */
type Open = (options: { readonly database: string }) => Promise<Pick<ServerStorage, 'keys' | 'close'>>

export async function keys(args: readonly string[], open: Open): Promise<void> {
  const { rotates, json } = parsed(args)
  const { database, secret } = configFrom(process.env)
  const storage = await open({ database })
  try {
    const now = (): number => Math.floor(Date.now() / 1000)
    const ring = await openSigningKeys({ store: storage.keys, key: keysFrom(secret)('signing-keys'), now })
    if (rotates) await ring.rotate()
    process.stdout.write(
      rowsOf(ring, now())
        .map(json ? jsonLine : line)
        .join('')
    )
  } finally {
    await storage.close()
  }
}

interface Row {
  readonly kid: string
  readonly alg: string
  readonly state: 'next' | 'signs' | 'checks only'
  readonly usedFrom: string | null
}

function rowsOf(ring: SigningKeys, now: number): Row[] {
  return ring.published().map(({ kid, alg, usedFrom }) => ({
    kid,
    alg,
    state: usedFrom > now ? 'next' : ring.signing(alg).kid === kid ? 'signs' : 'checks only',
    usedFrom: usedFrom === 0 ? null : new Date(usedFrom * 1000).toISOString()
  }))
}

const jsonLine = (row: Row): string => `${JSON.stringify(row)}\n`

function line({ kid, state, usedFrom }: Row): string {
  return `${kid}  ${state}${usedFrom === null ? '' : `, from ${usedFrom}`}\n`
}

function parsed(args: readonly string[]): { rotates: boolean; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true
    })
    if (positionals.length > 1 || (positionals[0] !== undefined && positionals[0] !== 'rotate')) {
      throw new Error(`expected nothing or "rotate", got ${JSON.stringify(positionals.join(' '))}`)
    }
    return { rotates: positionals[0] === 'rotate', json: values.json }
  } catch (cause) {
    throw new VigilError('usage', `${(cause as Error).message.split('\n')[0]}; see "vigil help keys"`, { cause })
  }
}
