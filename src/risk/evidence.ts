// Sequential evidence: windows add up to the question "has another person taken over, at any moment so far?". Each assessment already
// holds the likelihood ratio of the last 25, 50, 100, … keystrokes taken as one piece, with what a person's day and an imperfect
// profile do to such a piece learnt on people in general; their highest is a generalised likelihood ratio for a change at an unknown
// moment (Page, "Continuous Inspection Schemes", Biometrika 1954; Lorden 1971), without the over-counting of plain sums.

import { VigilError } from '../errors.ts'
import type { RiskLevel } from './levels.ts'

/** N needless challenges per M watched hours. */
export interface Budget {
  readonly challenges: number
  readonly hours: number
}

/** The part of an assessment that evidence needs. */
export interface EvidenceInput {
  /**
   * Natural-log likelihood ratio "stranger : owner" of stretches that end now, and how many windows each spans; undefined = nothing to
   * go by.
   */
  readonly stretches: readonly { readonly hops: number; readonly llr: number | undefined }[]
  readonly freshKeystrokes: number
  /** Watched milliseconds that are new; pauses over 60 s are already left out. */
  readonly freshMs: number
}

/** Highest evidence against each of many innocent people's streams, falling, and their watched hours in all. */
export interface InnocentStreams {
  readonly maxima: readonly number[]
  readonly hours: number
}

/** Evidence of one session: plain data, a few numbers. */
export interface Evidence {
  /** Natural-log likelihood ratio "stranger : owner" that stands now; 0 = nothing speaks for either. */
  readonly statistic: number
  /** Windows since the evidence began: a stretch that reaches back further does not count. */
  readonly windows: number
  readonly keystrokes: number
  readonly watchedMs: number
}

/** From which evidence on there is doubt, and from which an alarm. */
export interface AlarmModel {
  readonly doubt: number
  readonly alarm: number
}

/** Reads `N/Mh`, e.g. `1/40h`. Throws `config_invalid`. */
export function parseBudget(text: string): Budget {
  const match = /^(\d{1,6}(?:\.\d{1,6})?)\/(\d{1,6}(?:\.\d{1,6})?)h$/.exec(text)
  const challenges = Number(match?.[1])
  const hours = Number(match?.[2])
  if (!(challenges > 0 && hours > 0)) {
    throw new VigilError(
      'config_invalid',
      `budget must look like 1/40h (challenges per watched hours), got ${JSON.stringify(text)}`
    )
  }
  return { challenges, hours }
}

/**
 * Thresholds that keep needless challenges within the budget. As far as innocent streams have been seen, their own rate counts; beyond,
 * the tail of their maxima is continued as an exponential (Pickands 1975: the limit law for light tails), never falling faster than
 * e to the minus evidence, which is what a perfectly calibrated ratio would do.
 */
export function alarmModel(budget: Budget, population: { readonly alarms: InnocentStreams }): AlarmModel {
  const innocent = population.alarms
  const perHour = (budget.challenges / budget.hours) * budgetShare
  const alarm = Math.max(thresholdAt(innocent, perHour), leastAlarm)
  const doubt = Math.min(Math.max(thresholdAt(innocent, perHour * doubtsPerAlarm), leastDoubt), alarm - doubtGap)
  return { doubt, alarm }
}

export function noEvidence(): Evidence {
  return { statistic: 0, windows: 0, keystrokes: 0, watchedMs: 0 }
}

/** Never changes `before`. Evidence has no upper end but a number that JSON keeps; `model` is the scale it is read on. */
export function addEvidence(before: Evidence, input: EvidenceInput, model: AlarmModel): Evidence {
  const windows = before.windows + 1
  // What was there before fades as the present person types on: it outlives a reconnection, and an innocent one is forgiven.
  const faded = before.statistic * 0.5 ** (input.freshKeystrokes / halfLifeKeystrokes)
  let statistic = Math.max(faded, 0)
  for (const { hops, llr } of input.stretches) {
    if (llr !== undefined && hops <= windows && llr > statistic) statistic = llr
  }
  return {
    statistic: Math.min(statistic, mostAlarms * model.alarm),
    windows,
    keystrokes: before.keystrokes + input.freshKeystrokes,
    watchedMs: before.watchedMs + input.freshMs
  }
}

/** MEDIUM = doubt, HIGH = alarm. */
export function riskOf(evidence: Evidence, model: AlarmModel): RiskLevel {
  if (evidence.statistic >= model.alarm) return 'HIGH'
  return evidence.statistic >= model.doubt ? 'MEDIUM' : 'LOW'
}

/** Half of the budget is aimed at: some hundred streams do not tell a rate within less than a factor of two. */
const budgetShare = 0.5
const leastAlarm = 1
const leastDoubt = 0.5
const doubtGap = 0.25
/** Doubt costs nobody a challenge, so it may come this much oftener. */
const doubtsPerAlarm = 6
const halfLifeKeystrokes = 50
/** Evidence beyond this many alarms is not remembered, or it could not fade. */
const mostAlarms = 4
/** Share of the streams whose maxima show how the tail falls, and the fewest of them. */
const tailShare = 0.15
const fewestInTail = 8

function thresholdAt({ maxima, hours }: InnocentStreams, perHour: number): number {
  const tail = Math.min(Math.max(Math.ceil(maxima.length * tailShare), fewestInTail), maxima.length - 1)
  // Nobody has been seen: only the bound of a calibrated ratio is left.
  if (tail < 2 || !(hours > 0)) return Math.log(100 / perHour)
  const wanted = perHour * hours
  if (wanted >= tail) return maxima[Math.min(Math.floor(wanted), maxima.length - 1)]!
  const start = maxima[tail]!
  let excess = 0
  for (let i = 0; i < tail; i++) excess += maxima[i]! - start
  const scale = Math.max(excess / tail, 1)
  return start + scale * Math.log(tail / wanted)
}
