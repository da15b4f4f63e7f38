// Introspection tells of now what the access token tells of the moment it was made: an API that asks gets a level that has dropped
// since, and nothing of a session that has ended (RFC 9470 §6.2).

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { lowerAcr } from '../../risk/ladder.ts'
import type { SessionStandings } from '../sessions/session-standing.ts'
import { toldRisk } from './told-session.ts'
import type { SessionsInUse } from './truthful-account.ts'

type Features = NonNullable<Configuration['features']>
type Introspection = NonNullable<Features['introspection']>
type AllowedPolicy = Extract<NonNullable<Introspection['allowedPolicy']>, (...args: never[]) => unknown>

/** The host's `features.introspection`, whose policy is asked first; absent or switched off, it stays so. */
export function truthfulIntrospection(
  host: Introspection | undefined,
  { standings, tombstones, requested }: SessionsInUse
): Introspection | undefined {
  if (!host?.enabled) return host
  const theirs: AllowedPolicy = host.allowedPolicy ?? ownTokensOfPublicClients
  return {
    ...host,
    async allowedPolicy(ctx: KoaContextWithOIDC, client, token) {
      if (!(await theirs(ctx, client, token))) return false
      const issued = token as Issued
      if (issued.sessionUid === undefined) return true
      const { Client } = ctx.oidc.provider
      const [standing, ended, holder] = await Promise.all([
        standings.of(issued.sessionUid),
        tombstones.has(issued.sessionUid),
        issued.clientId === undefined ? undefined : Client.find(issued.clientId)
      ])
      if (ended || standing?.revoked) return false
      if (holder && issued.accountId !== undefined) requested(issued.sessionUid, issued.accountId, holder)
      if (standing && typeof issued.extra?.['acr'] === 'string') {
        const { risk_level: risk, ...rest } = issued.extra
        issued.extra = {
          ...rest,
          ...lowered(issued.extra, issued.extra['acr'], standing.acr, standings),
          // Absent where the client of the token may not know it.
          ...(risk !== undefined && toldRisk(standing, client))
        }
      }
      return true
    }
  }
}

/** The part of access and refresh tokens that is read and lowered here. */
interface Issued {
  readonly sessionUid?: string
  readonly clientId?: string
  readonly accountId?: string
  extra?: Record<string, unknown>
}

/** `acr_expires_at` is that of the level which the token names: lower levels have another. */
function lowered(
  extra: Readonly<Record<string, unknown>>,
  acr: string,
  present: string,
  { ladder }: SessionStandings
): Record<string, unknown> {
  const told = lowerAcr(ladder, acr, present)
  return told === acr ? {} : { acr: told, ...('acr_expires_at' in extra && { acr_expires_at: undefined }) }
}

/** What oidc-provider does by default: a public client learns of its own tokens only. */
const ownTokensOfPublicClients: AllowedPolicy = (_ctx, client, token) =>
  client.clientAuthMethod !== 'none' || token.clientId === client.clientId
