// Autoencoder: a network learnt on the population reduces a window to a code and to what its reconstruction misses. Of a person it keeps
// the running mean and variance of both (Welford 1962), so that nobody new needs a network trained; what is unlike the owner's code or is
// rebuilt worse than the owner's windows are speaks for a stranger.

import type { Detector, FeatureShare } from '../detector.ts'
import { featureNames } from '../features/features.ts'
import {
  autoencoderInput,
  autoencoderReadings,
  readingCount,
  type AutoencoderWeights
} from '../networks/autoencoder-weights.ts'
import type { DenseLayer } from '../networks/dense.ts'
import type { FeatureWindow } from '../features/window.ts'

export interface AutoencoderState {
  readonly version: 1
  readonly learnt: number
  /** Shared by everybody of one population; empty when the population has none. */
  readonly network: AutoencoderWeights
  /** Of each reading: how often it was observed, its mean, and the sum of squared deviations from it. */
  readonly counts: Float64Array
  readonly means: Float64Array
  readonly deviations: Float64Array
}

const size = featureNames.length
/** Windows overlap: each says about this much of what a window of its own would. */
const worthOfWindow = 0.3
/** Windows that the population's variance counts as, beside the owner's own. */
const priorWindows = 40
/** No single reading outweighs several others. */
const mostOfOne = 4

export const autoencoder: Detector<AutoencoderState> = {
  id: 'autoencoder',
  version: 1,
  warmUp: 4,

  init(population) {
    return {
      version: 1,
      learnt: 0,
      network: population.autoencoder ?? noNetwork,
      counts: new Float64Array(readingCount),
      means: new Float64Array(readingCount),
      deviations: new Float64Array(readingCount)
    }
  },

  score(state, window) {
    return state.learnt < autoencoder.warmUp ? undefined : sumOfRatios(state, window.features)
  },

  learn(state, window) {
    const readings = readingsOf(state.network, window)
    if (readings === undefined) return state
    const counts = state.counts.slice()
    const means = state.means.slice()
    const deviations = state.deviations.slice()
    for (let d = 0; d < readingCount; d++) {
      const value = readings[d]!
      if (Number.isNaN(value)) continue
      counts[d]! += 1
      const miss = value - means[d]!
      means[d]! += miss / counts[d]!
      deviations[d]! += miss * (value - means[d]!)
    }
    return { ...state, learnt: state.learnt + 1, counts, means, deviations }
  },

  /** By occlusion (Zeiler and Fergus, ECCV 2014): how much less the window speaks for a stranger with one feature hidden from the network. */
  explain(state: AutoencoderState, window: FeatureWindow): readonly FeatureShare[] {
    const score = sumOfRatios(state, window.features)
    if (score === undefined) return []
    return featureNames.map((feature, at) => {
      if (Number.isNaN(window.features[at]!)) return { feature, share: 0 }
      const hidden = sumOfRatios(state, window.features.with(at, Number.NaN))
      return { feature, share: score - (hidden ?? score) }
    })
  }
}

function sumOfRatios(state: AutoencoderState, features: Float64Array): number | undefined {
  const readings = readingsOf(state.network, { features })
  if (readings === undefined) return undefined
  let sum = 0
  for (let d = 0; d < readingCount; d++) sum += ratioOf(state, readings, d)
  return sum
}

/** Log-likelihood ratio "anybody : owner" of one reading, both normal; the owner's mean and variance are shrunk to the population's. */
function ratioOf(state: AutoencoderState, readings: Float32Array, d: number): number {
  const value = readings[d]!
  const count = state.counts[d]!
  if (Number.isNaN(value) || count === 0) return 0
  const { network } = state
  const between = network.between[d]!
  const own = (priorWindows * network.within[d]! + state.deviations[d]!) / (priorWindows + count)
  const uncertain = own / (worthOfWindow * count)
  const trust = between / (between + uncertain)
  const mean = network.mean[d]! + trust * (state.means[d]! - network.mean[d]!)
  const ownerVariance = own + trust * uncertain
  const anyVariance = network.within[d]! + between
  const fromOwner = value - mean
  const fromAnybody = value - network.mean[d]!
  const distance = (fromOwner * fromOwner) / ownerVariance - (fromAnybody * fromAnybody) / anyVariance
  return Math.min(Math.max((distance + Math.log(ownerVariance / anyVariance)) / 2, -mostOfOne), mostOfOne)
}

/** Undefined without a network, or when the window shows nothing that it reads. */
function readingsOf(network: AutoencoderWeights, { features }: FeatureWindow): Float32Array | undefined {
  if (network.output.bias.length !== size) return undefined
  const input = autoencoderInput(network, features)
  for (let at = size; at < 2 * size; at++) if (input[at] === 1) return autoencoderReadings(network, input)
  return undefined
}

const noNumbers = new Float32Array(0)
const noLayer: DenseLayer = { kernel: noNumbers, bias: noNumbers }
const noNetwork: AutoencoderWeights = {
  centre: noNumbers,
  spread: noNumbers,
  encode: noLayer,
  code: noLayer,
  decode: noLayer,
  output: noLayer,
  mean: noNumbers,
  within: noNumbers,
  between: noNumbers
}
