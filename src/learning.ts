// Learning over time, the part with effects: it follows each visit of a watched session in memory, and when the visit has ended asks what it
// teaches, stores the next version of the profile, and audits every step. Whatever fails here fails alone: the watch goes on with the
// profile that it has. The rules are in docs/learning.md.

import type { Logger } from 'pino'
import {
  concludeVisit,
  createVisit,
  hasDrifted,
  hasForeignHands,
  noCourse,
  type Assessment,
  type Engine,
  type Lesson,
  type Profile,
  type Visit,
  type VisitEnd,
  type Window
} from './biometrics/index.ts'
import { isVigilError } from './errors.ts'
import type { AuditLog, PersonStore, SessionStore } from './ports.ts'
import { noRecord, type CourseRecord } from './profile-course.ts'
import type { OpenedProfile, Profiles } from './profiles.ts'
import type { ProfileHistory } from './provider/vigil-api.ts'
import type { RiskLevel } from './risk/levels.ts'
import { isStrong, type StrongLogin } from './strong-login.ts'

export interface LearningOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly audit: AuditLog
  readonly logger: Logger
  readonly strong: StrongLogin
  engine(): Engine
  /** A person's profile is another one now. */
  changed(accountId: string, profile: Profile): void
  /** Seconds without input after which a visit has ended. Default one hour. */
  readonly quietSeconds?: number
  now(): number
}

/** A window as it was judged, and the session's risk with it. */
export interface JudgedWindow {
  readonly window: Window
  readonly assessment: Assessment
  readonly level: RiskLevel
}

export interface Learning {
  /** Takes what the watch saw in a session. Never throws, and decides nothing yet. */
  observe(uid: string, accountId: string, judged: JudgedWindow): void
  /** The session has ended: its visit may teach, unless the session was revoked. Never rejects. */
  end(uid: string): Promise<void>
  /** The person's profile was erased, made anew or put back: visits that are under way teach nothing. */
  forget(accountId: string): void
  history(accountId: string): Promise<ProfileHistory>
  /** Puts an earlier version back; the course begins anew. Throws `not_found`, `profile_corrupt`, `conflict`. */
  rollBack(accountId: string, version: number): Promise<number>
  close(): void
}

/** A visit that is going on, in memory only. */
interface Present {
  readonly accountId: string
  readonly visit: Visit
  readonly begunAt: number
  /** Version that the visit began with; undefined when that could not be read. */
  readonly base: Promise<number | undefined>
  lastAt: number
  paused: boolean
  calm: boolean
  readonly quiet: NodeJS.Timeout
}

/** After a pause this long somebody else may have sat down: what follows can speak against the visit and not for it. NIST SP 800-63B-4 §2.3.3. */
const longestPauseSeconds = 15 * 60
const dayLength = 24 * 3600

