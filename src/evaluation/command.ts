// `vigil evaluate`: the protocols on a folder of recorded people, as a table, as JSON Lines, and as a report to look at.

import { parseArgs } from 'node:util'
import { seedOf, threadsOf, usage } from '../commands/options.ts'
import { progressBar } from '../commands/progress.ts'
import { VigilError } from '../errors.ts'
import { openData, type DataOptions } from './data-folder.ts'
import { evaluateRuns } from './evaluate.ts'
import { lineOf, type Measurement } from './measurements.ts'
import { planRuns } from './plan.ts'
import { startThreads } from './threads.ts'

/** What `vigil evaluate --help` prints. */
export const evaluateHelp = `vigil evaluate --data DIR [options]

  --data DIR             folder of data sets; half of the people of each teach, the other half is tested
  --population-data DIR  folder of data sets whose people teach; then all people of --data are tested
  --population shipped   test with nothing but the population that ships
  --only NAME,…          protocols to run, by the beginning of their name
  --people N             at most so many people on each side
  --seed N               decides who teaches and everything else that is drawn at random (1)
  --threads N            threads that judge; the result does not depend on it (2)
  --json                 one JSON object a line: protocol, metric, people, trials, value, low, high
`

export async function evaluate(args: readonly string[]): Promise<void> {
  const options = optionsFrom(args)
  const runs = planRuns(openData(options), options)
  if (runs.length === 0)
    throw new VigilError('usage', `nothing to evaluate in ${options.data}; see "vigil help evaluate"`)
  const threads = startThreads(dataOptionsOf(options), options.threads)
  const bar = progressBar('evaluating', 1)
  const report = options.json ? printLine : printRow
  try {
    const progress = (done: number): void => bar.update(done)
    for await (const { measurements } of evaluateRuns(threads, runs, { seed: options.seed, progress })) {
      for (const measurement of measurements) report(measurement)
    }
  } finally {
    bar.stop()
    await threads.close()
  }
}

function printLine(measurement: Measurement): void {
  process.stdout.write(`${lineOf(measurement)}\n`)
}

function printRow({ protocol, metric, people, trials, value, low, high }: Measurement): void {
  const figures = [value, low, high].map((figure) => figure.toPrecision(4).padStart(8))
  const cells = [
    protocol.padEnd(30),
    metric.padEnd(30),
    String(people).padStart(6),
    String(trials).padStart(8),
    ...figures
  ]
  process.stdout.write(`${cells.join(' ')}\n`)
}

type Options = DataOptions & {
  readonly only: readonly string[]
  readonly shippedOnly: boolean
  readonly threads: number
  readonly json: boolean
}

/** Threads get what names people, and nothing else. */
function dataOptionsOf({ data, populationData, people, seed }: Options): DataOptions {
  return {
    data,
    seed,
    ...(populationData !== undefined && { populationData }),
    ...(people !== undefined && { people })
  }
}

function optionsFrom(args: readonly string[]): Options {
  const values = parsed(args)
  const { data, 'population-data': populationData, population, people } = values
  if (data === undefined || data === '') throw usage('evaluate', '--data is missing')
  if (population !== undefined && population !== 'shipped') {
    throw usage('evaluate', `--population can only be shipped, got ${JSON.stringify(population)}`)
  }
  if (people !== undefined && !(/^\d+$/.test(people) && Number(people) >= 2)) {
    throw usage('evaluate', `--people must be a whole number from 2, got ${JSON.stringify(people)}`)
  }
  return {
    data,
    ...(populationData !== undefined && { populationData }),
    ...(people !== undefined && { people: Number(people) }),
    seed: seedOf('evaluate', values.seed),
    threads: threadsOf('evaluate', values.threads),
    only: values.only?.split(',').filter((name) => name !== '') ?? [],
    shippedOnly: population === 'shipped',
    json: values.json === true
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        'population-data': { type: 'string' },
        population: { type: 'string' },
        only: { type: 'string' },
        people: { type: 'string' },
        seed: { type: 'string' },
        threads: { type: 'string' },
        json: { type: 'boolean' }
      }
    }).values
  } catch (cause) {
    throw usage('evaluate', (cause as Error).message.split('\n')[0]!, cause)
  }
}
