// Threat 30: hostile model blobs and policies. Ten thousand changed ones: each gives a coded error or something that works, and nothing else in
// the process changes.

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  createEngine,
  decodePopulation,
  decodeProfile,
  encodePopulation,
  encodeProfile
} from '../../src/biometrics/index.ts'
import {
  assessSecret,
  decodeFixedTextTemplate,
  decodeSecretCourse,
  encodeFixedTextTemplate,
  encodeSecretCourse,
  nothingKnown,
  type SecretCourse,
  taught
} from '../../src/biometrics/fixed-text/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { type ErrorCode, isVigilError } from '../../src/errors.ts'
import { decide, defaultPolicyDocument, parsePolicy } from '../../src/risk/policy.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { inventedDay } from '../support/invented.ts'
import { typist } from '../support/typists.ts'
import { hostileData } from './hostile-data.ts'

const { engine, people } = inventedDay()
const window = people[1].windows[9]!

/** How many of the changed ones were refused. `use` may throw nothing but an error of that code. */
function refused(times: number, code: ErrorCode, use: (random: () => number) => void): number {
  const random = seededRandom(30)
  let count = 0
  for (let n = 0; n < times; n++) {
    try {
      use(random)
    } catch (error) {
      if (!isVigilError(error) || error.code !== code) throw error
      count++
    }
  }
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) throw new Error('every object has a new property')
  return count
}

describe('ten thousand hostile blobs', { timeout: 180_000 }, () => {
  test('of a profile: refused, or a profile that windows can be held against', () => {
    const source = inflateRawSync(encodeProfile(engine.enrol(people[0].windows.slice(0, 6)))).toString()
    const count = refused(3000, 'profile_corrupt', (random) => {
      const profile = decodeProfile(deflateRawSync(hostileData(source, random), { level: 1 }))
      const { llr } = engine.assess(profile, window)
      expect(llr === undefined || Number.isFinite(llr)).toBe(true)
    })
    expect(count).toBeGreaterThan(1500)
  })

  test('of a population: refused, or a population that people can be enrolled under', () => {
    const source = textOf(encodePopulation(engine.population))
    const count = refused(500, 'population_invalid', (random) => {
      const population = decodePopulation(bytesOf(hostileData(source, random)))
      const other = createEngine(population)
      const { llr } = other.assess(other.enrol(people[0].windows.slice(0, 6)), window)
      expect(llr === undefined || Number.isFinite(llr)).toBe(true)
    })
    expect(count).toBeGreaterThan(250)
  })

  test('of what is known of a password: refused, or something that a typing can be held against', () => {
    const ana = typist(1)
    const typed = (who: typeof ana) => ({ repetition: who.type(), grainMs: 0.1 })
    let course: SecretCourse = nothingKnown
    for (let day = 1; day <= 12; day++) course = taught(course, typed(ana), { rhythm: 'owner' }, day).course
    const { fixedText } = shippedPopulation()
    const source = textOf(encodeSecretCourse({ course, secret: 'hash' }))
    // A template stands in a course as bytes of its own: it is changed apart.
    const template = textOf(encodeFixedTextTemplate(course.template!))
    const count = refused(5000, 'profile_corrupt', (random) => {
      const read =
        random() < 0.5
          ? decodeSecretCourse(bytesOf(hostileData(source, random))).course
          : { ...course, template: decodeFixedTextTemplate(bytesOf(hostileData(template, random))) }
      const { llr } = assessSecret(fixedText, read, typed(ana))
      expect(llr === undefined || Number.isFinite(llr)).toBe(true)
    })
    expect(count).toBeGreaterThan(2500)
  })

  test('of a policy: refused, or a policy that decides', () => {
    const source = JSON.stringify(parse(defaultPolicyDocument))
    const count = refused(1500, 'policy_invalid', (random) => {
      const policy = parsePolicy(hostileData(source, random), ['urn:vigil:loa:1'])
      const { action } = decide(policy, { risk: 'HIGH', watch: 'watched', clients: [] })
      expect(['allow', 'notify', 'phrase', 'step_up', 'reauthenticate', 'revoke']).toContain(action)
    })
    expect(count).toBeGreaterThan(750)
  })
})

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
