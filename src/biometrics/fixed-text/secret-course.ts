// What is known of how a person types the secret of their login, how the next typing is judged by it, and what it teaches afterwards. Pure:
// whether a login may teach at all is decided outside (docs/decisions/0005-what-a-profile-may-learn-from.md).

import type { LivenessAssessment } from '../liveness/finding.ts'
import type { FixedTextModel } from './model.ts'
import { explainedRatio, type ViewShare } from './ratio.ts'
import { fewestKeys, mostKeys, timingsOf, type Repetition } from './repetition.ts'
import { medianOf } from './robust.ts'
import { mechanical, repeated, submissionOf, type Submission } from './secret-tells.ts'
import { enrolFixedText, updateFixedText, type FixedTextTemplate } from './template.ts'
import { rhythmVerdict, type RhythmVerdict } from './verdict.ts'

export interface SecretCourse {
  readonly template?: FixedTextTemplate
  /** The last logins, oldest first. */
  readonly recent: readonly Submission[]
  /** Day of the last lesson, in days since the epoch, and how many lessons it had. */
  readonly day: number
  readonly lessons: number
}

export const nothingKnown: SecretCourse = { recent: [], day: 0, lessons: 0 }

/** One typing of the secret, and the step of the clock that timed it in milliseconds; 0 = unknown. */
export interface TypedSecret {
  readonly repetition: Repetition
  readonly grainMs: number
}

export interface SecretAssessment {
  readonly rhythm: RhythmVerdict
  /** Natural-log likelihood ratio "stranger : owner"; undefined = no evidence. */
  readonly llr?: number
  readonly liveness?: LivenessAssessment
  /** What each view adds to the ratio. */
  readonly shares: readonly ViewShare[]
  /** How much longer than usual keys were held and pauses between presses were, in percent. */
  readonly holdPercent?: number
  readonly gapPercent?: number
}

/** Fewer logins than this do not tell anybody apart from the owner. */
export const fewestToJudge = 5
/** From here on only what is clearly the owner's is learnt, and so many times a day at most. */
export const settledFrom = 10
export const lessonsADay = 3
/** Logins that are remembered so that they are known when they are sent again. */
export const mostRecent = 50

export function assessSecret(
  model: FixedTextModel | undefined,
  { template, recent }: SecretCourse,
  { repetition, grainMs }: TypedSecret
): SecretAssessment {
  const liveness = repeated(repetition, recent) ?? mechanical(repetition, grainMs)
  const suspected = liveness && { liveness }
  const known = template !== undefined && template.repetitions >= fewestToJudge
  const ratio = known && model ? explainedRatio(model, template, repetition) : undefined
  if (!known || ratio === undefined) return { rhythm: 'none', shares: [], ...suspected }
  return {
    rhythm: rhythmVerdict(ratio.llr),
    ...ratio,
    ...paceOf(template, repetition),
    ...suspected
  }
}

/** Why a login taught nothing. `length`: another number of keys than usual. */
export type SecretRefusal = 'liveness' | 'stranger' | 'unsure' | 'length' | 'today'

/** What a login teaches whose owner was proved. Never changes `course`. `day` in days since the epoch. */
export function taught(
  course: SecretCourse,
  typed: TypedSecret,
  assessment: Pick<SecretAssessment, 'rhythm' | 'liveness'>,
  day: number
): { readonly course: SecretCourse; readonly refusal?: SecretRefusal } {
  const refusal = refusalOf(course, typed.repetition, assessment, day)
  if (refusal === 'liveness' || refusal === 'stranger') return { course, refusal }
  const sent = remembered(course, typed)
  if (refusal !== undefined) return { course: sent, refusal }
  const { template } = course
  const fits = template?.keys === typed.repetition.pressMs.length
  const next = template && fits ? updateFixedText(template, typed.repetition) : enrolFixedText([typed.repetition])
  if (next === undefined) return { course: sent, refusal: 'length' }
  const lessons = course.day === day ? course.lessons + 1 : 1
  return { course: { ...sent, template: next, day, lessons } }
}

/** A login that teaches nothing is known too when it is sent again: anybody may have listened to it. */
export function remembered(course: SecretCourse, { repetition }: TypedSecret): SecretCourse {
  const { length } = repetition.pressMs
  const sent = submissionOf(repetition)
  const last = course.recent.at(-1)
  const isLast = last?.length === sent.length && last.every((steps, i) => steps === sent[i])
  if (isLast || length < fewestKeys || length > mostKeys) return course
  return { ...course, recent: [...course.recent, sent].slice(-mostRecent) }
}

function refusalOf(
  { template, day: last, lessons }: SecretCourse,
  { pressMs }: Repetition,
  { rhythm, liveness }: Pick<SecretAssessment, 'rhythm' | 'liveness'>,
  day: number
): SecretRefusal | undefined {
  if (liveness) return 'liveness'
  if (pressMs.length < fewestKeys || pressMs.length > mostKeys) return 'length'
  if (!template) return undefined
  // A slip in the very first logins must not decide how many keys the secret has.
  if (pressMs.length !== template.keys) return template.repetitions < fewestToJudge ? undefined : 'length'
  if (rhythm === 'stranger') return 'stranger'
  if (template.repetitions < settledFrom) return undefined
  if (rhythm !== 'owner') return 'unsure'
  return last === day && lessons >= lessonsADay ? 'today' : undefined
}

function paceOf(
  { views }: FixedTextTemplate,
  repetition: Repetition
): Pick<SecretAssessment, 'holdPercent' | 'gapPercent'> {
  const [hold, gap] = timingsOf(repetition).map((values, view) =>
    medianOf(values.map((value, i) => value - views[view]!.mean[i]!))
  )
  return { ...percent('holdPercent', hold), ...percent('gapPercent', gap) }
}

/** The timings are logarithms. */
function percent<Name extends string>(name: Name, difference: number | undefined): { readonly [N in Name]?: number } {
  if (difference === undefined || Number.isNaN(difference)) return {}
  return { [name]: Math.round(100 * (Math.exp(difference) - 1)) } as { [N in Name]?: number }
}
