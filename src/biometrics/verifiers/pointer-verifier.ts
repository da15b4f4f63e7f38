// The population's verifier for pointing: is this movement closer to what the profile promises than to how others move? Each histogram
// is judged apart: square roots of its shares (the Hellinger map, under which counts have even variance), the directions in which people
// differ most for how much one person varies (linear discriminant analysis), and a likelihood ratio along each. What the histograms
// say is added up. One big analysis of all bins learns more noise than people can teach: few people, hundreds of bins.
//
// Densities are Student's t, since a hand has odd days. The stranger is somebody like one of the people known (a kernel mixture over them),
// or nobody of the kind: with a handful of people a normal distribution says little about who else there is.

import { cholesky, invertLower, multiply, symmetricEigen } from './matrix.ts'
import { histogramOf, pointerHistograms, type Histogram } from '../features/pointer-histograms.ts'
import { binsOf, sumStatistics, type Statistics } from '../features/statistics.ts'
import type { Place } from './verifier.ts'

/** What one histogram can say: D bins in, R directions out, S amounts of input, J people known. All plain data. */
export interface PointerFamily {
  /** Position in `pointerHistograms`. */
  readonly histogram: number
  /** D: share of each bin in people at large, mean of its square root, and spread of that within people. */
  readonly prior: Float64Array
  readonly mean: Float64Array
  readonly spread: Float64Array
  /** R × D. */
  readonly directions: Float64Array
  /** R: variance between people. */
  readonly between: Float64Array
  /** S rising counts in the histogram; S × R: how far that much shows a person's place, and with which variance around it. */
  readonly sizes: Float64Array
  readonly slope: Float64Array
  readonly noise: Float64Array
  /** J × R: where the people known are, and how sure that is. */
  readonly knownMean: Float64Array
  readonly knownVariance: Float64Array
}

/** What is known of how people move the pointer. */
export interface PointerVerifierModel {
  readonly families: readonly PointerFamily[]
}

/** Fewer people show no difference between people. */
const fewestPeople = 6
const fewestHops = 6
/** Hops of the stretches from which the variation within people is taken. */
const referenceHops = 2
export const mostDirections = 12
/** A direction whose person shows less than this again later, in units of the variance within people, is noise. */
const leastBetween = 0.02
/** Observations that the population's shares weigh as much as. */
const priorCount = 20
/** Share of the covariance within people that is taken from its diagonal alone. */
const diagonalShare = 0.3
const mostKnown = 100
/** Probability that a stranger is like nobody known. */
const unlikeAnybody = 0.1
/** Histograms of one hand overlap: so much of what they say in sum is news. */
const newsShare = 0.25
/** Small movements that say something. */
export const leastSteps = 8

/** Small movements of the pointer: the measure of how much a piece of pointing can say. */
export function stepsIn(statistics: Statistics): number {
  return countOf(binsOf(statistics, histogramOf.speed))
}

/** Learns from people given as their hops in order. Undefined when fewer than six people have pointed enough. */
export function learnPointerVerifier(people: readonly (readonly Statistics[])[]): PointerVerifierModel | undefined {
  const usable = people
    .map((hops) => hops.filter((hop) => stepsIn(hop) > 0))
    .filter((hops) => hops.length >= fewestHops)
  if (usable.length < fewestPeople) return undefined
  const cuts = usable.map(cutOf)
  const families = pointerHistograms.flatMap((histogram, at) => {
    const family = learnFamily(cuts, histogram, at)
    return family === undefined ? [] : [family]
  })
  return families.length === 0 ? undefined : { families }
}

/** Where the person who moved like this is, in each direction of each family in turn. */
export function enrolPointer(model: PointerVerifierModel, statistics: Statistics): Place {
  const rank = rankOf(model)
  const mean = new Float64Array(rank)
  const variance = new Float64Array(rank)
  let at = 0
  for (const family of model.families) {
    placeIn(family, binsOf(statistics, pointerHistograms[family.histogram]!), mean, variance, at)
    at += family.between.length
  }
  return { mean, variance }
}

