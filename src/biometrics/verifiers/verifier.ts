// The population's own verifier: is this input closer to what the profile promises than to what people in general do? Means per key
// class and class pair, shrunk towards the population as far as their counts demand, then probabilistic linear discriminant
// analysis (Ioffe, "Probabilistic Linear Discriminant Analysis", ECCV 2006; two-covariance form) with an uncertainty that
// depends on how much was typed, at enrolment and now.

import { cholesky, invertLower, multiply, symmetricEigen } from './matrix.ts'
import { readingCount, readingSum, sumStatistics, type Statistics } from '../features/statistics.ts'

/** Learnt from people; D cells in, R directions out, S sizes of input. All plain data. */
export interface VerifierModel {
  /** D readings: cell numbers of `Statistics`, or `spreadOf` a cell. */
  readonly cells: Int32Array
  /** D: mean over people, spread between people, and the count at which a person's own mean weighs as much as the population's. */
  readonly mean: Float64Array
  readonly spread: Float64Array
  readonly shrink: Float64Array
  /** R × D. */
  readonly directions: Float64Array
  /** R: variance between people along each direction; the variance within people of a `referenceHops` stretch is 1. */
  readonly between: Float64Array
  /** S amounts of input (keystrokes, or strokes). */
  readonly sizes: Float64Array
  /** S × R: how far an input of that size shows the person's true place, and with which variance around it. */
  readonly slope: Float64Array
  readonly noise: Float64Array
}

/** What a person's enrolment says of their place in each direction: a normal distribution. */
export interface Place {
  readonly mean: Float64Array
  readonly variance: Float64Array
  /** How many times as much as people in general the person varies about their place (variance). Absent = once. */
  readonly unsteadiness?: number
}

/** Which cells a verifier looks at, and what counts as an amount of input. */
export interface VerifierView {
  /** Readings that may tell people apart: cell numbers, or `spreadOf` a cell. */
  readonly readings: readonly number[]
  amountOf(statistics: Statistics): number
  /** Less than this says nothing. */
  readonly least: number
  /** Share of the covariance within people that is taken from its diagonal alone: few people, many cells. */
  readonly diagonalShare: number
  /** The discriminant analysis weighs noise as well, so cells are drawn in only this far of what each alone would be. */
  readonly shrinkShare: number
}

const mostDirections = 64
const fewestPeople = 6
const referenceHops = 4

/**
 * Learns from people given as their hops in order. Undefined when fewer than six people have enough input for it.
 */
export function learnVerifier(
  people: readonly (readonly Statistics[])[],
  view: VerifierView
): VerifierModel | undefined {
  const usable = people
    .map((hops) => hops.filter((hop) => view.amountOf(hop) > 0))
    .filter((hops) => hops.length >= 2 * referenceHops)
  if (usable.length < fewestPeople) return undefined
  const scale = learnCells(usable, view)
  const size = scale.cells.length
  if (size === 0) return undefined

  const stretches = usable.map((hops) => stretchesOf(hops, referenceHops).map((stretch) => shrunk(scale, stretch)))
  const { within, between } = covariances(stretches, size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (row !== column) within[row * size + column]! *= 1 - view.diagonalShare
      else within[row * size + column]! += 1e-3
    }
  }
  const whiten = invertLower(cholesky(within, size), size)
  const eigen = symmetricEigen(multiply(multiply(whiten, between, size), whiten, size, true), size)
  let rank = 0
  while (rank < Math.min(mostDirections, usable.length - 1, size) && eigen.values[rank]! > 0.02) rank++
  if (rank === 0) return undefined
  const directions = multiply(eigen.vectors, whiten, size).slice(0, rank * size)
  const bare = { ...scale, directions, between: eigen.values.slice(0, rank) }
  return { ...bare, ...learnSizes(bare, usable, view) }
}

/** R numbers: where a piece of input lies. */
export function placeOf(
  model: ShrunkDirections,
  statistics: Statistics,
  place: Float64Array = new Float64Array(model.between.length)
): Float64Array {
  return projected(model, shrunk(model, statistics, roomFor(model.cells.length, ofCells)), place)
}

/** Memory of one call, written over by the next: scores are asked for some ten times a window, and none of it outlives them. */
const ofCells: Scratch = { values: new Float64Array(0) }
const ofPlace: Scratch = { values: new Float64Array(0) }
const ofParts: Scratch = { values: new Float64Array(0) }

interface Scratch {
  values: Float64Array
}

/** At least so long. */
function roomFor(size: number, scratch: Scratch): Float64Array {
  if (scratch.values.length < size) scratch.values = new Float64Array(size)
  return scratch.values
}

