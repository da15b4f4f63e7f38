// `vigil score`: how unlike a target each whole recording is.

import { judgeTable } from './judge-table.ts'
import { scoreColumns } from './judgings.ts'
import { optionsOf, populationHelp, required, seedOf, threadsOf } from './options.ts'
import { populationSource } from './population-choice.ts'

/** What `vigil score --help` prints. */
export const scoreHelp = `vigil score --enrol FILE --probes FILE --trials FILE --out FILE [options]

  --enrol FILE              recordings of the targets; several of a person count in their order
  --probes FILE             recordings to be scored
  --trials FILE             CSV with the columns target (a person) and probe (a session)
  --out FILE                the same rows and score: the natural-log likelihood ratio "stranger : owner", empty = no evidence
${populationHelp}`

const names = ['enrol', 'probes', 'trials', 'out', 'population', 'population-model', 'seed', 'threads'] as const

export async function score(args: readonly string[]): Promise<void> {
  const options = optionsOf('score', args, names)
  await judgeTable({
    enrol: required('score', 'enrol', options.enrol),
    recordings: required('score', 'probes', options.probes),
    table: required('score', 'trials', options.trials),
    columns: ['target', 'probe'],
    out: required('score', 'out', options.out),
    added: scoreColumns,
    population: populationSource('score', options),
    seed: seedOf('score', options.seed),
    threads: threadsOf('score', options.threads),
    task: { name: 'score' },
    targetless: false
  })
}
