// The provider's own pages as a client of the provider: they sign people in through the same door as everybody else.

import type Provider from 'oidc-provider'
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider'

export const accountClientId = 'vigil-account'

/**
 * Metadata of the built-in client; belongs into `clients` of the configuration, whose `responseTypes` must have `none`. `home`: a further path on
 * the issuer's host where a sign-in may return to.
 */
export function accountClient(issuer: string, home?: string): ClientMetadata {
  const base = issuer.replace(/\/$/, '')
  const places = accountPlaces.map((place) => base + place)
  return {
    client_id: accountClientId,
    client_name: 'your account',
    response_types: ['none'],
    grant_types: [],
    redirect_uris: home === undefined ? places : [...new Set([...places, new URL(home, issuer).href])],
    post_logout_redirect_uris: [],
    token_endpoint_auth_method: 'none'
  }
}

/** Where a sign-in of the built-in client may return to. */
export const accountPlaces = [
  '/account',
  '/account/totp',
  '/account/behaviour',
  '/account/activity',
  '/account/data',
  '/account/passkeys',
  '/account/recovery-codes',
  '/account/password',
  '/account/email',
  '/vigil/consent',
  '/vigil/calibration',
  '/vigil/phrase'
] as const
export type AccountPlace = (typeof accountPlaces)[number]

/** Where to send a browser that must sign in for one of our own pages. */
export function accountSignIn(
  provider: Provider,
  place: AccountPlace | URL,
  how: {
    readonly maxAgeSeconds?: number
    readonly acr?: string
    readonly state?: string
    readonly prompt?: 'login'
  } = {}
): string {
  const query = new URLSearchParams({
    client_id: accountClientId,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: place instanceof URL ? place.href : provider.issuer.replace(/\/$/, '') + place,
    state: how.state ?? 'back'
  })
  if (how.maxAgeSeconds !== undefined) query.set('max_age', String(how.maxAgeSeconds))
  if (how.acr !== undefined) query.set('acr_values', how.acr)
  if (how.prompt) query.set('prompt', how.prompt)
  return `${provider.pathFor('authorization')}?${query}`
}

type LoadExistingGrant = NonNullable<Configuration['loadExistingGrant']>

/**
 * Wraps a host's `loadExistingGrant`, or the provider's default: the built-in client needs nobody's consent, because it is the place
 * where people already are.
 */
export function withAccountGrant(otherwise: LoadExistingGrant = earlierGrant): LoadExistingGrant {
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc
    if (client?.clientId !== accountClientId || !session?.accountId) return otherwise(ctx)
    const earlier = await earlierGrant(ctx)
    if (earlier) return earlier
    const grant = new provider.Grant({ accountId: session.accountId, clientId: accountClientId })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  }
}

async function earlierGrant(ctx: KoaContextWithOIDC): Promise<Awaited<ReturnType<LoadExistingGrant>>> {
  const { client, session, provider, result } = ctx.oidc
  const grantId = result?.consent?.grantId ?? (client && session?.grantIdFor(client.clientId))
  return grantId ? provider.Grant.find(grantId) : undefined
}
