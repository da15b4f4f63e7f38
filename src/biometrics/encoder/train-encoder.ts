// Learns the sequence encoder of a population with TensorFlow.js: every crop of a person's typing must lie nearer to the centre of that
// person's other crops than to anybody else's (generalised end-to-end loss, soft-max form, Wan et al., "Generalized End-to-End Loss for
// Speaker Verification", ICASSP 2018, equations 5, 6 and 8).

import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core'
import { VigilError } from '../../errors.ts'
import type { TimingSequence } from '../features/timing-sequence.ts'
import { startTensorFlow, type TensorFlow } from '../networks/backend.ts'
import { seededRandom, seedFor } from '../random.ts'
import { contrastLoss } from './contrast-loss.ts'
import { createDraw, type Batch } from './draw.ts'
import { encoderKeystrokes, leastVariance, type EncoderWeights } from './encoder.ts'
import { encoderInputs } from './inputs.ts'
import { exported, layerNames, networkOf, newNetwork, variablesOf, type Network } from './network.ts'
import { readSteps, recurrentGradients } from './recurrent-layer.ts'
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
  /** Weights to go on from, whose units and size then hold; default: drawn at random. */
  readonly start?: EncoderWeights
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

/**
 * `people`: what each typed, in order. Those with fewer than a hundred keystrokes teach nothing. Deterministic for a seed on one backend.
 * Throws `population_invalid` with too few people, `training_unavailable` without a backend.
 */
export async function trainEncoder(
  people: readonly TimingSequence[],
  seed: number,
  options: EncoderOptions = {}
): Promise<EncoderWeights> {
  const { steps = 1000, units = 64, size = 64, crops = 6, variety = encoderVariety, start, progress } = options
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
  const network = start === undefined ? newNetwork(tf, units, size, random) : networkOf(tf, start)
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
