// `vigil watch`: when the live engine would have challenged, stream by stream.

import { parseBudget } from '../risk/evidence.ts'
import { judgeTable } from './judge-table.ts'
import { watchColumns } from './judgings.ts'
import { optionsOf, populationHelp, required, seedOf, threadsOf } from './options.ts'
import { populationSource } from './population-choice.ts'

/** What `vigil watch --help` prints. */
export const watchHelp = `vigil watch --enrol FILE --streams FILE --pairs FILE --out FILE [options]

  --enrol FILE              recordings of the targets; several of a person count in their order
  --streams FILE            recordings to be watched, each from empty evidence to its end
  --pairs FILE              CSV with the columns target (a person; empty = no profile) and stream (a session)
  --out FILE                the same rows, when the first challenge came (empty = never) and the highest risk
  --budget N/Mh             needless challenges per watched hours (1/40h)
${populationHelp}`

const names = [
  'enrol',
  'streams',
  'pairs',
  'out',
  'budget',
  'population',
  'population-model',
  'seed',
  'threads'
] as const

export async function watch(args: readonly string[]): Promise<void> {
  const options = optionsOf('watch', args, names)
  await judgeTable({
    enrol: required('watch', 'enrol', options.enrol),
    recordings: required('watch', 'streams', options.streams),
    table: required('watch', 'pairs', options.pairs),
    columns: ['target', 'stream'],
    out: required('watch', 'out', options.out),
    added: watchColumns,
    population: populationSource('watch', options),
    seed: seedOf('watch', options.seed),
    threads: threadsOf('watch', options.threads),
    task: { name: 'watch', budget: parseBudget(options.budget ?? '1/40h') },
    targetless: true
  })
}
