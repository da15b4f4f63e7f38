// A population with networks: weights that nobody learnt tell people apart well enough for what is asked of it.

import { learnPopulation, materialOf, type Population } from '../../src/biometrics/index.ts'
import { trainAutoencoder } from '../../src/biometrics/networks/train-autoencoder.ts'
import { drawnEncoder } from '../biometrics/encoder/material.ts'
import { inventedDay, inventedPeople } from './invented.ts'

/** `people` seeds the twenty who are learnt from, `weights` the encoder. */
export async function populationWithNetworks(people: number, weights: number): Promise<Population> {
  const enrolled = inventedPeople(people, 20)
  const encoder = await drawnEncoder(weights)
  const rows = enrolled.map(({ windows }) => windows.slice(3).map(({ features }) => features))
  const autoencoder = await trainAutoencoder(rows, inventedDay().population.scale, 1, { steps: 20 })
  return learnPopulation(
    enrolled.map(({ windows }) => materialOf(windows)),
    3,
    { networks: { autoencoder, sequence: { encoder, others: [encoder, encoder] } } }
  )
}
