// Why a verifier says what it says. It decides along directions in which people differ; what an administrator can read are times of keys.
// So the question is put the other way round: which smallest change of the readings would have put this input where its owner is
// expected (a counterfactual: Wachter, Mittelstadt and Russell, Harvard JOLT 2018)? What the ratio loses on the straight way there is
// shared out among the readings that change (integrated gradients: Sundararajan, Taly and Yan, ICML 2017).

import { cholesky, invertLower } from './matrix.ts'
import { readingCount, type Statistics } from '../features/statistics.ts'
import { expectedPlace, placeOf, strangerParts, type Place, type VerifierModel } from './verifier.ts'

/** One number a reading of `model.cells`: its part of the ratio, positive towards "stranger"; 0 for what was not observed. */
export function readingShares(
  model: VerifierModel,
  owner: Place,
  statistics: Statistics,
  amount: number
): Float64Array {
  const rank = model.between.length
  const size = model.cells.length
  const seen = placeOf(model, statistics)
  const expected = expectedPlace(model, owner, amount)
  const free = freedomOf(model, statistics)
  const pull = solved(
    model,
    free,
    seen.map((value, r) => value - expected[r]!)
  )
  // A ratio is a sum over directions, and each is passed once on a straight way: the mean gradient is a difference quotient.
  const there = strangerParts(model, owner, expected, amount)
  const slopes = strangerParts(model, owner, seen, amount).map((part, r) => {
    const way = seen[r]! - expected[r]!
    return Math.abs(way) < 1e-9 ? 0 : (part - there[r]!) / way
  })
  return Float64Array.from(model.cells, (_, d) => {
    let change = 0
    let gradient = 0
    for (let r = 0; r < rank; r++) {
      const direction = model.directions[r * size + d]!
      change += direction * pull[r]!
      gradient += direction * slopes[r]!
    }
    return free[d]! * change * gradient
  })
}

/** How far each reading can move: as far as its count lets it count, and not at all when it was not observed. */
function freedomOf({ cells, shrink }: VerifierModel, statistics: Statistics): Float64Array {
  return Float64Array.from(cells, (cell, d) => {
    const count = readingCount(statistics, cell)
    return count === 0 ? 0 : count / (count + shrink[d]!)
  })
}

/** Where no reading reaches, no change is asked for. */
const ridge = 1e-3

/** R numbers p: the smallest change that moves the place by `way` is freedom × directionsᵀ p. */
function solved({ directions }: VerifierModel, free: Float64Array, way: Float64Array): Float64Array {
  const rank = way.length
  const size = free.length
  const gram = new Float64Array(rank * rank)
  for (let a = 0; a < rank; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (let d = 0; d < size; d++) sum += directions[a * size + d]! * free[d]! * directions[b * size + d]!
      gram[a * rank + b] = gram[b * rank + a] = sum
    }
  }
  let trace = 0
  for (let r = 0; r < rank; r++) trace += gram[r * rank + r]! / rank
  for (let r = 0; r < rank; r++) gram[r * rank + r]! += ridge * trace + 1e-12
  const inverse = invertLower(cholesky(gram, rank), rank)
  const half = way.map((_, a) => {
    let sum = 0
    for (let b = 0; b <= a; b++) sum += inverse[a * rank + b]! * way[b]!
    return sum
  })
  return half.map((_, a) => {
    let sum = 0
    for (let b = a; b < rank; b++) sum += inverse[b * rank + a]! * half[b]!
    return sum
  })
}
