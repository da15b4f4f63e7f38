// Raw features to comparable numbers: centred on the population, in units of how people differ, weighed by how well each feature tells
// people apart.

import { contextFeatures, featureNames } from './features.ts'
import type { FeatureWindow } from './window.ts'

/** 40 numbers each. A weight of 0 = the feature says nothing about who it is, or nobody was seen with it. */
export interface FeatureScale {
  readonly mean: Float64Array
  /** Standard deviation within one person. */
  readonly within: Float64Array
  readonly between: Float64Array
  readonly weight: Float64Array
}

const size = featureNames.length
const fewestPeople = 6
const furthest = 6

/** Learns from people given as their windows' features. */
export function learnFeatureScale(people: readonly (readonly Float64Array[])[]): FeatureScale {
  const scale = {
    mean: new Float64Array(size),
    within: new Float64Array(size).fill(1),
    between: new Float64Array(size),
    weight: new Float64Array(size)
  }
  featureNames.forEach((name, at) => {
    const seen = people
      .map((rows) => rows.map((row) => row[at]!).filter((value) => Number.isFinite(value)))
      .filter((values) => values.length > 1)
    if (seen.length < fewestPeople) return
    const means = seen.map(meanOf)
    const mean = meanOf(means)
    const within = meanOf(seen.map((values, person) => meanOf(values.map((value) => (value - means[person]!) ** 2))))
    const between = meanOf(means.map((value) => (value - mean) ** 2))
    scale.mean[at] = mean
    scale.within[at] = Math.sqrt(Math.max(within, 1e-6))
    scale.between[at] = Math.sqrt(between)
    if (!contextFeatures.has(name) && between > 1e-6) scale.weight[at] = Math.sqrt(between / (between + within))
  })
  return scale
}

/** 40 numbers: weighed and bounded; 0 for a feature that is not observed, so that absence says nothing. */
export function scaled(scale: FeatureScale, { features }: FeatureWindow): Float64Array {
  const values = new Float64Array(size)
  for (let at = 0; at < size; at++) {
    const weight = scale.weight[at]!
    const value = (features[at]! - scale.mean[at]!) / scale.within[at]!
    // NaN fails the comparison and stays 0.
    if (weight > 0 && Math.abs(value) >= 0) values[at] = weight * Math.min(Math.max(value, -furthest), furthest)
  }
  return values
}

/** True when at least one feature that counts is observed. */
export function observesAnything(scale: FeatureScale, { features }: FeatureWindow): boolean {
  for (let at = 0; at < size; at++) if (scale.weight[at]! > 0 && !Number.isNaN(features[at]!)) return true
  return false
}

function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