/**
 * About how many of the people known move like the person who was enrolled: two for each that lies within the median distance between people. Who is
 * on a recorder that nobody else has, such as a remote desktop, has none, and whoever else uses it looks like the owner: nothing that such a
 * stranger does was seen when the ratio was calibrated.
 */
export function peopleLike(model: PointerVerifierModel, owner: Place): number {
  let like = likes.get(owner)
  if (like?.model !== model) {
    const near = distancesTo(model, owner.mean).filter((distance) => distance <= medianDistanceOf(model)).length
    likes.set(owner, (like = { model, people: 2 * near }))
  }
  return like.people
}

/** It does not change, and is asked with every window. */
const likes = new WeakMap<Place, { readonly model: PointerVerifierModel; readonly people: number }>()
const medians = new WeakMap<PointerVerifierModel, number>()

function medianDistanceOf(model: PointerVerifierModel): number {
  let median = medians.get(model)
  if (median === undefined) {
    const { between, knownMean } = model.families[0]!
    const people = knownMean.length / between.length
    const all = Array.from({ length: people }, (_, one) =>
      distancesTo(
        model,
        model.families.flatMap((family) => {
          const rank = family.between.length
          return Array.from(family.knownMean.subarray(one * rank, (one + 1) * rank))
        })
      ).filter((__, other) => other < one)
    ).flat()
    all.sort((a, b) => a - b)
    medians.set(model, (median = all[all.length >> 1] ?? 0))
  }
  return median
}

/** Squared distances from a place to each of the people known, in variances between people. */
function distancesTo({ families }: PointerVerifierModel, place: ArrayLike<number>): number[] {
  const distances: number[] = []
  let at = 0
  for (const { between, knownMean } of families) {
    const rank = between.length
    for (let one = 0; one < knownMean.length / rank; one++) {
      let sum = 0
      for (let r = 0; r < rank; r++) sum += (place[at + r]! - knownMean[one * rank + r]!) ** 2 / between[r]!
      distances[one] = (distances[one] ?? 0) + sum
    }
    at += rank
  }
  return distances
}

/** Natural-log likelihood ratio "stranger : owner" of a piece of pointing, before calibration. */
export function strangerPointing(model: PointerVerifierModel, owner: Place, statistics: Statistics): number {
  let ratio = 0
  let at = 0
  for (const family of model.families) {
    const bins = binsOf(statistics, pointerHistograms[family.histogram]!)
    ratio += familyRatio(family, bins, owner, at)
    at += family.between.length
  }
  return newsShare * ratio
}

function familyRatio(family: PointerFamily, bins: Float32Array, owner: Place, at: number): number {
  const count = countOf(bins)
  if (count <= 0) return 0
  const seen = project(family, bins, count)
  const rank = seen.length
  const { slope, noise } = shownBy(family, count)
  const own = logDensity(seen, slope, noise, owner.mean, owner.variance, at)
  const anybody = logDensity(seen, slope, noise, nowhere, family.between, 0)
  const known = family.knownMean.length / rank
  const densities = new Float64Array(known)
  let highest = Number.NEGATIVE_INFINITY
  for (let one = 0; one < known; one++) {
    const density = logDensity(seen, slope, noise, family.knownMean, family.knownVariance, one * rank)
    densities[one] = density
    if (density > highest) highest = density
  }
  let sum = 0
  for (const density of densities) sum += Math.exp(density - highest)
  const likeSomebody = highest + Math.log(((1 - unlikeAnybody) * sum) / known)
  const likeNobody = Math.log(unlikeAnybody) + anybody
  const most = Math.max(likeSomebody, likeNobody)
  return most + Math.log(Math.exp(likeSomebody - most) + Math.exp(likeNobody - most)) - own
}

const nowhere = new Float64Array(mostDirections)

/** Degrees of freedom of the densities: 1 forgives any odd day, many none. */
const freedom = 8

/** Sum over directions of the logarithm of Student's t density without its constant. Two products, two logarithms. */
function logDensity(
  seen: Float64Array,
  slope: Float64Array,
  noise: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  at: number
): number {
  let volume = 1
  let tails = 1
  for (let r = 0; r < seen.length; r++) {
    const s = slope[r]!
    const v = s * s * variance[at + r]! + noise[r]!
    const miss = seen[r]! - s * mean[at + r]!
    volume *= v
    tails *= 1 + (miss * miss) / (freedom * v)
  }
  return -0.5 * Math.log(volume) - ((freedom + 1) / 2) * Math.log(tails)
}

