// Passive-aggressive classifier (Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 2006, PA-I): the owner's windows against
// windows of other people. The average of all weight vectors decides, which is steadier than the last one.

import type { Detector, FeatureShare } from '../detector.ts'
import type { FeatureWindow } from '../features/window.ts'
import { featureNames } from '../features/features.ts'
import { observesAnything, scaled, type FeatureScale } from '../features/feature-scale.ts'
import { shuffled } from '../random.ts'

export interface PassiveAggressiveState {
  readonly version: 1
  readonly learnt: number
  readonly scale: FeatureScale
  /** Windows of other people, `size` numbers each, taken in turn. */
  readonly others: Float32Array
  readonly next: number
  /** `size` weights and a bias. */
  readonly weights: Float64Array
  /** Sum of all weight vectors so far, and how many they are. */
  readonly total: Float64Array
  readonly steps: number
}

const size = featureNames.length
const mostOthers = 96
/** Windows of other people that each window of the owner is set against. */
const perWindow = 6
const aggressiveness = 0.05

export const passiveAggressive: Detector<PassiveAggressiveState> = {
  id: 'passive-aggressive',
  version: 1,
  warmUp: 4,

  init(population, random) {
    const chosen = shuffled(population.background, random).slice(0, mostOthers)
    const others = new Float32Array(chosen.length * size)
    chosen.forEach((features, i) => others.set(scaled(population.scale, { features }), i * size))
    return {
      version: 1,
      learnt: 0,
      scale: population.scale,
      others,
      next: 0,
      weights: new Float64Array(size + 1),
      total: new Float64Array(size + 1),
      steps: 0
    }
  },

  score(state, window) {
    if (state.learnt < passiveAggressive.warmUp || state.steps === 0 || !observesAnything(state.scale, window)) {
      return undefined
    }
    return -margin(state.total, scaled(state.scale, window)) / state.steps
  },

  learn(state, window) {
    if (!observesAnything(state.scale, window)) return state
    const weights = state.weights.slice()
    const total = state.total.slice()
    const count = state.others.length / size
    const row = scaled(state.scale, window)
    let { next, steps } = state
    const updates = count > 0 ? perWindow : 0
    for (let i = 0; i < updates; i++) {
      // The owner's window goes in between, so that both sides pull equally often.
      if (i % 2 === 0) update(weights, row, 1)
      update(weights, state.others.subarray(next * size, (next + 1) * size), -1)
      next = (next + 1) % count
      for (let d = 0; d <= size; d++) total[d]! += weights[d]!
      steps++
    }
    return { ...state, learnt: state.learnt + 1, weights, total, next, steps }
  },

  explain(state: PassiveAggressiveState, window: FeatureWindow): readonly FeatureShare[] {
    if (state.steps === 0) return []
    const row = scaled(state.scale, window)
    return featureNames.map((feature, d) => ({ feature, share: -(state.total[d]! * row[d]!) / state.steps }))
  }
}

function margin(weights: Float64Array, row: ArrayLike<number>): number {
  let sum = weights[size]!
  for (let d = 0; d < size; d++) sum += weights[d]! * row[d]!
  return sum
}

/** One step of PA-I towards `side` (1 owner, −1 somebody else). */
function update(weights: Float64Array, row: ArrayLike<number>, side: 1 | -1): void {
  const loss = 1 - side * margin(weights, row)
  if (loss <= 0) return
  let norm = 1
  for (let d = 0; d < size; d++) norm += row[d]! * row[d]!
  const step = side * Math.min(aggressiveness, loss / norm)
  for (let d = 0; d < size; d++) weights[d]! += step * row[d]!
  weights[size]! += step
}
