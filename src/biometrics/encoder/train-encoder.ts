// Learns the sequence encoder of a population with TensorFlow.js: every crop of a person's typing must lie nearer to the centre of that
// person's other crops than to anybody else's (generalised end-to-end loss, soft-max form, Wan et al., "Generalized End-to-End Loss for
// Speaker Verification", ICASSP 2018, equations 5, 6 and 8).

import type { Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core'
import { VigilError } from '../../errors.ts'
import type { TimingSequence } from '../keystroke-features.ts'
import { startTensorFlow, type TensorFlow } from '../networks/backend.ts'
import type { GruWeights } from '../networks/gru.ts'
import { normals, seededRandom, seedFor } from '../random.ts'
import { contrastLoss } from './contrast-loss.ts'
import { createDraw, type Batch } from './draw.ts'
import { encoderKeystrokes, encoderVersion, leastVariance, type EncoderWeights } from './encoder.ts'
import { encoderInputs } from './inputs.ts'
import { readSteps, recurrentGradients, type RecurrentWeights } from './recurrent-layer.ts'
import { encoderVariety, type Variety } from './variety.ts'

export interface EncoderOptions {
  /** Default: the backend that `startTensorFlow` finds. */
  readonly tensorFlow?: TensorFlow
  /** Batches. Default 1000. */
  readonly steps?: number
  readonly units?: number
  readonly size?: number
  readonly people?: number
  readonly crops?: number
  readonly variety?: Variety
  /** Called after each step with the share of the work that is done, 0 to 1, and the loss. */
  readonly progress?: (done: number, loss: number) => void
}

/** Fewest people an encoder is worth learning from. */
export const fewestPeopleForEncoder = 20
/** Of each of them. */
export const fewestKeystrokes = 2 * encoderKeystrokes
const learningRate = 0.005
const warmUpSteps = 50
const dropout = 0.1
const longestGradient = 3
const firstSharpness = 10

/**
 * `people`: what each typed, in order. Those with fewer than a hundred keystrokes teach nothing. Deterministic for a seed on one backend.
 * Throws `population_invalid` with too few people, `training_unavailable` without a backend.
 */
export async function trainEncoder(
  people: readonly TimingSequence[],
  seed: number,
  options: EncoderOptions = {}
): Promise<EncoderWeights> {
  const { steps = 1000, units = 64, size = 64, crops = 6, variety = encoderVariety, progress } = options
  const usable = people.filter(({ length }) => length >= fewestKeystrokes)
  if (usable.length < fewestPeopleForEncoder) {
    throw new VigilError(
      'population_invalid',
      `an encoder needs ${fewestPeopleForEncoder} people with at least ${fewestKeystrokes} keystrokes, got ${usable.length}`
    )
  }
  const tf = options.tensorFlow ?? (await startTensorFlow())
  const random = seededRandom(seedFor(seed, 'encoder'))
  const shape = { people: options.people ?? 72, crops, keystrokes: encoderKeystrokes }
  const draw = createDraw(usable, shape, variety, random)
  const network = newNetwork(tf, units, size, random)
  const variables = variablesOf(network)
  const optimizer = tf.train.adam(learningRate)
  // The types hide it, the optimizer reads it at every step.
  const pace = optimizer as unknown as { learningRate: number }
  try {
    for (let step = 0; step < steps; step++) {
      const cosine = (1 + Math.cos((Math.PI * step) / steps)) / 2
      pace.learningRate = learningRate * Math.min(1, (step + 1) / warmUpSteps) * cosine
      const loss = tf.tidy(() => {
        const found = gradientsOf(tf, network, draw(), random)
        optimizer.applyGradients(clipped(tf, found.gradients, variables))
        return found.loss
      })
      progress?.((step + 1) / steps, loss)
      // The thread that learns must be able to answer that it is alive.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return exported(network)
  } finally {
    tf.dispose(variables)
    optimizer.dispose()
  }
}

/** A network while it is being learnt. */
export interface Network {
  readonly layers: readonly [LayerVariables, LayerVariables]
  /** `(4 units) × size`. */
  readonly kernel: Variable<Rank.R2>
  /** `1 × size`. */
  readonly bias: Variable<Rank.R2>
  /** Cosines are multiplied by this before the soft-max. */
  readonly sharpness: Variable<Rank.R0>
}

type LayerVariables = { readonly [name in keyof RecurrentWeights]: Variable<Rank.R2> }

/** Weights drawn at random, in variables of `tf`. */
export function newNetwork(tf: TensorFlow, units: number, size: number, random: () => number): Network {
  const normal = normals(random)
  // The tensor that a variable starts from is another one, and nobody would dispose of it.
  const variable = <R extends Rank>(first: () => Tensor<R>): Variable<R> => tf.tidy(() => tf.variable<R>(first()))
  const matrix = (rows: number, columns: number, fanIn: number): Variable<Rank.R2> => {
    const values = Float32Array.from({ length: rows * columns }, () => normal() / Math.sqrt(3 * fanIn))
    return variable(() => tf.tensor2d(values, [rows, columns]))
  }
  const inputs = encoderInputs + 1
  const layer = (): LayerVariables => ({
    update: matrix(inputs + units, units, units),
    reset: matrix(inputs + units, units, units),
    candidate: matrix(inputs, units, units),
    recalled: matrix(units, units, units),
    recalledBias: matrix(1, units, units)
  })
  return {
    layers: [layer(), layer()],
    kernel: matrix(4 * units, size, 4 * units),
    bias: matrix(1, size, 4 * units),
    sharpness: variable(() => tf.scalar(firstSharpness))
  }
}

const layerNames = ['update', 'reset', 'candidate', 'recalled', 'recalledBias'] as const

/** In one fixed order, which that of the gradients follows. */
export function variablesOf({ layers, kernel, bias, sharpness }: Network): Variable[] {
  return [...layers.flatMap((layer) => layerNames.map((name) => layer[name])), kernel, bias, sharpness]
}

/** One batch: the loss, and a gradient for each of `variablesOf`, in its order. */
export function gradientsOf(
  tf: TensorFlow,
  { layers, kernel, bias, sharpness }: Network,
  { people, crops, steps }: Batch,
  random: () => number
): { readonly gradients: readonly Tensor[]; readonly loss: number } {
  const count = steps.length
  const rows = people * crops
  const size = bias.shape[1]
  const inputs = steps.map((values) => tf.tensor2d(values, [rows, encoderInputs + 1]))
  const readings = layers.map((layer, which) => readSteps(tf, layer, which === 0 ? inputs : inputs.toReversed()))
  const pooled = readings.map(({ states }) => moments(tf, states))
  const joined = tf.concat<Tensor2D>(
    [...pooled.map(({ mean }) => mean), ...pooled.map(({ deviation }) => deviation)],
    1
  )
  const kept = keptUnits(tf, joined.shape, random)
  const shown: Tensor2D = tf.mul(joined, kept)
  const points = tf.add(tf.matMul(shown, kernel), bias).dataSync<'float32'>()
  const found = contrastLoss(points, people, crops, size, sharpness.dataSync()[0]!)
  const ofPoints = tf.tensor2d(found.ofPoints, [rows, size])
  const ofPooled: Tensor2D = tf.mul(tf.matMul(ofPoints, tf.transpose(kernel)), kept)
  const parts = tf.split<Tensor2D>(ofPooled, 4, 1)
  const ofLayers = layers.flatMap((layer, which) => {
    const { mean, deviation } = pooled[which]!
    // d mean / d state = 1 / T; d deviation / d state = (state - mean) / (T deviation).
    const pull: Tensor2D = tf.div(parts[2 + which]!, tf.mul(deviation, count))
    const rest: Tensor2D = tf.sub(tf.div(parts[which]!, count), tf.mul(pull, mean))
    const reading = readings[which]!
    const ofLayer = recurrentGradients(tf, layer, reading, (step) =>
      tf.tidy(() => tf.add<Tensor2D>(rest, tf.mul(pull, reading.states[step]!)))
    )
    return layerNames.map((name) => ofLayer[name])
  })
  const ofKernel = tf.matMul(tf.transpose(shown), ofPoints)
  const gradients = [...ofLayers, ofKernel, tf.sum(ofPoints, 0, true), tf.scalar(found.ofSharpness)]
  return { gradients, loss: found.loss }
}

/** Mean and standard deviation over time. */
function moments(tf: TensorFlow, states: readonly Tensor2D[]): { mean: Tensor2D; deviation: Tensor2D } {
  const mean = tf.div<Tensor2D>(tf.addN([...states]), states.length)
  const squares = tf.div(tf.addN(states.map((state) => tf.square(state))), states.length)
  const deviation: Tensor2D = tf.sqrt(tf.maximum(tf.sub(squares, tf.square(mean)), leastVariance))
  return { mean, deviation }
}

/** 0 for units left out of this batch's crop, else what makes up for them. */
function keptUnits(tf: TensorFlow, [rows, columns]: [number, number], random: () => number): Tensor2D {
  const values = Float32Array.from({ length: rows * columns }, () => (random() < dropout ? 0 : 1 / (1 - dropout)))
  return tf.tensor2d(values, [rows, columns])
}

/** Gradients by the names that the optimizer asks for, together no longer than `longestGradient` (Pascanu et al., ICML 2013). */
function clipped(
  tf: TensorFlow,
  gradients: readonly Tensor[],
  variables: readonly Variable[]
): { name: string; tensor: Tensor }[] {
  const squares = tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))))
  const factor = tf.minimum(1, tf.div(longestGradient, tf.add(tf.sqrt(squares), 1e-9)))
  return gradients.map((gradient, i) => ({ name: variables[i]!.name, tensor: tf.mul(gradient, factor) }))
}

