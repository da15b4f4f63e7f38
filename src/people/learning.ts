// Learning over time, the part with effects: it follows each visit of a watched session in memory, and when the visit has ended asks what it
// teaches, stores the next version of the profile, and audits every step. Whatever fails here fails alone: the watch goes on with the
// profile that it has. The rules are in docs/learning.md.

import type { Logger } from 'pino'
import {
  concludeVisit,
  createVisit,
  deviceClasses,
  firstLesson,
  hasDrifted,
  hasForeignHands,
  keystrokesToEnrol,
  mostKeptToEnrol,
  noCourse,
  type Assessment,
  type DeviceClass,
  type Engine,
  type Lesson,
  type Profile,
  type Visit,
  type VisitEnd,
  type Window
} from '../biometrics/index.ts'
import { isVigilError } from '../errors.ts'
import type { AuditLog, PersonStore, SessionRecord, SessionStore } from '../ports.ts'
import { noRecord, type CourseRecord } from './profile-course.ts'
import type { OpenedProfile, Profiles } from './profiles.ts'
import type { ProfileHistory } from '../provider/vigil-api.ts'
import { isKnown } from '../risk/assurance.ts'
import type { RiskLevel } from '../risk/levels.ts'
import { freshSeconds, type StrongLogin } from './strong-login.ts'

export interface LearningOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly audit: AuditLog
  readonly logger: Logger
  readonly strong: StrongLogin
  engine(): Engine
  /** A person's profile for a class of device is another one now. */
  changed(accountId: string, profile: Profile, device: DeviceClass): void
  /** Seconds without input after which a visit has ended. Default one hour. */
  readonly quietSeconds?: number
  now(): number
}

/** A window as it was judged, and the session's risk with it. */
export interface JudgedWindow {
  /** Class of the profile that it was judged by. */
  readonly device: DeviceClass
  readonly window: Window
  /** Only how it was judged against a profile, or against the session's own beginning; undefined while that was being collected. */
  readonly assessment: Pick<Assessment, 'stretches'> | undefined
  readonly level: RiskLevel
  /** There is no profile for the class, and one for another. */
  readonly newDevice?: boolean
}

export interface Learning {
  /** Takes what the watch saw in a session. Never throws, and decides nothing yet. */
  observe(uid: string, accountId: string, judged: JudgedWindow): void
  /** The session has ended: its visit may teach, unless the session was revoked. Never rejects. */
  end(uid: string): Promise<void>
  /** The person's profile was erased, made anew or put back: visits that are under way teach nothing. */
  forget(accountId: string): void
  history(accountId: string, device?: DeviceClass): Promise<ProfileHistory>
  /** Puts an earlier version back; the course begins anew. Throws `not_found`, `profile_corrupt`, `conflict`. */
  rollBack(accountId: string, version: number, device?: DeviceClass): Promise<number>
  /** The person has said, after a strong proof, that the hands in their visits were theirs: foreign hands are no longer suspected. */
  vouch(accountId: string): Promise<void>
  close(): void
}

/** A visit that is going on, in memory only. */
interface Present {
  readonly uid: string
  readonly accountId: string
  readonly device: DeviceClass
  readonly visit: Visit
  readonly begunAt: number
  /** Version that the visit began with; undefined when that could not be read. */
  readonly base: Promise<number | undefined>
  lastAt: number
  paused: boolean
  calm: boolean
  readonly quiet: NodeJS.Timeout
}

/** After a pause this long somebody else may have sat down: what follows can speak against who was there and not for them. NIST SP 800-63B-4 §2.3.3. */
export const longestPauseSeconds = 15 * 60
const dayLength = 24 * 3600

