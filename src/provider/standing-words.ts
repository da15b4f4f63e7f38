// Assurance, risk, watch and training in words for the person whom they concern.

import { fewestToJudge as loginsUntilJudged } from '../biometrics/fixed-text/index.ts'
import { deviceClasses, type DeviceClass } from '../biometrics/device-class.ts'
import type { SessionRecord } from '../ports.ts'
import type { RiskLevel, WatchState } from '../risk/levels.ts'
import type { TrainingStatus } from './vigil-api.ts'

export interface StandingWords {
  readonly risk: string
  readonly tone: 'good' | 'doubt' | 'wrong'
  readonly watch: string
  readonly how: string
  readonly level: string
}

export function standingWords(standing: {
  readonly risk: RiskLevel
  readonly watch: WatchState
  readonly amr: readonly string[]
  readonly acr: string
}): StandingWords {
  const [risk, tone] = risks[standing.risk]
  const methods = standing.amr.flatMap((method) => (Object.hasOwn(methodNames, method) ? [methodNames[method]!] : []))
  return {
    risk,
    tone,
    watch: watches[standing.watch],
    how: methods.join(' and ') || 'in a way without a name',
    level: standing.acr
  }
}

export interface TrainingWords {
  readonly state: TrainingStatus['state']
  readonly words: string
  readonly percent: number
  /** On which devices the person is known, and on which not yet. Undefined where they are known on none. */
  readonly devices?: string
}

export function trainingWords(status: TrainingStatus): TrainingWords {
  return {
    state: status.state,
    words: trainings[status.state],
    percent: Math.round(Math.min(1, Math.max(0, status.progress)) * 100),
    ...(status.devices?.length && { devices: knownOn(status.devices) })
  }
}

/** Of a session on a device where the person is not known. Undefined for any other. */
export function deviceWords(device: SessionRecord['device']): string | undefined {
  if (!device || device.known) return undefined
  return `A new device: you are not known ${deviceNames[device.class]} yet, so here you are compared with how this session began.`
}

function knownOn(devices: readonly DeviceClass[]): string {
  const missing = deviceClasses.filter((device) => !devices.includes(device)).map((device) => deviceNames[device])
  const known = `You are known ${devices.map((device) => deviceNames[device]).join(' and ')}`
  return missing.length === 0 ? `${known}.` : `${known}, and not yet ${missing.join(' or ')}.`
}

const deviceNames: Readonly<Record<DeviceClass, string>> = {
  keyboard: 'at a keyboard',
  touch: 'on a touch screen'
}

/** What is known of how the password is typed. Undefined when nothing is. */
export function loginWords(loginsLearnt: number): string | undefined {
  if (loginsLearnt === 0) return undefined
  if (loginsLearnt < loginsUntilJudged) return 'We are getting to know how you type your password.'
  return `We know how you type your password, from ${loginsLearnt} sign-ins. It is forgotten when you change the password.`
}

const risks = {
  LOW: ['Nothing unusual', 'good'],
  MEDIUM: ['Something looked unusual', 'doubt'],
  HIGH: ['We are not sure that this is you', 'wrong']
} as const satisfies Record<RiskLevel, readonly [string, StandingWords['tone']]>

const watches: Readonly<Record<WatchState, string>> = {
  watched: 'On: your typing and pointing are compared with what we know of you',
  unobserved: 'Interrupted: nothing has reached us from this session for a while',
  not_watched: 'Off: this session is not watched'
}

const methodNames: Readonly<Record<string, string>> = {
  pwd: 'your password',
  otp: 'a one-time code',
  hwk: 'a security key',
  swk: 'a passkey',
  pop: 'a key of this device',
  user: 'a touch or look at your device',
  mfa: 'two different proofs'
}

const trainings: Readonly<Record<TrainingStatus['state'], string>> = {
  no_consent: 'You have not agreed to it. Nothing about your typing is kept.',
  none: 'You have agreed, but we have not seen you type yet.',
  collecting: 'We are getting to know your rhythm.',
  ready: 'We know your rhythm, and ask only when it is not yours.'
}

/** A time for a page: machines get the first, people the second, in UTC until a script knows better. */
export function moment(seconds: number | undefined): { readonly iso: string; readonly words: string } | undefined {
  if (seconds === undefined) return undefined
  const iso = new Date(seconds * 1000).toISOString()
  return { iso, words: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` }
}