/**
 * `directions` (R × D) times `cells` (D or more), into `place`. Four rows at a time, for one sum at a time waits for its own last addition; each sum is
 * added up in the same order as ever.
 */
function projected(
  { directions, between, cells: { length: size } }: ShrunkDirections,
  cells: Float64Array,
  place: Float64Array
): Float64Array {
  const rank = between.length
  let r = 0
  for (; r + 4 <= rank; r += 4) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = 0, at = r * size; i < size; i++, at++) {
      const cell = cells[i]!
      a += directions[at]! * cell
      b += directions[at + size]! * cell
      c += directions[at + 2 * size]! * cell
      d += directions[at + 3 * size]! * cell
    }
    place[r] = a
    place[r + 1] = b
    place[r + 2] = c
    place[r + 3] = d
  }
  for (; r < rank; r++) {
    let sum = 0
    for (let i = 0, at = r * size; i < size; i++, at++) sum += directions[at]! * cells[i]!
    place[r] = sum
  }
  return place
}

/** Where the person who typed this is, and how sure that is. */
export function enrolPlace(model: VerifierModel, statistics: Statistics, amount: number): Place {
  const seen = placeOf(model, statistics)
  const rank = seen.length
  const mean = new Float64Array(rank)
  const variance = new Float64Array(rank)
  const step = stepOf(model.sizes, amount)
  for (let r = 0; r < rank; r++) {
    const slope = interpolated(model.slope, rank, r, step)
    const noise = interpolated(model.noise, rank, r, step)
    variance[r] = 1 / (1 / model.between[r]! + (slope * slope) / noise)
    mean[r] = (variance[r]! * slope * clip(seen[r]!, model.between[r]!)) / noise
  }
  return { mean, variance }
}

/**
 * How many times as much as people in general a person varied from hop to hop, drawn towards once as far as there are few hops: some hands are
 * steady and others are not, and the same miss says more of the former.
 */
export function unsteadinessOf(model: VerifierModel, view: VerifierView, hops: readonly Statistics[]): number {
  const places = hops
    .filter((hop) => view.amountOf(hop) >= leastOfHop * model.sizes[0]!)
    .map((hop) => placeOf(model, hop))
  const count = places.length
  if (count < 2) return 1
  const rank = model.between.length
  let varied = 0
  for (let r = 0; r < rank; r++) {
    const mean = places.reduce((sum, place) => sum + place[r]!, 0) / count
    const squares = places.reduce((sum, place) => sum + (place[r]! - mean) ** 2, 0)
    varied += squares / ((count - 1) * withinSitting * model.noise[r]! * rank)
  }
  const drawn = (count * varied + typicalHops) / (count + typicalHops)
  return Math.min(Math.max(drawn, 1 / mostUnsteady), mostUnsteady)
}

/** Of a whole one: what is less varies more by itself. */
const leastOfHop = 0.8
/** What people vary within the one sitting that an enrolment is, of what they vary over the days that a model is learnt on. */
const withinSitting = 0.9
/** So many hops weigh as much as what is known of people in general. */
const typicalHops = 10
const mostUnsteady = 2.5

/**
 * An enrolment's place, drawn towards that of later visits: they count as a sitting of their own, with the weight of the enrolment at most,
 * and make nothing surer. Summed up as one sitting, how much a person differs between visits would pass for how unsteady they are
 * within one, and whoever types the same few lines every day would seem known ever more exactly.
 */
export function drawnTowards(model: VerifierModel, enrolled: Place, later: Place): Place {
  const mean = enrolled.mean.map((own, r) => {
    const prior = 1 / model.between[r]!
    const known = 1 / enrolled.variance[r]! - prior
    const added = 1 / later.variance[r]! - prior
    const share = added > known ? known / added : 1
    const drawn = own / enrolled.variance[r]! + (share * later.mean[r]!) / later.variance[r]!
    return drawn / (prior + known + share * added)
  })
  return { ...enrolled, mean }
}

/** Natural-log likelihood ratio "stranger : owner" of a piece of input, before calibration. */
export function strangerRatio(model: VerifierModel, owner: Place, statistics: Statistics, amount: number): number {
  const rank = model.between.length
  const seen = placeOf(model, statistics, roomFor(rank, ofPlace))
  const parts = strangerParts(model, owner, seen, amount, roomFor(rank, ofParts))
  let ratio = 0
  for (let r = 0; r < rank; r++) ratio += parts[r]!
  return ratio
}

