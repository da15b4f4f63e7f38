// One-class support vector machine with a Gaussian kernel (Schölkopf et al., "Estimating the Support of a High-Dimensional
// Distribution", Neural Computation 2001). The dual is solved as there, by exchanging weight between pairs of windows; a new window
// starts from the solution before, so that learning is a few steps and not a fit.

import type { Detector, FeatureShare } from '../detector.ts'
import type { FeatureWindow } from '../features/window.ts'
import { featureNames } from '../features/features.ts'
import { observesAnything, scaled, type FeatureScale } from '../features/feature-scale.ts'

export interface SvmState {
  readonly version: 1
  readonly learnt: number
  readonly scale: FeatureScale
  /** Kernel width: exp(−gamma · squared distance). */
  readonly gamma: number
  /** The newest windows of the owner, `size` numbers each. */
  readonly rows: Float32Array
  /** One weight a row, sum 1. */
  readonly weights: Float64Array
  /** Mean kernel value of the support vectors: the border of the owner's region. */
  readonly border: number
}

const size = featureNames.length
const mostRows = 64
/** Upper bound on the share of the owner's own windows outside the region. */
const nu = 0.2
const exchanges = 60

export const oneClassSvm: Detector<SvmState> = {
  id: 'one-class-svm',
  version: 1,
  warmUp: 4,

  init({ scale }) {
    let weight = 0
    for (const part of scale.weight) weight += part * part
    return {
      version: 1,
      learnt: 0,
      scale,
      gamma: weight > 0 ? 0.5 / weight : 1,
      rows: new Float32Array(0),
      weights: new Float64Array(0),
      border: 0
    }
  },

  score(state, window) {
    if (state.learnt < oneClassSvm.warmUp || !observesAnything(state.scale, window)) return undefined
    const row = scaled(state.scale, window)
    let sum = 0
    for (let i = 0; i < state.weights.length; i++) {
      if (state.weights[i]! > 0) sum += state.weights[i]! * kernel(state, i, row)
    }
    // The logarithm keeps apart what the kernel alone calls equally far away.
    return Math.log((state.border + 1e-6) / (sum + 1e-6))
  },

  learn(state, window) {
    if (!observesAnything(state.scale, window)) return state
    const dropped = state.weights.length >= mostRows ? 1 : 0
    const kept = state.weights.length - dropped
    const rows = new Float32Array((kept + 1) * size)
    rows.set(state.rows.subarray(dropped * size))
    rows.set(scaled(state.scale, window), kept * size)
    const weights = new Float64Array(kept + 1)
    weights.set(state.weights.subarray(dropped))
    const next = { ...state, learnt: state.learnt + 1, rows, weights }
    return { ...next, border: solve(next) }
  },

  /**
   * The score is a soft minimum of squared distances to the support vectors; each distance is a sum over features, and each vector counts as
   * far as the minimum is its own (Kauffmann, Müller and Montavon, "Towards Explaining Anomalies: A Deep Taylor Decomposition of One-Class
   * Models", Pattern Recognition 2020). Less what lies between two of the owner's own support vectors on average, so that 0 is usual.
   */
  explain(state: SvmState, window: FeatureWindow): readonly FeatureShare[] {
    if (state.weights.length === 0 || !observesAnything(state.scale, window)) return []
    const row = scaled(state.scale, window)
    const nearness = nearnessOf(state, row)
    return featureNames.map((feature, d) => {
      if (Number.isNaN(window.features[d]!)) return { feature, share: 0 }
      let apart = 0
      let mean = 0
      let squares = 0
      for (let i = 0; i < nearness.length; i++) {
        const own = state.rows[i * size + d]!
        apart += nearness[i]! * (own - row[d]!) ** 2
        mean += state.weights[i]! * own
        squares += state.weights[i]! * own * own
      }
      return { feature, share: state.gamma * (apart - 2 * (squares - mean * mean)) }
    })
  }
}

/** Each support vector's part in the kernel sum; 1 in all, however far away the row is. */
function nearnessOf({ rows, weights, gamma }: SvmState, row: Float64Array): Float64Array {
  const distances = Float64Array.from(weights, (_, i) => distanceTo(rows, i, row))
  const nearest = distances.reduce(
    (least, one, i) => (weights[i]! > 0 ? Math.min(least, one) : least),
    Number.POSITIVE_INFINITY
  )
  const parts = distances.map((one, i) => weights[i]! * Math.exp(-gamma * (one - nearest)))
  const total = parts.reduce((sum, part) => sum + part, 0)
  return parts.map((part) => part / total)
}

/** Improves `weights` in place; returns the border. */
function solve(state: SvmState): number {
  const { rows, weights } = state
  const count = weights.length
  const most = Math.max(1 / (nu * count), 1 / count)
  let missing = 1
  for (let i = 0; i < count; i++) {
    weights[i] = Math.min(weights[i]!, most)
    missing -= weights[i]!
  }
  // What bounding and the dropped row took away goes to the newest rows first.
  for (let i = count - 1; i >= 0 && missing > 0; i--) {
    const room = Math.min(most - weights[i]!, missing)
    weights[i]! += room
    missing -= room
  }
  const gram = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * size, (i + 1) * size)
    for (let j = 0; j <= i; j++) gram[i * count + j] = gram[j * count + i] = kernel(state, j, row)
  }
  const gradient = new Float64Array(count)
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) gradient[i]! += gram[i * count + j]! * weights[j]!
  for (let step = 0; step < exchanges; step++) {
    let low = -1
    let high = -1
    for (let i = 0; i < count; i++) {
      if (weights[i]! < most - 1e-12 && (low < 0 || gradient[i]! < gradient[low]!)) low = i
      if (weights[i]! > 1e-12 && (high < 0 || gradient[i]! > gradient[high]!)) high = i
    }
    if (low < 0 || high < 0 || gradient[high]! - gradient[low]! < 1e-6) break
    const curve = 2 * (1 - gram[low * count + high]!)
    const wanted = curve > 1e-9 ? (gradient[high]! - gradient[low]!) / curve : weights[high]!
    const moved = Math.min(wanted, weights[high]!, most - weights[low]!)
    weights[low]! += moved
    weights[high]! -= moved
    for (let i = 0; i < count; i++) gradient[i]! += moved * (gram[i * count + low]! - gram[i * count + high]!)
  }
  let border = 0
  for (let i = 0; i < count; i++) border += weights[i]! * gradient[i]!
  return border
}

function kernel({ rows, gamma }: SvmState, i: number, row: ArrayLike<number>): number {
  return Math.exp(-gamma * distanceTo(rows, i, row))
}

/** Squared. */
function distanceTo(rows: Float32Array, i: number, row: ArrayLike<number>): number {
  let distance = 0
  const from = i * size
  for (let d = 0; d < size; d++) {
    const miss = rows[from + d]! - row[d]!
    distance += miss * miss
  }
  return distance
}
