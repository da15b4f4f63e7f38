// A gated recurrent layer over a list of steps, forward and backward, in TensorFlow.js. The gradient is written out by hand: the library's
// own would slice one tensor over time, which copies all of it at every step and costs more than all the rest.

import type { Rank, Tensor2D } from '@tensorflow/tfjs-core'
import type { TensorFlow } from '../networks/backend.ts'

/**
 * Weights as tensors, of the cell in `networks/gru.ts`. The input of a step ends with a 1, so that the last of its rows is a bias.
 * `update`, `reset`: `(inputs + 1 + units) × units`. `candidate`: `(inputs + 1) × units`. `recalled`: `units × units`, with its bias.
 */
export interface RecurrentWeights {
  readonly update: Tensor2D
  readonly reset: Tensor2D
  readonly candidate: Tensor2D
  readonly recalled: Tensor2D
  /** `1 × units`. */
  readonly recalledBias: Tensor2D
}

/** What a step leaves for the way back. */
interface Step {
  readonly input: Tensor2D
  readonly joined: Tensor2D
  readonly before: Tensor2D
  readonly update: Tensor2D
  readonly reset: Tensor2D
  readonly recalled: Tensor2D
  readonly candidate: Tensor2D
}

export interface Reading {
  /** The state after each step, `batch × units`. */
  readonly states: readonly Tensor2D[]
  readonly steps: readonly Step[]
}

/** Reads steps of `batch × (inputs + 1)`, in the order given, from a state of zeros. To be called inside `tidy`. */
export function readSteps(tf: TensorFlow, weights: RecurrentWeights, inputs: readonly Tensor2D[]): Reading {
  const { update, reset, candidate, recalled, recalledBias } = weights
  const states: Tensor2D[] = []
  const steps: Step[] = []
  let state = tf.zeros<Rank.R2>([inputs[0]!.shape[0], update.shape[1]])
  for (const input of inputs) {
    const joined = tf.concat([input, state], 1)
    const z = tf.fused.matMul({ a: joined, b: update, activation: 'sigmoid' }) as Tensor2D
    const r = tf.fused.matMul({ a: joined, b: reset, activation: 'sigmoid' }) as Tensor2D
    const u = tf.add<Tensor2D>(tf.matMul(state, recalled), recalledBias)
    const n = tf.tanh<Tensor2D>(tf.add(tf.matMul(input, candidate), tf.mul(r, u)))
    const next = tf.add<Tensor2D>(n, tf.mul(z, tf.sub(state, n)))
    steps.push({ input, joined, before: state, update: z, reset: r, recalled: u, candidate: n })
    states.push(next)
    state = next
  }
  return { states, steps }
}

/** Gradients of the weights, given those of every state (`stateGradient(t)`, from outside the layer alone). */
export function recurrentGradients(
  tf: TensorFlow,
  weights: RecurrentWeights,
  { steps }: Reading,
  stateGradient: (step: number) => Tensor2D
): RecurrentWeights {
  // WebAssembly multiplies matrices several times faster when none of them is to be turned on the way.
  const ofState: [number, number] = [steps[0]!.input.shape[1], 0]
  const toState = {
    update: tf.transpose(tf.slice(weights.update, ofState)),
    reset: tf.transpose(tf.slice(weights.reset, ofState)),
    recalled: tf.transpose(weights.recalled)
  }
  let sums: Sums | undefined
  let carried: Tensor2D | undefined
  for (let t = steps.length - 1; t >= 0; t--) {
    const step = steps[t]!
    const outside = stateGradient(t)
    const made: Made = tf.tidy(() => {
      const { input, joined, before, update: z, reset: r, recalled: u, candidate: n } = step
      const gradient: Tensor2D = carried === undefined ? outside : tf.add(outside, carried)
      const kept: Tensor2D = tf.mul(gradient, z)
      const dz: Tensor2D = tf.mul(tf.mul(gradient, tf.sub(before, n)), tf.sub(z, tf.square(z)))
      const open: Tensor2D = tf.sub(gradient, kept)
      const dn: Tensor2D = tf.sub(open, tf.mul(open, tf.square(n)))
      const dr: Tensor2D = tf.mul(tf.mul(dn, u), tf.sub(r, tf.square(r)))
      const du: Tensor2D = tf.mul(dn, r)
      const back: Tensor2D = tf.addN([
        kept,
        tf.matMul(dz, toState.update),
        tf.matMul(dr, toState.reset),
        tf.matMul(du, toState.recalled)
      ])
      const turned: Tensor2D = tf.transpose(joined)
      const [inputs, units] = [input.shape[1], before.shape[1]]
      const own: Sums = {
        update: tf.matMul(turned, dz),
        reset: tf.matMul(turned, dr),
        candidate: tf.matMul(tf.slice(turned, [0, 0], [inputs, -1]), dn),
        recalled: tf.matMul(tf.slice(turned, [inputs, 0], [units, -1]), du),
        recalledBias: tf.sum<Tensor2D>(du, 0, true)
      }
      return { back, sums: sums === undefined ? own : added(tf, sums, own) }
    })
    tf.dispose([outside, carried ?? [], sums ?? []])
    carried = made.back
    sums = made.sums
  }
  tf.dispose([carried!, toState])
  return sums!
}

/** A type, not an interface: `tidy` takes records of tensors. */
type Made = { back: Tensor2D; sums: Sums }
type Sums = { -readonly [name in keyof RecurrentWeights]: Tensor2D }

function added(tf: TensorFlow, a: Sums, b: Sums): Sums {
  return {
    update: tf.add(a.update, b.update),
    reset: tf.add(a.reset, b.reset),
    candidate: tf.add(a.candidate, b.candidate),
    recalled: tf.add(a.recalled, b.recalled),
    recalledBias: tf.add(a.recalledBias, b.recalledBias)
  }
}
