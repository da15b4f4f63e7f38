// People and days that were never recorded, made from those that were: a few dozen people are soon known by heart, and one sitting does not
// show what another day changes. An invented person has another pace, other holds and other hands throughout, and may be less steady; an
// invented day shifts pace and holds a little, of each key and on the whole, and has a clock of its own.

import { KeyClass } from '../events.ts'
import { sequenceColumns, type TimingSequence } from '../features/timing-sequence.ts'
import { normals } from '../random.ts'
import { keyClasses } from '../features/statistics.ts'
import type { KeystrokeTimes } from './inputs.ts'
import { timesAt } from './sequence.ts'

/** How far people and days are moved, as standard deviations of logarithms. */
export interface Variety {
  readonly personPace: number
  readonly personHold: number
  readonly personClassHold: number
  readonly personPairPace: number
  /** Of one keystroke from the next. */
  readonly personUnsteadiness: number
  readonly dayPace: number
  readonly dayHold: number
  readonly dayClassHold: number
  readonly dayPairPace: number
}

/** What the encoder meets. Chosen by error rate on recorded people who teach nothing that ships. */
export const encoderVariety: Variety = {
  personPace: 0.25,
  personHold: 0.2,
  personClassHold: 0.08,
  personPairPace: 0.08,
  personUnsteadiness: 0,
  dayPace: 0.1,
  dayHold: 0.09,
  dayClassHold: 0,
  dayPairPace: 0
}

/** The same where hundreds of people teach, who differ enough by themselves. */
export const varietyAmongMany: Variety = {
  ...encoderVariety,
  personPace: 0.175,
  personHold: 0.14,
  personClassHold: 0.056,
  personPairPace: 0.056,
  dayPace: 0.06,
  dayHold: 0.054
}

/**
 * Whom the verifiers and calibration expect: people as different as there may be anywhere, slow and unsteady hands among them, on days that
 * differ as far as sessions of one person did who typed one password on eight days (CMU: standard deviation of pace 0.07, of holds 0.06, of
 * one key or pair of keys beyond that less than 0.06), and a little more for other keyboards.
 */
export const populationVariety: Variety = {
  personPace: 0.4,
  personHold: 0.28,
  personClassHold: 0.1,
  personPairPace: 0.1,
  personUnsteadiness: 0.2,
  dayPace: 0.08,
  dayHold: 0.08,
  dayClassHold: 0.02,
  dayPairPace: 0.03
}

export interface InventedPerson {
  readonly pace: number
  readonly hold: number
  /** One a class, `hidden` included. */
  readonly classHold: readonly number[]
  /** One a pair of classes. */
  readonly pairPace: readonly number[]
  /** Standard deviation of the logarithm of every single time; 0 = as steady as was recorded. */
  readonly unsteadiness: number
  readonly otherHanded: boolean
}

export interface InventedDay {
  readonly pace: number
  readonly hold: number
  readonly classHold: readonly number[]
  readonly pairPace: readonly number[]
  /** Step of the clock, ms; 0 = finer than matters. */
  readonly grainMs: number
}

export interface Inventor {
  person(): InventedPerson
  day(): InventedDay
  /** Keystrokes `from` to `to` (not included) as this person would have typed them on this day. */
  retype(
    sequence: TimingSequence,
    from: number,
    to: number,
    person: InventedPerson,
    day: InventedDay,
    visit: (times: KeystrokeTimes, index: number) => void
  ): void
}

const unchanged = {
  pace: 1,
  hold: 1,
  classHold: Array.from({ length: keyClasses + 1 }, () => 1),
  pairPace: Array.from({ length: (keyClasses + 1) ** 2 }, () => 1)
} as const

/** Nobody else: the person as recorded. */
export const asRecorded: InventedPerson = { ...unchanged, unsteadiness: 0, otherHanded: false }

/** No other day: the one that was recorded, on a clock finer than matters. */
export const recordedDay: InventedDay = { ...unchanged, grainMs: 0 }

export function createInventor(variety: Variety, random: () => number): Inventor {
  const normal = normals(random)
  const lognormal = (spread: number): number => Math.exp(spread * normal())
  return {
    person: () => ({
      pace: lognormal(variety.personPace),
      hold: lognormal(variety.personHold),
      classHold: asRecorded.classHold.map(() => lognormal(variety.personClassHold)),
      pairPace: asRecorded.pairPace.map(() => lognormal(variety.personPairPace)),
      unsteadiness: variety.personUnsteadiness * Math.abs(normal()),
      otherHanded: random() < 0.5
    }),
    day: () => ({
      pace: lognormal(variety.dayPace),
      hold: lognormal(variety.dayHold),
      classHold: recordedDay.classHold.map(() => lognormal(variety.dayClassHold)),
      pairPace: recordedDay.pairPace.map(() => lognormal(variety.dayPairPace)),
      grainMs: grains[Math.floor(random() * grains.length)]!
    }),
    retype(sequence, from, to, person, day, visit) {
      const read = (ms: number): number => {
        const blurred = ms + (random() - 0.5) * recorderGrainMs
        return day.grainMs === 0 ? blurred : Math.round(blurred / day.grainMs) * day.grainMs
      }
      const pace = person.pace * day.pace
      const hold = person.hold * day.hold
      const unsteady = (): number => (person.unsteadiness === 0 ? 1 : lognormal(person.unsteadiness))
      let previous: number = KeyClass.other
      let previousHoldMs = Number.NaN
      for (let index = from; index < to; index++) {
        const times = timesAt(sequence, index)
        const cls = handed(person, times.cls)
        const pair = previous * (keyClasses + 1) + cls
        const classHold = person.classHold[cls]! * day.classHold[cls]!
        const pairPace = person.pairPace[pair]! * day.pairPace[pair]!
        const holdMs = Math.max(read(times.holdMs * hold * classHold * unsteady()), 1)
        const pressToPressMs = Math.max(read(times.pressToPressMs * pace * pairPace * unsteady()), 0)
        const releaseToPressMs = index === from ? times.releaseToPressMs * pace : pressToPressMs - previousHoldMs
        visit({ holdMs, pressToPressMs, releaseToPressMs, cls }, index)
        previous = cls
        previousHoldMs = holdMs
      }
    }
  }
}

/** A whole sequence retyped. */
export function retyped(
  inventor: Inventor,
  sequence: TimingSequence,
  person: InventedPerson,
  day: InventedDay
): TimingSequence {
  const columns = sequenceColumns.length
  const values = new Float32Array(sequence.length * columns)
  inventor.retype(sequence, 0, sequence.length, person, day, (times, index) => {
    const row = [times.holdMs, times.pressToPressMs, times.releaseToPressMs]
    row.forEach((ms, column) => (values[index * columns + column] = Number.isNaN(ms) ? 0 : ms))
    values[index * columns + 3] = Number.isNaN(times.pressToPressMs) ? 0 : 1
    values[index * columns + 4] = times.cls
  })
  return { length: sequence.length, values }
}

/** Steps of clocks that people's browsers have. */
const grains = [0, 0, 0, 1, 1, 4, 8, 8, 16] as const
/** Times are blurred by the coarsest step among the recorders that teach, so that no step can tell people apart. */
const recorderGrainMs = 8

/** A left-handed copy of a person types with the other hand. */
function handed({ otherHanded }: InventedPerson, cls: number): number {
  if (!otherHanded) return cls
  if (cls === KeyClass.left) return KeyClass.right
  return cls === KeyClass.right ? KeyClass.left : cls
}
