// Forward pass of a fully connected layer in plain typed arrays: small networks need nothing more.

/** Plain data. The numbers of inputs and outputs follow from the lengths. */
export interface DenseLayer {
  /** `inputs × outputs`, row-major. */
  readonly kernel: Float32Array
  /** `outputs`. */
  readonly bias: Float32Array
}

export type Activation = 'linear' | 'relu' | 'tanh'

/** activation(input · kernel + bias); a new array of `outputs` numbers. */
export function dense({ kernel, bias }: DenseLayer, input: ArrayLike<number>, activation: Activation): Float32Array {
  const outputs = bias.length
  const values = bias.slice()
  const inputs = input.length
  let row = 0
  // Four rows at a time: each sum is read and written a quarter as often.
  for (; row + 3 < inputs; row += 4) {
    const [a, b, c, d] = [input[row]!, input[row + 1]!, input[row + 2]!, input[row + 3]!]
    for (let column = 0, at = row * outputs; column < outputs; column++, at++) {
      values[column]! +=
        a * kernel[at]! + b * kernel[at + outputs]! + c * kernel[at + 2 * outputs]! + d * kernel[at + 3 * outputs]!
    }
  }
  for (; row < inputs; row++) {
    for (let column = 0; column < outputs; column++) values[column]! += input[row]! * kernel[row * outputs + column]!
  }
  if (activation === 'relu') for (let i = 0; i < outputs; i++) values[i] = Math.max(values[i]!, 0)
  if (activation === 'tanh') for (let i = 0; i < outputs; i++) values[i] = Math.tanh(values[i]!)
  return values
}

/** True when the layer takes and gives so many numbers, all of its own finite. */
export function isDenseLayer({ kernel, bias }: DenseLayer, inputs: number, outputs: number): boolean {
  return (
    bias.length === outputs &&
    kernel.length === inputs * outputs &&
    kernel.every(Number.isFinite) &&
    bias.every(Number.isFinite)
  )
}
