// Whom people are told apart from: the population that the operator gives, the deployment's own people once there are enough, the one that
// ships before (docs/decisions/0004-who-a-window-is-held-against.md).

import type { Logger } from 'pino'
import { enrolledPersonOf, type Population } from '../biometrics/index.ts'
import { isVigilError } from '../errors.ts'
import { populationInThread } from './population-thread.ts'
import type { Profiles } from '../people/profiles.ts'
import { shippedPopulation } from './shipped-population.ts'

/** People from whom a deployment's own population is learnt. */
export const peopleForOwnPopulation = 20

const seed = 1

export async function chosenPopulation(
  given: Population | undefined,
  profiles: Pick<Profiles, 'all'>,
  logger: Logger
): Promise<Population> {
  if (given) return given
  const people = (await profiles.all()).map(enrolledPersonOf)
  if (people.length >= peopleForOwnPopulation) {
    try {
      return await populationInThread({ people, seed })
    } catch (error) {
      // Some of them may have typed too little to teach anything.
      if (!isVigilError(error, 'population_invalid')) throw error
      logger.warn(
        { people: people.length, why: error.message },
        'the enrolled people are not enough for a population yet'
      )
    }
  }
  return shippedPopulation()
}
