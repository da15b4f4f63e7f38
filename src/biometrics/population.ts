// Learns what is known of people in general: how they differ, how one person varies, and, on people held out, how scores become
// likelihood ratios and how far evidence goes against the innocent.

import { VigilError } from '../errors.ts'
import { standardDetectors } from './detectors/index.ts'
import { learnFeatureScale } from './feature-scale.ts'
import { fitLogistic } from './logistic.ts'
import type { AlarmCurve, EnrolledPerson, FusionWeights, Population, PopulationBase } from './population-model.ts'
import { seededRandom, seedFor, shuffled } from './random.ts'
import { learnPointerVerifier } from './pointer-verifier.ts'
import {
  detectorScores,
  fuse,
  trainPerson,
  typingView,
  verify,
  verifyPointing,
  type PersonModels,
  type Seen
} from './scoring.ts'
import { sumStatistics, type Statistics } from './statistics.ts'
import { learnVerifier } from './verifier.ts'
import { trailHops } from './window.ts'

export type { AlarmCurve, EnrolledPerson, FusionWeights, Population } from './population-model.ts'

export interface LearnOptions {
  /** Called after each small step with the share of the work that is done, 0 to 1: whoever waits can tell work from a hang. */
  readonly progress?: (done: number) => void
  /** Ids of detectors that fusion does not hear, to find out what they add. */
  readonly without?: readonly string[]
}

/** From this many people on, a deployment's own people teach the population. */
export const fewestPeople = 20
const folds = 4
const backgroundRowsPerPerson = 4
const mostBackgroundRows = 320
/** Other people's streams that each held-out profile is tried with. */
const strangersPerPerson = 12
/** A third of a person's hops is the stream, the rest enrols. */
const thirds = 3
const fewestHops = 9

/** Throws `population_invalid` with fewer than twenty people who have input enough. Deterministic for a seed. */
export function learnPopulation(
  people: readonly EnrolledPerson[],
  seed: number,
  { progress, without = [] }: LearnOptions = {}
): Population {
  const usable = people.filter((person) => person.hops.length >= fewestHops)
  if (usable.length < fewestPeople) {
    throw new VigilError(
      'population_invalid',
      `a population needs ${fewestPeople} people with at least ${fewestHops * 25} keystrokes each, got ${usable.length}`
    )
  }
  const random = seededRandom(seedFor(seed, 'population'))
  const order = shuffled(usable, random)
  const trials = emptyTrials()
  for (let fold = 0; fold < folds; fold++) {
    const tested = order.filter((_, i) => i % folds === fold)
    const taught = order.filter((_, i) => i % folds !== fold)
    collectTrials(trials, learnBase(taught, random), tested, seed, (share) => progress?.((fold + share) / (folds + 1)))
  }
  const heard = standardDetectors.map(({ id }) => !without.includes(id))
  const typingFusion = fitFusion(trials.typing, heard)
  const pointingFusion = fitFusion(trials.pointing, heard)
  const population: Population = {
    version: 1,
    revision: revisionOf(order, seed),
    people: order.length,
    ...learnBase(order, random),
    typingFusion,
    pointingFusion,
    alarms: alarmCurve(trials.innocent, typingFusion, pointingFusion)
  }
  progress?.(1)
  return population
}

/** The strongest evidence in a window: the likeliest moment at which another person may have begun. */
export function strongestOf(ratios: readonly (number | undefined)[]): number | undefined {
  let strongest: number | undefined
  for (const ratio of ratios) {
    if (ratio !== undefined && (strongest === undefined || ratio > strongest)) strongest = ratio
  }
  return strongest
}

/** Calibrated ratio of each stretch of a trail, shortest first. */
export function stretchRatios(
  population: Pick<Population, 'typing' | 'pointing' | 'typingFusion' | 'pointingFusion'>,
  models: PersonModels,
  trail: readonly Statistics[],
  detectors: readonly number[] | undefined,
  firstHorizon = 0
): (number | undefined)[] {
  return trail.map((stretch, i) => {
    const horizon = firstHorizon + i
    const typed = verify(population.typing, typingView, models.typing, stretch)
    const pointed = verifyPointing(population.pointing, models.pointing, stretch)
    return fusedStretch(population, horizon, typed, pointed, detectors)
  })
}

