// Learning how a person types: windows of calibration streams are collected per person until there are enough, then a profile is made of
// them, for the class of device that it was done on. Only after a fresh login, or somebody on a borrowed session would teach Vigil their own hands.

import { strokesIn } from '../biometrics/features/statistics.ts'
import { deviceClasses, type DeviceClass, type Engine, type Window } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, PersonStore, SessionRecord, SessionStore } from '../ports.ts'
import type { Profiles } from './profiles.ts'
import { isStrong, type StrongLogin } from './strong-login.ts'
import type { TrainingStatus } from '../provider/vigil-api.ts'

export interface CalibrationOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
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
  /** Takes a window; resolves to true when a profile was made. */
  collect(accountId: string, device: DeviceClass, window: Window): Promise<boolean>
  /** The person has stopped: what came after the profile was made goes into a better one. True when one was made. */
  finish(accountId: string): Promise<boolean>
  status(accountId: string): Promise<TrainingStatus>
  /** Whether the session may teach at this moment: as `begin` asks, without beginning anything. */
  mayTeach(uid: string): Promise<boolean>
  /** Forgets what was collected and not yet made into a profile, and ends the lesson. */
  forget(accountId: string): void
  /** Forgets what was collected and goes on with the lesson, if there is one. */
  startOver(accountId: string): void
}

interface Collected {
  readonly windows: Window[]
  keystrokes: number
  strokes: number
  /** Windows since the last profile was made of all of them; undefined before the first. */
  since?: number
}

/** Windows kept while collecting: some ten times what a profile needs, and a bound for a pointer that never rests. */
const maximumWindows = 400
/** Strokes that make a profile of a screen, which tells of few keys or none. */
const touchStrokesNeeded = 120

export function createCalibration(options: CalibrationOptions): Calibration {
  const { sessions, people, profiles, audit, keystrokesNeeded, strong, now } = options
  /** By person, then by class of device. */
  const collecting = new Map<string, Map<DeviceClass, Collected>>()

  async function refuse(
    code: 'consent_required' | 'fresh_login_required',
    uid: string,
    accountId: string
  ): Promise<never> {
    await audit.append({ type: 'calibration.refused', accountId, sessionUid: uid, data: { reason: code } })
    throw new VigilError(code)
  }

  async function enrol(accountId: string, device: DeviceClass, collected: Collected): Promise<boolean> {
    collected.since = 0
    const { keystrokes, strokes, windows } = collected
    const version = await profiles.add(accountId, options.engine().enrol(windows), now(), device)
    await audit.append({ type: 'profile.enrolled', accountId, data: { device, version, keystrokes, strokes } })
    options.taught?.({ accountId, device, version })
    return true
  }

  /** A login of the last minutes in this very session, as strong as the person can, and no doubt about who is in it. */
  async function mayEnrol(record: SessionRecord | undefined): Promise<boolean> {
    if (!record || record.revokedAt !== undefined || record.demand || record.cap || record.risk !== 'LOW') return false
    return isStrong(strong, record, now())
  }

  /** 0 to 1: how much of what a profile needs is there. */
  function shareOf(device: DeviceClass, { keystrokes, strokes }: Collected): number {
    const typed = keystrokes / keystrokesNeeded
    return Math.min(1, device === 'touch' ? Math.max(typed, strokes / touchStrokesNeeded) : typed)
  }

  return {
    async begin(uid, accountId) {
      const [person, record] = await Promise.all([people.find(accountId), sessions.find(uid)])
      if (person?.consentedAt === undefined) await refuse('consent_required', uid, accountId)
      if (!(await mayEnrol(record))) await refuse('fresh_login_required', uid, accountId)
      if (!collecting.has(accountId)) collecting.set(accountId, new Map())
    },

    async collect(accountId, device, window) {
      const lessons = collecting.get(accountId)
      if (!lessons) return false
      const collected = lessons.get(device) ?? { windows: [], keystrokes: 0, strokes: 0 }
      lessons.set(device, collected)
      collected.windows.push(window)
      collected.keystrokes += window.freshKeystrokes
      collected.strokes += strokesIn(window.fresh)
      if (collected.windows.length > maximumWindows) collected.windows.shift()
      if (collected.since !== undefined) collected.since++
      else if (shareOf(device, collected) === 1) return enrol(accountId, device, collected)
      return false
    },

    async finish(accountId) {
      const lessons = collecting.get(accountId)
      let made = false
      for (const [device, collected] of lessons ?? []) {
        if (collected.since === undefined) continue
        lessons!.delete(device)
        if (collected.since > 0) made = (await enrol(accountId, device, collected)) || made
      }
      if (lessons?.size === 0) collecting.delete(accountId)
      return made
    },

    async status(accountId) {
      const [person, known] = await Promise.all([people.find(accountId), profiles.findAll(accountId)])
      const lessons = collecting.get(accountId)
      // Usually one: what is being taught now, and else what was finished last.
      const device = deviceClasses.find((one) => lessons?.get(one)?.since === undefined && lessons?.has(one))
      const collected = lessons?.get(device ?? 'keyboard') ?? lessons?.get('touch')
      const opened = known.find((one) => one.device === device) ?? known[0]
      const common = {
        keystrokes: collected?.keystrokes ?? 0,
        keystrokesNeeded,
        devices: known.map((one) => one.device),
        ...(opened && { profileVersion: opened.version })
      }
      if (person?.consentedAt === undefined) return { state: 'no_consent', progress: 0, ...common }
      if (lessons && (device !== undefined || lessons.size === 0))
        return { state: 'collecting', progress: device && collected ? shareOf(device, collected) : 0, ...common }
      return opened ? { state: 'ready', progress: 1, ...common } : { state: 'none', progress: 0, ...common }
    },

    mayTeach: async (uid) => mayEnrol(await sessions.find(uid)),
    forget: (accountId) => void collecting.delete(accountId),

    startOver(accountId) {
      if (collecting.has(accountId)) collecting.set(accountId, new Map())
    }
  }
}