/** R numbers that sum to the ratio: what each direction adds to it for input that lies at `seen`. */
export function strangerParts(
  model: VerifierModel,
  owner: Place,
  seen: Float64Array,
  amount: number,
  parts: Float64Array = new Float64Array(model.between.length)
): Float64Array {
  const { unsteadiness = 1 } = owner
  const rank = model.between.length
  const step = stepOf(model.sizes, amount)
  for (let r = 0; r < rank; r++) {
    const slope = interpolated(model.slope, rank, r, step)
    const noise = interpolated(model.noise, rank, r, step)
    const value = clip(seen[r]!, model.between[r]!)
    const ownVariance = slope * slope * owner.variance[r]! + unsteadiness * noise
    const anyVariance = slope * slope * model.between[r]! + noise
    const miss = value - slope * owner.mean[r]!
    parts[r] = 0.5 * (Math.log(ownVariance / anyVariance) + (miss * miss) / ownVariance - (value * value) / anyVariance)
  }
  return parts
}

/** R numbers: where so much input of the owner is expected. */
export function expectedPlace(model: VerifierModel, owner: Place, amount: number): Float64Array {
  const step = stepOf(model.sizes, amount)
  return owner.mean.map((mean, r) => mean * interpolated(model.slope, owner.mean.length, r, step))
}

type Scale = Pick<VerifierModel, 'cells' | 'mean' | 'spread' | 'shrink'>
type ShrunkDirections = Scale & Pick<VerifierModel, 'directions' | 'between'>

/** Per cell: mean of people, and by the method of moments the variance between people and within a person per observation. */
function learnCells(people: readonly (readonly Statistics[])[], view: VerifierView): Scale {
  const kept: { cell: number; mean: number; spread: number; shrink: number }[] = []
  for (const cell of view.readings) {
    const means: number[] = []
    const counts: number[] = []
    let withinSum = 0
    let withinDegrees = 0
    for (const hops of people) {
      let count = 0
      let sum = 0
      let parts = 0
      for (const hop of hops) {
        const n = readingCount(hop, cell)
        count += n
        sum += readingSum(hop, cell)
        if (n > 0) parts++
      }
      if (count < 2) continue
      const mean = sum / count
      means.push(mean)
      counts.push(count)
      if (parts < 2) continue
      for (const hop of hops) {
        const n = readingCount(hop, cell)
        if (n > 0) withinSum += n * (readingSum(hop, cell) / n - mean) ** 2
      }
      withinDegrees += parts - 1
    }
    if (means.length < fewestPeople || withinDegrees < fewestPeople) continue
    const within = Math.max(withinSum / withinDegrees, 1e-6)
    const grand = means.reduce((sum, mean) => sum + mean, 0) / means.length
    let spread = 0
    let expected = 0
    means.forEach((mean, i) => {
      spread += (mean - grand) ** 2
      expected += within / counts[i]!
    })
    const variance = (spread - expected) / means.length
    // A cell in which people hardly differ carries nothing but noise.
    if (variance < within / 200) continue
    kept.push({ cell, mean: grand, spread: Math.sqrt(variance), shrink: (view.shrinkShare * within) / variance })
  }
  return {
    cells: Int32Array.from(kept, ({ cell }) => cell),
    mean: Float64Array.from(kept, ({ mean }) => mean),
    spread: Float64Array.from(kept, ({ spread }) => spread),
    shrink: Float64Array.from(kept, ({ shrink }) => shrink)
  }
}

/** D numbers, into `values`: each cell's mean in units of the spread between people, drawn to 0 as far as its count is small. */
function shrunk(
  scale: Scale,
  statistics: Statistics,
  values: Float64Array = new Float64Array(scale.cells.length)
): Float64Array {
  const size = scale.cells.length
  for (let d = 0; d < size; d++) {
    values[d] = 0
    const cell = scale.cells[d]!
    const count = readingCount(statistics, cell)
    if (count > 0) {
      const deviation = (readingSum(statistics, cell) - count * scale.mean[d]!) / scale.spread[d]!
      values[d] = deviation / (count + scale.shrink[d]!)
    }
  }
  return values
}

/** Sums of `length` hops each, side by side. */
function stretchesOf(hops: readonly Statistics[], length: number): Statistics[] {
  const stretches: Statistics[] = []
  for (let from = 0; from + length <= hops.length; from += length) {
    stretches.push(sumStatistics(hops.slice(from, from + length)))
  }
  return stretches
}

function covariances(
  people: readonly (readonly Float64Array[])[],
  size: number
): { within: Float64Array; between: Float64Array } {
  const within = new Float64Array(size * size)
  const between = new Float64Array(size * size)
  let degrees = 0
  let ofMeans = 0
  const miss = new Float64Array(size)
  for (const stretches of people) {
    const mean = new Float64Array(size)
    for (const stretch of stretches) for (let d = 0; d < size; d++) mean[d]! += stretch[d]! / stretches.length
    for (const stretch of stretches) {
      for (let d = 0; d < size; d++) miss[d] = stretch[d]! - mean[d]!
      addOuter(within, miss, size)
    }
    degrees += stretches.length - 1
    addOuter(between, mean, size)
    ofMeans += 1 / stretches.length
  }
  for (let i = 0; i < within.length; i++) {
    within[i] = within[i]! / degrees
    // The mean of a person's few stretches carries a part of the variance within.
    between[i] = between[i]! / people.length - (within[i]! * ofMeans) / people.length
  }
  return { within, between }
}

