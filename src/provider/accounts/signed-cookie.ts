// A small statement of ours that a browser keeps for us: who signed up a moment ago, who has signed in on this device. Signed and
// dated, never encrypted: it holds an account's id and nothing that the browser's owner may not read.

import { sameText, sign } from '../../secrets.ts'
import type Koa from 'koa'
import type { Account } from '../ports.ts'
import type { Visitor } from './attempts.ts'

export interface SignedCookie {
  /** `until`: what the statement stands and falls with, as text that says nothing to its reader. */
  set(ctx: Koa.Context, accountId: string, until?: string): void
  /** Undefined when it is absent, forged or too old. `id` differs for every cookie set. */
  read(
    ctx: Koa.Context
  ): { readonly accountId: string; readonly id: string; readonly expiresAt: number; readonly until: string } | undefined
  clear(ctx: Koa.Context): void
}

export interface SignedCookieOptions {
  readonly name: string
  readonly key: Uint8Array
  readonly lifeSeconds: number
  readonly secure: boolean
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export function signedCookie(options: SignedCookieOptions): SignedCookie {
  const { name, key, lifeSeconds, secure, now = () => Math.floor(Date.now() / 1000) } = options
  const flags = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false, overwrite: true } as const

  function signatureOf(body: string): string {
    return sign(key, `vigil cookie ${name}\n${body}`)
  }

  return {
    set(ctx, accountId, until = '') {
      const statement = [accountId, now() + lifeSeconds, crypto.randomUUID(), until]
      const body = Buffer.from(JSON.stringify(statement)).toString('base64url')
      browserCookies(ctx, secure).set(name, `${body}.${signatureOf(body)}`, {
        ...flags,
        maxAge: lifeSeconds * 1000
      })
    },
    read(ctx) {
      const [body = '', signature = ''] = (ctx.cookies.get(name, { signed: false }) ?? '').split('.')
      if (!sameText(signature, signatureOf(body))) return undefined
      const statement: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
      if (!Array.isArray(statement)) return undefined
      const [accountId, expiresAt, id, until = ''] = statement as unknown[]
      if (typeof accountId !== 'string' || typeof expiresAt !== 'number' || typeof id !== 'string') return undefined
      if (typeof until !== 'string') return undefined
      return expiresAt > now() ? { accountId, id, expiresAt, until } : undefined
    },
    clear(ctx) {
      browserCookies(ctx, secure).set(name, null, flags)
    }
  }
}

/** What the account pages let a browser keep. */
export interface PersonCookies {
  /** Who signed up a moment ago and need not type the password again: two minutes, used once. */
  readonly justSignedUp: SignedCookie
  readonly device: RememberedDevice
}

/** Who has signed in on this device: others' wrong guesses do not lock it out. It stands until the account has another password. */
export interface RememberedDevice {
  remember(ctx: Koa.Context, account: Pick<Account, 'id' | 'passwordHash'>): void
  /** Id of the account; undefined where the device is known for none. */
  knownAs(ctx: Koa.Context): Promise<string | undefined>
  forget(ctx: Koa.Context): void
}

export function personCookies(options: {
  readonly key: Uint8Array
  readonly issuer: string
  find(accountId: string): Promise<Pick<Account, 'id' | 'passwordHash'> | undefined>
  readonly now?: () => number
}): PersonCookies {
  const secure = options.issuer.startsWith('https:')
  const prefix = secure ? '__Host-' : ''
  const shared = { key: options.key, secure, ...(options.now ? { now: options.now } : {}) }
  return {
    justSignedUp: signedCookie({ ...shared, name: `${prefix}vigil_signed_up`, lifeSeconds: 120 }),
    device: rememberedDevice(
      signedCookie({ ...shared, name: `${prefix}vigil_device`, lifeSeconds: 180 * 24 * 60 * 60 }),
      options
    )
  }
}

function rememberedDevice(
  cookie: SignedCookie,
  { key, find }: Pick<Parameters<typeof personCookies>[0], 'key' | 'find'>
): RememberedDevice {
  const passwordMark = ({ passwordHash }: Pick<Account, 'passwordHash'>): string =>
    sign(key, `vigil device password\n${passwordHash}`)
  return {
    remember: (ctx, account) => cookie.set(ctx, account.id, passwordMark(account)),
    async knownAs(ctx) {
      const known = cookie.read(ctx)
      const account = known && (await find(known.accountId))
      return account && sameText(known.until, passwordMark(account)) ? account.id : undefined
    },
    forget: (ctx) => cookie.clear(ctx)
  }
}

/**
 * The request's cookies. The public address decides what is secure: behind a proxy that ends TLS our own leg is plain, and the
 * library would refuse to set a secure cookie on it.
 */
export function browserCookies(ctx: Koa.Context, secure: boolean): Koa.Context['cookies'] {
  if (secure) ctx.cookies.secure = true
  return ctx.cookies
}

/** Who tries something: where from, and whom this device is known for. */
export async function visitorOf({ device }: PersonCookies, ctx: Koa.Context): Promise<Visitor> {
  const known = await device.knownAs(ctx)
  return known === undefined ? { address: ctx.ip } : { address: ctx.ip, knownAs: known }
}
