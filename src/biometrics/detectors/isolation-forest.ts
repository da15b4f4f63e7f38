// Isolation forest (Liu, Ting and Zhou, "Isolation Forest", ICDM 2008): random cuts separate quickly what is unusual. Here the trees cut
// people in general, and each leaf remembers how many of the owner's windows fell into it beside how many of other people's: the score
// is the mean logarithm of that ratio, and learning only counts, it never grows a tree anew.

import type { Detector, FeatureShare } from '../detector.ts'
import type { FeatureWindow } from '../features/window.ts'
import { featureNames } from '../features/features.ts'
import { observesAnything, scaled, type FeatureScale } from '../features/feature-scale.ts'

export interface ForestState {
  readonly version: 1
  readonly learnt: number
  readonly scale: FeatureScale
  /** `trees × inner`: the feature a node cuts, nodes in heap order. */
  readonly cutFeature: Uint8Array
  readonly cutAt: Float32Array
  /** `trees × leaves`: how many windows of other people, and of the owner, ended there. */
  readonly others: Uint16Array
  readonly owner: Uint16Array
}

const trees = 32
const depth = 6
const inner = 2 ** depth - 1
const leaves = 2 ** depth
const mostCounted = 60_000

export const isolationForest: Detector<ForestState> = {
  id: 'isolation-forest',
  version: 1,
  warmUp: 6,

  init(population, random) {
    const rows = population.background.map((features) => scaled(population.scale, { features }))
    const cutFeature = new Uint8Array(trees * inner)
    const cutAt = new Float32Array(trees * inner)
    const others = new Uint16Array(trees * leaves)
    for (let tree = 0; tree < trees; tree++) {
      const grow = (node: number, members: readonly Float64Array[]): void => {
        if (node >= inner) {
          others[tree * leaves + node - inner] = members.length
          return
        }
        const cut = drawCut(members, random)
        cutFeature[tree * inner + node] = cut.feature
        cutAt[tree * inner + node] = cut.at
        const at = cutAt[tree * inner + node]!
        grow(
          2 * node + 1,
          members.filter((row) => row[cut.feature]! < at)
        )
        grow(
          2 * node + 2,
          members.filter((row) => row[cut.feature]! >= at)
        )
      }
      grow(0, rows)
    }
    return {
      version: 1,
      learnt: 0,
      scale: population.scale,
      cutFeature,
      cutAt,
      others,
      owner: new Uint16Array(trees * leaves)
    }
  },

  score(state, window) {
    if (state.learnt < isolationForest.warmUp || !observesAnything(state.scale, window)) return undefined
    const row = scaled(state.scale, window)
    let background = 0
    for (let leaf = 0; leaf < leaves; leaf++) background += state.others[leaf]!
    let sum = 0
    for (let tree = 0; tree < trees; tree++) {
      const leaf = tree * leaves + leafOf(state, tree, row)
      const other = (state.others[leaf]! + 0.5) / (background + 1)
      const own = (state.owner[leaf]! + 0.5) / (state.learnt + 1)
      sum += Math.log(other / own)
    }
    return sum / trees
  },

  learn(state, window) {
    if (!observesAnything(state.scale, window)) return state
    const row = scaled(state.scale, window)
    const owner = state.owner.slice()
    for (let tree = 0; tree < trees; tree++) {
      const leaf = tree * leaves + leafOf(state, tree, row)
      if (owner[leaf]! < mostCounted) owner[leaf]! += 1
    }
    return { ...state, learnt: state.learnt + 1, owner }
  },

  /** What each cut on the way changes of the ratio goes to its feature: sums to the score where all features are observed. */
  explain(state: ForestState, window: FeatureWindow): readonly FeatureShare[] {
    if (!observesAnything(state.scale, window)) return []
    const row = scaled(state.scale, window)
    const shares = new Float64Array(featureNames.length)
    for (let tree = 0; tree < trees; tree++) addCuts(state, tree, row, shares)
    return featureNames.map((feature, at) => ({
      feature,
      share: Number.isNaN(window.features[at]!) ? 0 : shares[at]! / trees
    }))
  }
}

/**
 * A leaf's ratio is a sum over the way to it: at each cut it changes from the ratio of the node to that of its child, and the change is the
 * feature's (Palczewska et al., "Interpreting Random Forest Models Using a Feature Contribution Method", IRI 2013).
 */
function addCuts(state: ForestState, tree: number, row: Float64Array, shares: Float64Array): void {
  const others = fallenThrough(state.others, tree)
  const owner = fallenThrough(state.owner, tree)
  const ratioAt = (node: number): number =>
    Math.log((others[node]! + 0.5) / (others[0]! + 1)) - Math.log((owner[node]! + 0.5) / (owner[0]! + 1))
  // At the root the ratio is 0 but for what the halves add.
  for (let node = 0, before = 0; node < inner;) {
    const feature = state.cutFeature[tree * inner + node]!
    node = childOf(state, tree, node, row)
    const after = ratioAt(node)
    shares[feature]! += after - before
    before = after
  }
}

/** How many windows came through each node, in heap order. */
function fallenThrough(ended: Uint16Array, tree: number): Float64Array {
  const counts = new Float64Array(inner + leaves)
  counts.set(ended.subarray(tree * leaves, (tree + 1) * leaves), inner)
  for (let node = inner - 1; node >= 0; node--) counts[node] = counts[2 * node + 1]! + counts[2 * node + 2]!
  return counts
}

/** A cut through the middle range of a feature that differs among the members. */
function drawCut(members: readonly Float64Array[], random: () => number): { feature: number; at: number } {
  for (let attempt = 0; attempt < 12 && members.length > 1; attempt++) {
    const feature = Math.floor(random() * featureNames.length)
    const a = members[Math.floor(random() * members.length)]![feature]!
    const b = members[Math.floor(random() * members.length)]![feature]!
    if (a !== b) return { feature, at: a + (b - a) * random() }
  }
  return { feature: 0, at: 0 }
}

function leafOf(state: ForestState, tree: number, row: Float64Array): number {
  let node = 0
  while (node < inner) node = childOf(state, tree, node, row)
  return node - inner
}

function childOf({ cutFeature, cutAt }: ForestState, tree: number, node: number, row: Float64Array): number {
  const at = tree * inner + node
  return 2 * node + (row[cutFeature[at]!]! < cutAt[at]! ? 1 : 2)
}