function addOuter(matrix: Float64Array, vector: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const factor = vector[row]!
    if (factor !== 0)
      for (let column = 0; column < size; column++) matrix[row * size + column]! += factor * vector[column]!
  }
}

/**
 * For each size of input and direction: how far the person shows, and the variance around it. Two stretches of one person share
 * nothing but the person, so their mean product is slope² × variance between people, free of noise.
 */
function learnSizes(
  model: ShrunkDirections,
  people: readonly (readonly Statistics[])[],
  view: VerifierView
): Pick<VerifierModel, 'sizes' | 'slope' | 'noise'> {
  const rank = model.between.length
  const sizes: number[] = []
  const slopes: number[][] = []
  const noises: number[][] = []
  for (const length of [1, 2, 4, 8]) {
    const places = people.map((hops) => stretchesOf(hops, length).map((part) => placeOf(model, part)))
    const several = places.filter((stretches) => stretches.length > 1)
    if (several.length < fewestPeople) break
    const amounts = people.flatMap((hops) => stretchesOf(hops, length).map((part) => view.amountOf(part)))
    sizes.push(amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length)
    const slope: number[] = []
    const noise: number[] = []
    for (let r = 0; r < rank; r++) {
      const { shared, whole } = sharedVariance(several, r)
      const lambda = model.between[r]!
      const explained = Math.min(Math.max(shared, 0.01 * lambda), 4 * lambda)
      slope.push(Math.sqrt(explained / lambda))
      noise.push(Math.max(whole - explained, 0.02))
    }
    slopes.push(slope)
    noises.push(noise)
  }
  extrapolate(sizes, slopes, noises)
  return {
    sizes: Float64Array.from(sizes),
    slope: Float64Array.from(slopes.flat()),
    noise: Float64Array.from(noises.flat())
  }
}

/** Mean product of different stretches of one person, and mean square of one stretch, in direction r. */
function sharedVariance(people: readonly (readonly Float64Array[])[], r: number): { shared: number; whole: number } {
  let shared = 0
  let whole = 0
  for (const stretches of people) {
    let sum = 0
    let squares = 0
    for (const place of stretches) {
      sum += place[r]!
      squares += place[r]! ** 2
    }
    const n = stretches.length
    shared += (sum * sum - squares) / (n * (n - 1))
    whole += squares / n
  }
  return { shared: shared / people.length, whole: whole / people.length }
}

/** Two more doublings: what more input still adds halves each time, and a part of the noise stays however much is typed. */
function extrapolate(sizes: number[], slopes: number[][], noises: number[][]): void {
  for (let doubling = 0; doubling < 2 && sizes.length >= 2; doubling++) {
    const last = sizes.length - 1
    sizes.push(2 * sizes[last]!)
    slopes.push(slopes[last]!.map((slope, r) => slope + Math.max(slope - slopes[last - 1]![r]!, 0) / 2))
    noises.push(
      noises[last]!.map((noise, r) => {
        const floor = Math.min(Math.max(2 * noise - noises[last - 1]![r]!, 0.4 * noise), noise)
        return floor + (noise - floor) / 2
      })
    )
  }
}

/** Position of an amount between two learnt sizes, on a logarithmic scale. */
interface Step {
  readonly low: number
  readonly high: number
  readonly share: number
}

function stepOf(sizes: Float64Array, amount: number): Step {
  const last = sizes.length - 1
  if (amount <= sizes[0]!) return { low: 0, high: 0, share: 0 }
  for (let i = 1; i <= last; i++) {
    if (amount < sizes[i]!) {
      return { low: i - 1, high: i, share: Math.log(amount / sizes[i - 1]!) / Math.log(sizes[i]! / sizes[i - 1]!) }
    }
  }
  return { low: last, high: last, share: 0 }
}

function interpolated(table: Float64Array, rank: number, r: number, step: Step): number {
  const low = table[step.low * rank + r]!
  return low + step.share * (table[step.high * rank + r]! - low)
}

/** Nobody is believed to be further out than two spreads: one wild direction must not decide. */
function clip(value: number, variance: number): number {
  const most = 2 * Math.sqrt(variance + 1)
  return Math.min(Math.max(value, -most), most)
}
