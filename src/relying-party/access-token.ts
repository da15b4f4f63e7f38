// What an API learns from an access token, whoever reads it: a signed token checked here (RFC 9068), or the provider asked for each
// (introspection, RFC 7662).

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { VigilError } from '../errors.ts'
import { type RiskLevel, riskLevels } from '../risk/levels.ts'
import { type RevocationFeedOptions, revocationFeed } from './revocation-feed.ts'

export interface AccessToken {
  readonly subject: string
  readonly clientId?: string
  /** The client's own name for the session at the provider. */
  readonly sessionId?: string
  readonly acr?: string
  readonly amr: readonly string[]
  /** Seconds since the epoch of the last authentication. */
  readonly authTime?: number
  readonly risk?: RiskLevel
  readonly scope: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt?: number
  /** JWK thumbprint of the key that the token is bound to (RFC 9449 §6). */
  readonly keyThumbprint?: string
  /** Everything else that it says. */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface TokenReader {
  /** Throws `access_token_invalid`; `issuer_unavailable` when nobody can say: then nobody is let in. */
  read(token: string): Promise<AccessToken>
}

export interface JwtTokensOptions {
  readonly issuer: string
  /** The API, as it stands in `aud`. */
  readonly audience: string
  /** Default: where Vigil's provider publishes its keys, `<issuer>/jwks`. */
  readonly jwksUri?: string
  /** `false`: a token stays good until it expires, whatever happened to its session. */
  readonly revocations?: RevocationFeedOptions | false
  /** Seconds since the epoch. */
  readonly now?: () => number
}

/** Checks signed access tokens here, and asks the provider's revocation feed whether the session behind one has ended. */
export function jwtTokens(options: JwtTokensOptions): TokenReader {
  const { issuer, audience } = options
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const keys = createRemoteJWKSet(new URL(options.jwksUri ?? `${issuer.replace(/\/$/, '')}/jwks`), {
    timeoutDuration: 2000
  })
  const feed =
    options.revocations === false ? undefined : revocationFeed({ ...options.revocations, issuer, audience, keys, now })
  return {
    async read(token) {
      const payload = await verified(token)
      const read = accessTokenOf(payload)
      if (!feed) return read
      // A token of a session says which one; a token that does not is not of a person (client credentials), and nobody can end it.
      if (read.sessionId !== undefined && (await feed.hasEnded(read.sessionId))) {
        throw new VigilError('access_token_invalid', 'the session of the token has ended')
      }
      return read
    }
  }

  async function verified(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
        currentDate: new Date(now() * 1000)
      })
      return payload
    } catch (cause) {
      // jose throws these for what the token is; all else is the network, or a key set that is none.
      if (
        cause instanceof errors.JWKSTimeout ||
        cause instanceof errors.JWKSInvalid ||
        !(cause instanceof errors.JOSEError)
      )
        throw new VigilError('issuer_unavailable', 'the keys of the issuer cannot be read', { cause })
      if (cause.code === 'ERR_JOSE_GENERIC')
        throw new VigilError('issuer_unavailable', 'the keys of the issuer cannot be read', { cause })
      throw new VigilError('access_token_invalid', cause.message, { cause })
    }
  }
}

/** The claims of RFC 9068 §2.2 and of introspection, as far as they have the type that they should have. */
export function accessTokenOf(claims: Readonly<Record<string, unknown>>): AccessToken {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  const { amr, scope, cnf } = claims
  const risk = riskLevels.find((level) => level === claims['risk_level'])
  const thumbprint = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? text(cnf.jkt) : undefined
  const optional = {
    clientId: text(claims['client_id']),
    sessionId: text(claims['sid']),
    acr: text(claims['acr']),
    authTime: number(claims['auth_time']),
    expiresAt: number(claims['exp']),
    keyThumbprint: thumbprint,
    risk
  }
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return {
    subject: text(claims['sub']) ?? '',
    amr: Array.isArray(amr) ? amr.filter((method) => typeof method === 'string') : [],
    scope: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [],
    claims,
    ...present
  }
}
