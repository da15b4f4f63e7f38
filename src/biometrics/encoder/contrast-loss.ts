// Generalised end-to-end loss in its soft-max form, and its gradient (Wan et al., "Generalized End-to-End Loss for Speaker Verification",
// ICASSP 2018, equations 5, 6 and 8): a crop must lie nearer to the centre of its own person's other crops than to anybody else's.

export interface ContrastLoss {
  /** Mean over crops, in nats. */
  readonly loss: number
  /** d loss / d points, of the shape of `points`. */
  readonly ofPoints: Float32Array
  /** d loss / d sharpness. */
  readonly ofSharpness: number
}

/**
 * `points`: `(people × crops) × size`, crops of a person side by side, of any length; they are judged by direction alone. Cosines are multiplied
 * by `sharpness` before the soft-max. At least two crops a person.
 */
export function contrastLoss(
  points: Float32Array,
  people: number,
  crops: number,
  size: number,
  sharpness: number
): ContrastLoss {
  const rows = people * crops
  const { directions: embeddings, lengths } = directionsOf(Float64Array.from(points), rows, size)
  const sums = new Float64Array(people * size)
  for (let row = 0; row < rows; row++) addRow(sums, Math.floor(row / crops), embeddings, row, size, 1)
  const centres = directionsOf(sums, people, size)
  // A crop must not be drawn to a centre that it is part of.
  const rest = new Float64Array(rows * size)
  for (let row = 0; row < rows; row++) {
    addRow(rest, row, sums, Math.floor(row / crops), size, 1)
    addRow(rest, row, embeddings, row, size, -1)
  }
  const others = directionsOf(rest, rows, size)

  const ofEmbeddings = new Float64Array(rows * size)
  const ofCentres = new Float64Array(people * size)
  const ofOthers = new Float64Array(rows * size)
  const cosines = new Float64Array(people)
  let loss = 0
  let ofSharpness = 0
  for (let row = 0; row < rows; row++) {
    const own = Math.floor(row / crops)
    let highest = Number.NEGATIVE_INFINITY
    for (let person = 0; person < people; person++) {
      const [centre, at] = person === own ? [others.directions, row] : [centres.directions, person]
      cosines[person] = dotRows(embeddings, row, centre, at, size)
      highest = Math.max(highest, cosines[person]! * sharpness)
    }
    let total = 0
    for (const cosine of cosines) total += Math.exp(cosine * sharpness - highest)
    loss += (highest + Math.log(total) - cosines[own]! * sharpness) / rows
    for (let person = 0; person < people; person++) {
      const share = Math.exp(cosines[person]! * sharpness - highest) / total
      const slope = (share - (person === own ? 1 : 0)) / rows
      ofSharpness += slope * cosines[person]!
      const pull = slope * sharpness
      if (person === own) {
        addRow(ofEmbeddings, row, others.directions, row, size, pull)
        addRow(ofOthers, row, embeddings, row, size, pull)
      } else {
        addRow(ofEmbeddings, row, centres.directions, person, size, pull)
        addRow(ofCentres, person, embeddings, row, size, pull)
      }
    }
  }
  const ofSums = throughDirection(ofCentres, centres, people, size)
  const ofRest = throughDirection(ofOthers, others, rows, size)
  for (let row = 0; row < rows; row++) addRow(ofSums, Math.floor(row / crops), ofRest, row, size, 1)
  for (let row = 0; row < rows; row++) {
    addRow(ofEmbeddings, row, ofSums, Math.floor(row / crops), size, 1)
    addRow(ofEmbeddings, row, ofRest, row, size, -1)
  }
  const ofPoints = throughDirection(ofEmbeddings, { directions: embeddings, lengths }, rows, size)
  return { loss, ofPoints: Float32Array.from(ofPoints), ofSharpness }
}

interface Directions {
  /** Rows of unit length. */
  readonly directions: Float64Array
  readonly lengths: Float64Array
}

function directionsOf(values: Float64Array, rows: number, size: number): Directions {
  const directions = values.slice()
  const lengths = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    lengths[row] = Math.sqrt(dotRows(values, row, values, row, size) + 1e-12)
    for (let d = 0; d < size; d++) directions[row * size + d]! /= lengths[row]!
  }
  return { directions, lengths }
}

/** From the gradient of a direction to that of the vector: the part along the vector changes nothing. */
function throughDirection(
  gradient: Float64Array,
  { directions, lengths }: Directions,
  rows: number,
  size: number
): Float64Array {
  const through = new Float64Array(gradient.length)
  for (let row = 0; row < rows; row++) {
    const along = dotRows(gradient, row, directions, row, size)
    addRow(through, row, gradient, row, size, 1 / lengths[row]!)
    addRow(through, row, directions, row, size, -along / lengths[row]!)
  }
  return through
}

function dotRows(a: Float64Array, rowA: number, b: Float64Array, rowB: number, size: number): number {
  let sum = 0
  for (let d = 0; d < size; d++) sum += a[rowA * size + d]! * b[rowB * size + d]!
  return sum
}

function addRow(
  into: Float64Array,
  rowInto: number,
  from: Float64Array,
  rowFrom: number,
  size: number,
  factor: number
): void {
  for (let d = 0; d < size; d++) into[rowInto * size + d]! += factor * from[rowFrom * size + d]!
}
