// Assurance, risk, watch and training in words for the person whom they concern.

import { fewestToJudge as loginsUntilJudged } from '../../biometrics/fixed-text/index.ts'
import { deviceClasses, type DeviceClass } from '../../biometrics/device-class.ts'
import type { SessionRecord } from '../../ports.ts'
import type { RiskLevel, WatchState } from '../../risk/levels.ts'
import type { Words } from './languages/index.ts'
import type { TrainingStatus } from '../vigil-api.ts'

export interface StandingWords {
  readonly risk: string
  readonly tone: 'good' | 'doubt' | 'wrong'
  readonly watch: string
  readonly how: string
  /** As applications name it. */
  readonly level: string
  /** What it stands for, where it is one of ours. */
  readonly levelMeans?: string
}

export function standingWords(
  { standing: words, common }: Words,
  standing: {
    readonly risk: RiskLevel
    readonly watch: WatchState
    readonly amr: readonly string[]
    readonly acr: string
  }
): StandingWords {
  const methods = standing.amr.flatMap((method) =>
    Object.hasOwn(words.methods, method) ? [words.methods[method]!] : []
  )
  return {
    risk: words.risk[standing.risk],
    tone: tones[standing.risk],
    watch: words.watch[standing.watch],
    how: methods.length > 0 ? methods.reduce(common.and) : words.noMethod,
    level: standing.acr,
    ...(Object.hasOwn(words.levels, standing.acr) && { levelMeans: words.levels[standing.acr]! })
  }
}

export interface TrainingWords {
  readonly state: TrainingStatus['state']
  readonly words: string
  readonly percent: number
  /** On which devices the person is known, and on which not yet. Undefined where they are known on none. */
  readonly devices?: string
}

export function trainingWords(words: Words, status: TrainingStatus): TrainingWords {
  return {
    state: status.state,
    words: words.training.states[status.state],
    percent: Math.round(Math.min(1, Math.max(0, status.progress)) * 100),
    ...(status.devices?.length && { devices: knownOn(words, status.devices) })
  }
}

/** Of a session on a device where the person is not known. Undefined for any other. */
export function deviceWords({ training }: Words, device: SessionRecord['device']): string | undefined {
  if (!device || device.known) return undefined
  return training.newDevice(training.devices[device.class])
}

function knownOn({ training, common }: Words, devices: readonly DeviceClass[]): string {
  const known = devices.map((device) => training.devices[device]).reduce(common.and)
  const missing = deviceClasses.filter((device) => !devices.includes(device)).map((device) => training.devices[device])
  return missing.length === 0 ? training.knownOn(known) : training.knownOnNotOn(known, missing.reduce(common.or))
}

/** What is known of how the password is typed. Undefined when nothing is. */
export function loginWords({ training }: Words, loginsLearnt: number): string | undefined {
  if (loginsLearnt === 0) return undefined
  return loginsLearnt < loginsUntilJudged ? training.passwordLearning : training.passwordKnown(loginsLearnt)
}

const tones = { LOW: 'good', MEDIUM: 'doubt', HIGH: 'wrong' } as const satisfies Record<
  RiskLevel,
  StandingWords['tone']
>

/** A time for a page: machines get the first, people the second, in UTC until a script knows better. */
export function moment(
  { tag }: Words,
  seconds: number | undefined
): { readonly iso: string; readonly words: string } | undefined {
  if (seconds === undefined) return undefined
  const date = new Date(seconds * 1000)
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  return { iso: date.toISOString(), words: `${format.format(date)} UTC` }
}
