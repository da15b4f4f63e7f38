// Whom people are told apart from: the population that ships first, the deployment's own once there are twenty.

import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import {
  completed,
  createEngine,
  encodePopulation,
  learnPopulation,
  type Profile,
  enrolledPersonOf,
  trainPopulation,
  windowsOf
} from '../src/biometrics/index.ts'
import { chosenPopulation, peopleForOwnPopulation } from '../src/population/population-source.ts'
import { shippedPopulation } from '../src/population/shipped-population.ts'
import { inventedPeople } from './support/recordings.ts'

const logger = pino({ level: 'silent' })

describe('the population', () => {
  const shipped = shippedPopulation()
  const engine = createEngine(shipped)
  const enrolled: Profile[] = inventedPeople(5, peopleForOwnPopulation).map(({ recordings }) =>
    engine.enrol(windowsOf(recordings))
  )

  test('is the one that ships for a deployment of nineteen people', async () => {
    const chosen = await chosenPopulation(undefined, holding(enrolled.slice(1)), logger)
    expect(same(chosen, shipped)).toBe(true)
  })

  test('is learnt from the deployment’s own people when there are twenty', async () => {
    const chosen = await chosenPopulation(undefined, holding(enrolled), logger)
    const { encoder } = shipped.sequence!
    const own = await trainPopulation(enrolled.map(enrolledPersonOf), 1, { encoder })
    expect(same(chosen, completed(own, shipped))).toBe(true)
    expect(same(chosen, shipped)).toBe(false)
  }, 120_000)

  test('stays the one that ships when the twenty have typed too little to teach anything', async () => {
    const terse = inventedPeople(6, peopleForOwnPopulation).map(({ recordings }) =>
      engine.enrol(windowsOf(recordings.slice(0, 3)))
    )
    expect(same(await chosenPopulation(undefined, holding(terse), logger), shipped)).toBe(true)
  })

  test('is the operator’s when one is given', async () => {
    const given = learnPopulation(enrolled.map(enrolledPersonOf), 2)
    expect(await chosenPopulation(given, holding(enrolled), logger)).toBe(given)
  })
})

function holding(profiles: readonly Profile[]): { all(): Promise<Profile[]> } {
  return { all: () => Promise.resolve([...profiles]) }
}

function same(a: Parameters<typeof encodePopulation>[0], b: typeof a): boolean {
  return Buffer.from(encodePopulation(a)).equals(Buffer.from(encodePopulation(b)))
}
