// Threat 5, slow poisoning: somebody with access to a person's session lets their own hands seep into the profile, day after day, until
// it takes them for the owner. The full size is tests/measure/poisoning.ts; here are fewer people and fewer days.

import { describe, expect, it } from 'vitest'
import {
  createEngine,
  learnPopulation,
  materialOf,
  windowsOf,
  type Profile,
  type Recording
} from '../../src/biometrics/index.ts'
import { seedFor } from '../../src/biometrics/random.ts'
import { alarmModel, parseBudget } from '../../src/risk/evidence.ts'
import { bent, blended, highestRisk, live, sessionOf, type Life } from '../support/learning-life.ts'
import { samplePeople } from '../support/recordings.ts'
import { typists } from '../support/retimed.ts'

const days = 25
const keystrokes = 300
const trialsEach = 4

const people = typists(samplePeople(11, 12))
const population = learnPopulation(
  typists(samplePeople(12, 48, people)).map(({ recordings }) => materialOf(windowsOf(recordings).slice(0, 24))),
  1
)
const engine = createEngine(population)
const alarm = alarmModel(parseBudget('1/2h'), population)

interface Target {
  readonly enrolled: Profile
  readonly works: readonly Recording[]
  readonly other: readonly Recording[]
  /** Sentences of both that nothing was learnt from. */
  readonly ownTrials: readonly Recording[]
  readonly otherTrials: readonly Recording[]
  readonly seed: number
}

const targets = people.map(({ person, recordings }, i): Target => {
  const other = people[(i + 1) % people.length]!.recordings
  return {
    enrolled: engine.enrol(windowsOf(recordings.slice(0, 8))),
    works: recordings.slice(8, 12),
    other: other.slice(0, 11),
    ownTrials: recordings.slice(12),
    otherTrials: other.slice(11),
    seed: seedFor(11, person)
  }
})

function lives(visit: (target: Target, day: number) => Recording[]): Life[] {
  return targets.map((target) =>
    live(
      engine,
      alarm,
      target.enrolled,
      Array.from({ length: days }, (_, day) => visit(target, day))
    )
  )
}

/** Shares of sittings of 200 keystrokes: owners who are challenged, and others who are not. */
function errors(profiles: readonly Profile[]): { refused: number; accepted: number } {
  let refused = 0
  let accepted = 0
  targets.forEach(({ ownTrials, otherTrials, seed }, i) => {
    for (let trial = 0; trial < trialsEach; trial++) {
      if (highestRisk(engine, alarm, profiles[i]!, sessionOf(ownTrials, 200, seed + trial)) === 'HIGH') refused++
      if (highestRisk(engine, alarm, profiles[i]!, sessionOf(otherTrials, 200, seed + trial)) !== 'HIGH') accepted++
    }
  })
  const trials = trialsEach * targets.length
  return { refused: refused / trials, accepted: accepted / trials }
}

const before = errors(targets.map(({ enrolled }) => enrolled))
/** Two trials: so few people tell nothing finer apart. */
const room = 2 / (trialsEach * targets.length)

function firstAlarm({ days: all }: Life): number {
  const day = all.findIndex(({ highest, outcome }) => highest === 'HIGH' || outcome === 'foreign')
  return day < 0 ? Number.POSITIVE_INFINITY : day + 1
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** At most twice the strangers, and at most two points more of the owners, within what so few trials can tell. */
function expectUnpoisoned(after: readonly Life[]): void {
  const { refused, accepted } = errors(after.map(({ profile }) => profile))
  expect(accepted).toBeLessThanOrEqual(2 * before.accepted + room)
  expect(refused).toBeLessThanOrEqual(before.refused + 0.02 + room)
}

describe('an attacker', () => {
  it('who types the end of each session, more every day, is noticed within ten days and gains nothing', () => {
    const after = lives(({ works, other, seed }, day) =>
      blended(works, other, Math.min(1, 0.1 + day / days), keystrokes, seed + day)
    )
    expect(median(after.map(firstAlarm))).toBeLessThanOrEqual(10)
    for (const life of after) expect(firstAlarm(life)).toBeLessThanOrEqual(days)
    expectUnpoisoned(after)
  })

  it('who never types more than a nudge gains nothing', () => {
    expectUnpoisoned(
      lives(({ works, other, seed }, day) => blended(works, other, 20 / keystrokes, keystrokes, seed + day))
    )
  })

  it('who begins with the owner’s own rhythm and bends it to theirs gains nothing', () => {
    const after = lives(({ works, other, seed }, day) => bent(works, other, (day + 1) / days, keystrokes, seed + day))
    expectUnpoisoned(after)
    // Sooner or later the enrolment, the evidence or the course refuses.
    for (const { days: all } of after) expect(all.some(({ outcome }) => outcome !== 'learnt')).toBe(true)
  })
})

describe('an owner', () => {
  it('who stays the same is learnt from on most days, and is not taken for somebody else', () => {
    const after = lives(({ works, seed }, day) => sessionOf(works, keystrokes, seed + day))
    const all = after.flatMap((life) => life.days)
    expect(all.filter(({ outcome }) => outcome === 'learnt').length).toBeGreaterThan(all.length / 3)
    const accused = after.filter((life) => life.days.some(({ outcome }) => outcome === 'foreign'))
    expect(accused.length).toBeLessThanOrEqual(targets.length / 4)
    expectUnpoisoned(after)
  })

  it('who slows down over weeks is challenged less often by a profile that learns', () => {
    const challenged = (learning: boolean): number => {
      let count = 0
      for (const { enrolled, works, seed } of targets.slice(0, 8)) {
        const slower = Array.from({ length: days }, (_, day) => {
          const slow = Math.log(1.15) * Math.min(1, (day + 1) / (days - 5))
          return sessionOf(works, keystrokes, seed + day, { hold: slow, gap: slow })
        })
        count += live(engine, alarm, enrolled, slower, learning).days.filter(({ highest }) => highest === 'HIGH').length
      }
      return count
    }
    expect(challenged(true)).toBeLessThan(challenged(false))
  })
})
