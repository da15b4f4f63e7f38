// What a recurrent layer is made of, and what it does: the same for whoever computes it.

/** Gates stand in the order z, r, n: the first `units` columns are z. */
export interface GruWeights {
  readonly inputs: number
  readonly units: number
  /** `inputs × 3 units`, row-major. */
  readonly kernel: Float32Array
  /** `units × 3 units`. */
  readonly recurrent: Float32Array
  /** `3 units`. */
  readonly bias: Float32Array
  /** `units`: the bias that the reset gate scales, of n only. */
  readonly recurrentBias: Float32Array
}

export interface Gru {
  /**
   * Reads `inputs` (`steps × inputs`) from a state of zeros and writes the state after each step into `outputs` (`steps × units`).
   * In reverse the last step is read first; row t is then the state after reading the steps from the last to t.
   */
  run(inputs: Float32Array, steps: number, outputs: Float32Array, reverse: boolean): void
}
