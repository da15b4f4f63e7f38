// People held out of a population play their streams against their own profile and each other's: what calibration and alarms are learnt from.

import type { HopEncoder } from '../encoder/hops.ts'
import { onDay } from './another-day.ts'
import { asRecorded, createInventor, populationVariety } from '../encoder/variety.ts'
import { pickHops } from './enrolled-person.ts'
import { scoresOf, type StretchScores } from '../calibration/fusion.ts'
import type { EnrolledPerson, PopulationBase } from './population-model.ts'
import { detectorScores, trainPerson, type PersonModels } from '../scoring.ts'
import { seededRandom, seedFor } from '../random.ts'
import { sumStatistics, type Statistics } from '../features/statistics.ts'
import { trailHops } from '../features/hop.ts'

/** Raw scores of an innocent person's stream: per window, per stretch. */
export interface InnocentStream {
  readonly ms: number
  readonly windows: readonly (readonly StretchScores[])[]
}

export interface Trials {
  readonly owner: StretchScores[][]
  readonly stranger: StretchScores[][]
  readonly innocent: InnocentStream[]
}

export function emptyTrials(): Trials {
  return { owner: trailHops.map(() => []), stranger: trailHops.map(() => []), innocent: [] }
}

/** Other people's streams that each held-out profile is tried with on each of its days. */
const strangersPerPerson = 4
/** A third of a person's hops is the stream, the rest enrols. */
const thirds = 3

/** The last third is the day of the enrolment; the others are days of their own, as most days of a person's life are. */
const sameDay = 0

/** Adds the trials of people who taught nothing in `base`. */
export function collectTrials(
  trials: Trials,
  base: PopulationBase,
  people: readonly EnrolledPerson[],
  encoder: HopEncoder | undefined,
  seed: number,
  progress: (done: number) => void
): void {
  const inventor = createInventor(populationVariety, seededRandom(seedFor(seed, 'rehearsal')))
  for (let third = 0; third < thirds; third++) {
    const halves = people.map((person) => {
      const { enrolment, stream } = split(person, third)
      return { enrolment, stream: third === sameDay ? stream : onDay(inventor, stream, asRecorded, inventor.day()) }
    })
    halves.forEach(({ enrolment }, owner) => {
      progress((third + owner / people.length) / thirds)
      const models = trainPerson(base, enrolment, seed)
      const strangers = Math.min(strangersPerPerson, people.length - 1)
      for (let step = 0; step <= strangers; step++) {
        const probe = halves[(owner + placesAway(step * (third + 1), people.length)) % people.length]!.stream
        const windows = playStream(base, models, probe, encoder)
        const side = step === 0 ? trials.owner : trials.stranger
        for (const window of windows) window.forEach((scores, horizon) => side[horizon]!.push(scores))
        if (step === 0) trials.innocent.push({ ms: probe.hopMs.reduce((sum, ms) => sum + ms, 0), windows })
      }
    })
  }
}

/** Round all others again and again, never to the owner; 0 = the owner. */
function placesAway(steps: number, people: number): number {
  return steps === 0 ? 0 : 1 + ((steps - 1) % (people - 1))
}

/** The stream is the last third, the first, or the one between; what is left enrols. */
function split(person: EnrolledPerson, third: number): { enrolment: EnrolledPerson; stream: EnrolledPerson } {
  const length = person.hops.length
  const from = third === 0 ? Math.round((length * 2) / 3) : Math.round(((third - 1) * length) / 3)
  const to = third === 0 ? length : Math.round((third * length) / 3)
  const pick = (inStream: boolean): EnrolledPerson => {
    const places = Array.from({ length }, (_, i) => i)
    return pickHops(
      person,
      places.filter((i) => (i >= from && i < to) === inStream)
    )
  }
  return { enrolment: pick(false), stream: pick(true) }
}

function playStream(
  base: PopulationBase,
  models: PersonModels,
  stream: EnrolledPerson,
  encoder: HopEncoder | undefined
): StretchScores[][] {
  const sequences = encoder?.statisticsOf(stream.typed)
  return stream.hops.map((_, last) => scoresAt(base, models, stream, sequences, last))
}

/** Raw scores of the stretches that end with a hop of a stream, as many as the stream has by then: shortest first. */
export function scoresAt(
  base: PopulationBase,
  models: PersonModels,
  stream: EnrolledPerson,
  sequences: readonly Statistics[] | undefined,
  last: number
): StretchScores[] {
  const features = stream.rows[last]
  // The features of the first windows still look back on the enrolment; they count from the first whole window on.
  const detectors = features !== undefined && last >= 3 ? detectorScores(models, { features }) : undefined
  const window: StretchScores[] = []
  for (const [horizon, span] of trailHops.entries()) {
    const from = Math.max(0, last + 1 - span)
    const stretch = {
      statistics: sumStatistics(stream.hops.slice(from, last + 1)),
      sequence: sequences && sumStatistics(sequences.slice(from, last + 1))
    }
    window.push(scoresOf(base, models, stretch, horizon, detectors))
    if (from === 0) break
  }
  return window
}
