// A stranger who deals his typing over many sockets of a stolen session gains nothing by it.

import { expect, test } from 'vitest'
import { createEngine, windowsOf } from '../../src/biometrics/index.ts'
import { parseBudget } from '../../src/risk/evidence.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { judgementOf } from '../../src/watch/judge.ts'
import { samplePeople } from '../support/recordings.ts'
import { type Dealing, dealtOver, typedBy } from './dealing.ts'

const judgement = judgementOf(createEngine(shippedPopulation()), parseBudget('1/40h'))

test.each([
  { sockets: 64, unit: 'word' },
  { sockets: 64, unit: 'key' }
] as const)(
  'over $sockets sockets, a $unit each: as many are challenged as on one',
  { timeout: 300_000 },
  async (dealing) => {
    const people = samplePeople(1, 8)
    const challenged = async (how: Dealing): Promise<number> => {
      let count = 0
      for (let n = 0; n < people.length; n += 2) {
        const profile = judgement.engine.enrol(windowsOf(people[n]!.recordings.slice(0, 10)))
        if ((await dealtOver(judgement, profile, typedBy(people[n + 1]!), how)) !== undefined) count++
      }
      return count
    }
    const onOne = await challenged({ sockets: 1, unit: 'word' })
    expect(onOne).toBeGreaterThan(1)
    expect(await challenged(dealing)).toBeGreaterThanOrEqual(onOne - 1)
  }
)
