// `vigil evaluate`: the protocols on a folder of recorded people, as a table, as JSON Lines, and as a report to look at.

import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { seedOf, threadsOf, usage } from '../commands/options.ts'
import { progressBar } from '../commands/progress.ts'
import { VigilError } from '../errors.ts'
import { openData, type DataFolder, type DataOptions } from './data-folder.ts'
import { exportData, type ExportOptions } from './export.ts'
import { evaluateRuns, type RunResult } from './evaluate.ts'
import { lineOf, type Measurement } from './measurements.ts'
import { planRuns, type Run } from './plan.ts'
import { dataSets } from './readers/index.ts'
import { reportPage } from './report/page.ts'
import { startThreads } from './threads.ts'

/** What `vigil evaluate --help` prints. */
export const evaluateHelp = `vigil evaluate --data DIR [options]

  --data DIR             folder of data sets; half of the people of each teach, the other half is tested
  --population-data DIR  folder of data sets whose people teach; then all people of --data are tested
  --population shipped   test with nothing but the population that ships
  --only NAME,…          protocols to run, by the beginning of their name
  --ablation             also without each part of the engine, fusion learnt anew
  --people N             at most so many people on each side
  --tested N             at most so many people are tested; more may teach
  --seed N               decides who teaches and everything else that is drawn at random (1)
  --threads N            threads that judge; the result does not depend on it (2)
  --export FOLDER        writes the recordings and the trials of the protocols instead, for the other commands
  --out FOLDER           writes report.html and measurements.jsonl
  --json                 one JSON object a line: protocol, metric, people, trials, value, low, high
`

export async function evaluate(args: readonly string[]): Promise<void> {
  const options = optionsFrom(args)
  const data = openData(options)
  const runs = planRuns(data, options)
  if (runs.length === 0) throw nothingToEvaluate(data, options)
  if (options.export !== undefined) return exportData(data, options.export, planned(runs, options))
  const threads = startThreads(dataOptionsOf(options), options.threads)
  const bar = progressBar('evaluating', 1)
  const print = options.json ? printLine : printRow
  const results: RunResult[] = []
  try {
    const progress = (done: number): void => bar.update(done)
    for await (const result of evaluateRuns(threads, runs, { seed: options.seed, progress })) {
      for (const measurement of result.measurements) print(measurement)
      results.push(result)
    }
  } finally {
    bar.stop()
    await threads.close()
  }
  if (options.out !== undefined) await writeReport(options.out, results, options)
}

/** What is exported: the protocols of the runs, whatever else varies in them; without `--only` the sets of none as well. */
function planned(runs: readonly Run[], { only }: Options): ExportOptions {
  const wanted = new Set(runs.map(({ id }) => protocolOf(id)))
  return { everySet: only.length === 0, wanted: (protocol) => wanted.has(protocol) }
}

function nothingToEvaluate(data: DataFolder, { data: folder, only }: Options): VigilError {
  const possible = planRuns(data, { only: [], shippedOnly: false, ablation: false })
  const why =
    possible.length === 0
      ? `it has none of the folders ${dataSets.join(', ')}`
      : `no protocol begins with ${only.join(' or ')}; it has ${[...new Set(possible.map(({ id }) => protocolOf(id)))].join(', ')}`
  return new VigilError('usage', `nothing to evaluate in ${folder}: ${why}`)
}

/** `Aalto-windows-100` of `Aalto-windows-100/shipped`. */
function protocolOf(id: string): string {
  return id.split('/')[0]!
}

/** `report.html` for people and `measurements.jsonl` for machines. */
async function writeReport(folder: string, results: readonly RunResult[], options: Options): Promise<void> {
  const lines = results.flatMap(({ measurements }) => measurements).map(lineOf)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'report.html'), reportPage(results, { about: aboutOf(results, options) }))
    await writeFile(join(folder, 'measurements.jsonl'), `${lines.join('\n')}\n`)
  } catch (cause) {
    throw new VigilError('usage', `--out ${folder} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

function aboutOf(results: readonly RunResult[], { populationData, people, tested, seed }: Options): string {
  const teachers = results.every(({ run }) => run.teaching.from === 'shipped')
    ? 'nobody but the people of the population that ships taught it'
    : populationData === undefined
      ? 'half of the people taught it, the other half was tested'
      : `the people of ${basename(populationData)} taught it`
  const some = people === undefined ? '' : `, at most ${people} people on each side`
  const few = tested === undefined ? '' : `, at most ${tested} of them tested`
  return `Recorded people; ${teachers}${some}${few}. Nobody did both. Seed ${seed}.`
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
  readonly ablation: boolean
  readonly threads: number
  readonly json: boolean
  readonly out?: string
  readonly export?: string
}

/** Threads get what names people, and nothing else. */
function dataOptionsOf({ data, populationData, people, tested, seed }: Options): DataOptions {
  return {
    data,
    seed,
    ...(populationData !== undefined && { populationData }),
    ...(people !== undefined && { people }),
    ...(tested !== undefined && { tested })
  }
}

function optionsFrom(args: readonly string[]): Options {
  const values = parsed(args)
  const { data, 'population-data': populationData, population, people, tested, out } = values
  if (data === undefined || data === '') throw usage('evaluate', '--data is missing')
  if (population !== undefined && population !== 'shipped') {
    throw usage('evaluate', `--population can only be shipped, got ${JSON.stringify(population)}`)
  }
  for (const [name, most] of Object.entries({ people, tested })) {
    if (most !== undefined && !(/^\d+$/.test(most) && Number(most) >= 2))
      throw usage('evaluate', `--${name} must be a whole number from 2, got ${JSON.stringify(most)}`)
  }
  return {
    data,
    ...(populationData !== undefined && { populationData }),
    ...(people !== undefined && { people: Number(people) }),
    ...(tested !== undefined && { tested: Number(tested) }),
    ...(out !== undefined && { out }),
    ...(values.export !== undefined && { export: values.export }),
    seed: seedOf('evaluate', values.seed),
    threads: threadsOf('evaluate', values.threads),
    only: values.only?.split(',').filter((name) => name !== '') ?? [],
    ablation: values.ablation === true,
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
        tested: { type: 'string' },
        seed: { type: 'string' },
        threads: { type: 'string' },
        out: { type: 'string' },
        export: { type: 'string' },
        ablation: { type: 'boolean' },
        json: { type: 'boolean' }
      }
    }).values
  } catch (cause) {
    throw usage('evaluate', (cause as Error).message.split('\n')[0]!, cause)
  }
}
