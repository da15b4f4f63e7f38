// Carries out what a change of a session means: the record moves by compare-and-set, the policy decides once, the page is told, the
// host's listeners hear of it, and the audit says why. Everything that can change a session's risk comes through here.

import type { LivenessAssessment } from '../biometrics/liveness/finding.ts'
import type { AuditLog, Authentication, Demand, SeenDevice, SessionRecord, SessionStore } from '../ports.ts'
import type { ServerMessage } from '../channel/ports.ts'
import { standingOf } from '../risk/assurance.ts'
import { belowAll, type Ladder } from '../risk/ladder.ts'
import type { RiskLevel, WatchState } from '../risk/levels.ts'
import { type Decision, decide, type Facts, type LoginSigns, type Policy } from '../risk/policy.ts'
import {
  authenticated,
  demanded,
  deviceFact,
  deviceSeen,
  loginDoubted,
  newSession,
  revoked,
  phraseAnswered,
  riskMoved,
  suspected,
  watchChanged
} from '../risk/session-risk.ts'
import { unansweredBeside } from '../risk/unanswered.ts'
import type { VigilEvents } from '../provider/vigil-api.ts'

export interface ActionOptions {
  readonly sessions: SessionStore
  readonly audit: AuditLog
  readonly ladder: Ladder
  policy(): Policy
  /** Clients whose pages watch the session now. */
  clientsOf(uid: string): readonly string[]
  tell(uid: string, message: ServerMessage): void
  revoke(uid: string, reason: string): Promise<unknown>
  emit<E extends keyof VigilEvents>(event: E, detail: VigilEvents[E]): void
  /** Typed phrases; without them a rule that offers one only notes. */
  readonly phrase?: {
    /** Address of the page. */
    readonly url: string
    /** Whether the person can be told by one. */
    possible(accountId: string): Promise<boolean>
  }
  /** Seconds that the person has to answer before the page treats the session as refused. */
  readonly challengeSeconds: number
  /** Seconds that a record outlives its last change. */
  readonly rememberSeconds: number
  now(): number
}

export interface Actions {
  /** Evidence moved a session's risk. `data` explains it in the audit. */
  riskMoved(
    uid: string,
    level: RiskLevel,
    reason: string,
    data?: Readonly<Record<string, unknown>>
  ): Promise<SessionRecord | undefined>
  /** The stream looks automated or replayed: audited as such. */
  noteSuspicion(uid: string, accountId: string, finding: LivenessAssessment): Promise<void>
  /** The same, and the session's risk rises. */
  suspected(uid: string, accountId: string, finding: LivenessAssessment): Promise<SessionRecord | undefined>
  /** The pages of a session speak from a device of this class. A new one is audited, once a session. */
  deviceSeen(uid: string, device: Omit<SeenDevice, 'since'>): Promise<SessionRecord | undefined>
  /** What a page of the session has to be told when it opens: the challenge that nobody has answered yet, or the phrase that may be typed. */
  openChallenge(record: SessionRecord): ServerMessage | undefined
  /** A phrase was typed as its owner types. False when no doubt was left to answer. `because` explains it in the audit. */
  phraseAnswered(uid: string, because: Readonly<Record<string, unknown>>): Promise<boolean>
  watchChanged(uid: string, watch: WatchState): Promise<SessionRecord | undefined>
  /** The person switched the watch off after a fresh strong login. */
  watchStopped(uid: string, accountId: string): Promise<void>
  /** A page that speaks and tells of nobody, while a client that must be watched goes on asking. `hidden`: as the page says of itself. */
  noteContradiction(uid: string, accountId: string, hidden: boolean): Promise<void>
  /** A person passed a method in this session. */
  authenticated(
    uid: string,
    accountId: string,
    authentication: Authentication,
    seen?: SeenLogin
  ): Promise<SessionRecord>
  /**
   * The session is in use: a page of it begins to speak, or it is to be given to an application. A record that ran out before its session would take
   * the demand and the cap with it, and what stands unanswered in the person's other sessions may be held against it. Returns the record after that;
   * undefined where there is none. `accountId`: whose session it is.
   */
  used(uid: string, accountId: string): Promise<SessionRecord | undefined>
  /** Something that was made from the session is used: what is known of it must not run out before that does. Returns the record as it is then. */
  remembered(record: SessionRecord): Promise<SessionRecord>
}

