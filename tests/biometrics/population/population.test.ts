// The population: what twenty people teach, and files that are read back whole or not at all.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEngine,
  decodePopulation,
  encodePopulation,
  learnPopulation,
  materialOf,
  syntheticRecordings
} from '../../../src/biometrics/index.ts'
import { inventedDay, inventedPeople } from '../../support/invented.ts'

const { population, people } = inventedDay()
const bytes = encodePopulation(population)

describe('a population', () => {
  it('needs twenty people', () => {
    const few = inventedPeople(9, 19).map(({ windows }) => materialOf(windows))
    expect(() => learnPopulation(few, 1)).toThrow(expect.objectContaining({ code: 'population_invalid' }))
  })

  it('is the same for the same people and seed', () => {
    const twenty = inventedPeople(9, 20).map(({ windows }) => materialOf(windows))
    expect(learnPopulation(twenty, 4)).toEqual(learnPopulation(twenty, 4))
  })

  it('knows how far evidence went against innocent people', () => {
    expect(population.alarms.maxima.length).toBeGreaterThan(20)
    expect(population.alarms.hours).toBeGreaterThan(0)
    expect(population.alarms.maxima).toEqual([...population.alarms.maxima].sort((a, b) => b - a))
  })

  it('is read back whole: scores are the same', () => {
    const [ana, ben] = people
    const before = createEngine(population)
    const after = createEngine(decodePopulation(bytes))
    expect(after.assess(after.enrol(ana.windows), ben.windows[9]!)).toEqual(
      before.assess(before.enrol(ana.windows), ben.windows[9]!)
    )
  })

  it('is refused when the file is cut, empty or something else', () => {
    for (const wrong of [
      bytes.slice(0, 1000),
      new Uint8Array(),
      new TextEncoder().encode('{"format":"vigil-population"}')
    ]) {
      expect(() => decodePopulation(wrong)).toThrow(expect.objectContaining({ code: 'population_invalid' }))
    }
  })

  it('that was learnt with other detectors says so, and what to do', () => {
    const typingFusion = population.typingFusion.map((one) => ({ ...one, weights: one.weights.slice(1) }))
    const older = encodePopulation({ ...population, typingFusion })
    expect(() => decodePopulation(older)).toThrow(
      /expected 7 weights, for population, sequence-encoder, .*, got 6: it was learnt with other detectors, learn it anew/
    )
  })

  it('gives a population or a coded error, whatever bytes are changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at]! ^= flip
        try {
          expect(decodePopulation(changed).version).toBe(1)
        } catch (error) {
          expect(error).toMatchObject({ code: 'population_invalid' })
        }
      }),
      { numRuns: 100 }
    )
  })
})

describe('invented people', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(syntheticRecordings(1, 1)).toEqual(syntheticRecordings(1, 1))
    expect(syntheticRecordings(2, 1)).not.toEqual(syntheticRecordings(1, 1))
  })

  it('type, correct themselves, overlap keys, point, click and scroll, in time order', () => {
    const recordings = syntheticRecordings(3, 6)
    const types = new Set(recordings.flatMap(({ events }) => events.map(({ type }) => type)))
    expect([...types].sort()).toEqual(['keydown', 'keyup', 'mousedown', 'mousemove', 'mouseup', 'wheel'])
    const codes = recordings.flatMap(({ events }) => events.flatMap((event) => ('code' in event ? [event.code] : [])))
    expect(codes).toContain('Backspace')
    for (const { events } of recordings) {
      expect(events.every(({ t }, i) => i === 0 || t >= events[i - 1]!.t)).toBe(true)
    }
  })
})
