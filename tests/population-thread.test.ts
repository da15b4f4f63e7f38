// A population learnt in a thread is the one that would be learnt here, and the thread beats while it learns.

import { describe, expect, test } from 'vitest'
import { completed, encodePopulation, enrolledPersonOf, trainPopulation } from '../src/biometrics/index.ts'
import { populationInThread } from '../src/population/population-thread.ts'
import { shippedPopulation } from '../src/population/shipped-population.ts'
import { inventedDay, inventedPeople } from './support/invented.ts'

const { engine } = inventedDay()
const people = inventedPeople(8, 20).map(({ windows }) => enrolledPersonOf(engine.enrol(windows)))

describe('learning a population in a thread', () => {
  test('gives what learning it here gives, and says how far it is', async () => {
    const heard: number[] = []
    const learnt = await populationInThread({ people, seed: 4 }, { progress: (done) => heard.push(done) })
    const { encoder } = shippedPopulation().sequence!
    const here = completed(await trainPopulation(people, 4, { encoder }), shippedPopulation())
    expect(encodePopulation(learnt)).toEqual(encodePopulation(here))
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.every((done) => done >= 0 && done <= 1)).toBe(true)
  })

  test('of too few people is refused with a code, once', async () => {
    const replaced: string[] = []
    await expect(
      populationInThread({ people: people.slice(1), seed: 4 }, { onReplaced: (why) => replaced.push(why) })
    ).rejects.toMatchObject({ code: 'population_invalid' })
    expect(replaced).toEqual([])
  })
})
