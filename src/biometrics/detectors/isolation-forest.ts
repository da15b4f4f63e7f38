// Isolation forest (Liu, Ting and Zhou, "Isolation Forest", ICDM 2008): random cuts separate quickly what is unusual. Here the trees cut
// people in general, and each leaf remembers how many of the owner's windows fell into it beside how many of other people's: the score
// is the mean logarithm of that ratio, and learning only counts, it never grows a tree anew.

import type { Detector } from '../detector.ts'
import { featureNames } from '../features.ts'
import { observesAnything, scaled, type FeatureScale } from '../feature-scale.ts'

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
  }
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
  while (node < inner) {
    const at = tree * inner + node
    node = 2 * node + (row[state.cutFeature[at]!]! < state.cutAt[at]! ? 1 : 2)
  }
  return node - inner
}