/** A person's hops, cut for learning. */
interface Cut {
  readonly whole: Statistics
  readonly reference: readonly Statistics[]
  /** What came first, and stretches of what came last by length: 1, 2, 4… hops. */
  readonly early: Statistics
  readonly late: readonly (readonly Statistics[])[]
}

const mostStretches = 40

function cutOf(hops: readonly Statistics[]): Cut {
  const border = Math.floor((hops.length * 2) / 3)
  const last = hops.slice(border)
  const late: Statistics[][] = []
  for (let length = 1; length <= last.length; length *= 2) late.push(thinned(stretchesOf(last, length), mostStretches))
  return {
    whole: sumStatistics(hops),
    reference: thinned(stretchesOf(hops, referenceHops), 4 * mostStretches),
    early: sumStatistics(hops.slice(0, border)),
    late
  }
}

function stretchesOf(hops: readonly Statistics[], length: number): Statistics[] {
  const stretches: Statistics[] = []
  for (let from = 0; from + length <= hops.length; from += length) {
    stretches.push(sumStatistics(hops.slice(from, from + length)))
  }
  return stretches
}

/** At most `most` members, evenly spread. */
function thinned<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!)
}

function learnFamily(cuts: readonly Cut[], histogram: Histogram, at: number): PointerFamily | undefined {
  const size = histogram.bins
  const wholes = cuts.map(({ whole }) => binsOf(whole, histogram))
  const prior = sharesOf(wholes, size)
  const rooted = cuts
    .map(({ reference }) =>
      reference
        .map((stretch) => binsOf(stretch, histogram))
        .filter((bins) => countOf(bins) > 0)
        .map((bins) => rootsOf(bins, countOf(bins), prior))
    )
    .filter((rows) => rows.length >= 2)
  if (rooted.length < fewestPeople) return undefined
  const mean = meanOf(rooted.flat(), size)
  const spread = spreadWithin(rooted, size)
  const scaled = rooted.map((rows) => rows.map((row) => row.map((root, d) => (root - mean[d]!) / spread[d]!)))
  const directions = discriminants(scaled, size)
  if (directions.length === 0) return undefined
  const bare = { histogram: at, prior, mean, spread, directions }
  const sized = learnSizes(bare, cuts, histogram)
  if (sized === undefined) return undefined
  const family = { ...bare, ...sized, knownMean: new Float64Array(0), knownVariance: new Float64Array(0) }
  const rank = family.between.length
  const known = thinned(wholes, mostKnown)
  const knownMean = new Float64Array(known.length * rank)
  const knownVariance = new Float64Array(known.length * rank)
  known.forEach((bins, one) => placeIn(family, bins, knownMean, knownVariance, one * rank))
  return { ...family, knownMean, knownVariance }
}

/** Shares of the bins over everybody, none of them nothing. */
function sharesOf(people: readonly Float32Array[], size: number): Float64Array {
  const prior = new Float64Array(size).fill(1)
  for (const bins of people) for (let d = 0; d < size; d++) prior[d]! += bins[d]!
  const total = countOf(prior)
  return prior.map((count) => count / total)
}

function rootsOf(bins: Float32Array, count: number, prior: Float64Array): Float64Array {
  return prior.map((share, d) => Math.sqrt((bins[d]! + priorCount * share) / (count + priorCount)))
}

function meanOf(rows: readonly Float64Array[], size: number): Float64Array {
  const mean = new Float64Array(size)
  for (const row of rows) for (let d = 0; d < size; d++) mean[d]! += row[d]! / rows.length
  return mean
}

function spreadWithin(people: readonly (readonly Float64Array[])[], size: number): Float64Array {
  const squares = new Float64Array(size)
  let rows = 0
  for (const own of people) {
    const mean = meanOf(own, size)
    for (const row of own) for (let d = 0; d < size; d++) squares[d]! += (row[d]! - mean[d]!) ** 2
    rows += own.length
  }
  return squares.map((sum) => Math.sqrt(sum / rows) + 1e-3)
}

