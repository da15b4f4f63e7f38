// Weaves Vigil into a host's oidc-provider configuration. It wraps what the host has and adds what is missing; the argument is not
// changed, and a second call on it gives an independent configuration.

import { type AdapterFactory, type Configuration, interactionPolicy } from 'oidc-provider'
import type { SignedTokenStore, TombstoneStore } from '../ports.ts'
import { accountClient, withAccountGrant } from './account-client.ts'
import { withClientMetadata } from './requests/client-metadata.ts'
import { type InteractionChecks, withVigilChecks } from './requests/interaction-policy.ts'
import { withPhrasePage } from './requests/phrase-prompt.ts'
import { guardSessions } from './sessions/session-guard.ts'
import { createSignedTokens } from './tokens/signed-tokens.ts'
import { truthfulAccounts, vigilClaims } from './tokens/truthful-account.ts'
import { truthfulIntrospection } from './tokens/truthful-introspection.ts'
import { shortLivedJwts, truthfulTokens } from './tokens/truthful-tokens.ts'

export interface Weaving extends InteractionChecks {
  readonly tombstones: TombstoneStore
  readonly signedTokens: SignedTokenStore
  readonly issuer: string
  /** Path on the issuer's host where Vigil's own pages lead on to. */
  readonly home: string
  /** Longest life of a JWT access token. */
  readonly jwtSeconds: number
}

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
      url: withPhrasePage(new URL(weaving.issuer).pathname.replace(/\/$/, ''), base.interactions?.url),
      policy: withVigilChecks(base.interactions?.policy ?? interactionPolicy.base(), weaving)
    },
    // Vigil's own pages are a client of the provider, so that they sign people in through the same door.
    clients: [...(base.clients ?? []), accountClient(weaving.issuer, weaving.home)],
    ...(base.responseTypes && { responseTypes: [...new Set([...base.responseTypes, 'none' as const])] }),
    loadExistingGrant: withAccountGrant(base.loadExistingGrant),
    extraTokenClaims: truthfulTokens(base.extraTokenClaims, {
      standings,
      signedTokens: createSignedTokens(weaving.signedTokens, weaving.now)
    }),
    ttl: { ...base.ttl, AccessToken: shortLivedJwts(base.ttl?.AccessToken, weaving.jwtSeconds) },
    extraClientMetadata: withClientMetadata(base.extraClientMetadata, standings.ladder)
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
