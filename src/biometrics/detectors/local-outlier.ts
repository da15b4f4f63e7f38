// Incremental nearest neighbours: the local outlier factor (Breunig et al., "LOF: Identifying Density-Based Local Outliers", SIGMOD 2000,
// def. 7), with insertion after Pokrajac et al. (CIDM 2007): a new window changes only the densities around it, nothing is fitted again.

import type { Detector, FeatureShare } from '../detector.ts'
import type { FeatureWindow } from '../features/window.ts'
import { featureNames } from '../features/features.ts'
import { observesAnything, scaled, type FeatureScale } from '../features/feature-scale.ts'

export interface LocalOutlierState {
  readonly version: 1
  readonly learnt: number
  readonly scale: FeatureScale
  /** Windows of the owner, `size` numbers each; the oldest is overwritten when there is no more room. */
  readonly rows: Float32Array
  readonly next: number
  /** `neighbours` per row, nearest first: which row, and how far; Infinity = not there yet. */
  readonly nearest: Uint16Array
  readonly distances: Float32Array
  /** Local reachability density of each row. */
  readonly densities: Float64Array
}

const size = featureNames.length
const mostRows = 96
const neighbours = 5
/** Windows overlap and can be almost equal; no density is higher than at this distance. */
const closest = 0.05

export const localOutlier: Detector<LocalOutlierState> = {
  id: 'local-outlier',
  version: 1,
  warmUp: neighbours + 1,

  init({ scale }) {
    return {
      version: 1,
      learnt: 0,
      scale,
      rows: new Float32Array(0),
      next: 0,
      nearest: new Uint16Array(0),
      distances: new Float32Array(0),
      densities: new Float64Array(0)
    }
  },

  score(state, window) {
    if (state.learnt < localOutlier.warmUp || !observesAnything(state.scale, window)) return undefined
    const row = scaled(state.scale, window)
    const { near, far } = nearestTo(state, row)
    const density = densityOf(state.distances, near, far, 0)
    let around = 0
    for (let k = 0; k < neighbours; k++) around += state.densities[near[k]!]!
    return Math.log(around / neighbours / density)
  },

  learn(state, window) {
    if (!observesAnything(state.scale, window)) return state
    const had = state.densities.length
    const full = had >= mostRows
    const count = full ? had : had + 1
    const at = full ? state.next : had
    const next: Mutable = {
      rows: grown(state.rows, count * size, Float32Array),
      nearest: grown(state.nearest, count * neighbours, Uint16Array),
      distances: grown(state.distances, count * neighbours, Float32Array),
      densities: grown(state.densities, count, Float64Array)
    }
    const orphans = full ? rowsNear(next.nearest, next.distances, at, count) : []
    next.rows.set(scaled(state.scale, window), at * size)
    const changed = new Set<number>([at])
    for (const orphan of orphans) {
      relink(next, orphan, count)
      changed.add(orphan)
    }
    relink(next, at, count)
    for (let i = 0; i < count; i++) {
      if (i === at || orphans.includes(i)) continue
      const distance = distanceTo(next.rows, i, next.rows.subarray(at * size, (at + 1) * size))
      if (insert(next.nearest, next.distances, i * neighbours, at, distance)) changed.add(i)
    }
    for (let i = 0; i < count; i++) {
      if (changed.has(i) || touches(next.nearest, i, changed)) {
        next.densities[i] = densityOf(next.distances, next.nearest, next.distances, i * neighbours)
      }
    }
    return { ...state, ...next, learnt: state.learnt + 1, next: full ? (at + 1) % mostRows : 0 }
  },

  /**
   * How far the window lies from its neighbours along each feature, beside how far they lie from theirs. The shares sum to the logarithm of the
   * ratio of both distances, which is the score without its smoothing: a difference of logarithms is a difference over its logarithmic mean,
   * and squared distances are sums over features (the additive decomposition of Ang, "Decomposition Analysis for Policymaking in
   * Energy", Energy Policy 2004).
   */
  explain(state: LocalOutlierState, window: FeatureWindow): readonly FeatureShare[] {
    if (state.densities.length <= neighbours || !observesAnything(state.scale, window)) return []
    const row = scaled(state.scale, window)
    const { near } = nearestTo(state, row)
    const apart = new Float64Array(size)
    const usual = new Float64Array(size)
    for (const one of near) {
      const own = state.rows.subarray(one * size, (one + 1) * size)
      addSquares(apart, own, row, 1 / neighbours)
      for (let k = 0; k < neighbours; k++) {
        const other = state.nearest[one * neighbours + k]!
        addSquares(usual, own, state.rows.subarray(other * size, (other + 1) * size), 1 / neighbours ** 2)
      }
    }
    const least = closest * closest
    const mean = logarithmicMean(Math.max(sumOf(apart), least), Math.max(sumOf(usual), least))
    return featureNames.map((feature, d) => ({
      feature,
      share: Number.isNaN(window.features[d]!) ? 0 : (apart[d]! - usual[d]!) / (2 * mean)
    }))
  }
}