function fusedStretch(
  fusion: Pick<Population, 'typingFusion' | 'pointingFusion'>,
  horizon: number,
  typed: Seen | undefined,
  pointed: Seen | undefined,
  detectors: readonly number[] | undefined
): number | undefined {
  // Detectors look back on a whole window; a shorter stretch is judged without them, or an old owner would speak for a new stranger.
  const heard = horizon >= detectorHorizon ? detectors : undefined
  const typing = typed && fuse(fusion.typingFusion, typed.ratio, typed.amount, heard)
  const pointing =
    pointed && fuse(fusion.pointingFusion, pointed.ratio, pointed.amount, typing === undefined ? heard : undefined)
  const care = caution[horizon] ?? 1
  if (typing === undefined) return pointing === undefined ? undefined : care * pointing
  return care * (typing + (pointing ?? 0))
}

/**
 * What the shortest stretches say counts less: calibration fits the bulk of their scores, while the tail, where an innocent person looks
 * like a stranger for 25 keystrokes, is longer than the bulk tells. Chosen on recorded people that teach nothing that ships.
 */
const caution = [0.5, 0.7] as const

/** First entry of a trail that is as long as a window. */
export const detectorHorizon = 2

function learnBase(people: readonly EnrolledPerson[], random: () => number): PopulationBase {
  const hops = people.map((person) => person.hops)
  const typing = learnVerifier(hops, typingView)
  const pointing = learnPointerVerifier(hops)
  const perPerson = Math.max(1, Math.min(backgroundRowsPerPerson, Math.floor(mostBackgroundRows / people.length)))
  const background: Float64Array[] = []
  for (const { rows } of people) background.push(...shuffled(rows.slice(3), random).slice(0, perPerson))
  return {
    scale: learnFeatureScale(people.map(({ rows }) => rows)),
    background: shuffled(background, random).slice(0, mostBackgroundRows),
    ...(typing === undefined ? {} : { typing }),
    ...(pointing === undefined ? {} : { pointing })
  }
}

/** One score of one stretch, by horizon. */
interface Trial {
  readonly ratio: number
  readonly amount: number
  readonly detectors: readonly number[] | undefined
}

interface ViewTrials {
  readonly owner: Trial[][]
  readonly stranger: Trial[][]
}

/** Raw scores of an innocent person's stream: per window, per stretch. */
interface Stream {
  readonly ms: number
  readonly windows: { typed: Seen | undefined; pointed: Seen | undefined; detectors: readonly number[] | undefined }[][]
}

interface Trials {
  readonly typing: ViewTrials
  readonly pointing: ViewTrials
  readonly innocent: Stream[]
}

function emptyTrials(): Trials {
  return {
    typing: { owner: byHorizon(), stranger: byHorizon() },
    pointing: { owner: byHorizon(), stranger: byHorizon() },
    innocent: []
  }
}

function byHorizon(): Trial[][] {
  return trailHops.map(() => [])
}

/** Plays held-out people's streams against their own profile and against each other's. */
function collectTrials(
  trials: Trials,
  base: PopulationBase,
  people: readonly EnrolledPerson[],
  seed: number,
  progress: (done: number) => void
): void {
  for (let third = 0; third < thirds; third++) {
    const halves = people.map((person) => split(person, third))
    halves.forEach(({ enrolment }, owner) => {
      progress((third + owner / people.length) / thirds)
      const models = trainPerson(base, enrolment, seed)
      // Strangers are many anyway; the innocent are few, so each of them works three days, and meets strangers on one.
      const strangers = third === 0 ? Math.min(strangersPerPerson, people.length - 1) : 0
      for (let step = 0; step <= strangers; step++) {
        const probe = halves[(owner + step) % people.length]!.stream
        const windows = playStream(base, models, probe)
        const side = step === 0 ? 'owner' : 'stranger'
        for (const window of windows) {
          window.forEach(({ typed, pointed, detectors }, horizon) => {
            if (typed !== undefined) trials.typing[side][horizon]!.push({ ...typed, detectors })
            if (pointed !== undefined) trials.pointing[side][horizon]!.push({ ...pointed, detectors })
          })
        }
        if (step === 0) trials.innocent.push({ ms: probe.hopMs.reduce((sum, ms) => sum + ms, 0), windows })
      }
    })
  }
}

/** The stream is the last third, the first, or the one between; what is left enrols. */
function split(person: EnrolledPerson, third: number): { enrolment: EnrolledPerson; stream: EnrolledPerson } {
  const length = person.hops.length
  const from = third === 0 ? Math.round((length * 2) / 3) : Math.round(((third - 1) * length) / 3)
  const to = third === 0 ? length : Math.round((third * length) / 3)
  const pick = (inStream: boolean): EnrolledPerson => {
    const chosen = <T>(list: readonly T[]): T[] => list.filter((_, i) => (i >= from && i < to) === inStream)
    return { rows: chosen(person.rows), hops: chosen(person.hops), hopMs: chosen(person.hopMs) }
  }
  return { enrolment: pick(false), stream: pick(true) }
}

