// How a session's record changes: it is authenticated, its risk moves, a rule asks for something, the watch comes and goes, it
// is revoked. Each is a pure function from record to record that returns the same object when nothing changed, so that the
// store writes nothing. What risk took latches: only a factor passed afterwards gives it back.

import type { LivenessKind } from '../biometrics/liveness/finding.ts'
import type { Authentication, SeenDevice, SessionRecord } from '../ports.ts'
import { isKnown } from './assurance.ts'
import { anotherMethod, demandedMethods, meetsDemand } from './demand.ts'
import { belowAll } from './ladder.ts'
import { atLeast, type RiskLevel, stronger, type WatchState } from './levels.ts'
import type { Decision, LoginDoubt } from './policy.ts'

/** A session at its first login. */
export function newSession(uid: string, accountId: string, expiresAt: number): SessionRecord {
  return {
    uid,
    accountId,
    authentications: [],
    risk: 'LOW',
    watch: 'not_watched',
    alarms: 0,
    expiresAt,
    version: 0
  }
}

/**
 * The person passed one or more methods. It answers an open demand and lifts the cap, unless this is a second suspicion answered by
 * nothing but the methods that answered the one before: a stolen password must not disarm the watch twice. Then the demand is
 * over (asking again would loop) and the cap stays until another factor passes or the session ends. The same where the demand names methods and
 * another has passed: `possible` says whether the person has any of those named, and with one the demand stands. Whoever is not seen after it is
 * asked anew, also by a node that knows nothing of the silence before.
 */
export function authenticated(
  record: SessionRecord,
  authentication: Authentication,
  { possible = true }: { readonly possible?: boolean } = {}
): SessionRecord {
  const next = afterProof(record, authentication, possible)
  return next.demand || next === record || next.watch !== 'unobserved' ? next : { ...next, watch: 'not_watched' }
}

function afterProof(record: SessionRecord, authentication: Authentication, possible: boolean): SessionRecord {
  const seen = record.authentications.some(
    ({ interaction }) => interaction !== undefined && interaction === authentication.interaction
  )
  if (seen) return record
  // RFC 8176 §2: `rba` says that the risk engine took part, which it did when it asked.
  const amr = record.demand ? [...authentication.amr, 'rba'] : authentication.amr
  const authentications = [...record.authentications, { ...authentication, amr }].slice(-maximumAuthentications)
  const answered = { ...without(record, 'phrase', 'held'), authentications }
  if (!record.demand && !record.cap) {
    // A doubt that took nothing is answered by any proof.
    return record.risk === 'LOW' ? answered : { ...without(answered, 'reason', 'liveness'), risk: 'LOW' }
  }
  if (record.demand && !meetsDemand(record.demand, authentication))
    return possible ? answered : unmet(answered, authentication.amr)
  if (!liftsCap(record, authentication.amr)) return without(answered, 'demand')
  const lifted: SessionRecord = { ...without(answered, 'demand', 'cap', 'reason', 'liveness'), risk: 'LOW' }
  if (record.cap?.reason === silence) return lifted
  return { ...lifted, answeredWith: answeredBy(record, authentication.amr) }
}

/** The rule named more than was shown. Shown once more it lifts nothing either, not even a cap for a silence. */
function unmet(record: SessionRecord, methods: readonly string[]): SessionRecord {
  const { cap } = record
  return {
    ...without(record, 'demand'),
    ...(cap?.reason === silence && { cap: { ...cap, reason: 'policy' } }),
    answeredWith: answeredBy(record, methods)
  }
}

function answeredBy({ answeredWith = [] }: SessionRecord, methods: readonly string[]): string[] {
  return [...new Set([...answeredWith, ...methods])]
}

/**
 * Whether passing these methods gives back what risk took. A laptop that slept is no sign of a stranger (no evidence is not guilt): that
 * doubt may be answered the same way each time. A suspicion wants a method that has not answered one before.
 */
export function liftsCap({ cap, answeredWith }: SessionRecord, methods: readonly string[]): boolean {
  return !cap || cap.reason === silence || methods.some((method) => !answeredWith?.includes(method))
}

/** Reason of a cap that a missing watch has put on. */
const silence = 'unobserved'

/** Evidence moved the risk. A risk that took a level away does not fall by itself: good behaviour lifts nothing. */
export function riskMoved(record: SessionRecord, level: RiskLevel, reason: string): SessionRecord {
  if (record.revokedAt !== undefined || record.risk === level) return record
  if (record.cap && !atLeast(level, record.risk)) return record
  if (level === 'LOW') return { ...without(record, 'reason', 'phrase'), risk: level }
  const moved = level === 'HIGH' ? without(record, 'phrase') : record
  // A suspicion on top of a silence is a suspicion: the cap is lifted as one.
  return { ...moved, risk: level, reason, ...(record.cap && { cap: { ...record.cap, reason } }) }
}

/** The stream does not look like a hand at work now: as much reason to ask as any alarm, and a rule may look at which it was. */
export function suspected(record: SessionRecord, kind: LivenessKind): SessionRecord {
  if (record.revokedAt !== undefined) return record
  const moved = riskMoved(record, 'HIGH', `${kind}_suspected`)
  return moved.liveness === kind ? moved : { ...moved, liveness: kind }
}