function nearestTo(
  { rows, densities }: LocalOutlierState,
  row: Float64Array
): { near: Uint16Array; far: Float32Array } {
  const near = new Uint16Array(neighbours)
  const far = new Float32Array(neighbours).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < densities.length; i++) insert(near, far, 0, i, distanceTo(rows, i, row))
  return { near, far }
}

/** Adds the squared distance along each feature. */
function addSquares(into: Float64Array, a: ArrayLike<number>, b: ArrayLike<number>, weight: number): void {
  for (let d = 0; d < size; d++) into[d]! += weight * (a[d]! - b[d]!) ** 2
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** (a − b) / (ln a − ln b); both above 0. */
function logarithmicMean(a: number, b: number): number {
  return Math.abs(a / b - 1) < 1e-6 ? a : (a - b) / Math.log(a / b)
}

interface Mutable {
  readonly rows: Float32Array
  readonly nearest: Uint16Array
  readonly distances: Float32Array
  readonly densities: Float64Array
}

/** Finds the neighbours of one row afresh. */
function relink(state: Mutable, i: number, count: number): void {
  const from = i * neighbours
  state.distances.fill(Number.POSITIVE_INFINITY, from, from + neighbours)
  const row = state.rows.subarray(i * size, (i + 1) * size)
  for (let j = 0; j < count; j++)
    if (j !== i) insert(state.nearest, state.distances, from, j, distanceTo(state.rows, j, row))
}

/** Puts a neighbour into a sorted list of `neighbours`; false when it is too far. */
function insert(near: Uint16Array, far: Float32Array, from: number, row: number, distance: number): boolean {
  let place = from + neighbours - 1
  if (!(distance < far[place]!)) return false
  for (; place > from && far[place - 1]! > distance; place--) {
    far[place] = far[place - 1]!
    near[place] = near[place - 1]!
  }
  far[place] = distance
  near[place] = row
  return true
}

/** 1 / mean reachability distance; `reach` holds the stored rows' own distances. */
function densityOf(reach: Float32Array, near: Uint16Array, far: Float32Array, from: number): number {
  let sum = 0
  let count = 0
  for (let k = from; k < from + neighbours; k++) {
    if (far[k] === Number.POSITIVE_INFINITY) continue
    const around = reach[near[k]! * neighbours + neighbours - 1]!
    sum += Math.max(far[k]!, around === Number.POSITIVE_INFINITY ? 0 : around, closest)
    count++
  }
  return count > 0 ? count / sum : 1 / closest
}

function rowsNear(nearest: Uint16Array, distances: Float32Array, row: number, count: number): number[] {
  const found: number[] = []
  for (let i = 0; i < count; i++) {
    if (i === row) continue
    for (let k = i * neighbours; k < (i + 1) * neighbours; k++) {
      if (nearest[k] === row && distances[k] !== Number.POSITIVE_INFINITY) {
        found.push(i)
        break
      }
    }
  }
  return found
}

function touches(nearest: Uint16Array, i: number, changed: ReadonlySet<number>): boolean {
  for (let k = i * neighbours; k < (i + 1) * neighbours; k++) if (changed.has(nearest[k]!)) return true
  return false
}

function distanceTo(rows: Float32Array, i: number, row: ArrayLike<number>): number {
  let sum = 0
  const from = i * size
  for (let d = 0; d < size; d++) {
    const miss = rows[from + d]! - row[d]!
    sum += miss * miss
  }
  return Math.sqrt(sum)
}

function grown<T extends Float32Array | Float64Array | Uint16Array>(
  values: T,
  length: number,
  make: new (length: number) => T
): T {
  const copy = new make(length)
  copy.set(values)
  return copy
}
