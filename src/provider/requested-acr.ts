// Which authentication contexts a request asks for. Read from the parameters and not from `ctx.oidc.claims`: oidc-provider writes
// `acr_values` (or the client's default) over an essential `claims.id_token.acr`, which would issue a token below what was
// demanded (OpenID Connect Core §5.5.1.1). Where both are asked, both are kept, and the stricter holds.

import { errors } from 'oidc-provider'
import { belowAll, type Ladder, rankOf } from '../risk/ladder.ts'

export interface RequestedAcr {
  /** Must be met or the request fails: any of these. */
  readonly essential?: readonly string[]
  /** Should be met where it can (`acr_values`, in order of preference). */
  readonly voluntary?: readonly string[]
}

/** Reads `acr_values` and `claims`. Throws `unmet_authentication_requirements` when nothing asked for exists here. */
export function requestedAcr(params: Readonly<Record<string, unknown>>, ladder: Ladder): RequestedAcr {
  const voluntary = typeof params['acr_values'] === 'string' ? params['acr_values'].split(' ').filter(Boolean) : []
  const essential = essentialAcr(params['claims'])
  refuseUnknown(essential, ladder)
  refuseUnknown(voluntary, ladder)
  return { ...(essential.length > 0 && { essential }), ...(voluntary.length > 0 && { voluntary }) }
}

/** An acr at or above the lowest one listed will do: levels are ordered. */
export function satisfies(acr: string, asked: readonly string[] | undefined, ladder: Ladder): boolean {
  return asked === undefined || rankOf(ladder, acr) >= lowestRank(asked, ladder)
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

/** The acr that is enough for a list. */
export function enough(asked: readonly string[], ladder: Ladder): string {
  return ladder[lowestRank(asked, ladder)]?.acr ?? belowAll
}

function lowestRank(asked: readonly string[], ladder: Ladder): number {
  return Math.min(...asked.map((acr) => rankOf(ladder, acr, true)).filter((rank) => rank !== undefined))
}

function essentialAcr(claims: unknown): string[] {
  if (typeof claims !== 'string') return []
  const acr = (
    JSON.parse(claims) as { id_token?: { acr?: { essential?: unknown; value?: unknown; values?: unknown } | null } }
  ).id_token?.acr
  if (!acr || acr.essential !== true) return []
  if (
    acr.values !== undefined &&
    !(Array.isArray(acr.values) && acr.values.every((value) => typeof value === 'string'))
  ) {
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array of strings')
  }
  if (acr.value !== undefined && typeof acr.value !== 'string') {
    throw new errors.InvalidRequest('claims.id_token.acr.value must be a string')
  }
  return [...(acr.values ?? []), ...(acr.value === undefined ? [] : [acr.value])]
}

function refuseUnknown(asked: readonly string[], ladder: Ladder): void {
  if (asked.length > 0 && asked.every((acr) => rankOf(ladder, acr, true) === undefined)) {
    throw new errors.UnmetAuthenticationRequirements(
      `this provider has none of the authentication contexts ${asked.join(' ')}`
    )
  }
}
