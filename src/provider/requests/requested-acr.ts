// Which authentication contexts a request asks for. Read from the parameters and not from `ctx.oidc.claims`: oidc-provider writes
// `acr_values` (or the client's default) over an essential `claims.id_token.acr`, which would issue a token below what was
// demanded (OpenID Connect Core §5.5.1.1). Where several are asked, all are kept, and the strictest holds.

import { errors } from 'oidc-provider'
import { belowAll, type Ladder, rankOf } from '../../risk/ladder.ts'
import type { VigilClientMetadata } from './client-metadata.ts'

export interface RequestedAcr {
  /** Each must be met or the request fails; any of its values will do. */
  readonly demanded: readonly (readonly string[])[]
  /** Should be met where they can; the first that is within reach comes before the others. */
  readonly preferred: readonly string[]
  /** Values of the essential claim: the token has to name one of them. */
  readonly essential?: readonly string[]
}

/** What the client says of its requests as a whole. */
export type AcrNeeds = Pick<VigilClientMetadata, 'vigil_acr' | 'vigil_acr_values'>

/** Reads `acr_values` and `claims`. Throws `unmet_authentication_requirements` when something demanded does not exist here. */
export function requestedAcr(
  params: Readonly<Record<string, unknown>>,
  ladder: Ladder,
  client: AcrNeeds = {}
): RequestedAcr {
  const values = typeof params['acr_values'] === 'string' ? params['acr_values'].split(' ').filter(Boolean) : []
  const claim = acrClaim(params['claims'])
  const own = client.vigil_acr === undefined ? [] : [client.vigil_acr]
  const necessary = client.vigil_acr_values === 'necessary' ? values : []
  const demanded = [claim.essential, own, necessary].filter((list) => list.length > 0)
  for (const list of demanded) refuseUnknown(list, ladder)
  return {
    demanded,
    preferred: [...values, ...claim.voluntary],
    ...(claim.essential.length > 0 && { essential: claim.essential })
  }
}

/** The least that a session needs for this request not to fail, as a place on the ladder; -1 = nothing. Levels are ordered: more will do. */
export function demandedRank({ demanded }: RequestedAcr, ladder: Ladder): number {
  return Math.max(-1, ...demanded.map((list) => lowestRank(list, ladder)))
}

/** What to ask the person for: the first of the preferred levels that they can reach, and no less than is demanded. */
export function wantedRank(asked: RequestedAcr, withinReach: (acr: string) => boolean, ladder: Ladder): number {
  const wish = asked.preferred.find((acr) => rankOf(ladder, acr, true) !== undefined && withinReach(acr))
  return Math.max(demandedRank(asked, ladder), wish === undefined ? -1 : rankOf(ladder, wish))
}

/**
 * What the token says of a session at `acr`: one of the values demanded where some were (OpenID Connect Core §5.5.1.1), the highest that
 * the session covers.
 */
export function toldAcr(acr: string, essential: readonly string[] | undefined, ladder: Ladder): string {
  if (essential === undefined || essential.includes(acr)) return acr
  const covered = ladder.slice(0, rankOf(ladder, acr) + 1).filter((level) => essential.includes(level.acr))
  return covered.at(-1)?.acr ?? acr
}

/** The acr at a place on the ladder. */
export function acrAt(rank: number, ladder: Ladder): string {
  return ladder[rank]?.acr ?? belowAll
}

function lowestRank(asked: readonly string[], ladder: Ladder): number {
  return Math.min(...asked.map((acr) => rankOf(ladder, acr, true)).filter((rank) => rank !== undefined))
}

/** An individual request for the claim without `essential` is as voluntary as `acr_values` (OpenID Connect Core §5.5.1.1). */
function acrClaim(claims: unknown): { readonly essential: readonly string[]; readonly voluntary: readonly string[] } {
  const none = { essential: [], voluntary: [] }
  if (typeof claims !== 'string') return none
  const acr = (
    JSON.parse(claims) as { id_token?: { acr?: { essential?: unknown; value?: unknown; values?: unknown } | null } }
  ).id_token?.acr
  if (!acr) return none
  if (acr.values !== undefined && !(Array.isArray(acr.values) && acr.values.every((one) => typeof one === 'string'))) {
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array of strings')
  }
  if (acr.value !== undefined && typeof acr.value !== 'string') {
    throw new errors.InvalidRequest('claims.id_token.acr.value must be a string')
  }
  const asked = [...(acr.values ?? []), ...(acr.value === undefined ? [] : [acr.value])]
  return acr.essential === true ? { essential: asked, voluntary: [] } : { essential: [], voluntary: asked }
}

function refuseUnknown(asked: readonly string[], ladder: Ladder): void {
  if (asked.every((acr) => rankOf(ladder, acr, true) === undefined)) {
    throw new errors.UnmetAuthenticationRequirements(
      `this provider has none of the authentication contexts ${asked.join(' ')}`
    )
  }
}
