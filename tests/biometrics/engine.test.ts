// The engine: whose typing is whose, scores that do not depend on company, profiles that are small and cannot be forged into a crash.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEngine,
  decodeProfile,
  encodeProfile,
  enrolledPersonOf,
  learnPopulation,
  syntheticPopulation,
  windowsOf,
  type Profile,
  type ProfileModels
} from '../../src/biometrics/index.ts'
import { sliceSequence } from '../../src/biometrics/features/timing-sequence.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { inventedDay, inventedPeople } from '../support/invented.ts'
import { windowWith } from '../support/windows.ts'

const { engine, people } = inventedDay()
const [ana, ben, cleo] = people
const enrolment = ana.windows.slice(0, 20)
const profile = engine.enrol(enrolment)

describe('the engine', () => {
  it('finds Ana like Ana, and Ben and Cleo unlike her', () => {
    expect(engine.assess(profile, ana.windows.at(-2)!).llr).toBeLessThan(0)
    for (const stranger of [ben, cleo]) expect(engine.assess(profile, stranger.windows.at(-2)!).llr).toBeGreaterThan(0)
  })

  it('is surer of a whole recording than of its first words', () => {
    const whole = engine.assessWhole(profile, ben.windows).llr!
    expect(whole).toBeGreaterThan(engine.assess(profile, ben.windows[0]!).llr!)
    expect(engine.assessWhole(profile, windowsOf(ana.recordings.slice(10))).llr).toBeLessThan(0)
  })

  it('says which detectors spoke, and the shares add up', () => {
    const { llr, shares } = engine.assess(profile, ben.windows[12]!)
    expect(shares.map(({ detector }) => detector)).toContain('isolation-forest')
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(llr!, 6)
  })

  it('scores the same alone, in company and with another engine of the same population', () => {
    const alone = engine.assess(profile, ben.windows[9]!)
    engine.enrol(cleo.windows)
    engine.assess(profile, cleo.windows[9]!)
    expect(engine.assess(profile, ben.windows[9]!)).toEqual(alone)
    const other = createEngine(engine.population)
    expect(other.assess(other.enrol(enrolment), ben.windows[9]!)).toEqual(alone)
  })

  it('hears the sequence encoder on five short sentences and on twenty keystrokes: little says little, not nothing', () => {
    const shipped = createEngine(shippedPopulation())
    const little = shipped.enrol(ana.windows.slice(0, 5))
    expect(little.keystrokes).toBeLessThan(150)
    const spoken = (keystrokes: number): number => {
      const window = ben.windows.find(({ freshKeystrokes }) => freshKeystrokes >= 25)!
      const typed = [sliceSequence(window.typed.at(-1)!, 0, keystrokes)]
      const { shares } = shipped.assessWhole(little, [windowWith(window, { typed })])
      return Math.abs(shares.find(({ detector }) => detector === 'sequence-encoder')!.share)
    }
    expect(spoken(20)).toBeGreaterThan(0)
    expect(spoken(9)).toBe(0)
  })

  it('has no evidence when nothing was typed or pointed', () => {
    const window = windowWith(ana.windows[5]!, { trail: [new Float32Array(ana.windows[5]!.fresh.length)] })
    expect(engine.assess(profile, window).llr).toBeUndefined()
    expect(engine.assessWhole(profile, []).llr).toBeUndefined()
  })

  it('refuses to make a profile of nothing', () => {
    expect(() => engine.enrol([])).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
  })

  it('judges a profile of another population by deriving it anew from what it kept', () => {
    const others = inventedPeople(31, 21).map(({ windows }) => enrolledPersonOf(engine.enrol(windows)))
    const later = createEngine(learnPopulation(others, 1))
    const derived = later.derive(enrolledPersonOf(profile))
    expect(derived.population).not.toBe(profile.population)
    expect(later.assess(profile, ben.windows[9]!)).toEqual(later.assess(derived, ben.windows[9]!))
    expect(later.assess(profile, ben.windows.at(-2)!).llr).toBeGreaterThan(
      later.assess(profile, ana.windows.at(-2)!).llr!
    )
  })

  it('needs no material to judge by, and keeps what everybody has in common once', () => {
    const read = (one: Profile): ProfileModels => engine.modelsAlone(decodeProfile(encodeProfile(one)))
    const [known, other] = [read(profile), read(engine.enrol(ben.windows.slice(0, 20)))]
    expect(known).not.toHaveProperty('person')
    for (const { windows } of people)
      expect(engine.assess(known, windows[9]!)).toEqual(engine.assess(profile, windows[9]!))
    const forests = [known, other].map(({ models }) => models.detectors[0]!.state as Record<string, unknown>)
    expect(forests[0]!['cutAt']).toBe(forests[1]!['cutAt'])
    expect(forests[0]!['owner']).not.toBe(forests[1]!['owner'])
  })

  it('makes models of another population anew where there is material, and refuses where there is none', () => {
    const later = createEngine(syntheticPopulation(2, 24))
    const known = engine.modelsAlone(profile)
    expect([engine.isCurrent(known), later.isCurrent(known)]).toEqual([true, false])
    expect(() => later.assess(known, ben.windows[9]!)).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
    const anew = later.modelsAlone(profile)
    expect(later.isCurrent(anew)).toBe(true)
    expect(later.assess(anew, ben.windows[9]!)).toEqual(later.assess(profile, ben.windows[9]!))
  })

  it('tells people apart with the population that ships', () => {
    const shipped = createEngine(syntheticPopulation(1, 24))
    const known = shipped.enrol(enrolment)
    expect(shipped.assessWhole(known, ana.windows.slice(21)).llr).toBeLessThan(0)
    expect(shipped.assessWhole(known, ben.windows.slice(21)).llr).toBeGreaterThan(0)
  })
})

describe('a profile', () => {
  const bytes = encodeProfile(profile)

  it('is small, also after a long day of typing', () => {
    expect(bytes.byteLength).toBeLessThan(300_000)
    const long = Array.from({ length: 12 }, () => ana.windows).flat()
    expect(encodeProfile(engine.enrol(long)).byteLength).toBeLessThan(300_000)
  })

  it('scores the same after it was stored', () => {
    expect(engine.assess(decodeProfile(bytes), ben.windows[9]!)).toEqual(engine.assess(profile, ben.windows[9]!))
    expect(encodeProfile(decodeProfile(bytes))).toEqual(bytes)
  })

  it('is refused when a byte is missing, another kind of data, or too large', () => {
    for (const wrong of [
      bytes.slice(0, -1),
      new Uint8Array(),
      text('null'),
      text('{}'),
      text('[1]'),
      new Uint8Array(2_000_000)
    ]) {
      expect(() => decodeProfile(wrong)).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
    }
  })

  it('has no field that nobody knows, and cannot reach a prototype', () => {
    const source = new TextDecoder().decode(bytes)
    for (const forged of [source.replace('{', '{"__proto__":{"polluted":1},'), source.replace('{', '{"more":1,')]) {
      expect(() => decodeProfile(text(forged))).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
    }
    expect('polluted' in {}).toBe(false)
  })

  it('gives a profile that can be judged or a coded error, whatever was changed in it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at]! ^= flip
        let read
        try {
          read = decodeProfile(changed)
        } catch (error) {
          expect(error).toMatchObject({ code: 'profile_corrupt' })
          return
        }
        const { llr } = engine.assess(read, ben.windows[9]!)
        expect(llr === undefined || Number.isFinite(llr)).toBe(true)
      }),
      { numRuns: 150 }
    )
  })
})

function text(source: string): Uint8Array {
  return new TextEncoder().encode(source)
}
