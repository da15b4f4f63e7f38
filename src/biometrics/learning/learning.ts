// Learning over time: a profile follows its owner's slow change and nobody else's. What was enrolled is the anchor: it stays in the
// profile for good with a fixed share of the weight, and what it finds strange is never learnt. docs/learning.md has the rules in words.

import { followCourse, hasForeignHands, surpriseOf, type Course, type VisitOnCourse } from './course.ts'
import { materialOf, type Engine } from '../engine.ts'
import { encoderIdOf } from '../encoder/encoder-id.ts'
import { joinPeople, pickHops, thinned } from '../population/enrolled-person.ts'
import { keystrokeFeatures } from '../features/features.ts'
import type { EnrolledPerson, Population } from '../population/population-model.ts'
import { mostHops, type Profile } from '../profile.ts'
import { embeddingsOf, leastEnrolment } from '../scoring.ts'
import { cellFamilies, keystrokesIn, strokesIn, sumStatistics, type Statistics } from '../features/statistics.ts'
import type { VisitSummary } from './visit.ts'
import type { Window } from '../features/window.ts'

/** What a profile remembers of how it came about. Plain data. */
export interface Lineage {
  /** The first hops of the person are the enrolment; the others were learnt, oldest first. */
  readonly anchorHops: number
  /** Day (since the epoch, UTC) of the last lesson; absent = nothing was learnt yet. */
  readonly lastLesson?: number
}

/** Why a visit taught nothing. */
export type Refusal =
  /** Too little input. */
  | 'little'
  /** A lesson a day. */
  | 'today'
  /** Somewhere in the visit the evidence was not clearly on the owner's side. */
  | 'unsure'
  /** The visit looks like the profile, but no longer like what was enrolled. */
  | 'anchor'
  /** There was doubt, an alarm or a finding in the session. */
  | 'doubt'
  /** Visits of late had somebody else's hands in them: nothing is learnt until the person enrols again. */
  | 'foreign'

export interface Lesson {
  readonly profile: Profile
  readonly lineage: Lineage
  /** Hops that were learnt. */
  readonly hops: number
}

/** Share of a profile's weight that is the enrolment's at least. */
export const anchorShare = 0.5
/** A day's lesson weighs at most this share of what was enrolled. */
export const dailyShare = 1 / 8
/** Enrolments beyond this are thinned, so that there is room to learn. */
export const mostAnchorHops = 40

/** A fresh enrolment. */
export function lineageOf(profile: Profile): Lineage {
  return { anchorHops: profile.person.hops.length }
}

/** The enrolment alone. */
export function anchorOf(profile: Profile, { anchorHops }: Lineage): EnrolledPerson {
  return pickHops(profile.person, range(0, Math.min(anchorHops, profile.person.hops.length)))
}

/** What is kept of a person between visits. */
export interface Learner {
  readonly profile: Profile
  readonly lineage: Lineage
  readonly course: Course
}

export interface VisitEnd {
  readonly course: Course
  /** What the visit said of it. */
  readonly seen: VisitOnCourse
  readonly outcome: Lesson | Refusal
}

/**
 * A visit that began with a strong login has ended. `calm`: no doubt, no alarm and no finding in its session; a visit without calm counts for the
 * course and teaches nothing. Deterministic; changes nothing.
 */
export function concludeVisit(
  engine: Engine,
  { profile, lineage, course: before }: Learner,
  visit: VisitSummary,
  { day, calm }: { readonly day: number; readonly calm: boolean }
): VisitEnd {
  const little = visit.windows.length < fewestWindows || visit.judged < fewestJudged
  const seen: VisitOnCourse = {
    againstEnrolment: little ? undefined : againstEnrolment(engine, profile, lineage, visit),
    surprise: surpriseOf(engine.population.alarms, visit.peak, visit.watchedMs),
    mostlyTheOwners: 2 * visit.unsure <= visit.judged
  }
  // What was found once stands until the person enrols again: quiet visits do not wash it away.
  const course = hasForeignHands(before) ? before : followCourse(before, seen)
  const refused = (): Refusal | undefined => {
    if (hasForeignHands(course)) return 'foreign'
    if (!calm) return 'doubt'
    if (lineage.lastLesson !== undefined && day <= lineage.lastLesson) return 'today'
    if (seen.againstEnrolment === undefined) return 'little'
    if (seen.surprise > mostSurprise || !clearlyTheOwners(engine, profile, visit)) return 'unsure'
    return seen.againstEnrolment > anchorLimit ? 'anchor' : undefined
  }
  return { course, seen, outcome: refused() ?? lessonOf(engine, profile, lineage, visit, day) ?? 'little' }
}

/**
 * A first profile, of somebody whom no profile of this class of device knows: sums of what they did and none of their text. Undefined for a
 * visit with less than `least` of either kind of input, or in which nobody would have seen hands change.
 */
export function firstLesson(
  engine: Engine,
  { windows, judged }: VisitSummary,
  least: { readonly keystrokes: number; readonly strokes: number }
): Lesson | undefined {
  const material = withoutText(engine.population, windows)
  const { keystrokes, strokes } = amountOf(material)
  if (judged < fewestJudged || (keystrokes < least.keystrokes && strokes < least.strokes)) return undefined
  const profile = engine.derive(material)
  return { profile, lineage: lineageOf(profile), hops: profile.person.hops.length }
}

