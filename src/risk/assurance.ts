// What a session is worth now: from the evidence of authentication (which method, when) to `acr`, `amr` and the time the
// level ages out, capped by risk. The only place that computes an acr. Behaviour enters as a cap alone, so it can keep or
// lower a level and never raise one (NIST SP 800-63B-4 §3.2.3).

import type { Authentication, SessionRecord } from '../ports.ts'
import { type AssuranceLevel, belowAll, type Ladder, rankOf } from './ladder.ts'

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
  const keyAt = verifiedKeyAt(record.authentications, now)
  const amr = amrOf(latest, keyAt !== undefined)
  for (let rank = rankOf(ladder, record.cap?.acr ?? ladder.at(-1)!.acr); rank >= 0; rank--) {
    const level = ladder[rank]!
    const since = heldSince(level, latest, keyAt)
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
const isOriginBound = (method: string): boolean => originBound.has(method)

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

/** When the level was last held in full: the time of the oldest factor that it needs, in the way that is youngest; or undefined. */
function heldSince(level: AssuranceLevel, latest: ReadonlyMap<string, number>, keyAt: number | undefined) {
  if (level.phishingResistant) return keyAt
  const kinds = [known, held, inherent]
    .map((kind) => newest(latest, kind))
    .filter((at) => at !== undefined)
    .sort((a, b) => b - a)
  const apart = kinds[level.factors - 1]
  return keyAt === undefined || (apart !== undefined && apart > keyAt) ? apart : keyAt
}

/**
 * A key that verified its user is two factors in one act (NIST SP 800-63B-4 §3.1.7), and no two acts make one: a holder who was verified an hour
 * ago says nothing of whoever touches the key now.
 */
function verifiedKeyAt(authentications: readonly Authentication[], now: number): number | undefined {
  const acts = authentications.filter(({ amr, at }) => at <= now && amr.includes('user') && amr.some(isOriginBound))
  return acts.length === 0 ? undefined : Math.max(...acts.map(({ at }) => at))
}

function newest(latest: ReadonlyMap<string, number>, methods: ReadonlySet<string>): number | undefined {
  let at: number | undefined
  for (const [method, time] of latest) if (methods.has(method) && time > (at ?? -1)) at = time
  return at
}

/** `mfa` only for two factors of different kinds, never for a password asked twice; a key that verified its user is two in one. */
function amrOf(latest: ReadonlyMap<string, number>, verifiedKey: boolean): readonly string[] {
  const methods = [...latest.keys()].filter((method) => method !== 'mfa')
  const kinds = [known, held, inherent].filter((kind) => methods.some((method) => kind.has(method))).length
  return kinds > 1 || verifiedKey ? [...methods, 'mfa'] : methods
}
