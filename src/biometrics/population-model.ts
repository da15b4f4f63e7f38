// What is known of people in general. Plain data: it can be stored, cloned into a worker and sent to another machine.

import type { FeatureScale } from './feature-scale.ts'
import type { AutoencoderWeights } from './networks/autoencoder-weights.ts'
import type { PointerVerifierModel } from './pointer-verifier.ts'
import type { Statistics } from './statistics.ts'
import type { VerifierModel } from './verifier.ts'

/** What of one person's input teaches the population: no events and no sequences, only sums and features. */
export interface EnrolledPerson {
  /** Features of the person's windows, 40 numbers each, in order. */
  readonly rows: readonly Float64Array[]
  /** Sums of the person's hops, in order; nothing is counted twice. */
  readonly hops: readonly Statistics[]
  /** Watched milliseconds of each hop. */
  readonly hopMs: readonly number[]
}

/** Turns scores of one amount of input into a calibrated natural-log likelihood ratio "stranger : owner". */
export interface FusionWeights {
  /** Amount of input (keystrokes, or small movements) that the weights were learnt at. */
  readonly amount: number
  readonly bias: number
  readonly verifier: number
  /** One a detector, in the order of `standardDetectors`. */
  readonly detectors: readonly number[]
  /** The same without detectors, for when one of them is silent. */
  readonly bareBias: number
  readonly bareVerifier: number
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
}
