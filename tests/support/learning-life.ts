// A person's life with a profile that learns: visit after visit, a day each, as the watch and the learning would play it.

import {
  concludeVisit,
  createVisit,
  hasDrifted,
  lineageOf,
  noCourse,
  windowsOf,
  type Engine,
  type Learner,
  type Profile,
  type Recording,
  type Refusal,
  type VisitSummary
} from '../../src/biometrics/index.ts'
import { normals, seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { addEvidence, noEvidence, riskOf, type AlarmModel } from '../../src/risk/evidence.ts'
import { atLeast, type RiskLevel } from '../../src/risk/levels.ts'
import { cut, keystrokesIn, retimed, rhythmOf } from './retimed.ts'

export interface Day {
  readonly highest: RiskLevel
  readonly outcome: 'learnt' | Refusal
  /** Whether enrolling again is proposed. */
  readonly drifted: boolean
}

export interface Life {
  readonly days: readonly Day[]
  readonly profile: Profile
}

/** How high the risk of a session goes, from its first key to its last. */
export function highestRisk(
  engine: Engine,
  alarm: AlarmModel,
  profile: Profile,
  session: readonly Recording[]
): RiskLevel {
  return sitting(engine, alarm, profile, session).highest
}

/** Visits a day apart. Foreign hands put the profile back to where the course had last been clean, and end the learning. */
export function live(
  engine: Engine,
  alarm: AlarmModel,
  enrolled: Profile,
  sessions: Iterable<readonly Recording[]>,
  learning = true
): Life {
  let learner: Learner = { profile: enrolled, lineage: lineageOf(enrolled), course: noCourse }
  let clean = enrolled
  const days: Day[] = []
  for (const session of sessions) {
    const { highest, visit } = sitting(engine, alarm, learner.profile, session)
    const { course, outcome } = concludeVisit(engine, learner, visit, {
      day: days.length,
      calm: highest === 'LOW'
    })
    const learnt = typeof outcome === 'string' ? undefined : outcome
    learner = { ...learner, course, ...(learning && learnt) }
    if (outcome === 'foreign') learner = { ...learner, profile: clean }
    else if (course.takeover === 0) clean = learner.profile
    days.push({
      highest,
      outcome: typeof outcome === 'string' ? outcome : 'learnt',
      drifted: hasDrifted(course)
    })
  }
  return { days, profile: learner.profile }
}

/** One visit: how high its risk went, and what there is to learn from. */
export function sitting(
  engine: Engine,
  alarm: AlarmModel,
  profile: Profile,
  session: readonly Recording[]
): { highest: RiskLevel; visit: VisitSummary } {
  const visit = createVisit()
  let evidence = noEvidence()
  let highest: RiskLevel = 'LOW'
  for (const window of windowsOf(session)) {
    const assessment = engine.assess(profile, window)
    visit.add(window, assessment, true)
    evidence = addEvidence(evidence, assessment, alarm)
    const risk = riskOf(evidence, alarm)
    if (!atLeast(highest, risk)) highest = risk
  }
  return { highest, visit: visit.summary() }
}

/** A session of some `keystrokes` from a person's sentences, in the mood of the day: holds and pace a few percent off. */
export function sessionOf(
  sentences: readonly Recording[],
  keystrokes: number,
  seed: number,
  slow = { hold: 0, gap: 0 }
): Recording[] {
  const random = seededRandom(seedFor(seed, 'session'))
  const normal = normals(random)
  const mood = { hold: slow.hold + moodSpread * normal(), gap: slow.gap + moodSpread * normal() }
  const session: Recording[] = []
  for (let typed = 0; typed < keystrokes;) {
    const sentence = retimed(sentences[Math.floor(random() * sentences.length)]!, mood)
    session.push(cut(sentence, keystrokes - typed))
    typed += Math.max(1, keystrokesIn(sentence))
  }
  return session
}

/** Standard deviation of a day's logarithmic factor. */
const moodSpread = 0.04

/** The owner's work, then the last `share` of the session typed by somebody else. */
export function blended(
  owner: readonly Recording[],
  other: readonly Recording[],
  share: number,
  keystrokes: number,
  seed: number
): Recording[] {
  const foreign = Math.round(share * keystrokes)
  return [...sessionOf(owner, keystrokes - foreign, seed), ...sessionOf(other, foreign, seedFor(seed, 'other'))]
}

/** The owner's keys with their rhythm bent by `share` of the way to somebody else's: a mimic who knows the owner's recordings. */
export function bent(
  owner: readonly Recording[],
  other: readonly Recording[],
  share: number,
  keystrokes: number,
  seed: number
): Recording[] {
  const from = rhythmOf(owner)
  const to = rhythmOf(other)
  return sessionOf(owner, keystrokes, seed, { hold: share * (to.hold - from.hold), gap: share * (to.gap - from.gap) })
}