export function createLearning(options: LearningOptions): Learning {
  const { sessions, people, profiles, audit, logger, now } = options
  const quietMs = (options.quietSeconds ?? 3600) * 1000
  const present = new Map<string, Present>()

  function begin(uid: string, accountId: string): Present {
    const base = profiles
      .versions(accountId)
      .then((versions) => versions[0]?.version)
      .catch(() => undefined)
    const begunAt = now()
    const quiet = setTimeout(() => void end(uid), quietMs).unref()
    const visit = createVisit()
    return { accountId, visit, begunAt, base, lastAt: begunAt, paused: false, calm: true, quiet }
  }

  function drop(uid: string): Present | undefined {
    const ended = present.get(uid)
    clearTimeout(ended?.quiet)
    present.delete(uid)
    return ended
  }

  async function end(uid: string): Promise<void> {
    const ended = drop(uid)
    if (!ended) return
    try {
      await conclude(uid, ended)
    } catch (error) {
      // Somebody else wrote first: a lesson is lost, and there is another tomorrow.
      if (isVigilError(error, 'conflict')) return
      logger.error({ err: error, uid }, 'a visit could not be learnt from')
    }
  }

  async function conclude(uid: string, { accountId, visit, begunAt, base, calm }: Present): Promise<void> {
    const [record, person, opened] = await Promise.all([
      sessions.find(uid),
      people.find(accountId),
      profiles.find(accountId)
    ])
    if (!record || record.accountId !== accountId || record.revokedAt !== undefined) return
    if (person?.consentedAt === undefined || !opened || opened.version !== (await base)) return
    if (!(await isStrong(options.strong, record, begunAt))) return

    const kept = await profiles.course(accountId)
    const before = kept.enrolledAt === opened.enrolledAt ? kept : { ...noRecord, enrolledAt: opened.enrolledAt }
    const untouched = calm && record.alarms === 0 && record.risk === 'LOW' && !record.cap && !record.demand
    const ending = concludeVisit(options.engine(), { ...opened, course: before.course }, visit.summary(), {
      day: Math.floor(now() / dayLength),
      calm: untouched
    })
    const version = await carryOut(uid, accountId, opened, before, ending)
    const clean = ending.course.takeover === 0
    await profiles.saveCourse(
      accountId,
      { course: ending.course, enrolledAt: opened.enrolledAt, cleanVersion: clean ? version : before.cleanVersion },
      now()
    )
  }

  /** The version that serves afterwards. */
  async function carryOut(
    uid: string,
    accountId: string,
    opened: OpenedProfile,
    before: CourseRecord,
    { course, seen, outcome }: VisitEnd
  ): Promise<number> {
    const note = (type: string, data: Readonly<Record<string, unknown>>): Promise<void> =>
      audit.append({ type, accountId, sessionUid: uid, data: { ...seen, ...data } })
    if (hasDrifted(course) && !hasDrifted(before.course)) await note('profile.drift_noticed', { drift: course.drift })
    if (hasForeignHands(course) && !hasForeignHands(before.course)) {
      await note('profile.foreign_hands_noticed', { takeover: course.takeover })
      return takeBack(accountId, opened.version, before.cleanVersion)
    }
    if (typeof outcome !== 'string') return learn(accountId, opened, outcome, note)
    if (!unremarkable.has(outcome)) await note('profile.not_learnt', { reason: outcome })
    return opened.version
  }

  async function learn(
    accountId: string,
    opened: OpenedProfile,
    lesson: Lesson,
    note: (type: string, data: Readonly<Record<string, unknown>>) => Promise<void>
  ): Promise<number> {
    const version = await profiles.learn(accountId, opened, lesson, now())
    await note('profile.learnt', { version, from: opened.version, hops: lesson.hops })
    options.changed(accountId, lesson.profile)
    return version
  }

  /** What was learnt since foreign hands were first in the visits may be theirs. */
  async function takeBack(accountId: string, newest: number, clean: number): Promise<number> {
    const versions = await profiles.versions(accountId)
    // The clean version may be gone by now; the oldest that is kept is the next best.
    const to = versions.some(({ version }) => version === clean) ? clean : (versions.at(-1)?.version ?? newest)
    return to === newest ? newest : restore(accountId, to)
  }

  async function restore(accountId: string, to: number): Promise<number> {
    const version = await profiles.restore(accountId, to, now())
    await audit.append({ type: 'profile.rolled_back', accountId, data: { version, to } })
    forget(accountId)
    const opened = await profiles.find(accountId)
    if (opened) options.changed(accountId, opened.profile)
    return version
  }

  function forget(accountId: string): void {
    for (const [uid, visit] of present) if (visit.accountId === accountId) drop(uid)
  }

  return {
    observe(uid, accountId, { window, assessment, level }) {
      let visit = present.get(uid)
      if (!visit) present.set(uid, (visit = begin(uid, accountId)))
      const at = now()
      if (at - visit.lastAt > longestPauseSeconds) visit.paused = true
      visit.lastAt = at
      if (level !== 'LOW') visit.calm = false
      visit.visit.add(window, assessment, !visit.paused)
      visit.quiet.refresh()
    },
    end,
    forget,
    async history(accountId) {
      const [versions, opened, kept] = await Promise.all([
        profiles.versions(accountId),
        profiles.find(accountId),
        profiles.course(accountId)
      ])
      const course = kept.enrolledAt === opened?.enrolledAt ? kept.course : noCourse
      return { versions, drifted: hasDrifted(course), foreignHands: hasForeignHands(course) }
    },
    async rollBack(accountId, version) {
      const restored = await restore(accountId, version)
      const opened = await profiles.find(accountId)
      const enrolledAt = opened?.enrolledAt ?? 0
      await profiles.saveCourse(accountId, { course: noCourse, enrolledAt, cleanVersion: restored }, now())
      return restored
    },
    close() {
      for (const uid of present.keys()) drop(uid)
    }
  }
}

/** A second visit of a day, or a short one, is nothing to write down. */
const unremarkable: ReadonlySet<string> = new Set(['today', 'little'])
