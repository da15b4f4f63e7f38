// Every detector that ships keeps the promises of a detector.

import { beforeAll } from 'vitest'
import { standardDetectors, type Detector } from '../../src/biometrics/index.ts'
import { autoencoder } from '../../src/biometrics/detectors/autoencoder.ts'
import { trainAutoencoder } from '../../src/biometrics/networks/train-autoencoder.ts'
import type { PopulationBase } from '../../src/biometrics/population-model.ts'
import { detectorContract } from '../contracts/detector.ts'
import { inventedDay, inventedPeople } from '../support/invented.ts'

let population: PopulationBase

beforeAll(async () => {
  const base = inventedDay().population
  const rows = inventedPeople(21, 24).map(({ windows }) => windows.slice(3).map(({ features }) => features))
  population = { ...base, autoencoder: await trainAutoencoder(rows, base.scale, 1, { steps: 200 }) }
})

for (const detector of new Set<Detector>([...standardDetectors, autoencoder]))
  detectorContract(detector, { population: () => population })
