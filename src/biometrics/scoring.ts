// Raw scores of a person's models on a window, before calibration: one place for the engine, which judges, and for the population,
// which learns how to calibrate.

import { standardDetectors } from './detectors/index.ts'
import type { FeatureWindow, Window } from './features/window.ts'
import { encoderIdOf } from './encoder/encoder-id.ts'
import { hopEncoderOf, sequenceView, wholeHops } from './encoder/hops.ts'
import { joinSequences } from './features/timing-sequence.ts'
import type { EnrolledPerson, PopulationBase, SequenceModel } from './population/population-model.ts'
import { keystrokeFeatures } from './features/features.ts'
import {
  enrolPointer,
  leastSteps,
  peopleLike,
  stepsIn,
  strangerPointing,
  type PointerVerifierModel
} from './verifiers/pointer-verifier.ts'
import { seededRandom, seedFor } from './random.ts'
import { sharingWith } from './shared-parts.ts'
import {
  cellFamilies,
  keystrokeCells,
  keystrokesIn,
  spreadOf,
  strokesIn,
  sumStatistics,
  type Statistics
} from './features/statistics.ts'
import {
  drawnTowards,
  enrolPlace,
  strangerRatio,
  unsteadinessOf,
  type Place,
  type VerifierModel,
  type VerifierView
} from './verifiers/verifier.ts'

/** One detector of one person, with what strangers score on it: scores become deviations from a stranger's. */
export interface TrainedDetector {
  readonly id: string
  readonly version: number
  readonly state: unknown
  readonly strangerMean: number
  readonly strangerSpread: number
}

/** What is derived from an enrolment under one population. */
export interface PersonModels {
  /** What the person was seen doing: detectors compare like with like. */
  readonly typed: boolean
  readonly pointed: boolean
  readonly detectors: readonly TrainedDetector[]
  readonly typing?: Place
  readonly sequence?: Place
  readonly pointing?: Place
}

const { hold, pressToPress } = cellFamilies

export const typingView: VerifierView = {
  readings: [
    ...range(0, keystrokeCells),
    ...range(hold.first, hold.cells).map(spreadOf),
    ...range(pressToPress.first, pressToPress.cells).map(spreadOf)
  ],
  amountOf: keystrokesIn,
  least: 10,
  diagonalShare: 0.7,
  shrinkShare: 0.5
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}

/** Less enrolment than this is no profile of typing, or of pointing. */
export const leastEnrolment = { keystrokes: 100, strokes: 40 } as const
/** Of what the sequence encoder was shown: its verifier knows how little it knows of whom it has read little of. */
const leastEncoded = 25
const strangersScored = 60

