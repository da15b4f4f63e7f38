// Learning how a person types: what calibration streams say is collected per person until there is enough, then a profile is made of it, for
// the class of device that it was done on. Only after a fresh login, or somebody on a borrowed session would teach Vigil their own hands.

import { deviceClasses, type DeviceClass, type Engine, type Window } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, PersonStore, SessionStore } from '../ports.ts'
import { grown, type Lessons, type StartedLesson } from './lessons.ts'
import type { Profiles } from './profiles.ts'
import type { StrongLogin } from './strong-login.ts'
import type { TrainingStatus } from '../provider/vigil-api.ts'

export interface CalibrationOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly lessons: Lessons
  readonly audit: AuditLog
  engine(): Engine
  /** Keystrokes that make a profile. */
  readonly keystrokesNeeded: number
  /** Which login a lesson may follow. */
  readonly strong: StrongLogin
  /** The person's hands were taught: whoever owns the account hears of it. */
  taught?(lesson: { readonly accountId: string; readonly device: DeviceClass; readonly version: number }): void
  now(): number
}

export interface Calibration {
  /** Throws `consent_required` or `fresh_login_required`; the refusal is audited. */
  begin(uid: string, accountId: string): Promise<void>
  /** Takes a window, while the person agrees; resolves to true when a profile was made. */
  collect(accountId: string, device: DeviceClass, window: Window): Promise<boolean>
  /** The person has stopped: what came after the profile was made goes into a better one. True when one was made. */
  finish(accountId: string): Promise<boolean>
  status(accountId: string): Promise<TrainingStatus>
  /** Forgets what was collected and not yet made into a profile; a lesson that is open goes on from nothing. */
  startOver(accountId: string): Promise<void>
}

/** Strokes that make a profile of a screen, which tells of few keys or none. */
const touchStrokesNeeded = 120

export function createCalibration(options: CalibrationOptions): Calibration {
  const { sessions, people, profiles, lessons, audit, keystrokesNeeded, strong, now } = options

  async function refuse(
    code: 'consent_required' | 'fresh_login_required',
    uid: string,
    accountId: string
  ): Promise<never> {
    await audit.append({ type: 'calibration.refused', accountId, sessionUid: uid, data: { reason: code } })
    throw new VigilError(code)
  }

  async function enrol(accountId: string, device: DeviceClass, lesson: StartedLesson): Promise<void> {
    const { keystrokes, strokes, material } = lesson
    const version = await profiles.add(accountId, options.engine().derive(material), now(), device)
    await audit.append({ type: 'profile.enrolled', accountId, data: { device, version, keystrokes, strokes } })
    options.taught?.({ accountId, device, version })
  }

  /** 0 to 1: how much of what a profile needs is there. */
  function shareOf(device: DeviceClass, { keystrokes, strokes }: StartedLesson): number {
    const typed = keystrokes / keystrokesNeeded
    return Math.min(1, device === 'touch' ? Math.max(typed, strokes / touchStrokesNeeded) : typed)
  }

  return {
    async begin(uid, accountId) {
      const [person, record] = await Promise.all([people.find(accountId), sessions.find(uid)])
      if (person?.consentedAt === undefined) await refuse('consent_required', uid, accountId)
      if (await strong.lacking(record)) await refuse('fresh_login_required', uid, accountId)
      // A lesson that was finished, and whose end nobody saw: the next one begins anew.
      for (const [device, lesson] of await lessons.findAll(accountId)) {
        if (lesson.since !== undefined) await lessons.remove(accountId, device)
      }
    },

    async collect(accountId, device, window) {
      // Taken back, on whichever node, while the page was open.
      if ((await people.find(accountId))?.consentedAt === undefined) return false
      const lesson = await lessons.change(accountId, device, (before) => grown(before, window))
      if (lesson.since !== undefined || shareOf(device, lesson) < 1) return false
      await enrol(accountId, device, lesson)
      await lessons.change(accountId, device, (before) => ({ ...(before ?? lesson), since: 0 }))
      return true
    },

    async finish(accountId) {
      let made = false
      for (const [device, lesson] of await lessons.findAll(accountId)) {
        if (lesson.since === undefined) continue
        await lessons.remove(accountId, device)
        if (lesson.since === 0) continue
        await enrol(accountId, device, lesson)
        made = true
      }
      return made
    },

    async status(accountId) {
      const [person, known, started] = await Promise.all([
        people.find(accountId),
        profiles.findAll(accountId),
        lessons.findAll(accountId)
      ])
      // Usually one: what is being taught now, and else what was finished last.
      const device = deviceClasses.find((one) => started.has(one) && started.get(one)?.since === undefined)
      const lesson = started.get(device ?? 'keyboard') ?? started.get('touch')
      const opened = known.find((one) => one.device === device) ?? known[0]
      const common = {
        keystrokes: lesson?.keystrokes ?? 0,
        keystrokesNeeded,
        devices: known.map((one) => one.device),
        ...(opened && { profileVersion: opened.version })
      }
      if (person?.consentedAt === undefined) return { state: 'no_consent', progress: 0, ...common }
      if (device && lesson) return { state: 'collecting', progress: shareOf(device, lesson), ...common }
      return opened ? { state: 'ready', progress: 1, ...common } : { state: 'none', progress: 0, ...common }
    },

    startOver: (accountId) => lessons.forget(accountId)
  }
}
