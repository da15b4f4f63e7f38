// One-class support vector machine with a Gaussian kernel (Schölkopf et al., "Estimating the Support of a High-Dimensional
// Distribution", Neural Computation 2001, eq. 15). The dual is solved by exchanging weight between pairs of windows; a new window
// starts from the solution before, so that learning is a few steps and not a fit.

import type { Detector } from '../detector.ts'
import { featureNames } from '../features.ts'
import { observesAnything, scaled, type FeatureScale } from '../feature-scale.ts'

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
  }
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

function kernel(state: SvmState, i: number, row: ArrayLike<number>): number {
  let distance = 0
  const from = i * size
  for (let d = 0; d < size; d++) {
    const miss = state.rows[from + d]! - row[d]!
    distance += miss * miss
  }
  return Math.exp(-state.gamma * distance)
}
