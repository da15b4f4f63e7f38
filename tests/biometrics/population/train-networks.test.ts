// A population with its networks: when an encoder is learnt, when a given one serves, and what a seed decides.

import { beforeAll, describe, expect, it } from 'vitest'
import type { EncoderWeights } from '../../../src/biometrics/encoder/encoder.ts'
import {
  createEngine,
  decodePopulation,
  encodePopulation,
  materialOf,
  type Population
} from '../../../src/biometrics/index.ts'
import { trainPopulation } from '../../../src/biometrics/population/train-networks.ts'
import { inventedDay, inventedPeople } from '../../support/invented.ts'
import { drawnEncoder } from '../encoder/material.ts'

// Enough of each to teach, and no more: the trials of calibration take most of the time.
const people = inventedPeople(21, 40).map(({ windows }) => materialOf(windows.slice(0, 15)))
const few = people.slice(0, 20)
let given: EncoderWeights

beforeAll(async () => {
  given = await drawnEncoder(3)
})

describe('few people', () => {
  const done: number[] = []
  let population: Population

  beforeAll(async () => {
    population = await trainPopulation(few, 1, { encoder: given, progress: (share) => done.push(share) })
  })

  it('are served by the encoder that is given, and teach the rest', () => {
    expect(population.sequence?.encoder).toBe(given)
    expect(population.sequence?.verifier.mean.length).toBe(given.bias.length)
    expect(population.autoencoder).toBeDefined()
    expect(population.people).toBe(20)
  })

  it('are told how far the work has come, from the first network to the last trial', () => {
    expect(done.length).toBeGreaterThan(50)
    expect(done.toSorted((a, b) => a - b)).toEqual(done)
    expect(done[0]).toBeLessThan(0.05)
    expect(done.at(-1)).toBe(1)
  })

  it('teach the same for the same seed', async () => {
    expect(await trainPopulation(few, 1, { encoder: given })).toEqual(population)
  })

  it('make a population whose encoder is heard, and kept with it', () => {
    const [ana, ben] = inventedDay().people
    const [engine, later] = [population, decodePopulation(encodePopulation(population))].map((one) => createEngine(one))
    const profile = engine!.enrol(ana.windows.slice(0, 20))
    const assessed = engine!.assess(profile, ben.windows[20]!)
    expect(assessed.shares.find(({ detector }) => detector === 'sequence-encoder')?.share).not.toBe(0)
    expect(later!.assess(profile, ben.windows[20]!)).toEqual(assessed)
  })
})

describe('people who are too few, or type nothing that may be kept', () => {
  it('are refused before anything is learnt', async () => {
    const done: number[] = []
    const learning = trainPopulation(people.slice(0, 19), 1, { encoder: given, progress: (share) => done.push(share) })
    await expect(learning).rejects.toMatchObject({ code: 'population_invalid' })
    expect(done).toEqual([])
  })

  it('teach no encoder of their own, however many they are', async () => {
    const nothingKept = few.map((person) => ({
      ...person,
      typed: person.typed.map(() => ({ length: 0, values: new Float32Array(0) }))
    }))
    const population = await trainPopulation(nothingKept, 1, { encoder: given, peopleForEncoder: 20 })
    expect(population.sequence).toBeUndefined()
    expect(population.typing).toBeDefined()
  })
})

describe('many people', () => {
  it('have an encoder of their own, which goes on from the one that is given', async () => {
    const population = await trainPopulation(people, 1, { encoder: given, peopleForEncoder: 40, encoderSteps: 1 })
    expect(population.sequence?.encoder.forward.units).toBe(given.forward.units)
    expect(population.sequence?.encoder).not.toEqual(given)
    expect(population.people).toBe(40)
  })

  it('teach one from nothing when none is given', async () => {
    const population = await trainPopulation(people, 1, { peopleForEncoder: 40, encoderSteps: 1 })
    expect(population.sequence?.encoder.forward.units).toBe(64)
  })
})
