// Learning a sequence encoder: the gradient of the whole network, what a seed decides, and whether it tells strangers apart.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Batch } from '../../../src/biometrics/encoder/draw.ts'
import type { EncoderWeights } from '../../../src/biometrics/encoder/encoder.ts'
import { hopEncoderOf } from '../../../src/biometrics/encoder/hops.ts'
import { encoderInputs } from '../../../src/biometrics/encoder/inputs.ts'
import { sliceSequence, type TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import type { Variety } from '../../../src/biometrics/encoder/variety.ts'
import { exported, networkOf, newNetwork, variablesOf } from '../../../src/biometrics/encoder/network.ts'
import { gradientsOf, trainEncoder } from '../../../src/biometrics/encoder/train-encoder.ts'
import { startTensorFlow, type TensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'
import { sumStatistics, type Statistics } from '../../../src/biometrics/features/statistics.ts'
import { drawnEncoder, drawnSequence, hopsOf } from './material.ts'

const small = { units: 16, size: 16, people: 24, crops: 4 } as const
let tf: TensorFlow

beforeAll(async () => {
  tf = await startTensorFlow()
})

describe('the gradient of the network', () => {
  it('is that of differences, for every variable', () => {
    const [people, crops, units, size] = [3, 2, 3, 4]
    const normal = normals(seededRandom(6))
    const steps = Array.from({ length: 5 }, () =>
      Float32Array.from({ length: people * crops * (encoderInputs + 1) }, (_, i) =>
        i % (encoderInputs + 1) === encoderInputs ? 1 : normal()
      )
    )
    const batch: Batch = { people, crops, steps }
    const network = newNetwork(tf, units, size, seededRandom(7))
    const variables = variablesOf(network)
    // The same units are left out every time, or differences would show their chance.
    const run = (): { gradients: Float32Array[]; loss: number } => {
      const found: { gradients: Float32Array[]; loss: number } = { gradients: [], loss: Number.NaN }
      tf.tidy(() => {
        const { gradients, loss } = gradientsOf(tf, network, batch, seededRandom(8))
        found.gradients = gradients.map((gradient) => gradient.dataSync<'float32'>().slice())
        found.loss = loss
      })
      return found
    }
    const { gradients } = run()
    expect(gradients.map(({ length }) => length)).toEqual(variables.map((variable) => variable.size))
    variables.forEach((variable, which) => {
      const slopes = gradients[which]!
      const length = Math.hypot(...slopes)
      expect(length).toBeGreaterThan(1e-3)
      const values = variable.dataSync<'float32'>().slice()
      const step = 0.02
      const [above, below] = [step, -step].map((by) => {
        const moved = values.map((value, i) => value + (by * slopes[i]!) / length)
        tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)))
        return run().loss
      })
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)))
      // Along itself a gradient rises by its own length.
      expect((above! - below!) / (2 * step) / length).toBeCloseTo(1, 1)
    })
    tf.dispose(variables)
  })
})

