// Stand-ins for what one sitting does not show: another day, another recorder. Recordings are bent, and the figures that stay are those that can
// be hoped for elsewhere.

import type { RecordedEvent, Recording } from '../biometrics/index.ts'
import { normals, seededRandom, seedFor } from '../biometrics/random.ts'
import type { RecordedPerson } from './people.ts'
import { inTimeOrder } from './readers/time-order.ts'

export interface StandIn {
  /** For the report. */
  readonly meaning: string
  /** Whether those who teach are bent as well. */
  readonly teachersToo: boolean
  /** Whether recordings that enrol are bent as well. */
  readonly enrolmentToo: boolean
  /** Trials grow with the square of the people: what only has to show that figures hold is tried on some of them. */
  readonly mostTested: number
  bend(person: RecordedPerson, random: () => number): RecordedPerson
}

export const standIns = {
  'grain-equalised': {
    meaning:
      'everybody’s clock has steps of 16 ms (and a pointer moves at most every 32 ms), so that the machine tells nobody apart',
    teachersToo: true,
    enrolmentToo: true,
    mostTested: Number.POSITIVE_INFINITY,
    bend: ({ person, recordings }, random) => ({
      person,
      recordings: recordings.map((recording) => thinnedMoves(quantised(recording, 16, random), 32))
    })
  },
  'grain-8-later': {
    meaning: 'the stream comes from a clock with steps of 8 ms, enrolment and population do not',
    teachersToo: false,
    enrolmentToo: false,
    mostTested: 200,
    bend: (person, random) => later(person, (recording) => quantised(recording, 8, random))
  },
  'grain-16-later': {
    meaning: 'the same with steps of 16 ms',
    teachersToo: false,
    enrolmentToo: false,
    mostTested: 200,
    bend: (person, random) => later(person, (recording) => quantised(recording, 16, random))
  },
  'another-day': {
    meaning: 'in the stream everybody’s pace and holds have changed by a factor of their own, about 10 % up or down',
    teachersToo: false,
    enrolmentToo: false,
    mostTested: 200,
    bend(person, random) {
      const mood = moodOf(random)
      return later(person, (recording) => retimed(recording, mood))
    }
  },
  'another-day-grain-8': {
    meaning: 'another day on a clock with steps of 8 ms',
    teachersToo: false,
    enrolmentToo: false,
    mostTested: 200,
    bend(person, random) {
      const mood = moodOf(random)
      return later(person, (recording) => quantised(retimed(recording, mood), 8, random))
    }
  },
  'another-keyboard': {
    meaning:
      'another day on another keyboard: holds of every key and times of every pair of keys have changed as well, and the clock',
    teachersToo: false,
    enrolmentToo: false,
    mostTested: 200,
    bend(person, random) {
      const mood = keyboardOf(random)
      return later(person, (recording) => quantised(retimed(recording, mood), 8, random))
    }
  },
  'slow-hands': {
    meaning: 'half of the people are slow and unsteady throughout, and the stream is typed on another keyboard',
    teachersToo: false,
    enrolmentToo: true,
    mostTested: 200,
    bend(person, random) {
      const slow = random() < 0.5
      const hands = slow ? slowHands(random) : steadyHands
      const recordings = person.recordings.map((recording) => retimed(recording, hands))
      const mood = keyboardOf(random)
      return later({ ...person, recordings }, (recording) => quantised(retimed(recording, mood), 8, random))
    }
  },
  'sparse-moves': {
    meaning:
      'the pointer is heard of every 100 to 120 ms at most, as over a remote desktop; those who teach are heard of always',
    teachersToo: false,
    enrolmentToo: true,
    mostTested: Number.POSITIVE_INFINITY,
    bend: ({ person, recordings }, random) => ({
      person,
      recordings: recordings.map((recording) => thinnedMoves(recording, 100 + 20 * random()))
    })
  }
} as const satisfies Record<string, StandIn>

export type StandInName = keyof typeof standIns

/** The person bent by randomness of their own: the same whoever else is tested. */
export function standInFor(name: StandInName, person: RecordedPerson, seed: number): RecordedPerson {
  return standIns[name].bend(person, seededRandom(seedFor(seed, `${name} of ${person.person}`)))
}