/** R × D: directions of most variance between people where the variance within is 1. */
function discriminants(people: readonly (readonly Float64Array[])[], size: number): Float64Array {
  const within = new Float64Array(size * size)
  const between = new Float64Array(size * size)
  let degrees = 0
  for (const own of people) {
    const mean = meanOf(own, size)
    for (const row of own) {
      addOuter(
        within,
        row.map((value, d) => value - mean[d]!)
      )
    }
    addOuter(between, mean)
    degrees += own.length - 1
  }
  for (let i = 0; i < size * size; i++) {
    within[i]! *= (i % (size + 1) === 0 ? 1 : 1 - diagonalShare) / degrees
    between[i]! /= people.length
  }
  // Shares add up to one, so that one direction hardly varies at all: without a floor it would be blown up.
  for (let d = 0; d < size; d++) within[d * (size + 1)]! += 0.01
  const whiten = invertLower(cholesky(within, size), size)
  const eigen = symmetricEigen(multiply(multiply(whiten, between, size), whiten, size, true), size)
  const rank = Math.min(mostDirections, people.length - 1, size)
  return multiply(eigen.vectors, whiten, size).slice(0, rank * size)
}

function addOuter(matrix: Float64Array, vector: Float64Array): void {
  const size = vector.length
  for (let row = 0; row < size; row++) {
    const factor = vector[row]!
    for (let column = 0; column < size; column++) matrix[row * size + column]! += factor * vector[column]!
  }
}

type Projection = Pick<PointerFamily, 'prior' | 'mean' | 'spread' | 'directions'>

/**
 * What people showed early and show again late is theirs; the rest of what is seen is noise of that amount of input. Taken from different
 * times, so that the mood of one hour does not pass for the person. Directions in which nothing comes back are left out.
 */
function learnSizes(
  bare: Projection & Pick<PointerFamily, 'histogram'>,
  cuts: readonly Cut[],
  histogram: Histogram
): Pick<PointerFamily, 'directions' | 'between' | 'sizes' | 'slope' | 'noise'> | undefined {
  const all = bare.directions.length / histogram.bins
  const early = cuts.map((cut) => seenIn(bare, histogram, [cut.early]))
  const steps: { amount: number; shared: Float64Array; square: Float64Array }[] = []
  const longest = Math.max(...cuts.map(({ late }) => late.length))
  for (let doubling = 0; doubling < longest; doubling++) {
    const shared = new Float64Array(all)
    const square = new Float64Array(all)
    let amount = 0
    let people = 0
    cuts.forEach(({ late }, person) => {
      const then = early[person]!.places[0]
      const now = seenIn(bare, histogram, late[doubling] ?? [])
      if (then === undefined || now.places.length === 0) return
      people++
      amount += now.amount
      for (const place of now.places) {
        for (let r = 0; r < all; r++) {
          shared[r]! += (then[r]! * place[r]!) / now.places.length
          square[r]! += place[r]! ** 2 / now.places.length
        }
      }
    })
    if (people < fewestPeople) break
    amount /= people
    if (amount <= (steps.at(-1)?.amount ?? 0)) continue
    steps.push({ amount, shared: shared.map((sum) => sum / people), square: square.map((sum) => sum / people) })
  }
  const long = steps.at(-1)
  if (long === undefined) return undefined
  const first = early.flatMap(({ places }) => places)
  const earlyAmount = early.reduce((sum, { amount }) => sum + amount, 0) / first.length
  const earlySquare = new Float64Array(all)
  for (const place of first) for (let r = 0; r < all; r++) earlySquare[r]! += place[r]! ** 2 / first.length

  const kept = [...long.shared.keys()].filter((r) => long.shared[r]! > leastBetween)
  if (kept.length === 0) return undefined
  const between = Float64Array.from(kept, (r) => long.shared[r]!)
  if (earlyAmount > long.amount) steps.push({ amount: earlyAmount, shared: long.shared, square: earlySquare })
  const slope: number[] = []
  const noise: number[] = []
  for (const { shared, square } of steps) {
    for (const r of kept) {
      const reach = Math.min(Math.max(shared[r]! / long.shared[r]!, 0.1), 1)
      slope.push(reach)
      noise.push(Math.max(square[r]! - reach * reach * long.shared[r]!, leastNoise * square[r]!))
    }
  }
  return {
    directions: rowsOf(bare.directions, kept, histogram.bins),
    between,
    sizes: Float64Array.from(steps, ({ amount }) => amount),
    slope: Float64Array.from(slope),
    noise: Float64Array.from(noise)
  }
}

