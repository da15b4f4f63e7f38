// Weaves Vigil into a host's oidc-provider configuration. It wraps what the host has and adds what is missing; the argument is not
// changed, and a second call on it gives an independent configuration.

import {
  type AdapterFactory,
  type ClientMetadata,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC
} from 'oidc-provider'
import type { TombstoneStore } from '../ports.ts'
import { lowerAcr } from '../risk/ladder.ts'
import { accountClient, withAccountGrant } from './account-client.ts'
import { type InteractionChecks, silentErrors, withVigilChecks } from './interaction-policy.ts'
import { guardSessions } from './session-guard.ts'
import type { SessionStandings } from './session-standing.ts'
import { truthfulAccounts, vigilClaims } from './truthful-account.ts'
import { truthfulIntrospection } from './truthful-introspection.ts'

export interface Weaving extends InteractionChecks {
  readonly tombstones: TombstoneStore
  readonly issuer: string
}

/** Client metadata that Vigil understands, beside the standard ones. */
export const clientMetadata = ['vigil_watch', 'vigil_origins', 'vigil_silent_error'] as const

export const watchNeeds = ['required', 'optional', 'none'] as const
export type WatchNeed = (typeof watchNeeds)[number]

export function configureWith(
  base: Configuration & { readonly adapter: AdapterFactory },
  weaving: Weaving
): Configuration {
  const { standings, tombstones } = weaving
  return {
    ...base,
    adapter: guardSessions(base.adapter, tombstones),
    findAccount: truthfulAccounts(base.findAccount, weaving),
    acrValues: [...new Set([...standings.ladder.map(({ acr }) => acr), ...(base.acrValues ?? [])])],
    claims: withClaims(base.claims),
    features: withFeatures(base.features, weaving),
    interactions: {
      ...base.interactions,
      policy: withVigilChecks(base.interactions?.policy ?? interactionPolicy.base(), weaving)
    },
    // Vigil's own pages are a client of the provider, so that they sign people in through the same door.
    clients: [...(base.clients ?? []), accountClient(weaving.issuer)],
    ...(base.responseTypes && { responseTypes: [...new Set([...base.responseTypes, 'none' as const])] }),
    loadExistingGrant: withAccountGrant(base.loadExistingGrant),
    extraTokenClaims: tokenClaims(base.extraTokenClaims, standings),
    extraClientMetadata: withClientMetadata(base.extraClientMetadata)
  }
}

type Features = NonNullable<Configuration['features']>

function withFeatures(base: Configuration['features'], weaving: Weaving): Features {
  const introspection = truthfulIntrospection(base?.introspection, weaving)
  return {
    ...base,
    ...(introspection && { introspection }),
    claimsParameter: { ...base?.claimsParameter, enabled: true }
  } as Features
}

type Claims = NonNullable<Configuration['claims']>

/** `acr`, `amr` and `auth_time` reach a token without being asked for: a relying party reads what happened, every time. */
function withClaims(base: Claims = { acr: null, auth_time: null, iss: null, sid: null, openid: ['sub'] }): Claims {
  const openid = base['openid'] ?? ['sub']
  const names = Array.isArray(openid) ? (openid as string[]) : Object.keys(openid)
  return {
    acr: null,
    auth_time: null,
    iss: null,
    sid: null,
    ...base,
    openid: [...new Set([...names, 'sub', 'acr', 'amr', 'auth_time', ...vigilClaims])]
  }
}

/** JWT access tokens and introspection carry acr, amr and auth_time (RFC 9470 §6), taken from the code or refresh token they came from. */
function tokenClaims(
  host: Configuration['extraTokenClaims'],
  standings: SessionStandings
): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    const theirs = await host?.(ctx, token)
    const { AuthorizationCode, RotatedRefreshToken, RefreshToken, DeviceCode } = ctx.oidc.entities
    const source = AuthorizationCode ?? RotatedRefreshToken ?? RefreshToken ?? DeviceCode
    const uid = source?.sessionUid
    const standing = uid === undefined ? undefined : await standings.of(uid)
    if (!source || !standing) return theirs
    const acr = source.acr === undefined ? standing.acr : lowerAcr(standings.ladder, source.acr, standing.acr)
    return {
      ...theirs,
      acr,
      ...(source.amr && { amr: source.amr }),
      ...(source.authTime !== undefined && { auth_time: source.authTime }),
      ...(acr === standing.acr && standing.acrExpiresAt !== undefined && { acr_expires_at: standing.acrExpiresAt })
    }
  }
}

type ExtraMetadata = NonNullable<Configuration['extraClientMetadata']>

function withClientMetadata(base: ExtraMetadata | undefined): ExtraMetadata {
  return {
    properties: [...new Set([...(base?.properties ?? []), ...clientMetadata])],
    validator(ctx: KoaContextWithOIDC | undefined, key: string, value: unknown, metadata: ClientMetadata): void {
      if (base?.properties?.includes(key)) base.validator?.(ctx, key, value, metadata)
      if (key === 'vigil_watch') oneOf(key, value, watchNeeds)
      if (key === 'vigil_silent_error') oneOf(key, value, silentErrors)
      if (key === 'vigil_origins' && value !== undefined && !(Array.isArray(value) && value.every(isOrigin))) {
        throw new errors.InvalidClientMetadata('vigil_origins must be an array of origins such as https://app.example')
      }
    }
  }
}

function oneOf(key: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string)) {
    throw new errors.InvalidClientMetadata(`${key} must be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`)
  }
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}