/** Recordings up to this one are enrolment in the protocols that stand-ins are made for. */
const enrolled = 10
/** Standard deviation of the logarithm of a day's pace, and of a day's holds. */
const daySpread = 0.1

interface Mood {
  readonly pace: number
  readonly hold: number
  /** Factor of a single hold of a key, and of a single time between two keys. Default: 1. */
  holdOf?(code: string): number
  paceOf?(before: string, code: string): number
}

function moodOf(random: () => number): Mood {
  const normal = normals(random)
  return { pace: Math.exp(daySpread * normal()), hold: Math.exp(daySpread * normal()) }
}

/** Standard deviations of logarithms: of all holds and times on the whole, then of those of one key or pair of keys. */
const keyboard = { pace: 0.08, hold: 0.12, ofKey: 0.05, ofPair: 0.08 } as const

function keyboardOf(random: () => number): Mood {
  const normal = normals(random)
  const factors = new Map<string, number>()
  const factorOf = (name: string, spread: number): number => {
    let factor = factors.get(name)
    if (factor === undefined) factors.set(name, (factor = Math.exp(spread * normal())))
    return factor
  }
  return {
    pace: Math.exp(keyboard.pace * normal()),
    hold: Math.exp(keyboard.hold * normal()),
    holdOf: (code) => factorOf(code, keyboard.ofKey),
    paceOf: (before, code) => factorOf(`${before} ${code}`, keyboard.ofPair)
  }
}

const steadyHands: Mood = { pace: 1, hold: 1 }

/** 1.3 to 2.5 times as slow, keys held 1.2 to 1.8 times as long, and no two times alike. */
function slowHands(random: () => number): Mood {
  const normal = normals(random)
  return {
    pace: 1.3 + 1.2 * random(),
    hold: 1.2 + 0.6 * random(),
    holdOf: () => Math.exp(0.18 * normal()),
    paceOf: () => Math.exp(0.25 * normal())
  }
}

function later({ person, recordings }: RecordedPerson, bend: (recording: Recording) => Recording): RecordedPerson {
  return { person, recordings: recordings.map((recording, i) => (i < enrolled ? recording : bend(recording))) }
}

/**
 * Times on a clock with steps of `stepMs`, rounded up or down at random as far as they lie from either, so that no trace of the first clock's
 * own steps stays. No event overtakes another.
 */
export function quantised(recording: Recording, stepMs: number, random: () => number): Recording {
  let last = Number.NEGATIVE_INFINITY
  const events = recording.events.map((event): RecordedEvent => {
    last = Math.max(last, Math.floor(event.t / stepMs + random()) * stepMs)
    return { ...event, t: last }
  })
  return { ...recording, grainMs: stepMs, events }
}

/** Of the moves within each `everyMs` the last stays; presses and wheels all do. */
export function thinnedMoves(recording: Recording, everyMs: number): Recording {
  const { events } = recording
  const kept = events.filter((event, i) => {
    const next = events[i + 1]
    if (event.type !== 'mousemove' || next?.type !== 'mousemove') return true
    return Math.floor(next.t / everyMs) !== Math.floor(event.t / everyMs)
  })
  return { ...recording, events: kept }
}

/** Times between presses and holds multiplied. Pauses stay: they are thought, and do not follow the hand. */
export function retimed(recording: Recording, mood: Mood): Recording {
  const moved: RecordedEvent[] = []
  const pressed = new Map<string, { from: number; to: number; hold: number }>()
  let before = ''
  let from = Number.NaN
  let to = 0
  for (const event of recording.events) {
    if (!('code' in event)) continue
    if (event.type === 'keydown') {
      const gap = event.t - from
      const pace = mood.pace * (mood.paceOf?.(before, event.code) ?? 1)
      to = Number.isNaN(from) ? event.t : to + (gap <= longestRhythmMs ? gap * pace : gap)
      from = event.t
      before = event.code
      pressed.set(event.code, { from, to, hold: mood.hold * (mood.holdOf?.(event.code) ?? 1) })
      moved.push({ ...event, t: to })
    } else {
      const press = pressed.get(event.code)
      if (press !== undefined) moved.push({ ...event, t: press.to + (event.t - press.from) * press.hold })
    }
  }
  return { ...recording, events: inTimeOrder(moved) }
}

const longestRhythmMs = 1000
