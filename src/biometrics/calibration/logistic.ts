// Logistic regression for calibration: weights that turn scores into a natural-log likelihood ratio (Brümmer and du Preez,
// "Application-independent evaluation of speaker detection", 2006). Both sides weigh the same, so that the prior odds drop out.

/** Rows of equal length; the first weight is the bias. `ridge` pulls the others towards `prior`. */
export function fitLogistic(
  positives: readonly (readonly number[])[],
  negatives: readonly (readonly number[])[],
  ridge: number,
  prior: readonly number[]
): number[] {
  const sides: readonly Side[] = [
    { rows: positives, label: 1, share: 0.5 / Math.max(positives.length, 1) },
    { rows: negatives, label: 0, share: 0.5 / Math.max(negatives.length, 1) }
  ]
  const problem = { sides, ridge, prior }
  let weights = [0, ...prior]
  let loss = lossAt(problem, weights)
  for (let iteration = 0; iteration < 40; iteration++) {
    const step = newtonStep(problem, weights)
    // A whole Newton step may overshoot where the sides hardly overlap: it is halved until the loss falls.
    let share = 1
    let next = weights
    let nextLoss = loss
    for (; share > 1e-4; share /= 2) {
      next = weights.map((weight, i) => weight - share * step[i]!)
      nextLoss = lossAt(problem, next)
      if (nextLoss < loss) break
    }
    if (!(nextLoss < loss - 1e-10)) break
    weights = next
    loss = nextLoss
  }
  return weights
}

interface Side {
  readonly rows: readonly (readonly number[])[]
  readonly label: 0 | 1
  readonly share: number
}

interface Problem {
  readonly sides: readonly Side[]
  readonly ridge: number
  readonly prior: readonly number[]
}

const biasRidge = 1e-6

function lossAt({ sides, ridge, prior }: Problem, weights: readonly number[]): number {
  let loss = biasRidge * weights[0]! ** 2
  for (let i = 0; i < prior.length; i++) loss += ridge * (weights[i + 1]! - prior[i]!) ** 2
  loss /= 2
  for (const { rows, label, share } of sides) {
    for (const row of rows) {
      const z = (label === 1 ? 1 : -1) * inner(weights, row)
      loss += share * (z > 0 ? Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)) - z)
    }
  }
  return loss
}

function newtonStep({ sides, ridge, prior }: Problem, weights: readonly number[]): Float64Array {
  const width = weights.length
  const gradient = new Float64Array(width)
  const hessian = new Float64Array(width * width)
  for (const { rows, label, share } of sides) {
    for (const row of rows) {
      const p = 1 / (1 + Math.exp(-inner(weights, row)))
      const slope = p * (1 - p)
      for (let i = 0; i < width; i++) {
        const xi = i === 0 ? 1 : row[i - 1]!
        gradient[i]! += share * (p - label) * xi
        for (let j = 0; j < width; j++) hessian[i * width + j]! += share * slope * xi * (j === 0 ? 1 : row[j - 1]!)
      }
    }
  }
  for (let i = 0; i < width; i++) {
    const pull = i === 0 ? biasRidge : ridge
    gradient[i]! += pull * (weights[i]! - (i === 0 ? 0 : prior[i - 1]!))
    hessian[i * width + i]! += pull
  }
  return solve(hessian, gradient, width)
}

function inner(weights: readonly number[], row: readonly number[]): number {
  let sum = weights[0]!
  for (let i = 0; i < row.length; i++) sum += weights[i + 1]! * row[i]!
  return sum
}

/** Gaussian elimination with pivots; the matrix is symmetric, positive definite and small. */
function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const a = matrix.slice()
  const x = right.slice()
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(a[row * size + column]!) > Math.abs(a[pivot * size + column]!)) pivot = row
    }
    for (let k = 0; k < size; k++) {
      const held = a[column * size + k]!
      a[column * size + k] = a[pivot * size + k]!
      a[pivot * size + k] = held
    }
    const held = x[column]!
    x[column] = x[pivot]!
    x[pivot] = held
    const divisor = a[column * size + column]! || 1e-12
    for (let row = 0; row < size; row++) {
      if (row === column) continue
      const factor = a[row * size + column]! / divisor
      for (let k = column; k < size; k++) a[row * size + k]! -= factor * a[column * size + k]!
      x[row]! -= factor * x[column]!
    }
  }
  for (let i = 0; i < size; i++) x[i]! /= a[i * size + i]! || 1e-12
  return x
}
