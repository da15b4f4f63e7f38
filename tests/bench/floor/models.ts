// The floor: six models of common sizes, hand-written over typed arrays with no product around them. 100 trees, 60 support vectors, one
// linear model, ten neighbours among 200, an autoencoder 40-32-16-32-40, and a recurrent layer of 64 units over 20 steps of 8 numbers.

import { normals, seededRandom } from '../../../src/biometrics/random.ts'

export type FloorModel = (values: Float32Array, sequence: Float32Array) => number

export const floorFeatures = 40
const rows = 200

/** Six models of one invented person, who is a cloud of points. */
export function floorModels(seed: number): FloorModel[] {
  const random = seededRandom(seed)
  const draw = normals(random)
  const mean = Float32Array.from({ length: floorFeatures }, draw)
  const cloud = Float32Array.from({ length: rows * floorFeatures }, (_, i) => mean[i % floorFeatures]! + 0.8 * draw())
  return [
    isolationForest(cloud, random),
    supportVectors(cloud),
    linear(cloud),
    localOutlier(cloud),
    autoencoder(draw),
    recurrent(draw)
  ]
}

/** A window and a sequence to score. */
export function floorWindow(seed: number): { values: Float32Array; sequence: Float32Array } {
  const draw = normals(seededRandom(seed))
  return {
    values: Float32Array.from({ length: floorFeatures }, draw),
    sequence: Float32Array.from({ length: steps * inputs }, draw)
  }
}

const trees = 100
const leaf = 255

function isolationForest(cloud: Float32Array, random: () => number): FloorModel {
  const capacity = trees * 2 * rows
  const feature = new Uint8Array(capacity)
  const threshold = new Float32Array(capacity)
  const right = new Uint32Array(capacity)
  const roots = new Uint32Array(trees)
  let next = 0
  const grow = (members: readonly number[], depth: number): void => {
    const node = next++
    const cut = Math.floor(random() * floorFeatures)
    const values = members.map((row) => cloud[row * floorFeatures + cut]!)
    const low = Math.min(...values)
    const high = Math.max(...values)
    if (depth >= 8 || members.length <= 1 || high <= low) {
      feature[node] = leaf
      threshold[node] = depth + pathLength(members.length)
      return
    }
    const at = low + random() * (high - low)
    feature[node] = cut
    threshold[node] = at
    grow(
      members.filter((_, i) => values[i]! < at),
      depth + 1
    )
    right[node] = next
    grow(
      members.filter((_, i) => values[i]! >= at),
      depth + 1
    )
  }
  const everybody = Array.from({ length: rows }, (_, row) => row)
  for (let tree = 0; tree < trees; tree++) {
    roots[tree] = next
    grow(everybody, 0)
  }
  return (values) => {
    let sum = 0
    for (let tree = 0; tree < trees; tree++) {
      let node = roots[tree]!
      while (feature[node] !== leaf) node = values[feature[node]!]! < threshold[node]! ? node + 1 : right[node]!
      sum += threshold[node]!
    }
    return 2 ** (-sum / trees / pathLength(rows))
  }
}

/** Mean depth of an unsuccessful search among so many (Liu et al. 2008, equation 1). */
function pathLength(count: number): number {
  return count <= 1 ? 0 : 2 * (Math.log(count) + 0.577) - 2
}

function supportVectors(cloud: Float32Array): FloorModel {
  const vectors = 60
  const weights = new Float32Array(vectors).fill(1 / vectors)
  return (values) => {
    let sum = 0
    for (let vector = 0, at = 0; vector < vectors; vector++) {
      let distance = 0
      for (let d = 0; d < floorFeatures; d++, at++) distance += (values[d]! - cloud[at]!) ** 2
      sum += weights[vector]! * Math.exp(-0.02 * distance)
    }
    return sum
  }
}

function linear(cloud: Float32Array): FloorModel {
  const weights = cloud.slice(0, floorFeatures)
  return (values) => {
    let sum = 0
    for (let d = 0; d < floorFeatures; d++) sum += weights[d]! * values[d]!
    return sum
  }
}

const neighbours = 10

