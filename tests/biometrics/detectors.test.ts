// Every detector that there is keeps the promises of a detector; and what is the sequence encoder's own.

import { beforeAll, describe, expect, it } from 'vitest'
import { allDetectors, standardDetectors } from '../../src/biometrics/detectors/index.ts'
import { sequenceEncoder } from '../../src/biometrics/detectors/sequence-encoder.ts'
import { encoderKeystrokes } from '../../src/biometrics/encoder/encoder.ts'
import { trainEncoder } from '../../src/biometrics/encoder/train-encoder.ts'
import { learnPopulation, materialOf, type FeatureWindow, type Population } from '../../src/biometrics/index.ts'
import type { TimingSequence } from '../../src/biometrics/features/timing-sequence.ts'
import { trainAutoencoder } from '../../src/biometrics/networks/train-autoencoder.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { detectorContract } from '../contracts/detector.ts'
import { inventedDay, inventedPeople } from '../support/invented.ts'
import { typedIn } from './encoder/material.ts'

let population: Population

beforeAll(async () => {
  const people = inventedPeople(21, 24)
  const rows = people.map(({ windows }) => windows.slice(3).map(({ features }) => features))
  const typed = people.map(({ windows }) => typedIn(windows))
  const encoder = await trainEncoder(typed, 1, { units: 16, size: 16, people: 24, crops: 4, steps: 60 })
  const autoencoder = await trainAutoencoder(rows, inventedDay().population.scale, 1, { steps: 200 })
  population = learnPopulation(
    people.map(({ windows }) => materialOf(windows)),
    1,
    { networks: { autoencoder, sequence: { encoder, others: [encoder, encoder] } } }
  )
})

for (const detector of allDetectors) detectorContract(detector, { population: () => population })

describe('the six detectors', () => {
  it('are told apart by name', () => {
    expect(new Set(allDetectors.map(({ id }) => id)).size).toBe(6)
    expect(allDetectors.slice(0, 5)).toEqual(standardDetectors)
  })
})

describe('the sequence encoder', () => {
  const [ana, ben] = inventedDay().people

  it('says nothing of a population that has none, and learns nothing', () => {
    const { sequence: _, ...without } = population
    const fresh = sequenceEncoder.init(without, seededRandom(1))
    const learnt = ana.windows.reduce((state, window) => sequenceEncoder.learn(state, window), fresh)
    expect(learnt).toEqual(fresh)
    expect(sequenceEncoder.score(learnt, ana.windows[9]!)).toBeUndefined()
    expect(sequenceEncoder.explain?.(learnt, ana.windows[9]!)).toEqual([])
  })

  it('needs keystrokes, not features', () => {
    const { features } = ben.windows[9]!
    expect(sequenceEncoder.score(anaLearnt(), { features })).toBeUndefined()
    expect(sequenceEncoder.learn(anaLearnt(), { features })).toEqual(anaLearnt())
    expect(sequenceEncoder.score(anaLearnt(), ben.windows[9]!)).toBeDefined()
  })

  it('counts every keystroke once, though windows overlap; those with little before them count less', () => {
    const { sums } = anaLearnt()
    const keystrokes = ana.windows.slice(0, 20).reduce((sum, { freshKeystrokes, typed }) => {
      const read = freshKeystrokes + (typed.at(-2)?.length ?? 0)
      return sum + freshKeystrokes * Math.min(read / encoderKeystrokes, 1)
    }, 0)
    expect(sums[0]! * 25).toBeCloseTo(keystrokes, 3)
  })

  it('looks back on the last hundred keystrokes alone', () => {
    const [last] = ana.windows.slice(-2)
    const fiveHops: FeatureWindow = { ...last!, typed: last!.typed.slice(-5) }
    expect(sequenceEncoder.score(anaLearnt(), last!)).toBe(sequenceEncoder.score(anaLearnt(), fiveHops))
  })

  it.each([
    ['holdMean', 0, 2],
    ['pressToPressMean', 1, 2.5]
  ])('names what somebody does otherwise: %s', (feature, column, factor) => {
    const own = ana.windows[24]!
    const otherwise = { ...own, typed: own.typed.map((hop) => scaled(hop, column, factor)) }
    expect(sequenceEncoder.score(anaLearnt(), otherwise)).toBeGreaterThan(sequenceEncoder.score(anaLearnt(), own)!)
    const shares = sequenceEncoder.explain!(anaLearnt(), otherwise).toSorted((a, b) => b.share - a.share)
    expect(shares[0]).toMatchObject({ feature })
    expect(shares[0]!.share).toBeGreaterThan(0)
  })

  function anaLearnt(): ReturnType<typeof sequenceEncoder.init> {
    const fresh = sequenceEncoder.init(population, seededRandom(1))
    return ana.windows.slice(0, 20).reduce((state, window) => sequenceEncoder.learn(state, window), fresh)
  }
})

/** The same keystrokes with one column of times multiplied. */
function scaled({ length, values }: TimingSequence, column: number, factor: number): TimingSequence {
  return { length, values: values.map((value, i) => (i % 5 === column ? factor * value : value)) }
}
