// THREATS.md 3 with few trials; `tests/measure/forgery.ts` measures them.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Profile } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { samplePeople } from '../support/recordings.ts'
import { forged, populationHand, sampleOf } from './forger.ts'
import { benchOf, enrolled, populationOf, tried, type Bench } from './impostor.ts'
import { dayOf, typingOf } from './replay-attack.ts'

const victims = samplePeople(21, 6)
const background = samplePeople(22, 40, victims)

describe('a forger who draws events from what is known of people in general', () => {
  let bench: Bench
  let profiles: Profile[]
  beforeAll(() => {
    bench = benchOf(populationOf(background), '1/2h')
    profiles = victims.map(({ recordings }) => enrolled(bench.engine, recordings.slice(0, 10)))
  })

  it('is asked on the account of nearly everybody', () => {
    const random = seededRandom(5)
    const everybody = sampleOf(background.map(({ recordings }) => dayOf(recordings.map(typingOf))))
    const asked = profiles.map((profile) => {
      const { byScore, byLiveness } = tried(bench, profile, forged(populationHand(everybody, random), 500))
      return byScore || byLiveness
    })
    expect(asked.filter(Boolean).length).toBeGreaterThanOrEqual(4)
  })
})
