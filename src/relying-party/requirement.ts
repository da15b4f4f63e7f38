// What an API asks of the authentication behind a token, and what a token lacks of it. Pure; the clock is an argument.

import { type RiskLevel, riskLevels } from '../risk/levels.ts'
import type { AccessToken } from './access-token.ts'

/** Everything that is named must hold. */
export interface Requirement {
  /** Lowest acr that is enough; one of the guard's levels. */
  readonly acr?: string
  /** Seconds since the person last authenticated, at most. Below five it means "just now". */
  readonly maxAge?: number
  /** Highest risk that is let through. A token that tells of no risk does not meet it. */
  readonly risk?: Exclude<RiskLevel, 'HIGH'>
  /** Scopes that the token must have (RFC 6750 §3.1). */
  readonly scope?: readonly string[]
}

/** What to ask the provider for, in the parameters of RFC 9470 §3. */
export interface Shortfall {
  readonly acrValues?: string
  readonly maxAge?: number
}

/** Seconds that a login may take from `auth_time` to the request that it was for. */
const justNowSeconds = 5

/** Throws a TypeError for a requirement that no token could meet by this order of levels. */
export function checkRequirement({ acr, maxAge }: Requirement, levels: readonly string[]): void {
  if (acr !== undefined && !levels.includes(acr)) {
    throw new TypeError(`requirement.acr must be one of ${levels.join(', ')}, got ${JSON.stringify(acr)}`)
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) {
    throw new TypeError(`requirement.maxAge must be a whole number of seconds from 0, got ${JSON.stringify(maxAge)}`)
  }
}

/**
 * What the token lacks; undefined when it is enough. `levels` in rising order, `now` in seconds since the epoch. An acr that is not
 * among the levels is below all of them. Whoever must be at lower risk must prove anew who they are, which is `max_age=0`.
 */
export function shortfallOf(
  token: Pick<AccessToken, 'acr' | 'authTime' | 'risk'>,
  { acr, maxAge, risk }: Requirement,
  levels: readonly string[],
  now: number
): Shortfall | undefined {
  const tooLow = acr !== undefined && levels.indexOf(token.acr ?? '') < levels.indexOf(acr)
  const tooOld =
    maxAge !== undefined && (token.authTime === undefined || now - token.authTime > Math.max(maxAge, justNowSeconds))
  const tooRisky =
    risk !== undefined && (token.risk === undefined || riskLevels.indexOf(token.risk) > riskLevels.indexOf(risk))
  if (!tooLow && !tooOld && !tooRisky) return undefined
  // All that the API asks stands in the challenge: a token that meets one half would come back for the other (RFC 9470 §3).
  const asked = tooRisky ? 0 : maxAge
  return { ...(acr !== undefined && { acrValues: acr }), ...(asked !== undefined && { maxAge: asked }) }
}
