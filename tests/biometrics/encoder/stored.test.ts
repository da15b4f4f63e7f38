// What is kept of a sequence encoder: a population's file comes back whole or not at all, a person's profile is small and never misread.

import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createEngine,
  decodePopulation,
  decodeProfile,
  encodePopulation,
  encodeProfile,
  enrolledPersonOf,
  syntheticRecordings,
  windowsOf,
  type Assessment,
  type Engine,
  type Population,
  type Profile
} from '../../../src/biometrics/index.ts'
import type { SequenceModel } from '../../../src/biometrics/population/population-model.ts'
import { inventedDay } from '../../support/invented.ts'
import { populationWithNetworks } from '../../support/invented-networks.ts'

const [ana, ben] = inventedDay().people
const refused = expect.objectContaining({ code: 'population_invalid' }) as Error
let population: Population
let sequence: SequenceModel
let engine: Engine
let profile: Profile

beforeAll(async () => {
  population = await populationWithNetworks(21, 3)
  sequence = population.sequence!
  engine = createEngine(population)
  profile = engine.enrol(ana.windows.slice(0, 20))
})

describe('a population with a sequence encoder', () => {
  it('is read back whole: scores are the same, the encoder among them', () => {
    const read = decodePopulation(encodePopulation(population))
    expect(read.sequence).toEqual(sequence)
    const after = createEngine(read)
    for (const { windows } of [ana, ben]) {
      const assessed = after.assess(after.enrol(ana.windows.slice(0, 20)), windows[22]!)
      expect(assessed).toEqual(engine.assess(profile, windows[22]!))
      expect(shareOfEncoder(assessed)).not.toBe(0)
    }
  })

  it('is refused when the parts of its encoder do not fit together', () => {
    const { encoder, verifier } = sequence
    for (const wrong of [
      { encoder: { ...encoder, version: 2 } },
      { encoder: { ...encoder, kernel: encoder.kernel.slice(1) } },
      { encoder: { ...encoder, bias: encoder.bias.map(() => Number.NaN) } },
      { encoder: { ...encoder, forward: { ...encoder.forward, units: 5 } } },
      { encoder: { ...encoder, backward: { ...encoder.backward, inputs: 3 } } },
      { encoder: { ...encoder, backward: { ...encoder.backward, more: 1 } } },
      { encoder: { ...encoder, forward: { ...encoder.forward, kernel: 1 } } },
      { verifier: { ...verifier, mean: verifier.mean.slice(1) } },
      { verifier: { ...verifier, noise: verifier.noise.map(() => 0) } },
      { verifier: { ...verifier, cells: verifier.cells.with(0, encoder.bias.length) } },
      { verifier: { ...verifier, cells: verifier.cells.with(0, -1) } },
      { more: 1 }
    ]) {
      const bytes = encodePopulation({ ...population, sequence: { ...sequence, ...wrong } as SequenceModel })
      expect(() => decodePopulation(bytes)).toThrow(refused)
    }
  })

  it('gives an encoder that can be used or a coded error, whatever bytes of it are changed', () => {
    const bytes = encodePopulation(population)
    const text = new TextDecoder().decode(bytes)
    const from = text.indexOf('"sequence":')
    const to = text.indexOf('"autoencoder":')
    expect(to).toBeGreaterThan(from + 1000)
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at]! ^= flip
        let read
        try {
          read = decodePopulation(changed)
        } catch (error) {
          expect(error).toMatchObject({ code: 'population_invalid' })
          return
        }
        const { llr } = createEngine(read).assess(profile, ben.windows[9]!)
        expect(llr === undefined || Number.isFinite(llr)).toBe(true)
      }),
      { numRuns: 100 }
    )
  })
})

describe('the profile of somebody who types and points all day', () => {
  it('is small, and keeps keystrokes enough for another encoder', () => {
    const windows = windowsOf(syntheticRecordings(5, 1, { sessions: 30, keystrokes: 200, strokes: 8 })).slice(0, 128)
    const heavy = engine.enrol(windows)
    expect(heavy.person.hops).toHaveLength(64)
    expect(heavy.person.typed.filter(({ length }) => length === 50).length).toBeGreaterThan(40)
    expect(heavy.strokes).toBeGreaterThan(100)
    expect(heavy.models).toMatchObject({ typed: true, pointed: true })
    const bytes = encodeProfile(heavy)
    expect(bytes.byteLength).toBeLessThanOrEqual(300_000)
    const read = decodeProfile(bytes)
    expect(read.person.typed.map(({ length }) => length)).toEqual(heavy.person.typed.map(({ length }) => length))
    expect(engine.assess(read, ben.windows[9]!)).toEqual(engine.assess(heavy, ben.windows[9]!))
  })
})

describe('how steady the hands of the owner of a profile are', () => {
  const withPlace = (place: object, version = profile.version): Uint8Array =>
    encodeProfile({ ...profile, version, models: { ...profile.models, sequence: place } } as Profile)

  it('is learnt from what was enrolled, kept, and heard', () => {
    const { unsteadiness, ...place } = profile.models.sequence!
    expect(unsteadiness).toBeGreaterThan(0)
    expect(unsteadiness).not.toBe(1)
    const ratioOf = (bytes: Uint8Array): number | undefined => engine.assess(decodeProfile(bytes), ben.windows[22]!).llr
    expect(ratioOf(withPlace({ ...place, unsteadiness }))).toBe(engine.assess(profile, ben.windows[22]!).llr)
    const ratios = [0.5, 1, 2].map((times) => ratioOf(withPlace({ ...place, unsteadiness: times }))!)
    expect(new Set(ratios).size).toBe(3)
    // As profiles were before it was known.
    expect(ratioOf(withPlace(place, 3))).toBe(ratios[1])
  })

  it('is refused when nobody could be so steady', () => {
    for (const unsteadiness of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1']) {
      const bytes = withPlace({ ...profile.models.sequence, unsteadiness })
      expect(() => decodeProfile(bytes)).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
    }
  })
})

describe('a profile of another population', () => {
  it('is derived anew from the keystrokes that it kept, and judged', async () => {
    const later = createEngine(await populationWithNetworks(31, 4))
    expect(later.population.revision).not.toBe(profile.population)
    const derived = later.derive(enrolledPersonOf(profile))
    expect(derived.population).toBe(later.population.revision)
    expect(derived.models.sequence).not.toEqual(profile.models.sequence)
    for (const { windows } of [ana, ben]) {
      const assessed = later.assess(profile, windows[22]!)
      expect(assessed).toEqual(later.assess(derived, windows[22]!))
      expect(assessed.llr).toBeDefined()
      expect(shareOfEncoder(assessed)).not.toBe(0)
    }
    expect(later.assess(profile, ben.windows[22]!).llr).toBeGreaterThan(later.assess(profile, ana.windows[22]!).llr!)
  })

  it('is judged by an encoder that was learnt after it, and without one that is gone', () => {
    const { engine: without } = inventedDay()
    const before = without.enrol(ana.windows.slice(0, 20))
    expect(before.models.sequence).toBeUndefined()
    expect(engine.assess(before, ben.windows[22]!)).toEqual(engine.assess(profile, ben.windows[22]!))
    expect(without.assess(profile, ben.windows[22]!)).toEqual(without.assess(before, ben.windows[22]!))
    expect(shareOfEncoder(without.assess(profile, ben.windows[22]!))).toBe(0)
  })
})

function shareOfEncoder({ shares }: Assessment): number {
  return shares.find(({ detector }) => detector === 'sequence-encoder')!.share
}
