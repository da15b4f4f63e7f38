// The simple method that pointing has to beat: a forest of randomised trees (Geurts, Ernst and Wehenkel, Machine Learning 2006) per owner, on
// what each stroke was like, the owner's strokes against those of background people.

import { EventType, eventsOf, type Recording } from '../../src/biometrics/index.ts'
import { createPointerTracker, pointerQuantities } from '../../src/biometrics/features/pointer.ts'
import { strokeQuantities } from '../../src/biometrics/features/stroke.ts'

const trees = 60
const fewestInNode = 4
const deepest = 12

/** One row a stroke: its quantities, then the pause before it and the last hold of a button; what was not seen is 0. */
export function strokeRows(recordings: readonly Recording[]): Float64Array[] {
  const rows: Float64Array[] = []
  for (const recording of recordings) {
    const width = strokeQuantities.length
    let row = new Float64Array(width + 2)
    const tracker = createPointerTracker((position, value) => {
      const name = pointerQuantities[position]
      if (name === 'pause') row[width] = value
      else if (name === 'clickHold') row[width + 1] = value
      if (position < width) row[position] = value
      if (name !== strokeQuantities.at(-1)) return
      rows.push(row)
      const next = new Float64Array(width + 2)
      next[width + 1] = row[width + 1]!
      row = next
    })
    for (const event of eventsOf(recording)) if (event.type >= EventType.pointerMove) tracker.push(event)
    tracker.flush()
  }
  return rows
}

export interface Forest {
  /** Mean share of background strokes where these strokes fall: rises towards "stranger". */
  score(rows: readonly Float64Array[]): number | undefined
}

/** Both sides weigh the same. */
export function growForest(
  owner: readonly Float64Array[],
  others: readonly Float64Array[],
  random: () => number
): Forest {
  const samples = [...owner.map((row) => ({ row, own: 1 })), ...others.map((row) => ({ row, own: 0 }))]
  const weight = { own: 1 / owner.length, other: 1 / others.length }
  const grown = Array.from({ length: trees }, () => grow(samples, weight, random, 0))
  return {
    score(rows) {
      if (rows.length === 0) return undefined
      let sum = 0
      for (const row of rows) for (const tree of grown) sum += leafOf(tree, row)
      return sum / rows.length / trees
    }
  }
}

interface Sample {
  readonly row: Float64Array
  readonly own: number
}

interface Weight {
  readonly own: number
  readonly other: number
}

type Node = { readonly share: number } | Split

interface Split {
  readonly feature: number
  readonly border: number
  readonly low: Node
  readonly high: Node
}

function grow(samples: readonly Sample[], weight: Weight, random: () => number, depth: number): Node {
  const owners = samples.reduce((sum, { own }) => sum + own, 0)
  const others = samples.length - owners
  const leaf = { share: (others * weight.other) / (owners * weight.own + others * weight.other) }
  if (depth >= deepest || samples.length < 2 * fewestInNode || owners === 0 || others === 0) return leaf
  let best: { feature: number; border: number; impurity: number } | undefined
  const width = samples[0]!.row.length
  for (let tried = 0; tried < 4; tried++) {
    const feature = Math.floor(random() * width)
    const a = samples[Math.floor(random() * samples.length)]!.row[feature]!
    const b = samples[Math.floor(random() * samples.length)]!.row[feature]!
    const border = a + random() * (b - a)
    const impurity = impurityOf(samples, feature, border, weight)
    if (best === undefined || impurity < best.impurity) best = { feature, border, impurity }
  }
  const { feature, border } = best!
  const low = samples.filter(({ row }) => row[feature]! < border)
  const high = samples.filter(({ row }) => row[feature]! >= border)
  if (low.length < fewestInNode || high.length < fewestInNode) return leaf
  return { feature, border, low: grow(low, weight, random, depth + 1), high: grow(high, weight, random, depth + 1) }
}

/** Gini impurity of both sides. */
function impurityOf(samples: readonly Sample[], feature: number, border: number, weight: Weight): number {
  const own = [0, 0]
  const all = [0, 0]
  for (const sample of samples) {
    const side = sample.row[feature]! < border ? 0 : 1
    const mass = sample.own === 1 ? weight.own : weight.other
    all[side]! += mass
    if (sample.own === 1) own[side]! += mass
  }
  let impurity = 0
  for (let side = 0; side < 2; side++) if (all[side]! > 0) impurity += own[side]! * (1 - own[side]! / all[side]!)
  return impurity
}

function leafOf(tree: Node, row: Float64Array): number {
  let node = tree
  while (!('share' in node)) node = row[node.feature]! < node.border ? node.low : node.high
  return node.share
}