export interface SeenLogin {
  /** How it was typed, where somebody looked. */
  readonly login?: ObservedLogin | undefined
  /** The session's record, where it was read a moment ago. */
  readonly known?: { readonly record: SessionRecord | undefined } | undefined
  /** Whether the person has a method that the standing demand names; default true. */
  readonly possible?: boolean | undefined
}

/** A login for the policy to decide: what it showed beside the proof, and what the person could show on top. */
export interface ObservedLogin {
  readonly signs: LoginSigns
  readonly clientId: string
  /** RFC 8176 values of everything that the person can use now. */
  readonly usable: readonly string[]
  /** Ids of the same factors. */
  readonly factors?: readonly string[]
}

export function createActions(options: ActionOptions): Actions {
  const { sessions, audit, now } = options

  async function change(
    uid: string,
    move: (record: SessionRecord) => SessionRecord,
    data: Readonly<Record<string, unknown>> = {},
    counted?: number
  ): Promise<SessionRecord | undefined> {
    const [unanswered, mayOffer] = await Promise.all([
      counted ?? (looksAtOthers() ? sessions.find(uid).then(unansweredElsewhere) : 0),
      mayOfferPhrase(uid)
    ])
    let before: SessionRecord | undefined
    let decision: Decision | undefined
    const after = await sessions.update(uid, (present) => {
      before = present
      decision = undefined
      if (!present) return undefined
      const moved = move(present)
      if (moved === present) return present
      decision = decide(options.policy(), factsOf(moved, unanswered))
      if (decision.action === 'phrase' && !mayOffer) decision = { ...decision, action: 'notify' }
      // Revoked in the same write: whatever fails afterwards, nothing more is issued for the session.
      if (decision.action === 'revoke') return revoked(moved, moved.reason ?? decision.rule, now())
      // The watch that comes and goes is no new alarm where the last one was answered and the answer lifted nothing.
      if (present.cap && !present.demand && moved.risk === present.risk) return moved
      return demanded(moved, decision, now())
    })
    if (before && after && decision) await carryOut(before, after, decision, data)
    return after
  }

  function factsOf(record: SessionRecord, unanswered: number): Facts {
    const { uid, risk, watch, liveness } = record
    return { risk, watch, clients: options.clientsOf(uid), liveness, device: deviceFact(record), unanswered }
  }

  /** Whether a rule counts the challenges in a person's other sessions. */
  const looksAtOthers = (): boolean => options.policy().rules.some(({ when }) => when.unanswered !== undefined)

  async function unansweredElsewhere(record: SessionRecord | undefined): Promise<number> {
    return record ? unansweredBeside(record.uid, await sessions.findByAccount(record.accountId)) : 0
  }

  /** The rule that decides only because challenges in other sessions stand unanswered. */
  function heldAgainst(record: SessionRecord, unanswered: number): string | undefined {
    if (unanswered === 0) return undefined
    const ruleFor = (count: number): string => decide(options.policy(), factsOf(record, count)).rule
    const rule = ruleFor(unanswered)
    return rule === ruleFor(0) ? undefined : rule
  }

  async function remembered(record: SessionRecord): Promise<SessionRecord> {
    const wanted = now() + options.rememberSeconds
    if (record.expiresAt > wanted - extendEverySeconds) return record
    const after = await sessions.update(record.uid, (present) => present && { ...present, expiresAt: wanted })
    return after ?? record
  }

  async function mayOfferPhrase(uid: string): Promise<boolean> {
    if (!options.phrase || !options.policy().rules.some(({ action }) => action === 'phrase')) return false
    const record = await sessions.find(uid)
    // A screen tells nothing of how its keys are struck.
    if (!record || record.device?.class === 'touch') return false
    return options.phrase.possible(record.accountId)
  }

  async function carryOut(
    before: SessionRecord,
    after: SessionRecord,
    decision: Decision,
    data: Readonly<Record<string, unknown>>
  ) {
    const { uid, accountId } = after
    const because = { rule: decision.rule, policyVersion: decision.policyVersion, action: decision.action }
    if (after.risk !== before.risk) {
      const reason = after.reason ?? 'evidence'
      await audit.append({
        type: 'risk.changed',
        accountId,
        sessionUid: uid,
        data: { from: before.risk, to: after.risk, reason, ...because, ...data }
      })
      options.emit('risk.changed', { uid, accountId, from: before.risk, to: after.risk, reason })
    } else if (after.device && after.device !== before.device) {
      if (!after.device.known)
        await audit.append({
          type: 'device.new',
          accountId,
          sessionUid: uid,
          data: { class: after.device.class, ...because }
        })
    } else if (after.watch !== before.watch) {
      await audit.append({
        type: 'watch.changed',
        accountId,
        sessionUid: uid,
        data: { from: before.watch, to: after.watch, ...because }
      })
    }
    if (decision.action === 'revoke') {
      await options.revoke(uid, after.reason ?? decision.rule)
      return
    }
    if (after.demand && after.demand !== before.demand) {
      const acr = acrAsked(after, after.demand)
      await audit.append({
        type: 'challenge.required',
        accountId,
        sessionUid: uid,
        data: { acr, ...methodsIn(after.demand), ...because }
      })
      options.emit('challenge.required', { uid, accountId, rule: decision.rule, acr })
      options.tell(uid, challengeOf(after, after.demand))
    } else if (after.phrase && !before.phrase) {
      await audit.append({ type: 'phrase.offered', accountId, sessionUid: uid, data: because })
      options.tell(uid, offerOf())
    } else if (decision.action === 'notify') {
      await audit.append({ type: 'risk.notified', accountId, sessionUid: uid, data: because })
    }
  }

  function offerOf(): ServerMessage {
    return { type: 'phrase_offered', url: options.phrase?.url ?? '' }
  }

  /** Where the rule names no level: what the session was worth before risk capped it. */
  function acrAsked(record: SessionRecord, demand: Demand): string {
    return demand.acr ?? standingOf({ authentications: record.authentications }, options.ladder, now()).acr
  }

  /** The standard authorization request that answers (OpenID Connect Core §3.1.2.1), and until when. */
  function challengeOf(record: SessionRecord, demand: Demand): ServerMessage {
    const acr = acrAsked(record, demand)
    return {
      type: 'challenge_required',
      request: {
        ...(acr !== belowAll && { acr_values: acr }),
        ...(demand.action === 'reauthenticate' && { prompt: 'login' })
      },
      by: demand.since + options.challengeSeconds
    }
  }

  /** Why somebody is asked, or not believed in full, right after the right password. */
  async function carryOutLogin(
    { decision, before }: DecidedLogin,
    after: SessionRecord,
    { signs }: ObservedLogin
  ): Promise<void> {
    const { rhythm, liveness, newDevice, because } = signs
    if (decision.action === 'allow' && rhythm === 'none' && !liveness && Object.keys(because).length === 0) return
    const taken = after.cap !== undefined && before.cap === undefined
    const action = decision.action === 'step_up' && !taken ? 'notify' : decision.action
    const outcome = taken ? (after.demand ? 'asked' : 'capped') : action === 'notify' ? 'noted' : 'believed'
    const { uid: sessionUid, accountId } = after
    const { rule, policyVersion } = decision
    const data = { rhythm, ...(liveness && { liveness }), newDevice, ...because, rule, policyVersion, outcome }
    await audit.append({ type: 'login.judged', accountId, sessionUid, data })
    await carryOut(before, after, { ...decision, action }, {})
  }

  return {
    openChallenge(record) {
      if (record.demand) return challengeOf(record, record.demand)
      return record.phrase && options.phrase && offerOf()
    },
    async phraseAnswered(uid, because) {
      let answered = false
      const record = await change(uid, (present) => {
        const next = phraseAnswered(present)
        answered = next !== present
        return next
      })
      if (!record || !answered) return false
      await audit.append({ type: 'phrase.answered', accountId: record.accountId, sessionUid: uid, data: because })
      return true
    },
    riskMoved: (uid, level, reason, data) => change(uid, (record) => riskMoved(record, level, reason), data),
    noteSuspicion: (uid, accountId, finding) => noteSuspicion(audit, uid, accountId, finding),
    async suspected(uid, accountId, finding) {
      await noteSuspicion(audit, uid, accountId, finding)
      return change(uid, (record) => suspected(record, finding.kind), explanationOf(finding))
    },
    deviceSeen: (uid, device) => change(uid, (record) => deviceSeen(record, { ...device, since: now() })),
    watchChanged: (uid, watch) => change(uid, (record) => watchChanged(record, watch)),
    async watchStopped(uid, accountId) {
      await audit.append({ type: 'watch.stopped', accountId, sessionUid: uid })
      await change(uid, (record) => watchChanged(record, 'not_watched'))
    },
    noteContradiction: (uid, accountId, hidden) =>
      audit.append({ type: 'watch.contradicted', accountId, sessionUid: uid, data: { hidden } }),
    async authenticated(uid, accountId, authentication, seen = {}) {
      const { answered, decided, record } = await noteAuthentication(uid, accountId, authentication, seen, options)
      const { login } = seen
      const { amr } = authentication
      if (decided && login) await carryOutLogin(decided, record, login)
      if (answered)
        await audit.append({ type: 'challenge.passed', accountId, sessionUid: uid, data: { amr, lifted: !record.cap } })
      if (answered && !record.cap)
        options.emit('risk.changed', { uid, accountId, from: answered.risk, to: record.risk, reason: 'authenticated' })
      return record
    },
    remembered,
    async used(uid, accountId) {
      const looks = looksAtOthers()
      const found = looks ? await sessions.findByAccount(accountId, uid) : [await sessions.find(uid)]
      const record = found.find((one) => one?.uid === uid)
      if (!record) return undefined
      const live = await remembered(record)
      if (!looks || live.cap) return live
      const theirs = found.filter((one) => one?.accountId === live.accountId) as SessionRecord[]
      const unanswered = live.accountId === accountId ? unansweredBeside(uid, theirs) : await unansweredElsewhere(live)
      // Nothing else is decided anew because a session is used, and what was noted once is noted for as long as the case is the same.
      const held = (present: SessionRecord): string | undefined =>
        present.cap ? undefined : heldAgainst(present, unanswered)
      if (held(live) === live.held) return live
      if (held(live) === undefined) return (await sessions.update(uid, withoutHeld)) ?? live
      const weighed = (present: SessionRecord): SessionRecord => {
        const rule = held(present)
        return rule === undefined || rule === present.held ? present : { ...present, held: rule }
      }
      return (await change(uid, weighed, {}, unanswered)) ?? live
    }
  }
}

