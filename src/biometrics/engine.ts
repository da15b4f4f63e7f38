// The engine: windows to a profile, a profile and a window to one calibrated assessment. It keeps no state about anybody, so a score is
// the same alone and in a batch.

import { VigilError } from '../errors.ts'
import { standardDetectors } from './detectors/index.ts'
import { thinned } from './population/enrolled-person.ts'
import { explain } from './explanation.ts'
import { featureVersion } from './features/features.ts'
import { hopEncoderOf } from './encoder/hops.ts'
import {
  detectorHorizon,
  fusedParts,
  fusedStretch,
  type Fusion,
  scoresOf,
  typingShares,
  type Stretch as StretchSums,
  type StretchScores
} from './calibration/fusion.ts'
import type { EnrolledPerson, Population } from './population/population-model.ts'
import { mostHops, profileVersion, type Profile, type ProfileModels } from './profile.ts'
import {
  detectorScores,
  embeddingOfWhole,
  leastEnrolment,
  trainPerson,
  withSharedParts,
  type DetectorScores,
  type PersonModels
} from './scoring.ts'
import { keystrokesIn, strokesIn, sumsOfLast, sumStatistics, type Statistics } from './features/statistics.ts'
import type { FeatureShare } from './detector.ts'
import { trailHops } from './features/hop.ts'
import type { Window } from './features/window.ts'

export interface DetectorShare {
  readonly detector: string
  /** Part of the calibrated ratio, positive towards "stranger". */
  readonly share: number
}

/** The last so many hops, taken as one piece. */
export interface Stretch {
  readonly hops: number
  readonly keystrokes: number
  readonly strokes: number
  readonly llr: number | undefined
}

export interface Assessment {
  /** Natural-log likelihood ratio "stranger : owner" of the window, comparable between people. Undefined = no evidence. */
  readonly llr: number | undefined
  /** The same for stretches that end now, shortest first: what evidence is built on. */
  readonly stretches: readonly Stretch[]
  /** What the window looks back on, and what in it is new. */
  readonly keystrokes: number
  readonly pointerEvents: number
  readonly freshKeystrokes: number
  readonly freshMs: number
  /** What the verifier and each detector say; empty without evidence. */
  readonly shares: readonly DetectorShare[]
}

export interface EngineOptions {
  /** Seeds the detectors that draw at random. Default 1. */
  readonly seed?: number
}

export interface Engine {
  readonly population: Population
  /** Learns a person from their windows, in order. Throws `profile_corrupt` when there is nothing to learn from. */
  enrol(windows: readonly Window[]): Profile
  /** The same material under this engine's population. */
  derive(person: EnrolledPerson): Profile
  /** What judging by a profile needs, under this engine's population: a third of the memory, and without the material. */
  modelsAlone(profile: Profile): ProfileModels
  /** False for models of another population or of other versions of the detectors: only their material can be judged by. */
  isCurrent(known: ProfileModels): boolean
  /**
   * One window against a profile or its models. A profile of another population is derived anew first, once. Throws `profile_corrupt` for
   * models that are not current and come without their material.
   */
  assess(known: ProfileModels, window: Window): Assessment
  /** Features of a window that speak loudest for or against a stranger, at most eight; empty without evidence. */
  explain(known: ProfileModels, window: Window): readonly FeatureShare[]
  /** All windows of a recording as one piece of evidence. */
  assessWhole(profile: Profile, windows: readonly Window[]): Assessment
  /** Its ratio alone, as each of several fusions that were learnt for the same population has it. */
  wholeUnder(fusions: readonly Fusion[], profile: Profile, windows: readonly Window[]): (number | undefined)[]
}

/** Keystrokes that make a profile worth judging by; below, the engine says nothing about typing. */
export const keystrokesToEnrol = 400

