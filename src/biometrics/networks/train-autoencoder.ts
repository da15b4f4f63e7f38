// Learns the autoencoder of a population with TensorFlow.js. It is a denoising autoencoder (Vincent et al., "Extracting and Composing
// Robust Features with Denoising Autoencoders", ICML 2008) whose noise is real: what it must rebuild is another window of the same
// person, so that the code keeps what is lasting and drops the moment.

import type { Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core'
import { VigilError } from '../../errors.ts'
import type { FeatureScale } from '../features/feature-scale.ts'
import { featureNames } from '../features/features.ts'
import { normals, seededRandom, seedFor } from '../random.ts'
import {
  autoencoderInput,
  autoencoderReadings,
  codeUnits,
  hiddenUnits,
  inputScaleOf,
  readingCount,
  type AutoencoderWeights
} from './autoencoder-weights.ts'
import { startTensorFlow, type TensorFlow } from './backend.ts'
import type { DenseLayer } from './dense.ts'

export interface AutoencoderOptions {
  /** Default: the backend that `startTensorFlow` finds. */
  readonly tensorFlow?: TensorFlow
  /** Default 600. */
  readonly steps?: number
  /** Called after each step with the share of the work that is done, 0 to 1. */
  readonly progress?: (done: number) => void
}

const size = featureNames.length
const batch = 64
const learningRate = 0.004
/** Share of the observed features that each training window is shown without. */
const hidden = 0.15
/** Of the squared weights in the loss. */
const decay = 1e-4

/**
 * `people`: the windows' features of each, 40 numbers a window, NaN = not observed. Deterministic for a seed on one backend. Throws
 * `population_invalid` when nobody has two windows, `training_unavailable` without a backend.
 */
export async function trainAutoencoder(
  people: readonly (readonly Float64Array[])[],
  scale: FeatureScale,
  seed: number,
  { tensorFlow, steps = 600, progress }: AutoencoderOptions = {}
): Promise<AutoencoderWeights> {
  const random = seededRandom(seedFor(seed, 'autoencoder'))
  const input = inputScaleOf(scale)
  const inputs = people
    .map((rows) => rows.map((features) => autoencoderInput(input, features)))
    .filter(({ length }) => length > 1)
  if (inputs.length === 0) throw new VigilError('population_invalid', 'an autoencoder needs people with two windows')
  const tf = tensorFlow ?? (await startTensorFlow())
  const draw = normals(random)
  const shapes = [
    [2 * size, hiddenUnits],
    [hiddenUnits, codeUnits],
    [codeUnits, hiddenUnits],
    [hiddenUnits, size]
  ] as const
  const kernels = shapes.map(([rows, columns]) => {
    const values = Float32Array.from({ length: rows * columns }, () => draw() / Math.sqrt(rows))
    return tf.tidy(() => tf.variable<Rank.R2>(tf.tensor2d(values, [rows, columns])))
  })
  const biases = shapes.map(([, columns]) => tf.tidy(() => tf.variable<Rank.R1>(tf.zeros([columns]))))
  const optimizer = tf.train.adam(learningRate)
  // The types hide it, the optimizer reads it at every step.
  const pace = optimizer as unknown as { learningRate: number }
  try {
    for (let step = 0; step < steps; step++) {
      // Warm-up over the first twentieth, then half a cosine down to nothing.
      const rate = Math.min((20 * (step + 1)) / steps, (1 + Math.cos((Math.PI * step) / steps)) / 2)
      pace.learningRate = learningRate * rate
      tf.tidy(() => optimizer.applyGradients(gradients(tf, kernels, biases, drawBatch(inputs, random))))
      progress?.((step + 1) / steps)
    }
    const layers = kernels.map((kernel, i): DenseLayer => ({
      kernel: Float32Array.from(kernel.dataSync()),
      bias: Float32Array.from(biases[i]!.dataSync())
    }))
    const [encode, code, decode, output] = layers as [DenseLayer, DenseLayer, DenseLayer, DenseLayer]
    const blank = new Float32Array(readingCount)
    const network = { ...input, encode, code, decode, output, mean: blank, within: blank, between: blank }
    return { ...network, ...variationOf(network, inputs) }
  } finally {
    for (const variable of [...kernels, ...biases]) variable.dispose()
    optimizer.dispose()
  }
}

/**
 * Gradients of the mean squared miss over what is counted, plus the decay of weights: back-propagation written out, since the build of
 * TensorFlow.js for Node comes without the gradients of its operations.
 */
function gradients(
  tf: TensorFlow,
  kernels: readonly Variable<Rank.R2>[],
  biases: readonly Variable<Rank.R1>[],
  lesson: Lesson
): NamedTensor[] {
  const values: Tensor2D[] = [tf.tensor2d(lesson.shown, [batch, 2 * size])]
  kernels.forEach((kernel, i) => {
    const linear = tf.add<Tensor2D>(tf.matMul(values[i]!, kernel), biases[i]!)
    values.push(isTanh(i) ? tf.tanh(linear) : linear)
  })
  const wanted = tf.tensor2d(lesson.wanted, [batch, size])
  const counted = tf.tensor2d(lesson.counted, [batch, size])
  const missed = tf.mul(tf.sub(values.at(-1)!, wanted), counted)
  let slope = tf.mul<Tensor2D>(missed, tf.div(2, tf.add(tf.sum(counted), 1)))
  const named: NamedTensor[] = []
  for (let i = kernels.length - 1; i >= 0; i--) {
    const kernel = kernels[i]!
    if (isTanh(i)) slope = tf.mul(slope, tf.sub(1, tf.square(values[i + 1]!)))
    named.push(
      { name: kernel.name, tensor: tf.add(tf.matMul(values[i]!, slope, true), tf.mul(kernel, 2 * decay)) },
      { name: biases[i]!.name, tensor: tf.sum(slope, 0) }
    )
    slope = tf.matMul(slope, kernel, false, true)
  }
  return named
}

/** Layers in turn: hidden, code, hidden, output. */
function isTanh(layer: number): boolean {
  return layer % 2 === 0
}

/** What the optimizer takes. */
interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor
}