/** Ratio of a visit as a whole against the enrolment alone. */
function againstEnrolment(
  engine: Engine,
  profile: Profile,
  lineage: Lineage,
  { windows }: VisitSummary
): number | undefined {
  const anchor = lineage.lastLesson === undefined ? profile : engine.derive(anchorOf(profile, lineage))
  return engine.assessWhole(anchor, windows).llr
}

/** The enrolment, what was learnt before and still has room, and a few windows of the visit. */
function lessonOf(
  engine: Engine,
  profile: Profile,
  lineage: Lineage,
  visit: VisitSummary,
  day: number
): Lesson | undefined {
  const anchor = thinned(anchorOf(profile, lineage), mostAnchorHops)
  const enrolled = amountOf(anchor)
  const learnt = pickHops(profile.person, range(lineage.anchorHops, profile.person.hops.length))
  const today = taken(enrolledHalves(withoutText(engine.population, visit.windows), enrolled), dailyShare, enrolled)
  if (today.hops.length === 0) return undefined
  const bounded = newest(joinPeople(learnt, today), enrolled, mostHops - anchor.hops.length)
  return {
    profile: engine.derive(joinPeople(anchor, bounded)),
    lineage: { anchorHops: anchor.hops.length, lastLesson: day },
    hops: today.hops.length
  }
}

/** Fewer windows (of 25 keystrokes) say too little about a day. */
const fewestWindows = 4
const fewestJudged = 2
/** Share of the stretches that may be less than clearly the owner's. */
const unsureShare = 0.2
/** The visit as a whole, against the profile and against the enrolment alone. */
const wholeLimit = -1.5
const anchorLimit = 0
/** Visits whose strongest evidence fewer than one innocent visit in five reaches are left alone. */
const mostSurprise = Math.log(5)

function clearlyTheOwners(engine: Engine, profile: Profile, visit: VisitSummary): boolean {
  if (visit.unsure > unsureShare * visit.judged) return false
  const { llr } = engine.assessWhole(profile, visit.windows)
  return llr !== undefined && llr <= wholeLimit
}

interface Amount {
  readonly hops: number
  readonly keystrokes: number
  readonly strokes: number
}

function amountOf({ hops }: EnrolledPerson): Amount {
  const total = sumStatistics(hops)
  return { hops: hops.length, keystrokes: keystrokesIn(total), strokes: strokesIn(total) }
}

/** Without the kind of input that was not enrolled: nothing anchors it. */
function enrolledHalves(person: EnrolledPerson, { keystrokes, strokes }: Amount): EnrolledPerson {
  const typed = keystrokes >= leastEnrolment.keystrokes
  const pointed = strokes >= leastEnrolment.strokes
  if (typed && pointed) return person
  const { embedded, ...rest } = person
  return {
    ...rest,
    ...(typed && embedded && { embedded }),
    rows: person.rows.map((row) => {
      const copy = row.slice()
      if (!typed) copy.fill(Number.NaN, 0, keystrokeFeatures.length)
      if (!pointed) copy.fill(Number.NaN, keystrokeFeatures.length)
      return copy
    }),
    hops: person.hops.map((hop) => {
      const copy: Statistics = hop.slice()
      if (!typed) copy.fill(0, 0, 3 * cellFamilies.pointer.first)
      if (!pointed) copy.fill(0, 3 * cellFamilies.pointer.first)
      return copy
    })
  }
}

/** As many hops, evenly spread, as `share` of the enrolment allows; one at least. */
function taken(person: EnrolledPerson, share: number, anchor: Amount): EnrolledPerson {
  const useful = range(0, person.hops.length).filter((i) => {
    const hop = person.hops[i]!
    return keystrokesIn(hop) > 0 || strokesIn(hop) > 0
  })
  for (let count = Math.min(useful.length, Math.max(1, Math.floor(share * anchor.hops))); count > 1; count--) {
    const chosen = pickHops(person, evenly(useful, count))
    if (within(amountOf(chosen), anchor, share)) return chosen
  }
  return pickHops(person, evenly(useful, Math.min(useful.length, 1)))
}

/** The newest hops that together weigh no more than the anchor allows. */
function newest(learnt: EnrolledPerson, anchor: Amount, most: number): EnrolledPerson {
  const share = (1 - anchorShare) / anchorShare
  let from = Math.max(0, learnt.hops.length - Math.min(most, Math.floor(share * anchor.hops)))
  let kept = pickHops(learnt, range(from, learnt.hops.length))
  while (kept.hops.length > 0 && !within(amountOf(kept), anchor, share)) {
    kept = pickHops(learnt, range(++from, learnt.hops.length))
  }
  return kept
}

/** Where a kind of input was not enrolled there is none in `amount` either. */
function within(amount: Amount, anchor: Amount, share: number): boolean {
  return amount.keystrokes <= share * anchor.keystrokes + 1 && amount.strokes <= share * anchor.strokes + 1
}

function evenly(indexes: readonly number[], count: number): number[] {
  return range(0, count).map((i) => indexes[Math.floor(((i + 0.5) * indexes.length) / count)]!)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}

/**
 * A person's own text leaves sums and no sequences, from which words could be guessed. The encoder reads them now: it finds nothing to read
 * afterwards.
 */
function withoutText(population: Population, windows: readonly Window[]): EnrolledPerson {
  const material = materialOf(windows)
  const sums = embeddingsOf(population, windows)?.map((sum) => (sum[0] === 0 ? new Float32Array(0) : sum))
  return {
    ...material,
    typed: windows.map(() => ({ length: 0, values: new Float32Array(0) })),
    ...(population.sequence && sums && { embedded: { encoder: encoderIdOf(population.sequence.encoder), sums } })
  }
}