export function createLearning(options: LearningOptions): Learning {
  const { sessions, people, profiles, audit, logger, now } = options
  const quietMs = (options.quietSeconds ?? 3600) * 1000
  /** By session and class of device. */
  const present = new Map<string, Present>()

  function begin(uid: string, accountId: string, device: DeviceClass, newDevice: boolean): Present {
    const base = profiles
      .versions(accountId, device)
      .then((versions) => versions[0]?.version)
      .catch(() => undefined)
    const begunAt = now()
    const quiet = setTimeout(() => void endVisit(keyOf(uid, device)), quietMs).unref()
    const visit = createVisit(newDevice ? mostKeptToEnrol : undefined)
    return { uid, accountId, device, visit, begunAt, base, lastAt: begunAt, paused: false, calm: true, quiet }
  }

  function drop(key: string): Present | undefined {
    const ended = present.get(key)
    clearTimeout(ended?.quiet)
    present.delete(key)
    return ended
  }

  async function end(uid: string): Promise<void> {
    for (const device of deviceClasses) await endVisit(keyOf(uid, device))
  }

  async function endVisit(key: string): Promise<void> {
    const ended = drop(key)
    if (!ended) return
    try {
      await conclude(ended)
    } catch (error) {
      // Somebody else wrote first: a lesson is lost, and there is another tomorrow.
      if (isVigilError(error, 'conflict')) return
      logger.error({ err: error, uid: ended.uid }, 'a visit could not be learnt from')
    }
  }

  async function conclude({ uid, accountId, device, visit, begunAt, base, calm }: Present): Promise<void> {
    const [record, person, opened] = await Promise.all([
      sessions.find(uid),
      people.find(accountId),
      profiles.find(accountId, device)
    ])
    if (!record || record.accountId !== accountId || record.revokedAt !== undefined) return
    if (person?.consentedAt === undefined || opened?.version !== (await base)) return
    if (!(await options.strong.given(record, begunAt))) return
    const untouched = calm && record.alarms === 0 && record.risk === 'LOW' && !record.cap && !record.demand
    if (!opened) return untouched ? enrol(record, device, visit, begunAt) : undefined

    const kept = await profiles.course(accountId, device)
    const before = kept.enrolledAt === opened.enrolledAt ? kept : { ...noRecord, enrolledAt: opened.enrolledAt }
    const ending = concludeVisit(options.engine(), { ...opened, course: before.course }, visit.summary(), {
      day: Math.floor(now() / dayLength),
      calm: untouched
    })
    const version = await carryOut(uid, accountId, opened, before, ending)
    const clean = ending.course.takeover === 0
    await profiles.saveCourse(
      accountId,
      { course: ending.course, enrolledAt: opened.enrolledAt, cleanVersion: clean ? version : before.cleanVersion },
      now(),
      device
    )
  }

  /**
   * The first profile for a class of device. Nothing that is known of the person elsewhere says whose hands these are, so a password is not
   * enough: whoever was told it could make themselves known as the owner.
   */
  async function enrol(
    { uid, accountId, authentications }: SessionRecord,
    device: DeviceClass,
    visit: Visit,
    begunAt: number
  ): Promise<void> {
    const since = begunAt - freshSeconds
    if (!authentications.some(({ amr, at }) => at >= since && at <= begunAt && !amr.every(isKnown))) return
    // Withdrawn and erased meanwhile, or known nowhere: then calibration alone begins.
    if ((await profiles.devices(accountId)).length === 0) return
    const lesson = firstLesson(options.engine(), visit.summary(), leastToEnrol)
    if (!lesson) return
    const version = await profiles.add(accountId, lesson.profile, now(), device)
    const { keystrokes, strokes } = lesson.profile
    await audit.append({
      type: 'profile.enrolled',
      accountId,
      sessionUid: uid,
      data: { device, version, keystrokes, strokes, from: 'visit' }
    })
    options.changed(accountId, lesson.profile, device)
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
      audit.append({ type, accountId, sessionUid: uid, data: { device: opened.device, ...seen, ...data } })
    if (hasDrifted(course) && !hasDrifted(before.course)) await note('profile.drift_noticed', { drift: course.drift })
    if (hasForeignHands(course) && !hasForeignHands(before.course)) {
      await note('profile.foreign_hands_noticed', { takeover: course.takeover })
      return takeBack(accountId, opened, before.cleanVersion)
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
    options.changed(accountId, lesson.profile, opened.device)
    return version
  }

  /** What was learnt since foreign hands were first in the visits may be theirs. */
  async function takeBack(
    accountId: string,
    { version: newest, device }: OpenedProfile,
    clean: number
  ): Promise<number> {
    const versions = await profiles.versions(accountId, device)
    // The clean version may be gone by now; the oldest that is kept is the next best.
    const to = versions.some(({ version }) => version === clean) ? clean : (versions.at(-1)?.version ?? newest)
    return to === newest ? newest : restore(accountId, to, device)
  }

  async function restore(accountId: string, to: number, device: DeviceClass): Promise<number> {
    const version = await profiles.restore(accountId, to, now(), device)
    await audit.append({ type: 'profile.rolled_back', accountId, data: { device, version, to } })
    forget(accountId)
    const opened = await profiles.find(accountId, device)
    if (opened) options.changed(accountId, opened.profile, device)
    return version
  }

  function forget(accountId: string): void {
    for (const [key, visit] of present) if (visit.accountId === accountId) drop(key)
  }

  return {
    observe(uid, accountId, { device, window, assessment = notJudged, level, newDevice = false }) {
      const key = keyOf(uid, device)
      let visit = present.get(key)
      if (!visit) present.set(key, (visit = begin(uid, accountId, device, newDevice)))
      const at = now()
      if (at - visit.lastAt > longestPauseSeconds) visit.paused = true
      visit.lastAt = at
      if (level !== 'LOW') visit.calm = false
      visit.visit.add(window, assessment, !visit.paused)
      visit.quiet.refresh()
    },
    end,
    forget,
    async history(accountId, device = 'keyboard') {
      const [versions, opened, kept] = await Promise.all([
        profiles.versions(accountId, device),
        profiles.find(accountId, device),
        profiles.course(accountId, device)
      ])
      const course = kept.enrolledAt === opened?.enrolledAt ? kept.course : noCourse
      return { versions, drifted: hasDrifted(course), foreignHands: hasForeignHands(course) }
    },
    async rollBack(accountId, version, device = 'keyboard') {
      const restored = await restore(accountId, version, device)
      const opened = await profiles.find(accountId, device)
      const enrolledAt = opened?.enrolledAt ?? 0
      await profiles.saveCourse(accountId, { course: noCourse, enrolledAt, cleanVersion: restored }, now(), device)
      return restored
    },
    async vouch(accountId) {
      for (const device of await profiles.devices(accountId)) {
        const [opened, kept] = await Promise.all([profiles.find(accountId, device), profiles.course(accountId, device)])
        if (!opened || kept.enrolledAt !== opened.enrolledAt || kept.course.takeover === 0) continue
        const course = { ...kept.course, takeover: 0 }
        await profiles.saveCourse(accountId, { ...kept, course, cleanVersion: opened.version }, now(), device)
      }
    },
    close() {
      for (const key of present.keys()) drop(key)
    }
  }
}

const notJudged = { stretches: [] } as const
/** What a first profile is made of: as much as calibration asks for. */
const leastToEnrol = { keystrokes: keystrokesToEnrol, strokes: 120 } as const

/** Hands on two classes of device in one session are two visits. */
function keyOf(uid: string, device: DeviceClass): string {
  return `${device} ${uid}`
}

/** A second visit of a day, or a short one, is nothing to write down. */
const unremarkable: ReadonlySet<string> = new Set(['today', 'little'])
