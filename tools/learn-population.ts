// Learns the population that ships: `node --conditions=vigil-source tools/learn-population.ts <data folder> population/shipped.json`. The folder
// must hold `trainable/argumentation-l2` and `trainable/bksd`; nothing else is read. Takes about twenty minutes. What cannot be learnt there
// (pointing) comes from invented people.

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  decodePopulation,
  encodePopulation,
  eventsOf,
  learnFixedText,
  materialOf,
  type Population,
  repetitionOf,
  syntheticPopulation,
  trainPopulation,
  windowsOf
} from '../src/biometrics/index.ts'
import { featureNames } from '../src/biometrics/features/features.ts'
import { progressBar } from '../src/commands/progress.ts'
import { readPeople } from '../src/evaluation/readers/index.ts'

const seed = 1

const { positionals, values } = parseArgs({ allowPositionals: true, options: { typing: { type: 'string' } } })
const [data, out] = positionals
if (data === undefined || out === undefined)
  throw new Error('usage: learn-population.ts <data folder> <file> [--typing FILE]')
const typing = values.typing === undefined ? await learnTyping(data) : decodePopulation(await readFile(values.typing))
await writeFile(out, encodePopulation(filledIn({ ...typing, fixedText: fixedTextOf(data) }, syntheticPopulation(seed))))

async function learnTyping(folder: string): Promise<Population> {
  const people = readPeople(folder, 'trainable/argumentation-l2').map(({ recordings }) =>
    materialOf(windowsOf(recordings))
  )
  const bar = progressBar('learning', 1)
  try {
    return await trainPopulation(people, seed, {
      peopleForEncoder: 20,
      encoderSteps: 1000,
      progress: (done) => bar.update(done)
    })
  } finally {
    bar.stop()
  }
}

/** BKSD: a secret's place in a person's list means the same secret for everybody. */
function fixedTextOf(folder: string): NonNullable<Population['fixedText']> {
  const typists = new Map<string, Map<string, ReturnType<typeof repetitionOf>[]>>()
  for (const { person, recordings } of readPeople(folder, 'trainable/bksd')) {
    const [user = '', secret = ''] = person.split('/')
    const secrets = typists.get(user) ?? new Map<string, ReturnType<typeof repetitionOf>[]>()
    typists.set(user, secrets)
    secrets.set(
      secret,
      recordings.map((recording) => repetitionOf(eventsOf(recording)))
    )
  }
  const secrets = [...new Set([...typists.values()].flatMap((own) => [...own.keys()]))].toSorted()
  const model = learnFixedText(
    [...typists.values()].map((own) => secrets.map((secret) => own.get(secret) ?? [])),
    seed
  )
  if (model === undefined) throw new Error('the repetitions do not teach a model')
  return model
}

/** Pointing, and the pointing half of what detectors start from, as invented people do it. */
function filledIn(typed: Population, invented: Population): Population {
  const half = featureNames.length / 2
  const mixed = (own: Float64Array, other: Float64Array): Float64Array =>
    Float64Array.from(own, (value, i) => (i < half ? value : other[i]!))
  const { pointing, pointingFusion } = invented
  return {
    ...typed,
    revision: `${typed.revision}+${invented.revision}`,
    scale: {
      mean: mixed(typed.scale.mean, invented.scale.mean),
      within: mixed(typed.scale.within, invented.scale.within),
      between: mixed(typed.scale.between, invented.scale.between),
      weight: mixed(typed.scale.weight, invented.scale.weight)
    },
    background: typed.background.map((row, i) => mixed(row, invented.background[i % invented.background.length]!)),
    pointingFusion,
    ...(pointing === undefined ? {} : { pointing })
  }
}
