// What a session is worth now: from the evidence of authentication (which method, when) to `acr`, `amr` and the time the
// level ages out, capped by risk. The only place that computes an acr. Behaviour enters as a cap alone, so it can keep or
// lower a level and never raise one (NIST SP 800-63B-4 §3.2.3).

import type { Authentication, SessionRecord } from '../ports.ts'

export interface AssuranceLevel {
  readonly acr: string
  /** Factors of different kinds (something known, held, inherent) that must have passed. */
  readonly factors: 1 | 2
  /** Needs a key bound to the origin, with user verification. */
  readonly phishingResistant: boolean
  /** Seconds after which the level ages out, counted from the oldest factor that it needs. */
  readonly maxAgeSeconds: number
}

/** Levels in rising order. */
export type Ladder = readonly AssuranceLevel[]

/** Below every level of the ladder (OpenID Connect Core §2 gives "0" this meaning). */
export const belowAll = '0'

export const defaultLadder: Ladder = [
  { acr: 'urn:vigil:loa:1', factors: 1, phishingResistant: false, maxAgeSeconds: 12 * 3600 },
  { acr: 'urn:vigil:loa:2', factors: 2, phishingResistant: false, maxAgeSeconds: 8 * 3600 },
  { acr: 'urn:vigil:loa:3', factors: 2, phishingResistant: true, maxAgeSeconds: 4 * 3600 }
]

/** What tokens tell of a session. */
export interface Standing {
  readonly acr: string
  /** RFC 8176 values of everything that counts now. */
  readonly amr: readonly string[]
  /** Seconds since the epoch of the last authentication. */
  readonly authTime?: number
  /** Seconds since the epoch at which `acr` ages out; absent below the ladder. */
  readonly acrExpiresAt?: number
}

/** The session's assurance at `now` (seconds since the epoch). */
export function standingOf(
  record: Pick<SessionRecord, 'authentications' | 'cap'>,
  ladder: Ladder,
  now: number
): Standing {
  const latest = latestPerMethod(record.authentications, now)
  const authTime = record.authentications.reduce<number | undefined>(
    (last, { at }) => (at <= now && at > (last ?? -1) ? at : last),
    undefined
  )
  const amr = amrOf(latest)
  for (let rank = rankOf(ladder, record.cap?.acr ?? ladder.at(-1)!.acr); rank >= 0; rank--) {
    const level = ladder[rank]!
    const since = heldSince(level, latest)
    if (since === undefined || now >= since + level.maxAgeSeconds) continue
    return {
      acr: level.acr,
      amr,
      acrExpiresAt: since + level.maxAgeSeconds,
      ...(authTime !== undefined && { authTime })
    }
  }
  return { acr: belowAll, amr, ...(authTime !== undefined && { authTime }) }
}

/** Place of an acr on the ladder from 0; -1 = below all; undefined = unknown. */
export function rankOf(ladder: Ladder, acr: string): number
export function rankOf(ladder: Ladder, acr: string, strict: true): number | undefined
export function rankOf(ladder: Ladder, acr: string, strict?: true): number | undefined {
  const rank = ladder.findIndex((level) => level.acr === acr)
  if (rank === -1 && acr !== belowAll && strict) return undefined
  return rank
}

/** The lower of two. */
export function lowerAcr(ladder: Ladder, a: string, b: string): string {
  return rankOf(ladder, a) <= rankOf(ladder, b) ? a : b
}

/** True when somebody who has passed `methods` just now stands at `acr` or above. */
export function reachable(ladder: Ladder, acr: string, methods: readonly string[]): boolean {
  const rank = rankOf(ladder, acr, true)
  if (rank === undefined) return false
  return rankOf(ladder, standingOf({ authentications: [{ amr: methods, at: 0 }] }, ladder, 0).acr) >= rank
}

// RFC 8176 §2 names methods; NIST SP 800-63B-4 §2 groups them. E-mail codes are `otp` only where an operator says so.
const known = new Set(['pwd', 'pin', 'kba'])
const held = new Set(['otp', 'hwk', 'swk', 'sc', 'sms', 'tel', 'pop'])
const inherent = new Set(['fpt', 'face', 'iris', 'retina', 'vbm'])
const originBound = new Set(['hwk', 'swk'])

/** Something that the person knows, and that whoever was told it knows as well. */
export function isKnown(method: string): boolean {
  return known.has(method)
}

function latestPerMethod(authentications: readonly Authentication[], now: number): Map<string, number> {
  const latest = new Map<string, number>()
  for (const { amr, at } of authentications) {
    if (at > now) continue
    for (const method of amr) latest.set(method, Math.max(at, latest.get(method) ?? at))
  }
  return latest
}

/** When the level was last held in full: the time of the oldest factor that it needs, or undefined. */
function heldSince(level: AssuranceLevel, latest: ReadonlyMap<string, number>): number | undefined {
  if (
    level.phishingResistant &&
    !([...latest.keys()].some((method) => originBound.has(method)) && latest.has('user'))
  ) {
    return undefined
  }
  const kinds = [known, held, inherent]
    .map((kind) => newest(latest, kind))
    .filter((at) => at !== undefined)
    .sort((a, b) => b - a)
  // A key that verified its user is two factors in one act (NIST SP 800-63B-4 §3.1.7).
  const verifiedKey = latest.has('user') ? newest(latest, originBound) : undefined
  if (level.factors === 2) return verifiedKey ?? kinds[1]
  return kinds[0]
}

function newest(latest: ReadonlyMap<string, number>, methods: ReadonlySet<string>): number | undefined {
  let at: number | undefined
  for (const [method, time] of latest) if (methods.has(method) && time > (at ?? -1)) at = time
  return at
}

/** `mfa` only for two factors of different kinds, never for a password asked twice. */
function amrOf(latest: ReadonlyMap<string, number>): readonly string[] {
  const methods = [...latest.keys()].filter((method) => method !== 'mfa')
  const kinds = [known, held, inherent].filter((kind) => methods.some((method) => kind.has(method))).length
  return kinds > 1 ? [...methods, 'mfa'] : methods
}