export function createEngine(population: Population, { seed = 1 }: EngineOptions = {}): Engine {
  const derived = new WeakMap<ProfileModels, PersonModels>()

  function isCurrent({ population: revision, models }: ProfileModels): boolean {
    return (
      revision === population.revision &&
      models.detectors.every(({ version }, i) => version === standardDetectors[i]?.version)
    )
  }

  function modelsOf(known: ProfileModels): PersonModels {
    if (isCurrent(known)) return known.models
    const before = derived.get(known)
    if (before !== undefined) return before
    if (!hasMaterial(known)) throw new VigilError('profile_corrupt', 'models of another population, without material')
    const models = trainPerson(population, known.person, known.seed)
    derived.set(known, models)
    return models
  }

  function derive(person: EnrolledPerson): Profile {
    if (person.hops.length === 0) throw new VigilError('profile_corrupt', 'a profile needs at least one window')
    const thin = thinned(person, mostHops)
    const total = sumStatistics(thin.hops)
    return {
      version: profileVersion,
      featureVersion,
      population: population.revision,
      seed,
      keystrokes: keystrokesIn(total),
      strokes: strokesIn(total),
      person: thin,
      models: trainPerson(population, thin, seed)
    }
  }

  function wholeOf(profile: Profile, windows: readonly Window[]): { total: Statistics; scores: StretchScores } {
    const models = modelsOf(profile)
    const total = sumStatistics(windows.map(({ fresh }) => fresh))
    const whole = { statistics: total, sequence: embeddingOfWhole(population, windows) }
    return { total, scores: scoresOf(population, models, whole, detectorHorizon, meanScores(models, windows)) }
  }

  return {
    population,
    enrol: (windows) => derive(materialOf(windows)),
    derive,
    modelsAlone: (profile) => ({
      population: population.revision,
      models: withSharedParts(population, modelsOf(profile), profile.seed)
    }),
    isCurrent,
    assess(known, window) {
      const models = modelsOf(known)
      const detectors = detectorScores(models, window)
      const trail = stretchesOf(population, window)
      const scores = trail.map((stretch, horizon) => scoresOf(population, models, stretch, horizon, detectors))
      const ratios = scores.map((own, horizon) => fusedStretch(population, horizon, own))
      const stretches = window.trail.map((stretch, i) => ({
        ...amountsOf(stretch),
        hops: trailHops[i] ?? 0,
        llr: ratios[i]
      }))
      // The window's own length, or what there is of it at the start of a stream.
      const llr = ratios[detectorHorizon] ?? ratios.findLast((ratio) => ratio !== undefined)
      const longest = Math.min(detectorHorizon, trail.length - 1)
      return {
        llr,
        stretches,
        keystrokes: window.keystrokes,
        pointerEvents: window.pointerEvents,
        freshKeystrokes: window.freshKeystrokes,
        freshMs: window.freshMs,
        shares: sharesOf(population, scores[longest]!, llr)
      }
    },
    explain(known, window) {
      const models = modelsOf(known)
      const trail = stretchesOf(population, window)
      const horizon = Math.min(detectorHorizon, trail.length - 1)
      const stretch = trail[horizon]!
      const scores = scoresOf(population, models, stretch, horizon, detectorScores(models, window))
      return explain(population, models, window, stretch.statistics, scores)
    },
    assessWhole(profile, windows) {
      const { total, scores } = wholeOf(profile, windows)
      const llr = fusedStretch(population, detectorHorizon, scores)
      return {
        llr,
        stretches: [{ ...amountsOf(total), hops: windows.length, llr }],
        keystrokes: sumOf(windows, ({ freshKeystrokes }) => freshKeystrokes),
        pointerEvents: sumOf(windows, ({ freshPointerEvents }) => freshPointerEvents),
        freshKeystrokes: sumOf(windows, ({ freshKeystrokes }) => freshKeystrokes),
        freshMs: sumOf(windows, ({ freshMs }) => freshMs),
        shares: sharesOf(population, scores, llr)
      }
    },
    wholeUnder(fusions, profile, windows) {
      const { scores } = wholeOf(profile, windows)
      return fusions.map((fusion) => fusedStretch(fusion, detectorHorizon, scores))
    }
  }
}

function hasMaterial(known: ProfileModels): known is Profile {
  return 'person' in known
}

/** What of a profile teaches a population. */
export function enrolledPersonOf(profile: Profile): EnrolledPerson {
  return profile.person
}

/** What of windows in order makes a person. */
export function materialOf(windows: readonly Window[]): EnrolledPerson {
  return {
    rows: windows.map(({ features }) => features),
    hops: windows.map(({ fresh }) => fresh),
    hopMs: windows.map(({ freshMs }) => freshMs),
    typed: windows.map(({ typed }) => typed.at(-1)!)
  }
}

/** Whether a person typed or pointed enough to be told from others. */
export function enoughToEnrol({
  keystrokes,
  strokes
}: {
  readonly keystrokes: number
  readonly strokes: number
}): boolean {
  return keystrokes >= leastEnrolment.keystrokes || strokes >= leastEnrolment.strokes
}

function amountsOf(stretch: Statistics): { keystrokes: number; strokes: number } {
  return { keystrokes: keystrokesIn(stretch), strokes: strokesIn(stretch) }
}

/** Mean of each detector's scores; the first windows, which look back on little, only when there is nothing else. */
function meanScores(models: PersonModels, windows: readonly Window[]): DetectorScores | undefined {
  const scored = windows.slice(windows.length > warmWindows ? warmWindows : 0).flatMap((window) => {
    const scores = detectorScores(models, window)
    return scores === undefined ? [] : [scores]
  })
  if (scored.length === 0) return undefined
  return standardDetectors.map((_, i) => {
    const own = scored.flatMap((scores) => scores[i] ?? [])
    return own.length === 0 ? undefined : sumOf(own, (score) => score) / own.length
  })
}

const warmWindows = 3

function sumOf<T>(list: readonly T[], value: (member: T) => number): number {
  let sum = 0
  for (const member of list) sum += value(member)
  return sum
}

/** The trail of a window, with the embeddings of the same hops. */
function stretchesOf(population: Population, { trail, typed }: Window): StretchSums[] {
  const encoder = population.sequence && hopEncoderOf(population.sequence.encoder)
  const longest = trailHops[trail.length - 1] ?? 0
  // The oldest of a full list is only there for what comes after it.
  const sequences = encoder?.statisticsOf(typed, Math.max(0, typed.length - longest))
  const sums = sequences && sumsOfLast(sequences, trailHops)
  return trail.map((statistics, i) => ({ statistics, sequence: sums?.[i] }))
}

/** What each part adds to the ratio of a stretch. */
function sharesOf(population: Population, scores: StretchScores, llr: number | undefined): DetectorShare[] {
  if (llr === undefined) return []
  return typingShares(population, scores, llr).map((share, i) => ({ detector: fusedParts[i]!, share }))
}
