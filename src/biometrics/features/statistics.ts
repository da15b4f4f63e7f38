// Sums per key class, per pair of classes and per stroke of the pointer, and counts of its small movements. They add up: the statistics of
// two stretches of input are the sums of theirs, so that any stretch can be judged without keeping its events.

import { pointerBins, type Histogram } from './pointer-histograms.ts'
import { pointerQuantities } from './pointer.ts'

/** Key classes that have statistics: the seven, without `hidden`. */
export const keyClasses = 7
const pairs = keyClasses * keyClasses

/** One family of cells: each cell is the count, the sum and the sum of squares of a quantity. */
export interface CellFamily {
  readonly first: number
  readonly cells: number
}

/**
 * What is counted, as cell numbers. `hold`: log hold time per class. `holdAfter`: log hold time per (previous class, class).
 * `pressToPress`: log time between presses per pair. `releaseToPress`: time from release to press in units of 150 ms, per pair;
 * negative when keys overlap. `pointer`: one cell per quantity of `pointerQuantities`.
 */
export const cellFamilies = {
  hold: { first: 0, cells: keyClasses },
  holdAfter: { first: keyClasses, cells: pairs },
  pressToPress: { first: keyClasses + pairs, cells: pairs },
  releaseToPress: { first: keyClasses + 2 * pairs, cells: pairs },
  pointer: { first: keyClasses + 3 * pairs, cells: pointerQuantities.length }
} as const satisfies Record<string, CellFamily>

export const statisticsCells = cellFamilies.pointer.first + cellFamilies.pointer.cells
export const keystrokeCells = cellFamilies.pointer.first

/** Three numbers a cell: count, sum, sum of squares. Then one number a bin of `pointerHistograms`. */
export const statisticsLength = 3 * statisticsCells + pointerBins
const firstBin = 3 * statisticsCells

/** Length `statisticsLength`. */
export type Statistics = Float32Array

export function emptyStatistics(): Statistics {
  return new Float32Array(statisticsLength)
}

/** The end of statistics, what they say of the pointer: its cells and its bins. */
export type PointerStatistics = Float32Array

/** Number of statistics at which that begins. */
export const firstPointerNumber = 3 * cellFamilies.pointer.first

export function emptyPointerStatistics(): PointerStatistics {
  return new Float32Array(statisticsLength - firstPointerNumber)
}

/** Counts one value in. */
export function observe(statistics: Statistics, cell: number, value: number): void {
  const at = 3 * cell
  statistics[at]! += 1
  statistics[at + 1]! += value
  statistics[at + 2]! += value * value
}

/** Counts in what a pointer tracker observed: one of its quantities, or a bin of its histograms, which gains `value`. */
export function observePointer(pointing: PointerStatistics, position: number, value: number): void {
  const { cells } = cellFamilies.pointer
  if (position < cells) observe(pointing, position, value)
  else pointing[2 * cells + position]! += value
}

/** Adds `more` into `total`. */
export function addStatistics(total: Statistics, more: Statistics): void {
  for (let i = 0; i < total.length; i++) total[i]! += more[i]!
}

/** The sum of several. */
export function sumStatistics(parts: readonly Statistics[]): Statistics {
  const total = new Float32Array(parts[0]?.length ?? statisticsLength)
  for (const part of parts) addStatistics(total, part)
  return total
}

/**
 * Sums of the last of `parts`, for each of the rising numbers `spans` that is not longer than all of them, and for the first one that is. One array
 * holds them all, for to allocate each apart would cost more than to add them up.
 */
export function sumsOfLast(parts: readonly Statistics[], spans: readonly number[]): Statistics[] {
  const length = parts[0]?.length ?? statisticsLength
  const longer = spans.findIndex((span) => span >= parts.length)
  const count = longer < 0 ? spans.length : longer + 1
  const numbers = new Float32Array(count * length)
  let taken = 0
  return spans.slice(0, count).map((span, i) => {
    const sums = numbers.subarray(i * length, (i + 1) * length)
    if (i > 0) sums.set(numbers.subarray((i - 1) * length, i * length))
    for (; taken < span && taken < parts.length; taken++) addStatistics(sums, parts[parts.length - 1 - taken]!)
    return sums
  })
}

/** Keystrokes whose hold was seen: the measure of how much a piece of typing can say. */
export function keystrokesIn(statistics: Statistics): number {
  let count = 0
  for (let cell = 0; cell < keyClasses; cell++) count += statistics[3 * cell]!
  return count
}

/** Strokes of the pointer: the measure of how much a piece of pointing can say. */
export function strokesIn(statistics: Statistics): number {
  return statistics[3 * cellFamilies.pointer.first]!
}

/** The bins of one histogram: a view, not a copy. */
export function binsOf(statistics: Statistics, { first, bins }: Histogram): Float32Array {
  return statistics.subarray(firstBin + first, firstBin + first + bins)
}

/** The reading "how much does this quantity vary" of a cell, beside the reading "how much is it" that has the cell's own number. */
export function spreadOf(cell: number): number {
  return statisticsCells + cell
}

export const readings = 2 * statisticsCells

/** Fewer observations do not show how much something varies. */
const fewestForSpread = 4
/** Variance of a clock's grain: nobody is steadier than this. */
const smallestVariance = 2e-3

/** How many observations a reading rests on. */
export function readingCount(statistics: Statistics, reading: number): number {
  if (reading < statisticsCells) return statistics[3 * reading]!
  const count = statistics[3 * (reading - statisticsCells)]!
  return count < fewestForSpread ? 0 : count - 1
}

/** The reading times its count: a mean, or the logarithm of a standard deviation without the bias of few observations. */
export function readingSum(statistics: Statistics, reading: number): number {
  if (reading < statisticsCells) return statistics[3 * reading + 1]!
  const at = 3 * (reading - statisticsCells)
  const count = statistics[at]!
  if (count < fewestForSpread) return 0
  const sum = statistics[at + 1]!
  const variance = Math.max((statistics[at + 2]! - (sum * sum) / count) / (count - 1), smallestVariance)
  // The expected logarithm of a sample variance lies 1/(n−1) below the logarithm of the true one, to first order.
  return (count - 1) * 0.5 * (Math.log(variance) + 1 / (count - 1))
}
