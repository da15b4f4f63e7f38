// How a person's visits go over weeks: slow change is told from somebody else's hands. Two one-sided cumulative sums (Page,
// "Continuous Inspection Schemes", Biometrika 1954), each over what one visit says. Drift: the visits as wholes fit the enrolment less
// and less. Takeover: single stretches inside visits look like strangers more often than an innocent person's do.

import type { AlarmCurve } from '../population/population-model.ts'

/** Plain data, a few numbers. */
export interface Course {
  /** Visits that counted. */
  readonly visits: number
  /** Means over the first of them: how a visit of this person fits the enrolment, and how surprising it is, on a usual day. */
  readonly usualRatio: number
  readonly usualSurprise: number
  /** The two cumulative sums; 0 = nothing speaks for it. */
  readonly drift: number
  readonly takeover: number
}

export const noCourse: Course = { visits: 0, usualRatio: 0, usualSurprise: 0, drift: 0, takeover: 0 }

export interface VisitOnCourse {
  /** Natural-log ratio "stranger : owner" of the visit as a whole, held against the enrolment alone; undefined = too little input. */
  readonly againstEnrolment: number | undefined
  /** See `surpriseOf`. */
  readonly surprise: number
  /** Whether most of the visit was the owner's: only then is a surprising stretch in it a sign of somebody else in between. */
  readonly mostlyTheOwners: boolean
}

/** Never changes `before`. A visit with too little input counts for nothing. */
export function followCourse(before: Course, visit: VisitOnCourse): Course {
  if (visit.againstEnrolment === undefined) return before
  const ratio = Math.min(Math.max(visit.againstEnrolment, -mostRatio), mostRatio)
  const surprise = Math.min(visit.surprise, mostSurprise)
  const visits = before.visits + 1
  const known = visits > visitsToKnow
  const usualRatio = known ? before.usualRatio : before.usualRatio + (ratio - before.usualRatio) / visits
  const usualSurprise = known ? before.usualSurprise : before.usualSurprise + (surprise - before.usualSurprise) / visits
  const allowed = known ? clamped(usualSurprise + surpriseAllowed, leastAllowed, mostAllowed) : mostAllowed
  return {
    visits,
    usualRatio,
    usualSurprise,
    drift: known ? clamped(before.drift + ratio - usualRatio - driftAllowed, 0, mostDrift) : 0,
    takeover: visit.mostlyTheOwners ? Math.max(0, before.takeover + surprise - allowed) : before.takeover
  }
}

/** The person has changed slowly: enrolling again would serve them better than an enrolment that fits less and less. */
export function hasDrifted({ drift }: Course): boolean {
  return drift >= driftLimit
}

/** Somebody else has been in visits that began with this person's login. */
export function hasForeignHands({ takeover }: Course): boolean {
  return takeover >= takeoverLimit
}

/**
 * How surprising the strongest evidence of a visit is: minus the natural logarithm of the chance that an innocent person's visit of that
 * length shows as much. Exponentially distributed with mean 1 for people like those whom the population has seen.
 */
export function surpriseOf(alarms: AlarmCurve, peak: number | undefined, watchedMs: number): number {
  if (peak === undefined) return 0
  const expected = (perHourAbove(alarms, peak) * watchedMs) / 3_600_000
  return -Math.log(-Math.expm1(-Math.max(expected, smallestExpected)))
}

/**
 * Innocent maxima above `peak` in a watched hour: counted as far as they have been seen, an exponential beyond (Pickands 1975), as for the
 * alarm itself.
 */
function perHourAbove({ maxima, hours }: AlarmCurve, peak: number): number {
  const tail = Math.min(Math.max(Math.ceil(maxima.length * tailShare), fewestInTail), maxima.length - 1)
  // Nobody has been seen: only the bound of a calibrated ratio is left.
  if (tail < 2 || !(hours > 0)) return streamsPerHour * Math.exp(-peak)
  const start = maxima[tail]!
  if (peak <= start) return maxima.filter((one) => one >= peak).length / hours
  let excess = 0
  for (let i = 0; i < tail; i++) excess += maxima[i]! - start
  const scale = Math.max(excess / tail, 1)
  return (tail / hours) * Math.exp((start - peak) / scale)
}

const tailShare = 0.15
const fewestInTail = 8
const streamsPerHour = 100
const smallestExpected = 1e-12

function clamped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

/** Visits that show what is usual for a person; some people's are always a little surprising, and are not suspected for it. */
const visitsToKnow = 5
/** No visit counts for more than this. An innocent one's surprise has mean 1. */
const mostSurprise = 6
/** More surprise than usual by this much speaks for nothing, within bounds. */
const surpriseAllowed = 1.5
const leastAllowed = 2
const mostAllowed = 4
const takeoverLimit = 6
/** A rise of the ratio that days explain, in natural-log odds, and how much more it takes in sum. */
const driftAllowed = 1.5
const driftLimit = 8
/** Drift beyond this is not remembered, or a person who finds back could not be forgiven. */
const mostDrift = 16
const mostRatio = 12
