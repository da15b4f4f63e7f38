// Whom people are told apart from: invented people first, the deployment's own once there are twenty.

import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import {
  createEngine,
  encodePopulation,
  learnPopulation,
  type Profile,
  enrolledPersonOf,
  syntheticPopulation,
  windowsOf
} from '../src/biometrics/index.ts'
import { chosenPopulation, peopleForOwnPopulation } from '../src/population-source.ts'
import { inventedPeople } from './support/recordings.ts'

const logger = pino({ level: 'silent' })

describe('the population', () => {
  const invented = syntheticPopulation(1)
  const engine = createEngine(invented)
  const enrolled: Profile[] = inventedPeople(5, peopleForOwnPopulation).map(({ recordings }) =>
    engine.enrol(windowsOf(recordings))
  )

  test('is invented for a deployment of nineteen people', async () => {
    const chosen = await chosenPopulation(undefined, holding(enrolled.slice(1)), logger)
    expect(same(chosen, invented)).toBe(true)
  })

  test('is learnt from the deployment’s own people when there are twenty', async () => {
    const chosen = await chosenPopulation(undefined, holding(enrolled), logger)
    expect(same(chosen, learnPopulation(enrolled.map(enrolledPersonOf), 1))).toBe(true)
    expect(same(chosen, invented)).toBe(false)
  })

  test('stays invented when the twenty have typed too little to teach anything', async () => {
    const terse = inventedPeople(6, peopleForOwnPopulation).map(({ recordings }) =>
      engine.enrol(windowsOf(recordings.slice(0, 3)))
    )
    expect(same(await chosenPopulation(undefined, holding(terse), logger), invented)).toBe(true)
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
