// The revocation feed: for each API a signed statement of the sessions that have ended and whose signed tokens have not expired yet. It names
// them by the clients' own `sid`s, lives a minute, and is the same bytes until something changes.

import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose'
import type { Context } from 'koa'
import { ExternalSigningKey } from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import type { SignedTokenStore } from '../../ports.ts'

/** What oidc-provider takes in `jwks`. */
export type ProviderKey = JWK | ExternalSigningKey

export interface RevocationFeedOptions {
  readonly issuer: string
  readonly signedTokens: SignedTokenStore
  /** The provider's own signing keys, whose public halves stand in its `jwks_uri`. Empty: there is no feed. */
  keys(): readonly ProviderKey[]
  /** Seconds since the epoch. */
  now(): number
}

export interface Statement {
  /** Compact JWS. */
  readonly jws: string
  /** Entity tag (RFC 9110 §8.8.3). */
  readonly etag: string
}

export interface RevocationFeed {
  /** Throws `not_found` for what is no address of an API, or where there is no key to sign with. */
  statement(audience: string): Promise<Statement>
}

const lifeSeconds = 60
const renewedAfterSeconds = lifeSeconds / 2
/** However many ask, storage is asked this often for an API. */
const lookEverySeconds = 1
const mostAudiences = 200
const statementType = 'vigil-revocations+jwt'

interface Kept extends Statement {
  readonly ended: string
  readonly madeAt: number
}

export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { issuer, signedTokens, now } = options
  const kept = new Map<string, { lookedAt: number; current: Promise<Kept> }>()

  async function renewed(audience: string, before: Kept | undefined): Promise<Kept> {
    const ended = await signedTokens.ended(audience, now())
    const text = ended.join('\n')
    if (before && before.ended === text && isWithin(before.madeAt, renewedAfterSeconds)) return before
    const jws = await signed(audience, ended)
    const etag = `"${createHash('sha256').update(jws).digest('base64url').slice(0, 22)}"`
    return { jws, etag, ended: text, madeAt: now() }
  }

  /** A clock that went back says nothing about how old something is. */
  function isWithin(at: number, seconds: number): boolean {
    return now() >= at && now() - at < seconds
  }

  async function signed(audience: string, ended: readonly string[]): Promise<string> {
    const key = signingKey(options.keys())
    if (!key) throw new VigilError('not_found', 'the provider has no key of its own to sign a feed with')
    const { jwk, alg } = key
    if (jwk instanceof ExternalSigningKey) {
      const header = { alg, typ: statementType, kid: jwk.kid }
      const payload = { ended, iss: issuer, aud: audience, iat: now(), exp: now() + lifeSeconds }
      const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const signature = await jwk.sign(Buffer.from(parts.join('.')))
      return [...parts, Buffer.from(signature).toString('base64url')].join('.')
    }
    return new SignJWT({ ended })
      .setProtectedHeader({ alg, typ: statementType, kid: jwk.kid ?? (await calculateJwkThumbprint(jwk)) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(now())
      .setExpirationTime(now() + lifeSeconds)
      .sign(await importJWK(jwk, alg))
  }

  return {
    async statement(audience) {
      if (audience.length > 512 || !URL.canParse(audience)) throw new VigilError('not_found', 'no address of an API')
      const entry = kept.get(audience)
      if (entry && isWithin(entry.lookedAt, lookEverySeconds)) return entry.current
      const before = await entry?.current.catch(() => undefined)
      const current = renewed(audience, before)
      kept.delete(audience)
      kept.set(audience, { lookedAt: now(), current })
      for (const [oldest] of kept) if (kept.size > mostAudiences) kept.delete(oldest)
      current.catch(() => kept.delete(audience))
      return current
    }
  }
}

/** An elliptic key signs in a fraction of the time. */
function signingKey(keys: readonly ProviderKey[]): { readonly jwk: ProviderKey; readonly alg: string } | undefined {
  const usable = keys
    .filter((key) => key instanceof ExternalSigningKey || (key.d !== undefined && key.use !== 'enc'))
    .flatMap((jwk) => {
      const alg = jwk.alg ?? usualAlgorithm(jwk)
      return alg === undefined ? [] : [{ jwk, alg }]
    })
  return usable.find(({ jwk }) => jwk.kty !== 'RSA') ?? usable[0]
}

function usualAlgorithm({ kty, crv }: ProviderKey): string | undefined {
  if (kty === 'RSA') return 'RS256'
  if (kty === 'OKP') return crv === 'Ed25519' ? 'EdDSA' : undefined
  return kty === 'EC' ? { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[crv ?? ''] : undefined
}

/** `GET /vigil/revocations?audience=…`: public, because it says nothing that means anything to anybody but the API and its clients. */
export function revocationFeedRoute(feed: RevocationFeed): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const { audience } = ctx.query
    if (typeof audience !== 'string') throw new VigilError('not_found', 'one audience is expected')
    const { jws, etag } = await feed.statement(audience)
    ctx.set('ETag', etag)
    ctx.set('Cache-Control', `public, max-age=${lookEverySeconds}`)
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.status = 200
    // Not Koa's `fresh`: fetch adds `no-cache` to a request that names a tag, which means "ask", and this is the asking.
    if (ctx.get('If-None-Match') === etag) {
      ctx.status = 304
      return
    }
    ctx.type = 'application/jwt'
    ctx.body = jws
  }
}
