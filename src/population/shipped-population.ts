// The population that ships: whom people are told apart from on day one. Learnt by `tools/learn-population.ts`, described in
// population/MODEL_CARD.md.

import { readFileSync } from 'node:fs'
import { decodePopulation, type Population } from '../biometrics/index.ts'

let shipped: Population | undefined

/** Read once. Throws `population_invalid` when the file was damaged or belongs to another version. */
export function shippedPopulation(): Population {
  shipped ??= decodePopulation(readFileSync(new URL('../../population/shipped.json', import.meta.url)))
  return shipped
}
