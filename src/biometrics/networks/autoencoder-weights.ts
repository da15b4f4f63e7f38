// An autoencoder of the 40 features: what training hands over, and the forward pass that scoring calls.

import { VigilError } from '../../errors.ts'
import type { FeatureScale } from '../features/feature-scale.ts'
import { featureNames } from '../features/features.ts'
import { dense, isDenseLayer, type DenseLayer } from './dense.ts'

/** Plain data. */
export interface AutoencoderWeights {
  /** 40 numbers each: a feature is read as (value − centre) / spread; a spread of 0 leaves it out. */
  readonly centre: Float32Array
  readonly spread: Float32Array
  /** 80 → `hiddenUnits` → `codeUnits` → `hiddenUnits` → 40; tanh in the hidden layers, linear elsewhere. */
  readonly encode: DenseLayer
  readonly code: DenseLayer
  readonly decode: DenseLayer
  readonly output: DenseLayer
  /** Of each reading (`codeUnits` of the code, then 40 residuals): its mean, and its variance within and between people. */
  readonly mean: Float32Array
  readonly within: Float32Array
  readonly between: Float32Array
}

export const hiddenUnits = 24
export const codeUnits = 8
const size = featureNames.length
/** Numbers that a window is reduced to: the code, and what the reconstruction misses of each feature. */
export const readingCount = codeUnits + size
/** In standard deviations between windows of all people. */
const furthest = 4

/** How features are read: in standard deviations of everybody's windows. Features that tell nobody apart are left out. */
export function inputScaleOf(scale: FeatureScale): { centre: Float32Array; spread: Float32Array } {
  return {
    centre: Float32Array.from(scale.mean),
    spread: Float32Array.from(scale.mean, (_, at) =>
      scale.weight[at]! > 0 ? Math.hypot(scale.within[at]!, scale.between[at]!) : 0
    )
  }
}

/** 80 numbers: the features, 0 where nothing is observed, then 1 for each that is. */
export function autoencoderInput(
  { centre, spread }: Pick<AutoencoderWeights, 'centre' | 'spread'>,
  features: Float64Array
): Float32Array {
  const input = new Float32Array(2 * size)
  for (let at = 0; at < size; at++) {
    const value = (features[at]! - centre[at]!) / spread[at]!
    // NaN fails the comparison: not observed.
    if (spread[at]! > 0 && Math.abs(value) >= 0) {
      input[at] = Math.min(Math.max(value, -furthest), furthest)
      input[size + at] = 1
    }
  }
  return input
}

/** `readingCount` numbers: the code and the residuals; NaN = the feature is not observed. */
export function autoencoderReadings(weights: AutoencoderWeights, input: Float32Array): Float32Array {
  const code = dense(weights.code, dense(weights.encode, input, 'tanh'), 'linear')
  const rebuilt = dense(weights.output, dense(weights.decode, code, 'tanh'), 'linear')
  const readings = new Float32Array(readingCount)
  readings.set(code)
  for (let at = 0; at < size; at++) {
    readings[codeUnits + at] = input[size + at] === 1 ? input[at]! - rebuilt[at]! : Number.NaN
  }
  return readings
}

/** Throws `population_invalid` unless the parts fit together. */
export function checkAutoencoder(weights: AutoencoderWeights): void {
  const { centre, spread, encode, code, decode, output, mean, within, between } = weights
  const fits =
    [centre, spread].every((values) => values.length === size && values.every(Number.isFinite)) &&
    isDenseLayer(encode, 2 * size, hiddenUnits) &&
    isDenseLayer(code, hiddenUnits, codeUnits) &&
    isDenseLayer(decode, codeUnits, hiddenUnits) &&
    isDenseLayer(output, hiddenUnits, size) &&
    [mean, within, between].every((values) => values.length === readingCount && values.every(Number.isFinite)) &&
    spread.every((value) => value >= 0) &&
    within.every((value) => value > 0) &&
    between.every((value) => value >= 0)
  if (!fits) throw new VigilError('population_invalid', 'population: expected an autoencoder whose parts fit together')
}
