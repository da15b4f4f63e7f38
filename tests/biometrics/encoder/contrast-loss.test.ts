// The loss that the sequence encoder is learnt with: what it rewards, and its gradient against differences of the loss itself.

import { describe, expect, it } from 'vitest'
import { contrastLoss } from '../../../src/biometrics/encoder/contrast-loss.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'

const [people, crops, size] = [3, 4, 5]
const sharpness = 3
const normal = normals(seededRandom(4))
const points = Float32Array.from({ length: people * crops * size }, normal)

describe('the contrast of crops', () => {
  it('is low when crops lie by their own person, and as high as a guess when they all lie together', () => {
    const together = new Float32Array(people * crops * size).fill(1)
    const apart = Float32Array.from(together, (_, i) => (i % size === Math.floor(i / (crops * size)) ? 1 : 0))
    expect(contrastLoss(together, people, crops, size, 10).loss).toBeCloseTo(Math.log(people), 6)
    expect(contrastLoss(apart, people, crops, size, 10).loss).toBeLessThan(0.001)
    expect(contrastLoss(points, people, crops, size, 10).loss).toBeGreaterThan(Math.log(people))
  })

  it('leaves a crop out of the centre that it is held against', () => {
    // One crop of two looks the other way: with itself in the centre it would lie at a cosine above 0, without it at -1.
    const [first, second] = [Float32Array.of(1, 0), Float32Array.of(-1, 0)]
    const pairs = Float32Array.of(...first, ...second, 0, 1, 0, 1)
    // Cosines: -1 to the other crop of its own, 0 to the other person; the other person 1 to its own, and its centre of length 0 says nothing.
    const own = Math.log(1 + Math.exp(1))
    const other = Math.log(1 + Math.exp(-1))
    expect(contrastLoss(pairs, 2, 2, 2, 1).loss).toBeCloseTo((own + other) / 2, 5)
  })

  it('judges crops by direction alone', () => {
    const longer = points.map((value, i) => value * (1 + Math.floor(i / size)))
    expect(contrastLoss(longer, people, crops, size, sharpness).loss).toBeCloseTo(
      contrastLoss(points, people, crops, size, sharpness).loss,
      6
    )
  })

  it('has the gradient of every coordinate', () => {
    const { ofPoints } = contrastLoss(points, people, crops, size, sharpness)
    expect(Math.max(...ofPoints.map(Math.abs))).toBeGreaterThan(0.01)
    ofPoints.forEach((slope, i) => {
      expect(slope).toBeCloseTo(difference(i), 4)
    })
  })

  it('has the gradient of its sharpness', () => {
    const step = 1e-4
    const above = contrastLoss(points, people, crops, size, sharpness + step).loss
    const below = contrastLoss(points, people, crops, size, sharpness - step).loss
    expect(contrastLoss(points, people, crops, size, sharpness).ofSharpness).toBeCloseTo(
      (above - below) / (2 * step),
      6
    )
  })
})

/** Slope along one coordinate, from the loss on both sides of it. */
function difference(at: number): number {
  const moved = (by: number): Float32Array => points.map((value, i) => (i === at ? value + by : value))
  const [above, below] = [moved(0.01), moved(-0.01)]
  const rise = lossOf(above) - lossOf(below)
  return rise / (above[at]! - below[at]!)
}

function lossOf(moved: Float32Array): number {
  return contrastLoss(moved, people, crops, size, sharpness).loss
}
