// Threat 5, slow poisoning: people whose accounts somebody else gets at day after day, what that one does, and what it leaves behind.
// The tests play a few people for a few days, `tests/measure/poisoning.ts` many for long.

import {
  createEngine,
  windowsOf,
  type Engine,
  type Population,
  type Profile,
  type Recording
} from '../../src/biometrics/index.ts'
import { seedFor } from '../../src/biometrics/random.ts'
import { alarmModel, parseBudget, type AlarmModel } from '../../src/risk/evidence.ts'
import { bent, blended, highestRisk, live, sessionOf, type Life } from '../support/learning-life.ts'
import type { RecordedPerson } from '../support/recordings.ts'

export interface Target {
  /** Learnt from eight sentences. */
  readonly enrolled: Profile
  /** Four sentences that the owner's visits are drawn from, and eleven of somebody else. */
  readonly works: readonly Recording[]
  readonly other: readonly Recording[]
  /** Sentences of both that nothing was learnt from. */
  readonly ownTrials: readonly Recording[]
  readonly otherTrials: readonly Recording[]
  readonly seed: number
}

export interface Siege {
  readonly engine: Engine
  readonly alarm: AlarmModel
  readonly targets: readonly Target[]
  readonly days: number
  /** Of one visit. */
  readonly keystrokes: number
}

export interface SiegeOptions {
  readonly population: Population
  readonly budget: string
  readonly seed: number
  readonly days: number
  readonly keystrokes: number
}

/** Each person is the next one's attacker. */
export function siegeOf(people: readonly RecordedPerson[], options: SiegeOptions): Siege {
  const { population, budget, seed, days, keystrokes } = options
  const engine = createEngine(population)
  const targets = people.map(({ person, recordings }, i): Target => {
    const other = people[(i + 1) % people.length]!.recordings
    return {
      enrolled: engine.enrol(windowsOf(recordings.slice(0, 8))),
      works: recordings.slice(8, 12),
      other: other.slice(0, 11),
      ownTrials: recordings.slice(12),
      otherTrials: other.slice(11),
      seed: seedFor(seed, person)
    }
  })
  return { engine, alarm: alarmModel(parseBudget(budget), population), targets, days, keystrokes }
}

/** A visit of a day, counted from 0. */
export type Plot = (target: Target, day: number, siege: Siege) => Recording[]

export const unchanged: Plot = ({ works, seed }, day, { keystrokes }) => sessionOf(works, keystrokes, seed + day)

/** Somebody else types the end of each visit; `share` of it, which may grow. */
export function blending(share: (day: number, siege: Siege) => number): Plot {
  return ({ works, other, seed }, day, siege) =>
    blended(works, other, Math.min(1, share(day, siege)), siege.keystrokes, seed + day)
}

/** Somebody who has the owner's recordings bends them towards their own rhythm. */
export const bending: Plot = ({ works, other, seed }, day, { days, keystrokes }) =>
  bent(works, other, (day + 1) / days, keystrokes, seed + day)

/** Owners whose holds and pace grow by the factor, evenly until `within` days have passed. */
export function slowing(within: number, factor = 1.15): Plot {
  return ({ works, seed }, day, { keystrokes }) => {
    const slow = Math.log(factor) * Math.min(1, (day + 1) / within)
    return sessionOf(works, keystrokes, seed + day, { hold: slow, gap: slow })
  }
}

export function livesOf(siege: Siege, plot: Plot, learning = true): Life[] {
  const { engine, alarm, targets, days } = siege
  return targets.map((target) =>
    live(
      engine,
      alarm,
      target.enrolled,
      Array.from({ length: days }, (_, day) => plot(target, day, siege)),
      learning
    )
  )
}

/** The day of the first challenge or finding of foreign hands, from 1; Infinity = none. */
export function firstAlarm({ days }: Life): number {
  const day = days.findIndex(({ highest, outcome }) => highest === 'HIGH' || outcome === 'foreign')
  return day < 0 ? Number.POSITIVE_INFINITY : day + 1
}

/** Of each target, shares of sittings of 200 keystrokes: owners who are challenged, others who are not. */
export interface Trials {
  readonly ownersChallenged: readonly number[]
  readonly strangersAccepted: readonly number[]
}

export function trialsOf({ engine, alarm, targets }: Siege, profiles: readonly Profile[], each: number): Trials {
  const challenged = (recordings: readonly Recording[], { seed }: Target, profile: Profile): number => {
    const sittings = Array.from({ length: each }, (_, trial) => sessionOf(recordings, 200, seed + trial))
    return sittings.filter((sitting) => highestRisk(engine, alarm, profile, sitting) === 'HIGH').length / each
  }
  return {
    ownersChallenged: targets.map((target, i) => challenged(target.ownTrials, target, profiles[i]!)),
    strangersAccepted: targets.map((target, i) => 1 - challenged(target.otherTrials, target, profiles[i]!))
  }
}
