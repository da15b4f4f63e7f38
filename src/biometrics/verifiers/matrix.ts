// The little linear algebra that the verifier needs, on row-major square matrices.

/** Lower Cholesky factor of a symmetric positive definite matrix of `size` rows. Throws a RangeError when it is not. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!
      for (let k = 0; k < column; k++) sum -= factor[row * size + k]! * factor[column * size + k]!
      if (row === column) {
        if (!(sum > 0)) throw new RangeError('matrix is not positive definite')
        factor[row * size + row] = Math.sqrt(sum)
      } else factor[row * size + column] = sum / factor[column * size + column]!
    }
  }
  return factor
}

/** Inverse of a lower triangular matrix. */
export function invertLower(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size)
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / factor[column * size + column]!
    for (let row = column + 1; row < size; row++) {
      let sum = 0
      for (let k = column; k < row; k++) sum -= factor[row * size + k]! * inverse[k * size + column]!
      inverse[row * size + column] = sum / factor[row * size + row]!
    }
  }
  return inverse
}

/** a · b, or a · bᵀ. */
export function multiply(a: Float64Array, b: Float64Array, size: number, transposeB = false): Float64Array {
  const product = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) {
      const factor = a[row * size + k]!
      if (factor === 0) continue
      if (transposeB) {
        for (let column = 0; column < size; column++) product[row * size + column]! += factor * b[column * size + k]!
      } else {
        for (let column = 0; column < size; column++) product[row * size + column]! += factor * b[k * size + column]!
      }
    }
  }
  return product
}

export interface Eigen {
  /** Falling. */
  readonly values: Float64Array
  /** Row j is the unit eigenvector of `values[j]`. */
  readonly vectors: Float64Array
}

/** Eigenvalues and vectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, §8.5). */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice()
  const vectors = new Float64Array(size * size)
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1
  let scale = 0
  for (const entry of a) scale += entry * entry
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2
    if (off <= scale * 1e-14) break
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q)
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!)
  const sorted = new Float64Array(size * size)
  const values = new Float64Array(size)
  order.forEach((from, to) => {
    values[to] = a[from * size + from]!
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size)
  })
  return { values, vectors: sorted }
}

/** One rotation that brings a[p][q] to zero; `vectors` holds eigenvectors as rows. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!
  if (apq === 0) return
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq)
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k]!
    const qk = a[q * size + k]!
    a[p * size + k] = c * pk - s * qk
    a[q * size + k] = s * pk + c * qk
  }
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p]!
    const kq = a[k * size + q]!
    a[k * size + p] = c * kp - s * kq
    a[k * size + q] = s * kp + c * kq
    const vp = vectors[p * size + k]!
    const vq = vectors[q * size + k]!
    vectors[p * size + k] = c * vp - s * vq
    vectors[q * size + k] = s * vp + c * vq
  }
}
