// Learns what is known of people in general: how they differ, how one person varies, and, on people held out, how scores become
// likelihood ratios and how far evidence goes against the innocent.

import { VigilError } from '../../errors.ts'
import { onDay } from './another-day.ts'
import type { EncoderWeights } from '../encoder/encoder.ts'
import { hopEncoderOf, sequenceView } from '../encoder/hops.ts'
import { asRecorded, createInventor, populationVariety } from '../encoder/variety.ts'
import { joinPeople, pickHops } from './enrolled-person.ts'
import { learnFeatureScale } from '../features/feature-scale.ts'
import { fitFusion, fusedParts, fusedStretch, type Fusion } from '../calibration/fusion.ts'
import type { AutoencoderWeights } from '../networks/autoencoder-weights.ts'
import { learnPointerVerifier } from '../verifiers/pointer-verifier.ts'
import type { AlarmCurve, EnrolledPerson, Population, PopulationBase, SequenceModel } from './population-model.ts'
import { seededRandom, seedFor, shuffled } from '../random.ts'
import { handOverStreams, type HighestEvidence } from './handover-rehearsal.ts'
import { collectTrials, emptyTrials, type InnocentStream } from './rehearsal.ts'
import { typingView } from '../scoring.ts'
import { learnVerifier } from '../verifiers/verifier.ts'

export type { AlarmCurve, EnrolledPerson, FusionWeights, Population } from './population-model.ts'

/** Networks learnt from the same people (`train-networks.ts`). */
export interface Networks {
  readonly autoencoder: AutoencoderWeights
  /** Absent with too few people to learn one from, and none given. */
  readonly sequence?: SequenceNetworks
}

export interface SequenceNetworks {
  readonly encoder: EncoderWeights
  /**
   * One for each of `groupsOf` the people, learnt from the others alone: of few people, calibration must not be tried on those who taught. Of many
   * the same encoder twice.
   */
  readonly others: readonly [EncoderWeights, EncoderWeights]
}

export interface LearnOptions {
  /** Called after each small step with the share of the work that is done, 0 to 1: whoever waits can tell work from a hang. */
  readonly progress?: (done: number) => void
  readonly networks?: Networks
}

/** A population, and what tells what each of its parts adds. */
export interface Ablatable {
  readonly population: Population
  /** Fusion that does not hear some of `fusedParts`, learnt on the same trials at little cost. Everything else stays as it is. */
  fusionWithout(parts: readonly string[]): Fusion
}

/** From this many people on, a deployment's own people teach the population. */
export const fewestPeople = 20
const folds = 4
const backgroundRowsPerPerson = 4
const mostBackgroundRows = 320
const fewestHops = 9
/** Calibration is full with this many people; more would only take longer. */
const mostRehearsed = 400

/** Those who have input enough to teach. */
export function usablePeople(people: readonly EnrolledPerson[]): EnrolledPerson[] {
  return people.filter((person) => person.hops.length >= fewestHops)
}

/** Two groups of the usable people: what is tried on one must have been learnt from the other. */
export function groupsOf<T>(usable: readonly T[]): readonly [T[], T[]] {
  return [usable.filter((_, i) => i % 2 === 0), usable.filter((_, i) => i % 2 === 1)]
}

/**
 * Throws `population_invalid` with fewer than twenty people who have input enough. Deterministic for a seed. Without networks the sequence
 * encoder and the autoencoder are silent.
 */
export function learnPopulation(
  people: readonly EnrolledPerson[],
  seed: number,
  options: LearnOptions = {}
): Population {
  const { population } = learnAblatable(people, seed, options)
  options.progress?.(1)
  return population
}