function localOutlier(cloud: Float32Array): FloorModel {
  const distances = new Float64Array(neighbours)
  const nearest = new Int32Array(neighbours)
  const reach = new Float32Array(rows)
  const densities = new Float32Array(rows)
  // A point is given up as soon as a part of its distance is too large.
  const search = (values: Float32Array, except: number): void => {
    distances.fill(Number.POSITIVE_INFINITY)
    for (let row = 0, at = 0; row < rows; row++, at += floorFeatures) {
      if (row === except) continue
      const most = distances[neighbours - 1]!
      let distance = 0
      for (let d = 0; d < floorFeatures && distance < most;) {
        for (const until = d + 8; d < until; d++) distance += (values[d]! - cloud[at + d]!) ** 2
      }
      if (distance >= most) continue
      let place = neighbours - 1
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!
        nearest[place] = nearest[place - 1]!
      }
      distances[place] = distance
      nearest[place] = row
    }
  }
  const density = (): number => {
    let sum = 0
    for (let k = 0; k < neighbours; k++) sum += Math.max(Math.sqrt(distances[k]!), reach[nearest[k]!]!)
    return neighbours / sum
  }
  const rowAt = (row: number): Float32Array => cloud.subarray(row * floorFeatures, (row + 1) * floorFeatures)
  for (let row = 0; row < rows; row++) {
    search(rowAt(row), row)
    reach[row] = Math.sqrt(distances[neighbours - 1]!)
  }
  for (let row = 0; row < rows; row++) {
    search(rowAt(row), row)
    densities[row] = density()
  }
  return (values) => {
    search(values, -1)
    const own = density()
    let sum = 0
    for (let k = 0; k < neighbours; k++) sum += densities[nearest[k]!]!
    return sum / neighbours / own
  }
}

function autoencoder(draw: () => number): FloorModel {
  const sizes = [floorFeatures, 32, 16, 32, floorFeatures]
  const layers = sizes.slice(1).map((outputs, i) => ({
    inputs: sizes[i]!,
    outputs,
    weights: Float32Array.from({ length: outputs * sizes[i]! }, () => 0.2 * draw()),
    bias: new Float32Array(outputs),
    result: new Float32Array(outputs)
  }))
  return (values) => {
    let given = values
    for (const layer of layers) {
      for (let output = 0, at = 0; output < layer.outputs; output++) {
        let even = layer.bias[output]!
        let odd = 0
        for (let input = 0; input < layer.inputs; input += 2, at += 2) {
          even += layer.weights[at]! * given[input]!
          odd += layer.weights[at + 1]! * given[input + 1]!
        }
        layer.result[output] = layer === layers.at(-1) ? even + odd : Math.max(even + odd, 0)
      }
      given = layer.result
    }
    let loss = 0
    for (let d = 0; d < floorFeatures; d++) loss += (given[d]! - values[d]!) ** 2
    return loss / floorFeatures
  }
}

const units = 64
const steps = 20
const inputs = 8

function recurrent(draw: () => number): FloorModel {
  const drawn = (length: number): Float32Array => Float32Array.from({ length }, () => 0.1 * draw())
  const kernel = drawn(3 * units * inputs)
  const recurrence = drawn(3 * units * units)
  const bias = drawn(3 * units)
  const last = drawn(units)
  const state = new Float32Array(units)
  const fromInput = new Float32Array(3 * units)
  const fromState = new Float32Array(3 * units)
  return (_, sequence) => {
    state.fill(0)
    for (let step = 0; step < steps; step++) {
      for (let row = 0, at = 0, from = 0; row < 3 * units; row++) {
        let sum = bias[row]!
        for (let i = 0; i < inputs; i++) sum += kernel[at++]! * sequence[step * inputs + i]!
        let a = 0
        let b = 0
        let c = 0
        let d = 0
        for (let j = 0; j < units; j += 4, from += 4) {
          a += recurrence[from]! * state[j]!
          b += recurrence[from + 1]! * state[j + 1]!
          c += recurrence[from + 2]! * state[j + 2]!
          d += recurrence[from + 3]! * state[j + 3]!
        }
        fromInput[row] = sum
        fromState[row] = a + b + c + d
      }
      for (let unit = 0; unit < units; unit++) {
        const z = 1 / (1 + Math.exp(-fromInput[unit]! - fromState[unit]!))
        const r = 1 / (1 + Math.exp(-fromInput[units + unit]! - fromState[units + unit]!))
        const n = Math.tanh(fromInput[2 * units + unit]! + r * fromState[2 * units + unit]!)
        state[unit] = n + z * (state[unit]! - n)
      }
    }
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += last[unit]! * state[unit]!
    return 1 / (1 + Math.exp(-sum))
  }
}
