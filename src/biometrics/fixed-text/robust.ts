// The little robust statistics that fixed text needs. NaN = not observed, and is skipped.

import { cholesky, invertLower } from '../verifiers/matrix.ts'

type Numbers = Float64Array | readonly number[]

export function meanOf(values: Numbers): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue
    sum += values[i]!
    count++
  }
  return count === 0 ? Number.NaN : sum / count
}

/** NaN when nothing was observed. */
export function medianOf(values: Numbers): number {
  const sorted = Float64Array.from(values).sort()
  let count = sorted.length
  // NaN sorts to the end.
  while (count > 0 && Number.isNaN(sorted[count - 1])) count--
  if (count === 0) return Number.NaN
  const middle = count >> 1
  return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Variance of a normal distribution with the same median absolute deviation. */
export function robustVariance(values: readonly number[]): number {
  const middle = medianOf(values)
  return (1.4826 * medianOf(values.map((value) => Math.abs(value - middle)))) ** 2
}

/** Members less their mean. */
export function centred(values: Float64Array): Float64Array {
  const mean = meanOf(values)
  return values.map((value) => value - mean)
}

/** Degrees of freedom of the distributions of residuals: tails heavy enough for a slip. */
export const freedom = 4

/** Logarithm of Student's t density without its constant. */
export function logStudent(distance: number, variance: number, degrees: number): number {
  return -0.5 * Math.log(variance) - ((degrees + 1) / 2) * Math.log1p((distance * distance) / (degrees * variance))
}

/** What all members have in common, slips aside: location of a t distribution by reweighting (Lange, Little and Taylor 1989, eq. 3). */
export function commonShift(residuals: Float64Array, variances: Float64Array): number {
  let shift = medianOf(residuals)
  for (let round = 0; round < 5; round++) {
    let sum = 0
    let weights = 0
    for (let i = 0; i < residuals.length; i++) {
      const residual = residuals[i]!
      if (Number.isNaN(residual)) continue
      const weight = (freedom + 1) / (freedom * variances[i]! + (residual - shift) ** 2)
      sum += weight * residual
      weights += weight
    }
    shift = sum / weights
  }
  return shift
}

/** Coefficients by least squares; equations come one at a time. Those with a NaN are left out. */
export function leastSquares(width: number): {
  add(regressors: readonly number[], value: number): void
  solve(): Float64Array
} {
  const products = new Float64Array(width * width)
  const right = new Float64Array(width)
  return {
    add(regressors, value) {
      if (Number.isNaN(value) || regressors.some(Number.isNaN)) return
      for (let i = 0; i < width; i++) {
        right[i]! += regressors[i]! * value
        for (let j = 0; j < width; j++) products[i * width + j]! += regressors[i]! * regressors[j]!
      }
    },
    solve() {
      const ridged = products.slice()
      for (let i = 0; i < width; i++) ridged[i * width + i]! += 1e-6
      const inverse = invertLower(cholesky(ridged, width), width)
      const solution = new Float64Array(width)
      for (let row = 0; row < width; row++) {
        let sum = 0
        for (let j = 0; j <= row; j++) sum += inverse[row * width + j]! * right[j]!
        for (let i = 0; i <= row; i++) solution[i]! += inverse[row * width + i]! * sum
      }
      return solution
    }
  }
}
