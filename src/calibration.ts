// Learning how a person types: windows of calibration streams are collected per person until there are enough, then a profile is made of
// them. Only after a fresh login, or somebody on a borrowed session would teach Vigil their own hands.

import type { Engine, Window } from './biometrics/index.ts'
import { VigilError } from './errors.ts'
import type { AuditLog, PersonStore, SessionRecord, SessionStore } from './ports.ts'
import type { Profiles } from './profiles.ts'
import type { TrainingStatus } from './provider/vigil-api.ts'

export interface CalibrationOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly audit: AuditLog
  engine(): Engine
  /** Keystrokes that make a profile. */
  readonly keystrokesNeeded: number
  /** Seconds after a login in which calibration may begin. */
  readonly freshSeconds: number
  now(): number
}

export interface Calibration {
  /** Throws `consent_required` or `fresh_login_required`; the refusal is audited. */
  begin(uid: string, accountId: string): Promise<void>
  /** Takes a window; resolves to true when a profile was made. */
  collect(accountId: string, window: Window): Promise<boolean>
  /** The person has stopped typing: what came after the profile was made goes into a better one. True when one was made. */
  finish(accountId: string): Promise<boolean>
  status(accountId: string): Promise<TrainingStatus>
  /** Forgets what was collected and not yet made into a profile. */
  forget(accountId: string): void
}

interface Collected {
  readonly windows: Window[]
  keystrokes: number
  /** Windows since the last profile was made of all of them; undefined before the first. */
  since?: number
}

/** Windows kept while collecting: some ten times what a profile needs, and a bound for a pointer that never rests. */
const maximumWindows = 400

export function createCalibration(options: CalibrationOptions): Calibration {
  const { sessions, people, profiles, audit, keystrokesNeeded, freshSeconds, now } = options
  const collecting = new Map<string, Collected>()

  async function refuse(
    code: 'consent_required' | 'fresh_login_required',
    uid: string,
    accountId: string
  ): Promise<never> {
    await audit.append({ type: 'calibration.refused', accountId, sessionUid: uid, data: { reason: code } })
    throw new VigilError(code)
  }

  async function enrol(accountId: string, collected: Collected): Promise<boolean> {
    collected.since = 0
    const version = await profiles.add(accountId, options.engine().enrol(collected.windows), now())
    await audit.append({ type: 'profile.enrolled', accountId, data: { version, keystrokes: collected.keystrokes } })
    return true
  }

  return {
    async begin(uid, accountId) {
      const [person, record] = await Promise.all([people.find(accountId), sessions.find(uid)])
      if (person?.consentedAt === undefined) await refuse('consent_required', uid, accountId)
      if (!mayEnrol(record, now() - freshSeconds)) await refuse('fresh_login_required', uid, accountId)
      if (!collecting.has(accountId)) collecting.set(accountId, { windows: [], keystrokes: 0 })
    },

    async collect(accountId, window) {
      const collected = collecting.get(accountId)
      if (!collected) return false
      collected.windows.push(window)
      collected.keystrokes += window.freshKeystrokes
      if (collected.windows.length > maximumWindows) collected.windows.shift()
      if (collected.since !== undefined) collected.since++
      else if (collected.keystrokes >= keystrokesNeeded) return enrol(accountId, collected)
      return false
    },

    async finish(accountId) {
      const collected = collecting.get(accountId)
      if (collected?.since === undefined) return false
      collecting.delete(accountId)
      return collected.since > 0 && enrol(accountId, collected)
    },

    async status(accountId) {
      const [person, opened] = await Promise.all([people.find(accountId), profiles.find(accountId)])
      const collected = collecting.get(accountId)
      const keystrokes = collected?.keystrokes ?? 0
      const common = { keystrokes, keystrokesNeeded, ...(opened && { profileVersion: opened.version }) }
      if (person?.consentedAt === undefined) return { state: 'no_consent', progress: 0, ...common }
      if (collected && collected.since === undefined)
        return { state: 'collecting', progress: Math.min(1, keystrokes / keystrokesNeeded), ...common }
      return opened ? { state: 'ready', progress: 1, ...common } : { state: 'none', progress: 0, ...common }
    },

    forget: (accountId) => void collecting.delete(accountId)
  }
}

/** A login of the last minutes in this very session, and no doubt about who is in it. */
function mayEnrol(record: SessionRecord | undefined, since: number): boolean {
  if (!record || record.revokedAt !== undefined || record.demand || record.cap || record.risk !== 'LOW') return false
  return record.authentications.some(({ at }) => at >= since)
}