interface Lesson {
  readonly shown: Float32Array
  readonly wanted: Float32Array
  readonly counted: Float32Array
}

/** Two windows of one person a row, people drawn evenly. */
function drawBatch(people: readonly (readonly Float32Array[])[], random: () => number): Lesson {
  const shown = new Float32Array(batch * 2 * size)
  const wanted = new Float32Array(batch * size)
  const counted = new Float32Array(batch * size)
  for (let row = 0; row < batch; row++) {
    const rows = people[Math.floor(random() * people.length)]!
    const given = rows[Math.floor(random() * rows.length)]!
    const other = rows[Math.floor(random() * rows.length)]!
    shown.set(given, row * 2 * size)
    wanted.set(other.subarray(0, size), row * size)
    counted.set(other.subarray(size), row * size)
    for (let at = 0; at < size; at++) {
      if (random() >= hidden) continue
      shown[row * 2 * size + at] = 0
      shown[row * 2 * size + size + at] = 0
    }
  }
  return { shown, wanted, counted }
}

const smallestVariance = 1e-4

/** Mean of each reading, and its variance within and between people. */
function variationOf(
  network: AutoencoderWeights,
  people: readonly (readonly Float32Array[])[]
): Pick<AutoencoderWeights, 'mean' | 'within' | 'between'> {
  const readings = people.map((rows) => rows.map((row) => autoencoderReadings(network, row)))
  const mean = new Float32Array(readingCount)
  const within = new Float32Array(readingCount).fill(1)
  const between = new Float32Array(readingCount)
  for (let d = 0; d < readingCount; d++) {
    const seen = readings
      .map((rows) => rows.map((row) => row[d]!).filter((value) => !Number.isNaN(value)))
      .filter(({ length }) => length > 1)
    if (seen.length < 2) continue
    const means = seen.map(meanOf)
    const centre = meanOf(means)
    const spread = meanOf(seen.map((values, i) => sumOfSquares(values, means[i]!) / (values.length - 1)))
    mean[d] = centre
    within[d] = Math.max(spread, smallestVariance)
    between[d] = sumOfSquares(means, centre) / (means.length - 1)
  }
  return { mean, within, between }
}

function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function sumOfSquares(values: readonly number[], around: number): number {
  let sum = 0
  for (const value of values) sum += (value - around) ** 2
  return sum
}
