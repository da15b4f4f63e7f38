// Reads the provider's revocation feed: which of the sessions behind this API's signed tokens have ended. The feed is a signed statement
// with a short life; it is asked for again once an interval, and when it has run out and no new one comes, nobody is let in.

import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { VigilError } from '../errors.ts'

export interface RevocationFeedOptions {
  /** Default: `<issuer>/vigil/revocations?audience=<audience>`. */
  readonly url?: string
  /** Seconds after which the feed is asked again: how long the token of an ended session can still be used. Default 5. */
  readonly intervalSeconds?: number
  /** Milliseconds to wait for an answer. Default 2000. */
  readonly timeoutMs?: number
}

export interface RevocationFeed {
  /** Throws `issuer_unavailable` when the last statement has run out and there is no new one. */
  hasEnded(sessionId: string): Promise<boolean>
}

interface Context {
  readonly issuer: string
  readonly audience: string
  readonly keys: JWTVerifyGetKey
  /** Seconds since the epoch. */
  now(): number
}

interface Statement {
  readonly ended: ReadonlySet<string>
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly etag: string | undefined
}

/** A feed that did not answer is asked again after this, however long the interval. */
const retryMs = 500

/** `typ` of the statement (RFC 8725 §3.11): no other token of the issuer can pass for it. */
export const statementType = 'vigil-revocations+jwt'

export function revocationFeed(options: RevocationFeedOptions & Context): RevocationFeed {
  const { issuer, audience, keys, now } = options
  const url = new URL(options.url ?? `${issuer.replace(/\/$/, '')}/vigil/revocations`)
  if (options.url === undefined) url.searchParams.set('audience', audience)
  const intervalMs = (options.intervalSeconds ?? 5) * 1000
  let statement: Statement | undefined
  let askedAt = -Infinity
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? 2000),
      headers: statement?.etag === undefined ? {} : { 'if-none-match': statement.etag }
    })
    if (response.status === 304 && statement) return
    // A provider that signs elsewhere than with the keys of its configuration has none.
    if (response.status === 404) throw new Error('the provider has none, tokens must be introspected instead')
    if (response.status !== 200) throw new Error(`the provider answered ${response.status}`)
    const { payload } = await jwtVerify(await response.text(), keys, {
      issuer,
      audience,
      typ: statementType,
      requiredClaims: ['iat', 'exp', 'ended'],
      currentDate: new Date(now() * 1000)
    })
    const { ended, exp } = payload
    if (!Array.isArray(ended) || exp === undefined) throw new Error('the feed names no sessions')
    statement = { ended: new Set(ended as string[]), expiresAt: exp, etag: response.headers.get('etag') ?? undefined }
  }

  /** Everybody who comes while it is asked waits for the same answer. */
  async function refreshed(): Promise<void> {
    if (performance.now() - askedAt < intervalMs) return asking
    askedAt = performance.now()
    asking = ask()
      .catch((error: unknown) => {
        askedAt -= intervalMs - Math.min(intervalMs, retryMs)
        throw error
      })
      .finally(() => (asking = undefined))
    return asking
  }

  return {
    async hasEnded(sessionId) {
      let problem: unknown
      await refreshed().catch((error: unknown) => (problem = error))
      // One that is missed leaves the last one, for as long as the provider has vouched for it.
      if (!statement || statement.expiresAt <= now()) {
        const why = problem instanceof Error ? `: ${problem.message}` : ''
        throw new VigilError('issuer_unavailable', `there is no revocation feed that still holds${why}`, {
          cause: problem
        })
      }
      return statement.ended.has(sessionId)
    }
  }
}