/** As plain data, for `createEncoder`. */
export function exported({ layers, kernel, bias }: Network): EncoderWeights {
  const [forward, backward] = layers.map(exportedLayer)
  return {
    version: encoderVersion,
    forward: forward!,
    backward: backward!,
    kernel: Float32Array.from(kernel.dataSync()),
    bias: Float32Array.from(bias.dataSync())
  }
}

/** Rows of input, then the bias, then rows of state; gates side by side. */
function exportedLayer(layer: LayerVariables): GruWeights {
  const units = layer.update.shape[1]
  const rows = encoderInputs + 1
  const [update, reset, candidate, recalled] = [layer.update, layer.reset, layer.candidate, layer.recalled].map(
    (variable) => variable.dataSync() as Float32Array
  )
  const gates = [update!, reset!, candidate!]
  const sideBySide = (parts: readonly Float32Array[], from: number, count: number): Float32Array => {
    const joined = new Float32Array(count * 3 * units)
    for (let row = 0; row < count; row++) {
      parts.forEach((part, gate) => {
        joined.set(part.subarray((from + row) * units, (from + row + 1) * units), (row * 3 + gate) * units)
      })
    }
    return joined
  }
  const shifted = new Float32Array((rows + units) * units)
  shifted.set(recalled!, rows * units)
  return {
    inputs: encoderInputs,
    units,
    kernel: sideBySide(gates, 0, encoderInputs),
    bias: sideBySide(gates, encoderInputs, 1),
    recurrent: sideBySide([update!, reset!, shifted], rows, units),
    recurrentBias: Float32Array.from(layer.recalledBias.dataSync())
  }
}
