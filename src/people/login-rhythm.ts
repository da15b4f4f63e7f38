// How the password of a login was typed, the part with effects: it is held against what is known of the person, and learnt from once the
// login proved strong. No evidence is the answer to everything that goes wrong, and a login never waits or fails for it. What is known is
// encrypted, about the present password alone, and gone with it. The rules are in docs/fixed-text.md.

import type { Logger } from 'pino'
import {
  assessSecret,
  decodeSecretCourse,
  encodeSecretCourse,
  fewestToJudge,
  nothingKnown,
  parseTypedRhythm,
  remembered,
  taught,
  type FixedTextModel,
  type SecretAssessment,
  type SecretCourse,
  type TypedSecret
} from '../biometrics/fixed-text/index.ts'
import { isVigilError, VigilError } from '../errors.ts'
import type { AuditLog, LoginTemplateStore, PersonStore, SessionRecord, StoredLoginTemplate } from '../ports.ts'
import type { LoginTyping } from '../provider/vigil-api.ts'
import type { LoginSigns } from '../risk/policy.ts'
import { seal, sign, unseal } from '../secrets.ts'
import type { StrongLogin } from './strong-login.ts'

export interface LoginRhythmOptions {
  readonly people: PersonStore
  readonly loginTemplates: LoginTemplateStore
  readonly audit: AuditLog
  readonly logger: Logger
  readonly strong: StrongLogin
  /** Key of the purpose `login-templates`. */
  readonly key: Uint8Array
  /** How people type secrets in general; undefined where nobody knows. */
  model(): Promise<FixedTextModel | undefined>
  now(): number
}

export interface LoginRhythm {
  /** Judges a login whose password was right. Never rejects. `interaction` names it until `concluded`. */
  judge(interaction: string, accountId: string, typing: LoginTyping): Promise<LoginSigns>
  /** The login has become part of a session. Never rejects; resolves when what it teaches is stored. */
  concluded(interaction: string | undefined, record: SessionRecord): Promise<void>
  /** The password is another one now. */
  secretChanged(accountId: string): Promise<void>
  erase(accountId: string): Promise<void>
  /** Logins that have taught so far; 0 = nothing is known. */
  loginsLearnt(accountId: string): Promise<number>
  /** Resolves when the last lessons are stored. */
  close(): Promise<void>
}

/** A login between its form and its session, in memory only. */
interface Pending {
  readonly accountId: string
  readonly secret: string
  readonly known: Known
  readonly typed: TypedSecret
  readonly assessment: SecretAssessment
  readonly until: number
}

/** What it was held against; a lesson goes on from there or is lost. */
interface Known {
  readonly course: SecretCourse
  /** 0 = nothing is stored. */
  readonly version: number
}

/** As long as a login may vouch for what was typed in it. */
const pendingSeconds = 600
/** More logins at once than a process serves in that time are let go, the oldest first: they teach nothing. */
const mostPending = 10_000
/** On a coarser clock, in milliseconds, there is no rhythm left. */
const coarsestGrainMs = 34
const dayLength = 24 * 3600