/** The same, with fusion that may be learnt anew. */
export function learnAblatable(
  people: readonly EnrolledPerson[],
  seed: number,
  { progress, networks }: LearnOptions = {}
): Ablatable {
  const usable = usablePeople(people)
  if (usable.length < fewestPeople) {
    throw new VigilError(
      'population_invalid',
      `a population needs ${fewestPeople} people with at least ${fewestHops * 25} keystrokes each, got ${usable.length}`
    )
  }
  const random = seededRandom(seedFor(seed, 'population'))
  const order = shuffled(usable, random)
  const sequence = networks?.sequence
  const rehearsals = sequence === undefined ? foldsOf(order) : groupRehearsals(usable, sequence)
  const trials = emptyTrials()
  const bases = rehearsals.map(({ taught, tested, encoder }, i) => {
    const base = learnBase(taught, random, encoder, networks?.autoencoder)
    const some = tested.slice(0, Math.ceil(mostRehearsed / rehearsals.length))
    collectTrials(trials, base, some, encoder && hopEncoderOf(encoder), seed, (share) =>
      progress?.((i + share) / (rehearsals.length + 1))
    )
    return { base, some }
  })
  const whole = learnBase(order, random, sequence?.encoder, networks?.autoencoder)
  const fusionWithout = (parts: readonly string[]): Fusion =>
    fitFusion(
      trials,
      fusedParts.map((part) => !parts.includes(part))
    )
  const fusion = fusionWithout([])
  const handOvers = bases.flatMap(({ base, some }) => handOverStreams(base, fusion, some, seed))
  const population: Population = {
    version: 1,
    revision: revisionOf(order, seed, networks),
    people: order.length,
    ...whole,
    ...fusion,
    alarms: alarmCurve(trials.innocent.map((stream) => highestIn(stream, fusion))),
    handOverAlarms: alarmCurve(handOvers)
  }
  return { population, fusionWithout }
}

interface Rehearsal {
  readonly taught: readonly EnrolledPerson[]
  readonly tested: readonly EnrolledPerson[]
  readonly encoder: EncoderWeights | undefined
}

function foldsOf(order: readonly EnrolledPerson[]): Rehearsal[] {
  return Array.from({ length: folds }, (_, fold) => ({
    taught: order.filter((__, i) => i % folds !== fold),
    tested: order.filter((__, i) => i % folds === fold),
    encoder: undefined
  }))
}

function groupRehearsals(usable: readonly EnrolledPerson[], { others }: SequenceNetworks): Rehearsal[] {
  const groups = groupsOf(usable)
  return groups.map((tested, group) => ({ taught: groups[1 - group]!, tested, encoder: others[group]! }))
}

/** What people could not teach, because none of them was seen doing it, is taken from another population. */
export function completed(learnt: Population, other: Population | undefined): Population {
  if (other === undefined) return learnt
  const whole = learnt.typing === undefined && other.typing !== undefined ? withTyping(learnt, other) : learnt
  const { pointing, fixedText } = other
  return {
    ...whole,
    ...(whole.pointing === undefined && pointing !== undefined
      ? { pointing, pointingFusion: other.pointingFusion }
      : {}),
    ...(whole.fixedText === undefined && fixedText !== undefined ? { fixedText } : {})
  }
}

function withTyping(learnt: Population, { typing, sequence, typingFusion }: Population): Population {
  return {
    ...learnt,
    typingFusion,
    ...(typing === undefined ? {} : { typing }),
    ...(sequence === undefined ? {} : { sequence })
  }
}

/** The strongest evidence in a window: the likeliest moment at which another person may have begun. */
export function strongestOf(ratios: readonly (number | undefined)[]): number | undefined {
  let strongest: number | undefined
  for (const ratio of ratios) {
    if (ratio !== undefined && (strongest === undefined || ratio > strongest)) strongest = ratio
  }
  return strongest
}

