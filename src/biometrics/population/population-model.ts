// What is known of people in general. Plain data: it can be stored, cloned into a worker and sent to another machine.

import type { EncoderWeights } from '../encoder/encoder.ts'
import type { FeatureScale } from '../features/feature-scale.ts'
import type { FixedTextModel } from '../fixed-text/index.ts'
import type { AutoencoderWeights } from '../networks/autoencoder-weights.ts'
import type { PointerVerifierModel } from '../verifiers/pointer-verifier.ts'
import type { TimingSequence } from '../features/timing-sequence.ts'
import type { Statistics } from '../features/statistics.ts'
import type { VerifierModel } from '../verifiers/verifier.ts'

/** What of one person's input teaches the population. The lists are as long as each other: one member a hop. */
export interface EnrolledPerson {
  /** Features of the person's windows, 40 numbers each, in order. */
  readonly rows: readonly Float64Array[]
  /** Sums of the person's hops, in order; nothing is counted twice. */
  readonly hops: readonly Statistics[]
  /** Watched milliseconds of each hop. */
  readonly hopMs: readonly number[]
  /**
   * New keystrokes of each hop: times and classes, of text that was shown to be typed. Empty for hops of a person's own text, which leave
   * sums and nothing else.
   */
  readonly typed: readonly TimingSequence[]
  /** What an encoder read in hops of a person's own text before their keystrokes went. Absent = nothing. */
  readonly embedded?: EmbeddedHops
}

export interface EmbeddedHops {
  /** See `encoderIdOf`: to every other encoder these sums say nothing. */
  readonly encoder: string
  /** Sums of embeddings, as a `HopEncoder` gives them: one member a hop, of length 0 where there are none. */
  readonly sums: readonly Statistics[]
}

/** Turns scores of one amount of input into a calibrated natural-log likelihood ratio "stranger : owner". */
export interface FusionWeights {
  /** Amount of input (keystrokes, or steps of the pointer) that the weights were learnt at. */
  readonly amount: number
  readonly bias: number
  /** One a part, in the order of `fusedParts`. */
  readonly weights: readonly number[]
  /** What a part that is silent is taken to say: the middle between owners and strangers. */
  readonly middles: readonly number[]
}

/** How far evidence against innocent people went: the highest value in each stream, and how long they were watched in all. */
export interface AlarmCurve {
  /** Falling. */
  readonly maxima: readonly number[]
  readonly hours: number
}

/** What detectors and verifiers start from. */
export interface PopulationBase {
  readonly scale: FeatureScale
  /** Windows of some of the people: the negatives of detectors. */
  readonly background: readonly Float64Array[]
  /** Absent when too few people were seen typing, or pointing. */
  readonly typing?: VerifierModel
  readonly pointing?: PointerVerifierModel
  /** Absent where nothing could be trained: the autoencoder is then silent. */
  readonly autoencoder?: AutoencoderWeights
  /** The sequence encoder and its own verifier, over the mean of embeddings. Absent where too few people taught it. */
  readonly sequence?: SequenceModel
}

export interface SequenceModel {
  readonly encoder: EncoderWeights
  readonly verifier: VerifierModel
}

export interface Population extends PopulationBase {
  readonly version: 1
  /** Names what was learnt: profiles remember it, and are derived anew under another. */
  readonly revision: string
  readonly people: number
  /** By rising amount. */
  readonly typingFusion: readonly FusionWeights[]
  readonly pointingFusion: readonly FusionWeights[]
  readonly alarms: AlarmCurve
  /** The same for sessions that are held against their own beginning. Absent in what was learnt before there were such: `alarms` serve. */
  readonly handOverAlarms?: AlarmCurve
  /** How people type one secret again and again. Absent where nobody did. */
  readonly fixedText?: FixedTextModel
}