describe('an encoder', () => {
  const losses: number[] = []
  const done: number[] = []
  const taught = Array.from({ length: 48 }, (_, n) => typist(n))
  let weights: EncoderWeights

  beforeAll(async () => {
    weights = await trainEncoder(taught, 1, {
      ...small,
      variety: otherPaces,
      steps: 50,
      progress(share, loss) {
        done.push(share)
        losses.push(loss)
      }
    })
  })

  it('is learnt: the loss begins as that of a guess and falls', () => {
    expect(done).toHaveLength(50)
    expect(done.at(-1)).toBe(1)
    expect(done.toSorted((a, b) => a - b)).toEqual(done)
    expect(Math.abs(mean(losses.slice(0, 5)) - Math.log(small.people))).toBeLessThan(0.5)
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 5)) - 0.3)
  })

  it('tells people apart whom it has never seen, on other days, where one that has learnt nothing goes by the day', async () => {
    const strangers = Array.from({ length: 24 }, (_, n) => typist(1000 + n))
    const untaught = errorRate(await drawnEncoder(1, small.units, small.size), strangers)
    expect(untaught).toBeGreaterThan(0.33)
    expect(errorRate(weights, strangers)).toBeLessThan(0.28)
  })

  it('is the same for the same seed and people, and another for another', async () => {
    const few = { ...small, steps: 3 }
    const first = await trainEncoder(taught, 5, few)
    expect(await trainEncoder(taught, 5, few)).toEqual(first)
    expect(await trainEncoder(taught, 6, few)).not.toEqual(first)
    expect(await trainEncoder(taught.toReversed(), 5, few)).not.toEqual(first)
  })

  it('goes on from another one, whose weights it takes whole', async () => {
    const start = await drawnEncoder(4)
    const taken = networkOf(tf, start)
    expect(exported(taken)).toEqual(start)
    tf.dispose(variablesOf(taken))
    const untouched = await trainEncoder(taught, 1, { ...small, steps: 0, start })
    expect(untouched).toEqual(start)
    const further = await trainEncoder(taught, 1, { ...small, steps: 1, start })
    expect(further.kernel.length).toBe(start.kernel.length)
    expect(further).not.toEqual(start)
  })

  it('does not go on from one whose parts do not fit together', async () => {
    const start = { ...(await drawnEncoder(4)), bias: new Float32Array(3) }
    await expect(trainEncoder(taught, 1, { ...small, start })).rejects.toMatchObject({ code: 'population_invalid' })
  })

  it('leaves no tensor behind', async () => {
    const start = await drawnEncoder(4)
    const before = tf.memory().numTensors
    await trainEncoder(taught, 1, { ...small, steps: 2, tensorFlow: tf })
    await trainEncoder(taught, 1, { ...small, steps: 2, tensorFlow: tf, start })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('is not learnt from fewer than twenty people who typed a hundred keystrokes', async () => {
    const refused = { code: 'population_invalid', message: expect.stringContaining('got 19') as unknown }
    const short = Array.from({ length: 30 }, (_, seed) => drawnSequence(99, seed))
    await expect(trainEncoder([...taught.slice(0, 19), ...short], 1, small)).rejects.toMatchObject(refused)
  })
})

const otherPaces: Variety = {
  personPace: 0,
  personHold: 0,
  personClassHold: 0,
  personPairPace: 0,
  personUnsteadiness: 0,
  dayPace: 0.6,
  dayHold: 0.05,
  dayClassHold: 0,
  dayPairPace: 0
}

/** Somebody known by how long keys are held, whose pace is another every hundred keystrokes. */
function typist(seed: number): TimingSequence {
  const random = seededRandom(seed)
  const normal = normals(random)
  const own = 0.3 * normal()
  let day = { hold: 0, pace: 0 }
  const rows = Array.from({ length: 400 }, (_, i) => {
    if (i % 100 === 0) day = { hold: 0.05 * normal(), pace: 0.6 * normal() }
    const holdMs = 90 * Math.exp(own + day.hold + 0.2 * normal())
    const pressToPressMs = 180 * Math.exp(day.pace + 0.3 * normal())
    return [holdMs, pressToPressMs, pressToPressMs - holdMs, 1, Math.floor(7 * random())]
  })
  return { length: rows.length, values: Float32Array.from(rows.flat()) }
}

/** Share of wrong answers at the best single threshold: cosines of two later days of everybody with the first two of everybody. */
function errorRate(weights: EncoderWeights, people: readonly TimingSequence[]): number {
  const read = people.map((sequence) =>
    (
      [
        [0, 200],
        [200, 300],
        [300, 400]
      ] as const
    ).map(([from, to]) => sumStatistics(hopEncoderOf(weights).statisticsOf(hopsOf(sliceSequence(sequence, from, to)))))
  )
  const own: number[] = []
  const other: number[] = []
  read.forEach(([, ...probes], person) => {
    read.forEach(([enrolment], owner) => {
      for (const probe of probes) (owner === person ? own : other).push(cosine(enrolment!, probe))
    })
  })
  return Math.min(
    ...own.map((threshold) => {
      const refused = own.filter((value) => value < threshold).length / own.length
      return Math.max(refused, other.filter((value) => value >= threshold).length / other.length)
    })
  )
}

/** Between the means of two sums of embeddings. */
function cosine(a: Statistics, b: Statistics): number {
  const [product, ofA, ofB] = [dot(a, b), dot(a, a), dot(b, b)]
  return product / Math.sqrt(ofA * ofB)
}

function dot(a: Statistics, b: Statistics): number {
  let sum = 0
  for (let i = 1; i < a.length; i += 3) sum += a[i]! * b[i]!
  return sum
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
