// `vigil population`: learns once what people have in common and how they differ, and writes it to a file.

import { encodePopulation } from '../biometrics/index.ts'
import { expectWritable, writeWhole } from './files.ts'
import { optionsOf, required, seedOf } from './options.ts'
import { openPopulation } from './population-choice.ts'

/** What `vigil population --help` prints. */
export const populationCommandHelp = `vigil population --population FILE --out FILE [options]

  --population FILE   recordings of at least twenty people, each with some 250 keystrokes or more
  --out FILE          the model, for --population-model of "vigil score" and "vigil watch"
  --seed N            decides everything that is drawn at random (1)
`

export async function population(args: readonly string[]): Promise<void> {
  const options = optionsOf('population', args, ['population', 'out', 'seed'])
  const file = required('population', 'population', options.population)
  const out = required('population', 'out', options.out)
  const seed = seedOf('population', options.seed)
  await expectWritable(out)
  const learn = await openPopulation({ population: file, model: undefined }, seed)
  const bytes = encodePopulation(await learn())
  await writeWhole(out, onePiece(bytes))
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