function learnBase(
  people: readonly EnrolledPerson[],
  random: () => number,
  encoder: EncoderWeights | undefined,
  autoencoder: AutoencoderWeights | undefined
): PopulationBase {
  const recorded = people.map((person) => person.hops)
  const several = peopleOverDays(people, random)
  const typing = learnVerifier(
    several.map(({ hops }) => hops),
    typingView
  )
  const pointing = learnPointerVerifier(recorded)
  const sequence = encoder && learnSequence(several, encoder)
  const perPerson = Math.max(1, Math.min(backgroundRowsPerPerson, Math.floor(mostBackgroundRows / people.length)))
  const background: Float64Array[] = []
  for (const { rows } of people) background.push(...shuffled(rows.slice(3), random).slice(0, perPerson))
  return {
    scale: learnFeatureScale(people.map(({ rows }) => rows)),
    background: shuffled(background, random).slice(0, mostBackgroundRows),
    ...(typing === undefined ? {} : { typing }),
    ...(pointing === undefined ? {} : { pointing }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(autoencoder === undefined ? {} : { autoencoder })
  }
}

/** So many people are made from each recorded one that there are about this many, the recorded ones among them. */
const peopleForVerifiers = 400
const mostCopies = 4
/** Each person's typing is spread over so many invented days: a sitting does not show how a person differs from day to day. */
const daysPerPerson = 3

/**
 * Whom the verifiers of typing learn from: recorded people and copies of them who type otherwise, over several days. Those who taught the
 * encoder lie closer together than others will, and copies it has never seen do not.
 */
function peopleOverDays(people: readonly EnrolledPerson[], random: () => number): EnrolledPerson[] {
  const inventor = createInventor(populationVariety, random)
  const copies = Math.min(Math.max(Math.round(peopleForVerifiers / people.length), 1), mostCopies)
  return Array.from({ length: copies }, (_, copy) =>
    people.map((recorded) => {
      const person = copy === 0 ? asRecorded : inventor.person()
      return Array.from({ length: daysPerPerson }, (__, day) => {
        const part = placesBetween(recorded, day / daysPerPerson, (day + 1) / daysPerPerson)
        return onDay(inventor, pickHops(recorded, part), person, inventor.day())
      }).reduce(joinPeople)
    })
  ).flat()
}

/** Places of the hops from one share of a person's material to another. */
function placesBetween({ hops }: EnrolledPerson, from: number, to: number): number[] {
  const first = Math.round(hops.length * from)
  return Array.from({ length: Math.round(hops.length * to) - first }, (_, i) => first + i)
}

/** The verifier over embeddings. */
function learnSequence(people: readonly EnrolledPerson[], encoder: EncoderWeights): SequenceModel | undefined {
  const hopEncoder = hopEncoderOf(encoder)
  const verifier = learnVerifier(
    people.map(({ typed }) => hopEncoder.statisticsOf(typed)),
    sequenceView(hopEncoder.size)
  )
  return verifier && { encoder, verifier }
}

function highestIn({ ms, windows }: InnocentStream, fusion: Fusion): HighestEvidence {
  const ratios = windows.flatMap((window) => window.map((scores, horizon) => fusedStretch(fusion, horizon, scores)))
  return { ms, highest: strongestOf(ratios) }
}

function alarmCurve(streams: readonly HighestEvidence[]): AlarmCurve {
  const maxima: number[] = []
  let ms = 0
  for (const stream of streams) {
    if (stream.highest === undefined) continue
    maxima.push(stream.highest)
    ms += stream.ms
  }
  return { maxima: maxima.sort((a, b) => b - a), hours: ms / 3_600_000 }
}

/** Raised whenever the same people teach something else than before: places in another model's directions must not be taken for these. */
const learningVersion = 5

/** Changes when a person, the order, the seed, the encoder or the way of learning changes. */
function revisionOf(people: readonly EnrolledPerson[], seed: number, networks: Networks | undefined): string {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193) ^ learningVersion
  for (const { hops } of people) {
    for (const hop of hops) for (let i = 0; i < 60; i++) hash = Math.imul(hash ^ Math.round(hop[i]! * 16), 0x01000193)
  }
  for (const weight of networks?.sequence?.encoder.kernel ?? [])
    hash = Math.imul(hash ^ Math.round(weight * 4096), 0x01000193)
  return `${people.length}-${(hash >>> 0).toString(16)}`
}