function playStream(base: PopulationBase, models: PersonModels, stream: EnrolledPerson): Stream['windows'] {
  return stream.hops.map((_, last) => {
    const features = stream.rows[last]
    // The features of the first windows still look back on the enrolment; they count from the first whole window on.
    const detectors = features !== undefined && last >= 3 ? detectorScores(models, { features }) : undefined
    const window: Stream['windows'][number] = []
    for (const [horizon, span] of trailHops.entries()) {
      const from = Math.max(0, last + 1 - span)
      const stretch = sumStatistics(stream.hops.slice(from, last + 1))
      window.push({
        typed: verify(base.typing, typingView, models.typing, stretch),
        pointed: verifyPointing(base.pointing, models.pointing, stretch),
        detectors: horizon >= detectorHorizon ? detectors : undefined
      })
      if (from === 0) break
    }
    return window
  })
}

const fewestTrials = 30
/** Weights of detectors start from nothing and the verifier's from one: what a calibrated verifier alone would be. */
const ridge = 0.01

/** A detector that is not heard always says 0, and so gets no weight. */
function fitFusion({ owner, stranger }: ViewTrials, heard: readonly boolean[]): FusionWeights[] {
  const weights: FusionWeights[] = []
  trailHops.forEach((_, horizon) => {
    const owners = owner[horizon]!
    const strangers = stranger[horizon]!
    if (owners.length < fewestTrials || strangers.length < fewestTrials) return
    const amount = strangers.reduce((sum, trial) => sum + trial.amount, 0) / strangers.length
    if (amount <= (weights.at(-1)?.amount ?? 0)) return
    const [bareBias = 0, bareVerifier = 1] = fitLogistic(
      strangers.map(({ ratio }) => [ratio]),
      owners.map(({ ratio }) => [ratio]),
      ridge,
      [1]
    )
    const heardOwners = withDetectors(owners, heard)
    const heardStrangers = withDetectors(strangers, heard)
    if (heardOwners.length < fewestTrials || heardStrangers.length < fewestTrials) {
      weights.push({ amount, bias: bareBias, verifier: bareVerifier, detectors: [], bareBias, bareVerifier })
      return
    }
    const width = heardOwners[0]!.length
    const [bias = 0, verifier = 1, ...detectors] = fitLogistic(heardStrangers, heardOwners, ridge, [
      1,
      ...Array.from({ length: width - 1 }, () => 0)
    ])
    weights.push({ amount, bias, verifier, detectors, bareBias, bareVerifier })
  })
  return weights
}

function withDetectors(trials: readonly Trial[], heard: readonly boolean[]): number[][] {
  return trials.flatMap(({ ratio, detectors }) =>
    detectors === undefined ? [] : [[ratio, ...detectors.map((score, i) => (heard[i] === true ? score : 0))]]
  )
}

function alarmCurve(
  streams: readonly Stream[],
  typingFusion: readonly FusionWeights[],
  pointingFusion: readonly FusionWeights[]
): AlarmCurve {
  const maxima: number[] = []
  let ms = 0
  for (const stream of streams) {
    let highest = Number.NEGATIVE_INFINITY
    for (const window of stream.windows) {
      const ratios = window.map(({ typed, pointed, detectors }, horizon) =>
        fusedStretch({ typingFusion, pointingFusion }, horizon, typed, pointed, detectors)
      )
      highest = Math.max(highest, strongestOf(ratios) ?? Number.NEGATIVE_INFINITY)
    }
    if (highest === Number.NEGATIVE_INFINITY) continue
    maxima.push(highest)
    ms += stream.ms
  }
  return { maxima: maxima.sort((a, b) => b - a), hours: ms / 3_600_000 }
}

/** Changes when a person, the order or the seed changes. */
function revisionOf(people: readonly EnrolledPerson[], seed: number): string {
  let hash = 0x811c9dc5 ^ seed
  for (const { hops } of people) {
    for (const hop of hops) for (let i = 0; i < 60; i++) hash = Math.imul(hash ^ Math.round(hop[i]! * 16), 0x01000193)
  }
  return `${people.length}-${(hash >>> 0).toString(16)}`
}
