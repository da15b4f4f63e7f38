// What an access token says of the session it was made in (RFC 9068 §2.2.1, RFC 9470 §6): in the token itself where it is a JWT, and kept
// with it for introspection where it is not. A JWT goes on saying it until it runs out, so that it runs out soon.

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { lowerAcr } from '../../risk/ladder.ts'
import type { SessionStandings } from '../sessions/session-standing.ts'
import type { SignedTokens } from './signed-tokens.ts'
import { stillToldAmr, toldRisk } from './told-session.ts'
import { lowerSource, type Source } from './truthful-account.ts'

type ExtraTokenClaims = NonNullable<Configuration['extraTokenClaims']>

/** Taken from the code or refresh token that the access token comes from, and never above the session's present level. */
export function truthfulTokens(
  host: Configuration['extraTokenClaims'],
  { standings, signedTokens }: { readonly standings: SessionStandings; readonly signedTokens: SignedTokens }
): ExtraTokenClaims {
  return async (ctx, token) => {
    const theirs = await host?.(ctx, token)
    const { AuthorizationCode, RotatedRefreshToken, RefreshToken, DeviceCode } = ctx.oidc.entities
    const source = AuthorizationCode ?? RotatedRefreshToken ?? RefreshToken ?? DeviceCode
    const uid = source?.sessionUid
    const standing = uid === undefined ? undefined : await standings.of(uid, ctx)
    if (!source || uid === undefined || !standing) return theirs
    // Saved already, so that the next refresh begins with what was proved once; the ID Token is made from what it says now.
    if (RefreshToken) lowerSource(RefreshToken as Source, standing, standings, ctx.oidc.client)
    if (source.sid !== undefined) await signedTokens.note(token, { sid: source.sid, uid })
    const acr = source.acr === undefined ? standing.acr : lowerAcr(standings.ladder, source.acr, standing.acr)
    return {
      ...theirs,
      acr,
      ...(source.amr && { amr: stillToldAmr(source.amr, standing, ctx.oidc.client) }),
      ...(source.authTime !== undefined && { auth_time: source.authTime }),
      ...(source.sid !== undefined && { sid: source.sid }),
      ...(acr === standing.acr && standing.acrExpiresAt !== undefined && { acr_expires_at: standing.acrExpiresAt }),
      ...toldRisk(standing, ctx.oidc.client)
    }
  }
}

/**
 * The `sid` by which this client knows the session (never `session.uid`, which would link people across parties) goes into its code, and from
 * there into every token: a resource server finds the session by it in a feed of revocations.
 */
export function withSid(ctx: KoaContextWithOIDC): void {
  const claims = ctx.oidc.claims as { id_token?: Record<string, unknown> }
  claims.id_token = { ...claims.id_token, sid: null }
}

type Lifetime = NonNullable<Configuration['ttl']>['AccessToken']

/** The host's lifetime of access tokens; that of a JWT is at most `seconds`. */
export function shortLivedJwts(host: Lifetime, seconds: number): NonNullable<Lifetime> {
  return (ctx, token, client) => {
    const { resourceServer } = token
    // As oidc-provider has it where the host says nothing.
    const theirs = typeof host === 'function' ? host(ctx, token, client) : host
    const wanted = theirs ?? resourceServer?.accessTokenTTL ?? 3600
    return resourceServer?.accessTokenFormat === 'jwt' ? Math.min(wanted, seconds) : wanted
  }
}