/** Trains a person's models. Deterministic for a seed. */
export function trainPerson(base: PopulationBase, person: EnrolledPerson, seed: number): PersonModels {
  const total = sumStatistics(person.hops)
  const typing = typingPlace(base.typing, person)
  const sequence = sequencePlace(base.sequence, person)
  const pointing =
    base.pointing === undefined || strokesIn(total) < leastEnrolment.strokes
      ? undefined
      : enrolPointer(base.pointing, total)
  const typed = observedIn(person.rows, 0)
  const pointed = observedIn(person.rows, keystrokeFeatures.length)
  const { strangers, states } = beginningOf(base, typed, pointed, seed)
  const detectors = standardDetectors.map((detector, i) => {
    let state = states[i]
    for (const row of person.rows) state = detector.learn(state, { features: masked(row, typed, pointed) })
    const scores: number[] = []
    for (const features of strangers) {
      const score = detector.score(state, { features })
      if (score !== undefined && Number.isFinite(score)) scores.push(score)
    }
    const mean = scores.length > 0 ? scores.reduce((sum, score) => sum + score, 0) / scores.length : 0
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(scores.length - 1, 1)
    return {
      id: detector.id,
      version: detector.version,
      state,
      strangerMean: mean,
      strangerSpread: Math.max(Math.sqrt(variance), 1e-3)
    }
  })
  return {
    typed,
    pointed,
    detectors,
    ...(typing === undefined ? {} : { typing }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(pointing === undefined ? {} : { pointing })
  }
}

/** What detectors start from, before anything of the person is learnt. */
interface DetectorBeginning {
  readonly strangers: readonly Float64Array[]
  /** In the order of `standardDetectors`; learning leaves a state as it was, so that everybody can start from the same. */
  readonly states: readonly unknown[]
}

const beginnings = new WeakMap<PopulationBase, Map<string, DetectorBeginning>>()

/** The same for everybody of whom the same kinds of input are known, so it is made once. */
function beginningOf(base: PopulationBase, typed: boolean, pointed: boolean, seed: number): DetectorBeginning {
  let made = beginnings.get(base)
  if (made === undefined) beginnings.set(base, (made = new Map<string, DetectorBeginning>()))
  const key = `${String(typed)} ${String(pointed)} ${seed}`
  let beginning = made.get(key)
  if (beginning === undefined) {
    const seen = { ...base, background: base.background.map((row) => masked(row, typed, pointed)) }
    const states = standardDetectors.map((one) => one.init(seen, seededRandom(seedFor(seed, one.id))))
    made.set(key, (beginning = { strangers: seen.background.slice(0, strangersScored), states }))
  }
  return beginning
}

/** Equal models that hold what everybody's hold only once. */
export function withSharedParts(base: PopulationBase, models: PersonModels, seed: number): PersonModels {
  const { states } = beginningOf(base, models.typed, models.pointed, seed)
  const detectors = models.detectors.map((trained, i) => ({ ...trained, state: sharingWith(trained.state, states[i]) }))
  return { ...models, detectors }
}

/** Features without the half that is not to be compared: who never points is not set against how others point. */
function masked(features: Float64Array, typed: boolean, pointed: boolean): Float64Array {
  if (typed && pointed) return features
  const copy = features.slice()
  if (!typed) copy.fill(Number.NaN, 0, keystrokeFeatures.length)
  if (!pointed) copy.fill(Number.NaN, keystrokeFeatures.length)
  return copy
}

/** True when a fifth of the rows observe something in the half of the features that begins at `from`. */
function observedIn(rows: readonly Float64Array[], from: number): boolean {
  let observed = 0
  for (const row of rows) {
    if (row.subarray(from, from + keystrokeFeatures.length).some((value) => !Number.isNaN(value))) observed++
  }
  return observed * 5 >= rows.length
}

/** One number a detector, in standard deviations above what strangers score; undefined = silent. */
export type DetectorScores = readonly (number | undefined)[]

/** Undefined when the window shows other kinds of input than the profile. */
export function detectorScores(models: PersonModels, window: FeatureWindow): DetectorScores | undefined {
  const { typed, pointed } = models
  // Half of what the detectors know missing in the window would look like a stranger.
  if (typed && !observedIn([window.features], 0)) return undefined
  if (pointed && !observedIn([window.features], keystrokeFeatures.length)) return undefined
  const comparable = { features: masked(window.features, typed, pointed) }
  return standardDetectors.map((detector, i) => {
    const trained = models.detectors[i]
    if (trained?.id !== detector.id || trained.version !== detector.version) return undefined
    const raw = detector.score(trained.state, comparable)
    if (raw === undefined || !Number.isFinite(raw)) return undefined
    return Math.min(Math.max((raw - trained.strangerMean) / trained.strangerSpread, -8), 8)
  })
}

/** Uncalibrated ratio of one view, and how much input it rests on. */
export interface Seen {
  readonly ratio: number
  readonly amount: number
}

/** Of pointing: how many of the people known move like the owner. */
export interface SeenPointing extends Seen {
  readonly peopleLike: number
}

/** Of typing. Undefined when there is too little of it. */
export function verify(
  model: VerifierModel | undefined,
  view: VerifierView,
  place: Place | undefined,
  statistics: Statistics
): Seen | undefined {
  if (model === undefined || place === undefined) return undefined
  const amount = view.amountOf(statistics)
  if (amount < view.least) return undefined
  return believed(strangerRatio(model, place, statistics, amount), amount)
}

/** Of pointing; the amount counts small movements. */
export function verifyPointing(
  model: PointerVerifierModel | undefined,
  place: Place | undefined,
  statistics: Statistics
): SeenPointing | undefined {
  if (model === undefined || place === undefined) return undefined
  const amount = stepsIn(statistics)
  const seen = amount < leastSteps ? undefined : believed(strangerPointing(model, place, statistics), amount)
  return seen && { ...seen, peopleLike: peopleLike(model, place) }
}

/** Wild ratios are held in, or a few of them would bend the calibration for everybody. */
function believed(ratio: number, amount: number): Seen | undefined {
  return Number.isFinite(ratio) ? { ratio: held(ratio, mostBelieved), amount } : undefined
}

/**
 * Beyond `most` a ratio grows only with its logarithm: the order of scores stays, and no single view shouts the others down. A few
 * thousand trials cannot show odds of a million to one.
 */
export function held(ratio: number, most: number): number {
  const size = Math.abs(ratio)
  return size <= most ? ratio : Math.sign(ratio) * (most + Math.log1p(size - most))
}

const mostBelieved = 25

/** Of the sequence encoder: the mean of embeddings of a stretch, given as their sums. */
export function verifySequence(
  model: SequenceModel | undefined,
  place: Place | undefined,
  sums: Statistics | undefined
): Seen | undefined {
  if (model === undefined || sums === undefined) return undefined
  return verify(model.verifier, sequenceView(model.encoder.bias.length), place, sums)
}

/** Sums of embeddings of what is new in each window; undefined without an encoder. */
export function embeddingsOf(
  base: PopulationBase,
  windows: readonly Pick<Window, 'typed'>[]
): readonly Statistics[] | undefined {
  if (base.sequence === undefined) return undefined
  const encoder = hopEncoderOf(base.sequence.encoder)
  // A hop is read with the one before it, which is not always that of the window before: a visit keeps some of its windows.
  return windows.map(({ typed }) => encoder.statisticsOf(typed.slice(-2), typed.length > 1 ? 1 : 0)[0]!)
}

/** The same of all that was typed in a recording, read from its beginning; undefined without an encoder or a keystroke. */
export function embeddingOfWhole(
  base: PopulationBase,
  windows: readonly Pick<Window, 'typed'>[]
): Statistics | undefined {
  if (base.sequence === undefined || windows.length === 0) return undefined
  const sequence = joinSequences(windows.map(({ typed }) => typed.at(-1)!))
  return sumStatistics(hopEncoderOf(base.sequence.encoder).statisticsOf(wholeHops(sequence)))
}

/** Lessons leave sums and no sequence of keystrokes: that tells them from what was enrolled. */
function typingPlace(model: VerifierModel | undefined, { hops, typed }: EnrolledPerson): Place | undefined {
  const [enrolled, learnt] = [false, true].map((lesson) =>
    hops.filter((hop, i) => keystrokesIn(hop) > 0 && ((typed[i]?.length ?? 0) === 0) === lesson)
  )
  return placeIn(model, typingView, sumStatistics(enrolled!), sumStatistics(learnt!))
}

function sequencePlace(model: SequenceModel | undefined, { typed, embedded }: EnrolledPerson): Place | undefined {
  if (model === undefined || typed.length === 0) return undefined
  const encoder = hopEncoderOf(model.encoder)
  const read =
    embedded?.encoder === encoderIdOf(model.encoder)
      ? embedded.sums.filter(({ length }) => length === 3 * encoder.size)
      : []
  const view = sequenceView(encoder.size)
  const enrolled = encoder.statisticsOf(typed)
  const place = placeIn(model.verifier, view, sumStatistics(enrolled), sumStatistics(read), leastEncoded)
  return place && { ...place, unsteadiness: unsteadinessOf(model.verifier, view, enrolled) }
}

/** Where the first profile was made of a visit, nothing else was enrolled, and what was learnt is it. */
function placeIn(
  model: VerifierModel | undefined,
  view: VerifierView,
  enrolled: Statistics,
  learnt: Statistics,
  least: number = leastEnrolment.keystrokes
): Place | undefined {
  if (model === undefined) return undefined
  const [amount, more] = [view.amountOf(enrolled), view.amountOf(learnt)]
  if (amount + more < least) return undefined
  if (amount < leastEnrolment.keystrokes) {
    return enrolPlace(model, more === 0 ? enrolled : sumStatistics([enrolled, learnt]), amount + more)
  }
  const place = enrolPlace(model, enrolled, amount)
  return more === 0 ? place : drawnTowards(model, place, enrolPlace(model, learnt, more))
}