export function createLoginRhythm(options: LoginRhythmOptions): LoginRhythm {
  const { people, loginTemplates, audit, logger, key, now } = options
  /** By interaction, and by session where a login was not strong yet: a second factor may follow. */
  const pending = new Map<string, Pending>()
  const lessons = new Set<Promise<void>>()

  async function judge(interaction: string, accountId: string, typing: LoginTyping): Promise<LoginSigns> {
    const nothing = { rhythm: 'none', newDevice: typing.newDevice } as const
    const typed = typing.rhythm ? parseTypedRhythm(typing.rhythm) : undefined
    if (!typed) return { ...nothing, because: {} }
    if (typed.grainMs > coarsestGrainMs) return { ...nothing, because: { grainMs: typed.grainMs } }
    if (!(await hasAgreed(accountId))) return { ...nothing, because: {} }
    const secret = nameOf(accountId, typing.secret)
    const present = await known(accountId, secret)
    const assessment = assessSecret(await options.model(), present.course, typed)
    remember(interaction, { accountId, secret, known: present, typed, assessment, until: now() + pendingSeconds })
    const { rhythm, liveness } = assessment
    return {
      rhythm,
      newDevice: typing.newDevice,
      ...(liveness && { liveness: liveness.kind }),
      because: explanationOf(assessment, typed, present.course)
    }
  }

  async function hasAgreed(accountId: string): Promise<boolean> {
    return (await people.find(accountId))?.consentedAt !== undefined
  }

  function remember(name: string, login: Pending): void {
    for (const [old, { until }] of pending) {
      if (until > now() && pending.size < mostPending) break
      pending.delete(old)
    }
    pending.set(name, login)
  }

  function take(name: string | undefined): Pending | undefined {
    const login = name === undefined ? undefined : pending.get(name)
    if (name !== undefined) pending.delete(name)
    return login && login.until > now() ? login : undefined
  }

  async function learn(login: Pending, record: SessionRecord): Promise<void> {
    const { accountId, secret, typed, assessment } = login
    if (record.accountId !== accountId || !isCalm(record) || !(await hasAgreed(accountId))) return undefined
    const strong = await options.strong.given(record, now())
    const { course, version } = login.known
    const day = Math.floor(now() / dayLength)
    const next = strong ? taught(course, typed, assessment, day).course : remembered(course, typed)
    const after = {
      course: next,
      version: next === course ? version : await save(accountId, secret, next, version + 1)
    }
    // A second factor may still follow.
    if (!strong) return remember(sessionName(record.uid), { ...login, known: after })
    // Once, not with every login: from here on logins are judged.
    if (next.template?.repetitions !== fewestToJudge || course.template?.repetitions === fewestToJudge) return undefined
    await audit.append({
      type: 'login.rhythm_known',
      accountId,
      sessionUid: record.uid,
      data: { logins: fewestToJudge }
    })
  }

  async function save(accountId: string, secret: string, course: SecretCourse, version: number): Promise<number> {
    const template = { accountId, version, learntAt: now() }
    const plain = encodeSecretCourse({ course, secret })
    await loginTemplates.save({ ...template, blob: seal(key, plain, bindingOf(template)) })
    return version
  }

  /** What is known of this very secret. What cannot be read, and what was learnt of another secret, goes. */
  async function known(accountId: string, secret: string): Promise<Known> {
    const stored = await loginTemplates.find(accountId)
    if (!stored) return { course: nothingKnown, version: 0 }
    const opened = await open(stored)
    if (opened?.secret === secret) return { course: opened.course, version: stored.version }
    if (opened) await drop(accountId, 'password_changed')
    else await loginTemplates.erase(accountId)
    return { course: nothingKnown, version: 0 }
  }

  async function open(stored: StoredLoginTemplate): Promise<ReturnType<typeof decodeSecretCourse> | undefined> {
    const { accountId, version } = stored
    try {
      return decodeSecretCourse(unseal(key, stored.blob, bindingOf(stored)))
    } catch (cause) {
      const error = new VigilError('profile_corrupt', 'a login template cannot be read', { cause })
      logger.error({ err: error, accountId, version }, 'a login template cannot be read; it begins anew')
      await audit.append({ type: 'login.template_corrupt', accountId, data: { version } })
      return undefined
    }
  }

  async function drop(accountId: string, reason: string): Promise<void> {
    for (const [name, login] of pending) if (login.accountId === accountId) pending.delete(name)
    if (!(await loginTemplates.erase(accountId))) return
    await audit.append({ type: 'login.template_dropped', accountId, data: { reason } })
  }

  /** The stored hash itself must not stand beside what it protects. */
  function nameOf(accountId: string, secret: string): string {
    return sign(key, `vigil secret\n${accountId}\n${secret}`)
  }

  return {
    async judge(interaction, accountId, typing) {
      try {
        return await judge(interaction, accountId, typing)
      } catch (error) {
        const refused = isVigilError(error) ? error.message : 'it could not be judged'
        if (!isVigilError(error, 'rhythm_invalid')) {
          logger.error({ err: error, accountId }, 'the rhythm of a login could not be judged')
        }
        return { rhythm: 'none', newDevice: typing.newDevice, because: { refused } }
      }
    },
    async concluded(interaction, record) {
      const login = take(interaction) ?? take(sessionName(record.uid))
      if (!login) return
      const lesson = learn(login, record)
        .catch((error: unknown) => {
          // Somebody else wrote first: a lesson is lost, and there is another with the next login.
          if (isVigilError(error, 'conflict')) return
          logger.error({ err: error, uid: record.uid }, 'a login could not be learnt from')
        })
        .finally(() => lessons.delete(lesson))
      lessons.add(lesson)
      await lesson
    },
    secretChanged: (accountId) => drop(accountId, 'password_changed'),
    erase: (accountId) => drop(accountId, 'erased'),
    async loginsLearnt(accountId) {
      const stored = await loginTemplates.find(accountId)
      const opened = stored && (await open(stored))
      return opened?.course.template?.repetitions ?? 0
    },
    async close() {
      await Promise.all(lessons)
    }
  }
}

/** Nothing in the session was ever doubted. */
function isCalm({ alarms, risk, cap, demand, revokedAt }: SessionRecord): boolean {
  return alarms === 0 && risk === 'LOW' && !cap && !demand && revokedAt === undefined
}

/** Views and amounts, never positions: times in their order could tell of the secret. */
function explanationOf(
  { llr, shares, holdPercent, gapPercent, liveness }: SecretAssessment,
  { repetition }: TypedSecret,
  { template }: SecretCourse
): Readonly<Record<string, unknown>> {
  const judges = template !== undefined && template.repetitions >= fewestToJudge
  return {
    ...(llr !== undefined && { llr: tenths(llr) }),
    ...(shares.length > 0 && { features: shares.map(({ view, share }) => ({ feature: view, share: tenths(share) })) }),
    ...(holdPercent !== undefined && { holdPercent }),
    ...(gapPercent !== undefined && { gapPercent }),
    ...(liveness && { reasons: liveness.reasons }),
    ...(judges && { logins: template.repetitions, sameLength: template.keys === repetition.pressMs.length })
  }
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10
}

/** Interactions have names without a space. */
function sessionName(uid: string): string {
  return `session ${uid}`
}

function bindingOf({ accountId, version }: Pick<StoredLoginTemplate, 'accountId' | 'version'>): string {
  return JSON.stringify([accountId, 'login', version])
}
