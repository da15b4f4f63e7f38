// What every detector promises, whoever wrote it. Call `detectorContract(detector)` in a test file of your own.

import { describe, expect, it } from 'vitest'
import { featureNames, type Detector } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { inventedDay } from '../support/invented.ts'

export function detectorContract(detector: Detector): void {
  const { population, people } = inventedDay()
  const [ana, ben] = people
  const fresh = (): unknown => detector.init(population, seededRandom(5))
  const taught = (): unknown =>
    ana.windows.slice(3, 23).reduce((state, window) => detector.learn(state, window), fresh())

  describe(`detector ${detector.id}`, () => {
    it('has a stable name, a version and a warm-up', () => {
      expect(detector.id).toMatch(/^[a-z][a-z0-9-]*$/)
      expect(Number.isInteger(detector.version) && detector.version >= 1).toBe(true)
      expect(Number.isInteger(detector.warmUp) && detector.warmUp >= 0).toBe(true)
    })

    it('says nothing, rather than 0, until it has learnt enough', () => {
      let state = fresh()
      for (let learnt = 0; learnt < detector.warmUp; learnt++) {
        expect(detector.score(state, ana.windows[10]!)).toBeUndefined()
        state = detector.learn(state, ana.windows[3 + learnt]!)
      }
      expect(detector.score(state, ana.windows[10]!)).toBeTypeOf('number')
    })

    it('scores strangers above the owner', () => {
      const state = taught()
      const own = ana.windows.slice(23).map((window) => detector.score(state, window)!)
      const other = ben.windows.slice(23).map((window) => detector.score(state, window)!)
      expect(mean(other)).toBeGreaterThan(mean(own))
    })

    it('does not change when it scores', () => {
      const state = taught()
      const before = structuredClone(state)
      const first = detector.score(state, ben.windows[12]!)
      expect(detector.score(state, ben.windows[12]!)).toBe(first)
      expect(state).toEqual(before)
    })

    it('returns what it learnt and leaves the state that it was given as it was', () => {
      const state = taught()
      const before = structuredClone(state)
      expect(detector.learn(state, ana.windows[25]!)).not.toEqual(before)
      expect(state).toEqual(before)
    })

    it('is the same for the same seed', () => {
      expect(taught()).toEqual(taught())
    })

    it('survives being stored: a clone scores the same', () => {
      const state = taught()
      expect(detector.score(structuredClone(state), ben.windows[9]!)).toBe(detector.score(state, ben.windows[9]!))
    })

    it('has no opinion on a window in which nothing was observed', () => {
      const nothing = { features: new Float64Array(40).fill(Number.NaN) }
      const state = taught()
      expect(detector.score(state, nothing)).toBeUndefined()
      expect(detector.learn(state, nothing)).toEqual(state)
    })

    it('gives a finite score to any numbers at all', () => {
      const state = taught()
      for (const value of [0, -1e9, 1e300, Number.MAX_VALUE, Number.MIN_VALUE]) {
        expect(Number.isFinite(detector.score(state, { features: new Float64Array(40).fill(value) }))).toBe(true)
      }
    })

    it('keeps its state small, however long somebody types', () => {
      let state = fresh()
      for (let i = 0; i < 300; i++) state = detector.learn(state, ana.windows[i % ana.windows.length]!)
      expect(bytesOf(state)).toBeLessThan(80_000)
    })

    it('explains, if it does, with features that exist and finite shares', () => {
      for (const { feature, share } of detector.explain?.(taught(), ben.windows[12]!) ?? []) {
        expect(featureNames).toContain(feature)
        expect(Number.isFinite(share)).toBe(true)
      }
    })
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Bytes of all typed arrays in a state. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce<number>((sum, part) => sum + bytesOf(part), 0)
}