function withoutHeld(record: SessionRecord | undefined): SessionRecord | undefined {
  if (record?.held === undefined) return record
  const { held: _held, ...rest } = record
  return rest
}

function methodsIn({ methods, except }: Demand): Readonly<Record<string, unknown>> {
  return { ...(methods && { methods }), ...(except && { except }) }
}

async function noteSuspicion(
  audit: AuditLog,
  uid: string,
  accountId: string,
  finding: LivenessAssessment
): Promise<void> {
  await audit.append({ type: `${finding.kind}_suspected`, accountId, sessionUid: uid, data: explanationOf(finding) })
}

function explanationOf({ strength, reasons }: LivenessAssessment): Readonly<Record<string, unknown>> {
  return { strength: Math.round(10 * strength) / 10, reasons }
}

/** Once a day is enough, and costs a session one write a day. */
const extendEverySeconds = 24 * 3600

/** What a rule said of a login, and the record as it would be without it. */
interface DecidedLogin {
  readonly decision: Decision
  readonly before: SessionRecord
}

/** Compare and set of a login; `answered` is the record before, when a demand was open. */
async function noteAuthentication(
  uid: string,
  accountId: string,
  authentication: Authentication,
  { login, known, possible = true }: SeenLogin,
  options: ActionOptions
) {
  let answered: SessionRecord | undefined
  let decided: DecidedLogin | undefined
  const noted = (present: SessionRecord | undefined): SessionRecord => {
    const expiresAt = options.now() + options.rememberSeconds
    decided = undefined
    // Another person signed in where somebody else's session was: nothing of the old one counts.
    const kept = present && (present.accountId === accountId || present.revokedAt !== undefined)
    const base = kept ? present : newSession(uid, accountId, expiresAt)
    const proved = authenticated(base, authentication, { possible })
    const doubted = present && (present.demand ? !proved.demand : present.risk !== proved.risk)
    answered = doubted && proved !== present ? present : undefined
    if (proved === present) return present
    const next = login ? judged(proved, login) : proved
    return { ...next, expiresAt, version: present?.version ?? 0 }
  }
  const record = await options.sessions.update(uid, noted, known)
  return { answered, decided, record: record! }

  function judged(before: SessionRecord, { signs, clientId, usable, factors }: ObservedLogin): SessionRecord {
    const { risk, watch } = before
    const decision = decide(options.policy(), { risk, watch, clients: [clientId], login: signs })
    decided = { decision, before }
    const { doubt } = decision
    if (!doubt) return before
    return loginDoubted(
      before,
      { ...decision, doubt },
      {
        passed: authentication.amr,
        usable,
        ...(factors && { factors }),
        now: options.now()
      }
    )
  }
}