/** Share of what is seen that is noise at the least. */
const leastNoise = 0.02

function seenIn(
  bare: Projection,
  histogram: Histogram,
  stretches: readonly Statistics[]
): { places: Float64Array[]; amount: number } {
  const bins = stretches.map((stretch) => binsOf(stretch, histogram)).filter((one) => countOf(one) > 0)
  const places = bins.map((one) => project(bare, one, countOf(one)))
  return { places, amount: bins.reduce((sum, one) => sum + countOf(one), 0) / Math.max(bins.length, 1) }
}

function rowsOf(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const chosen = new Float64Array(rows.length * width)
  rows.forEach((row, to) => chosen.set(matrix.subarray(row * width, (row + 1) * width), to * width))
  return chosen
}

/** R numbers: where a histogram lies. */
function project({ prior, mean, spread, directions }: Projection, bins: Float32Array, count: number): Float64Array {
  const size = prior.length
  const scaled = new Float64Array(size)
  for (let d = 0; d < size; d++) {
    scaled[d] = (Math.sqrt((bins[d]! + priorCount * prior[d]!) / (count + priorCount)) - mean[d]!) / spread[d]!
  }
  const rank = directions.length / size
  const place = new Float64Array(rank)
  for (let r = 0; r < rank; r++) {
    let sum = 0
    for (let d = 0; d < size; d++) sum += directions[r * size + d]! * scaled[d]!
    place[r] = Math.min(Math.max(sum, -furthest), furthest)
  }
  return place
}

/** Nobody is further out, in standard deviations within people. */
const furthest = 30

/** Normal distribution of the person's place, given what was seen; without anything seen, that of people in general. */
function placeIn(
  family: PointerFamily,
  bins: Float32Array,
  mean: Float64Array,
  variance: Float64Array,
  at: number
): void {
  const count = countOf(bins)
  const rank = family.between.length
  if (count <= 0) {
    variance.set(family.between, at)
    return
  }
  const seen = project(family, bins, count)
  const { slope, noise } = shownBy(family, count)
  for (let r = 0; r < rank; r++) {
    const between = family.between[r]!
    const all = slope[r]! ** 2 * between + noise[r]!
    const held = 3 * Math.sqrt(all)
    mean[at + r] = (slope[r]! * between * Math.min(Math.max(seen[r]!, -held), held)) / all
    variance[at + r] = (between * noise[r]!) / all
  }
}

/** Slope and noise at an amount of input, between two learnt ones on a logarithmic scale. */
function shownBy(
  { sizes, slope, noise, between }: PointerFamily,
  count: number
): { slope: Float64Array; noise: Float64Array } {
  const rank = between.length
  const last = sizes.length - 1
  let high = 0
  while (high < last && count > sizes[high]!) high++
  const low = Math.max(high - 1, 0)
  const share =
    high === low ? 0 : Math.min(Math.max(Math.log(count / sizes[low]!) / Math.log(sizes[high]! / sizes[low]!), 0), 1)
  const at = (table: Float64Array): Float64Array => {
    const values = new Float64Array(rank)
    for (let r = 0; r < rank; r++) {
      values[r] = (1 - share) * table[low * rank + r]! + share * table[high * rank + r]!
    }
    return values
  }
  return { slope: at(slope), noise: at(noise) }
}

function rankOf({ families }: PointerVerifierModel): number {
  return families.reduce((sum, { between }) => sum + between.length, 0)
}

function countOf(bins: Float32Array | Float64Array): number {
  let sum = 0
  for (const count of bins) sum += count
  return sum
}
