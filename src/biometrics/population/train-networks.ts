// A population with everything that it can teach: networks trained with TensorFlow.js where there are people enough, statistics and
// calibration always. Takes minutes: to be run in a thread of its own.

import type { EncoderWeights } from '../encoder/encoder.ts'
import { fewestKeystrokes, trainEncoder } from '../encoder/train-encoder.ts'
import { joinSequences } from '../features/timing-sequence.ts'
import { encoderVariety, varietyAmongMany } from '../encoder/variety.ts'
import { learnFeatureScale } from '../features/feature-scale.ts'
import { startTensorFlow } from '../networks/backend.ts'
import { trainAutoencoder } from '../networks/train-autoencoder.ts'
import {
  fewestPeople,
  groupsOf,
  learnAblatable,
  usablePeople,
  type Ablatable,
  type EnrolledPerson,
  type LearnOptions,
  type Networks,
  type Population
} from './population.ts'

export interface TrainOptions extends Omit<LearnOptions, 'networks'> {
  /** Serves as long as there are too few people to learn a better one from, as with fewer than `peopleForEncoder`; theirs goes on from it. */
  readonly encoder?: EncoderWeights
  /** From how many people on an encoder is learnt. Default 300. */
  readonly peopleForEncoder?: number
  /** Batches for the encoder; where calibration has two of its own, each takes half of them. Default 2000 for hundreds of people, 1000 for fewer. */
  readonly encoderSteps?: number
}

/** Fewer people teach an encoder less than the one that ships has learnt: data on recorded people in docs/biometrics.md. */
export const peopleForOwnEncoder = 300

/** Deterministic for a seed on one backend. Throws `population_invalid`, `training_unavailable`. */
export async function trainPopulation(
  people: readonly EnrolledPerson[],
  seed: number,
  options: TrainOptions = {}
): Promise<Population> {
  const { population } = await trainAblatable(people, seed, options)
  options.progress?.(1)
  return population
}

/** The same, with fusion that may be learnt anew. */
export async function trainAblatable(
  people: readonly EnrolledPerson[],
  seed: number,
  options: TrainOptions = {}
): Promise<Ablatable> {
  const { progress, encoder, peopleForEncoder = peopleForOwnEncoder, encoderSteps } = options
  const usable = usablePeople(people)
  const own = usable.filter(teachesEncoder).length >= peopleForEncoder
  const share = own ? networksShare : autoencoderShare
  const trained =
    usable.length < fewestPeople
      ? undefined
      : await trainNetworks(usable, seed, { own, encoderSteps, given: encoder }, (done) => progress?.(share * done))
  return learnAblatable(people, seed, {
    ...(trained === undefined ? {} : { networks: trained }),
    progress: (done) => progress?.(trained === undefined ? done : share + (1 - share) * done)
  })
}

/** A few dozen are soon known by heart. */
const lessonOfFew = { steps: 1000, people: 72, variety: encoderVariety }
/** Hundreds bear to be met longer, and more of them at once: data in docs/biometrics.md. */
const lessonOfMany = { steps: 2000, people: 128, variety: varietyAmongMany }

/** Whether there is enough of the person's keystrokes. */
function teachesEncoder({ typed }: EnrolledPerson): boolean {
  return typed.reduce((sum, { length }) => sum + length, 0) >= fewestKeystrokes
}

/** Share of the whole time. */
const networksShare = 0.8
const autoencoderShare = 0.05

/** Not `own`: no encoder is to be learnt, and the one given serves, if any. */
async function trainNetworks(
  usable: readonly EnrolledPerson[],
  seed: number,
  {
    own,
    encoderSteps,
    given
  }: {
    readonly own: boolean
    readonly encoderSteps: number | undefined
    readonly given: EncoderWeights | undefined
  },
  progress: (done: number) => void
): Promise<Networks> {
  const tensorFlow = await startTensorFlow()
  const rows = usable.map((person) => person.rows)
  const autoencoder = await trainAutoencoder(
    rows.map((windows) => windows.slice(warmWindows)),
    learnFeatureScale(rows),
    seed,
    { tensorFlow, progress: (done) => progress(own ? 0 : done) }
  )
  if (!own) {
    return given === undefined ? { autoencoder } : { autoencoder, sequence: { encoder: given, others: [given, given] } }
  }
  const teach = (people: readonly EnrolledPerson[], share: number, from: number): Promise<EncoderWeights> => {
    const sequences = people.filter(teachesEncoder).map(({ typed }) => joinSequences(typed))
    const { steps, ...lesson } = sequences.length < peopleForOwnEncoder ? lessonOfFew : lessonOfMany
    return trainEncoder(sequences, seed, {
      tensorFlow,
      ...(given === undefined ? {} : { start: given }),
      ...lesson,
      steps: Math.ceil((encoderSteps ?? steps) * share),
      progress: (done) => progress(from + done * (crossed ? share / 2 : 1))
    })
  }
  const crossed = usable.filter(teachesEncoder).length < peopleForOwnEncoder
  const encoder = await teach(usable, 1, 0)
  // So many are not known by heart: encoders of half the people are worse, and what is learnt with them hears them too little.
  if (!crossed) return { autoencoder, sequence: { encoder, others: [encoder, encoder] } }
  const [even, odd] = groupsOf(usable)
  const others = [await teach(odd, 0.5, 0.5), await teach(even, 0.5, 0.75)] as const
  return { autoencoder, sequence: { encoder, others } }
}

/** The first windows look back on little. */
const warmWindows = 3
