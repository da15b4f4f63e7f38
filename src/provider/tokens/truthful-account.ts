// Wraps a host's findAccount so that whatever is issued tells the session's present truth: a code or refresh token that outlived
// a drop of the level is lowered before the ID Token is made from it, userinfo answers with today's acr, and a revoked session
// gets nothing (an undefined account becomes `invalid_grant` or `invalid_token`).

import type { Account, FindAccount } from 'oidc-provider'
import type { TombstoneStore } from '../../ports.ts'
import { standingOf } from '../../risk/assurance.ts'
import { lowerAcr } from '../../risk/ladder.ts'
import type { InteractionChecks } from '../requests/interaction-policy.ts'
import type { SessionStanding, SessionStandings } from '../sessions/session-standing.ts'
import { stillToldAmr, toldAmr, toldRisk } from './told-session.ts'

/** Claims that Vigil answers, beside `acr`, `amr` and `auth_time`. */
export const vigilClaims = ['acr_expires_at', 'risk_level'] as const

/** What answers for sessions, and hears that they are used. */
export interface SessionsInUse extends Pick<InteractionChecks, 'standings' | 'requested' | 'remembered' | 'now'> {
  readonly tombstones: TombstoneStore
}

export function truthfulAccounts(
  findAccount: FindAccount | undefined,
  { standings, tombstones, requested, remembered, now }: SessionsInUse
): FindAccount {
  const hostAccounts: FindAccount = findAccount ?? ((_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }))
  return async (ctx, sub, token) => {
    const uid = (token as Source | undefined)?.sessionUid ?? (token ? undefined : ctx.oidc.session?.uid)
    if (uid === undefined) return hostAccounts(ctx, sub, token)
    // Without a token it is an authorization request, whose checks look at the session after this.
    const [standing, ended] = token ? await Promise.all([standings.of(uid, ctx), tombstones.has(uid)]) : []
    if (ended || standing?.revoked) return undefined
    const account = await hostAccounts(ctx, sub, token)
    if (!account) return account
    const { client } = ctx.oidc
    if (token && client) requested(uid, account.accountId, client)
    if (token && standing) {
      await remembered(standing.record)
      // What a refresh token was made with goes on to the next one as it was: `truthfulTokens` lowers what is told.
      if (token !== ctx.oidc.entities.RefreshToken) lowerSource(token as Source, standing, standings, client)
    } else if (token) age(token as Source, standings, now())
    return withClaims(account, async () =>
      truth(token as Source | undefined, await standings.of(uid, ctx), standings, client)
    )
  }
}

/** The part of codes, refresh and access tokens that is read and lowered. */
export interface Source {
  sessionUid?: string
  acr?: string
  amr?: string[]
  authTime?: number
}

/** To what is true of the session now. Never above what it was made with. */
export function lowerSource(
  source: Source,
  standing: SessionStanding,
  { ladder }: SessionStandings,
  client: object | undefined
): void {
  if (source.amr) source.amr = stillToldAmr(source.amr, standing, client)
  if (source.acr !== undefined) source.acr = lowerAcr(ladder, source.acr, standing.acr)
}

/** Of a session that nobody remembers: what its token tells is worth what it would be if nothing else had happened, and ages as any level does. */
function age(source: Source, { ladder }: SessionStandings, now: number): void {
  if (source.acr === undefined || source.authTime === undefined) return
  const authentications = [{ amr: source.amr ?? ['pwd'], at: source.authTime }]
  source.acr = lowerAcr(ladder, source.acr, standingOf({ authentications }, ladder, now).acr)
}

/** `auth_time` and `amr` of an ID Token are those of its own code; userinfo speaks of now. */
function truth(
  source: Source | undefined,
  now: SessionStanding | undefined,
  { ladder }: SessionStandings,
  client: object | undefined
): Record<string, unknown> {
  if (!now) return {}
  const told = source?.acr === undefined ? now.acr : lowerAcr(ladder, source.acr, now.acr)
  return {
    acr: now.acr,
    amr: toldAmr(now, client),
    auth_time: now.authTime,
    ...toldRisk(now, client),
    ...(told === now.acr && now.acrExpiresAt !== undefined && { acr_expires_at: now.acrExpiresAt })
  }
}

/** Prototype-preserving: a host's account may be an instance with methods of its own. */
function withClaims(account: Account, extra: () => Promise<Record<string, unknown>>): Account {
  const claims: Account['claims'] = async (use, scope, asked, rejected) => ({
    ...(await account.claims(use, scope, asked, rejected)),
    ...(await extra())
  })
  // Defined, not assigned: a host's account may be frozen, or have accessors that only the account itself can serve.
  return Object.create(account, {
    accountId: { value: account.accountId, enumerable: true },
    claims: { value: claims, enumerable: true }
  }) as Account
}
