// Whom people are told apart from: recordings, a model learnt from them before, or the population that ships.

import { readFile } from 'node:fs/promises'
import { decodePopulation, learnFromRecordings, type Population } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import { shippedPopulation } from '../population/shipped-population.ts'
import { about, reasonOf } from './files.ts'
import { usage } from './options.ts'
import { type PackedRecording, unpacked } from './packed-recording.ts'
import { progressBar } from './progress.ts'
import { recordingsByPerson } from './recordings-file.ts'

/** Where a population comes from. */
export interface PopulationSource {
  /** A file of recordings. */
  readonly population: string | undefined
  /** A file that `vigil population` wrote. */
  readonly model: string | undefined
}

export function populationSource(
  command: string,
  options: { readonly population?: string; readonly 'population-model'?: string }
): PopulationSource {
  const { population, 'population-model': model } = options
  if (population !== undefined && model !== undefined)
    throw usage(command, '--population and --population-model cannot both be given')
  return { population, model }
}

/** Reads what there is to read at once; learning, which may take minutes, waits until it is asked for. */
export async function openPopulation(
  { population, model }: PopulationSource,
  seed: number
): Promise<() => Promise<Population>> {
  if (population !== undefined) {
    const people = await recordingsByPerson(population)
    return () => about(population, () => learnt(people, seed))
  }
  if (model === undefined) return () => Promise.resolve(shippedPopulation())
  const read = await about(model, () => modelIn(model))
  return () => Promise.resolve(read)
}

async function learnt(people: ReadonlyMap<string, readonly PackedRecording[]>, seed: number): Promise<Population> {
  const bar = progressBar('learning', 1)
  try {
    return await learnFromRecordings(unpackedInTurn(people), seed, {
      shipped: shippedPopulation(),
      progress: (done) => bar.update(done)
    })
  } finally {
    bar.stop()
  }
}

/** One person at a time: whole events take much more room than packed ones. */
function* unpackedInTurn(people: ReadonlyMap<string, readonly PackedRecording[]>) {
  for (const recordings of people.values()) yield recordings.map(unpacked)
}

async function modelIn(file: string): Promise<Population> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new VigilError('population_invalid', `cannot be read: ${reasonOf(cause)}`, { cause })
  })
  return decodePopulation(bytes)
}