/** A rule asked for something. The stronger of two demands stands; notify and allow ask nothing, and a phrase only offers. */
export function demanded(record: SessionRecord, decision: Decision, now: number): SessionRecord {
  if (record.revokedAt !== undefined) return record
  if (decision.action === 'phrase') return phraseOffered(record, decision, now)
  if (decision.action !== 'step_up' && decision.action !== 'reauthenticate') return record
  if (record.demand && !stronger(decision.action, record.demand.action)) return record
  const reason = record.reason ?? (record.watch === 'unobserved' ? silence : 'policy')
  return {
    ...without(record, 'phrase'),
    alarms: record.demand ? record.alarms : record.alarms + 1,
    cap: record.cap ?? { acr: belowAll, since: now, reason },
    demand: {
      action: decision.action,
      rule: decision.rule,
      policyVersion: decision.policyVersion,
      since: record.demand?.since ?? now,
      ...demandedMethods(decision.methods, record.authentications),
      ...(decision.acr !== undefined && { acr: decision.acr })
    }
  }
}

/** A phrase answers a doubt before a level is lost, and nothing else. */
function phraseOffered(record: SessionRecord, { rule, policyVersion }: Decision, now: number): SessionRecord {
  if (record.phrase || record.risk !== 'MEDIUM' || record.cap || record.demand) return record
  return { ...record, phrase: { rule, policyVersion, since: now } }
}

/** Answers that are looked at in one session within an hour: whoever has more to try learns how its owner types. */
export const phrasesAnHour = 3
const hourSeconds = 3600

/** `open`: a typed phrase may answer the doubt now; `used_up`: not for a while; `none`: there is nothing that one could answer. */
export type PhraseStanding = 'none' | 'open' | 'used_up'

export function phraseStanding({ phrase, phrases, revokedAt }: SessionRecord, now: number): PhraseStanding {
  if (!phrase || revokedAt !== undefined) return 'none'
  const recent = (phrases ?? []).filter(({ at }) => at > now - hourSeconds)
  return recent.length < phrasesAnHour ? 'open' : 'used_up'
}

/** An answer to the challenge `id` is looked at, whatever comes of it. */
export function phraseTaken(record: SessionRecord, id: string, now: number): SessionRecord {
  const recent = (record.phrases ?? []).filter(({ at }) => at > now - hourSeconds)
  return { ...record, phrases: [...recent, { id, at: now }] }
}

/** It was typed as its owner types: the doubt is over. What was taken stays taken, and nobody has proved anything. */
export function phraseAnswered(record: SessionRecord): SessionRecord {
  return record.phrase && record.revokedAt === undefined ? riskMoved(record, 'LOW', 'phrase') : record
}

/**
 * The password was right and a rule doubts that its owner typed it. With another factor to ask for, the session begins with that demand; else
 * without a level, or in full where the rule says so. What was just passed answers nothing, or a stolen password would answer for itself.
 */
export function loginDoubted(
  record: SessionRecord,
  decision: Decision & { readonly doubt: LoginDoubt },
  {
    passed,
    usable,
    factors = [],
    now
  }: {
    readonly passed: readonly string[]
    readonly usable: readonly string[]
    /** Ids of the factors that the person can use. */
    readonly factors?: readonly string[]
    readonly now: number
  }
): SessionRecord {
  // A cap that this login did not lift stands for more than this doubt, and asking on top of it would loop.
  if (record.revokedAt !== undefined || record.cap || decision.action !== 'step_up') return record
  // Somebody who has shown more than something known has answered already.
  if (!passed.every(isKnown)) return record
  const answeredWith = [...new Set([...(record.answeredWith ?? []), ...passed])]
  const named = decision.methods?.filter((id) => id !== anotherMethod) ?? []
  const possible =
    usable.some((method) => !answeredWith.includes(method)) &&
    (named.length === 0 || named.some((id) => factors.includes(id)))
  if (!possible && decision.otherwise === 'notify') return record
  const doubted: SessionRecord = {
    ...record,
    risk: 'HIGH',
    reason: decision.doubt,
    answeredWith,
    cap: { acr: belowAll, since: now, reason: decision.doubt }
  }
  return possible ? demanded(doubted, decision, now) : { ...doubted, alarms: record.alarms + 1 }
}

/** What a policy sees of a device: somebody who has proved who they are on it is not asked again because of it. */
export function deviceFact({ device, authentications }: SessionRecord): { readonly known: boolean } | undefined {
  return device && { known: device.known || authentications.some(({ at }) => at > device.since) }
}

/**
 * The session's cookie comes from another kind of browser than the one in which somebody proved who they are: a cookie does not change browsers by
 * itself. Whoever passes a factor there makes it a browser of the session.
 */
export function isForeignBrowser({ authentications }: SessionRecord, browser: string | undefined): boolean {
  const proved = authentications.findLast((one) => one.browser !== undefined)?.browser
  return proved !== undefined && browser !== undefined && browser !== proved
}

/** The session's pages speak from a device of this class. */
export function deviceSeen(record: SessionRecord, device: SeenDevice): SessionRecord {
  const same = record.device?.class === device.class && record.device.known === device.known
  return same ? record : { ...record, device }
}

export function watchChanged(record: SessionRecord, watch: WatchState): SessionRecord {
  return record.watch === watch ? record : { ...record, watch }
}

/** Revoking wins over everything that comes later. */
export function revoked(record: SessionRecord, reason: string, now: number): SessionRecord {
  return record.revokedAt === undefined ? { ...record, revokedAt: now, reason } : record
}

/** A session sees many step-ups in its life; the newest decide. */
const maximumAuthentications = 20

function without<K extends keyof SessionRecord>(
  record: SessionRecord,
  ...keys: K[]
): Omit<SessionRecord, K> & SessionRecord {
  const copy = { ...record }
  for (const key of keys) delete copy[key]
  return copy
}
