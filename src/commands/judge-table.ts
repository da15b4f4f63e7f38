// What `vigil score` and `vigil watch` share: a table names targets and recordings; each row gets cells. All input is read and checked before
// anything is learnt or judged, so that a mistake on the last line costs seconds and not half an hour.

import type { Population } from '../biometrics/index.ts'
import { expectWritable } from './files.ts'
import { type JudgeThreads, type JudgingTask, startJudgeThreads } from './judge-threads.ts'
import type { PackedRecording } from './packed-recording.ts'
import { openPopulation, type PopulationSource } from './population-choice.ts'
import { progressBar } from './progress.ts'
import { recordingsByPerson, recordingsBySession } from './recordings-file.ts'
import { expectKnown, readTable, type Table, writeTable } from './table.ts'

export interface JudgeTableOptions {
  /** File of the people who are targets. */
  readonly enrol: string
  /** File of the recordings that are judged. */
  readonly recordings: string
  readonly table: string
  /** Columns of targets and of recordings' sessions. */
  readonly columns: readonly [string, string]
  readonly out: string
  /** Columns that are added. */
  readonly added: readonly string[]
  readonly population: PopulationSource
  readonly seed: number
  readonly threads: number
  readonly task: JudgingTask
  /** Whether a row may name no target: its recording is then held against nothing but itself. */
  readonly targetless: boolean
}

export async function judgeTable(options: JudgeTableOptions): Promise<void> {
  await expectWritable(options.out)
  const table = await readTable(options.table, options.columns, options.added)
  const population = await openPopulation(options.population, options.seed)
  const [targets, pieces] = table.columns
  const wantedTargets = new Set(targets.texts)
  const wantedPieces = new Set(pieces.texts)
  const people = await recordingsByPerson(options.enrol, (person) => wantedTargets.has(person))
  const isKnown = (person: string): boolean => (person === noTarget ? options.targetless : people.has(person))
  expectKnown(table, targets, isKnown, `a person of ${options.enrol}`)
  const sessions = await recordingsBySession(options.recordings, (session) => wantedPieces.has(session))
  expectKnown(table, pieces, (session) => sessions.has(session), `a session of ${options.recordings}`)
  const cells = await judgeRows(table, people, sessions, await population(), options)
  await writeTable(table, options.out, options.added, (row) => cells[row]!)
}

/** Who stands in the table where nobody does. */
const noTarget = ''

/** Cells of each row. */
async function judgeRows(
  table: Table,
  people: ReadonlyMap<string, readonly PackedRecording[]>,
  sessions: ReadonlyMap<string, PackedRecording>,
  population: Population,
  { seed, task, threads: count }: JudgeTableOptions
): Promise<string[]> {
  const [targets] = table.columns
  const work = targets.texts.map(() => 0)
  for (const target of targets.rows) work[target]!++
  const threads = startJudgeThreads({ population, seed, task, threads: count, work })
  const bar = progressBar('judging', targets.texts.length + targets.rows.length)
  try {
    const poor: string[] = []
    let done = 0
    await inTurn(targets.texts.entries(), async ([target, person]) => {
      const recordings = person === noTarget ? [] : people.get(person)!
      const enough = await threads.enrol(target, recordings)
      if (!enough && person !== noTarget) poor.push(person)
      bar.update(++done)
    })
    const cells = await judgePieces(table, sessions, threads, (judged) => bar.update(done + judged))
    bar.stop()
    if (poor.length > 0) process.stderr.write(warning(poor))
    return cells
  } finally {
    bar.stop()
    await threads.close()
  }
}

async function judgePieces(
  { columns: [targets, pieces] }: Table,
  sessions: ReadonlyMap<string, PackedRecording>,
  threads: JudgeThreads,
  progress: (rows: number) => void
): Promise<string[]> {
  const cells: string[] = []
  const rowsOf = rowsByText(pieces.rows, pieces.texts.length)
  let judged = 0
  await inTurn(pieces.texts.entries(), async ([piece, session]) => {
    const rows = rowsOf[piece]!
    const found = await threads.judge(
      sessions.get(session)!,
      rows.map((row) => targets.rows[row]!)
    )
    for (const [i, row] of rows.entries()) cells[row] = found[i]!
    progress((judged += rows.length))
  })
  return cells
}

/** Enough to keep every thread busy, few enough to hold in memory. */
const mostAtOnce = 16

async function inTurn<Item>(items: IterableIterator<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (const item of items) await work(item)
  }
  await Promise.all(Array.from({ length: mostAtOnce }, lane))
}

function rowsByText(rows: readonly number[], texts: number): number[][] {
  const byText: number[][] = Array.from({ length: texts }, () => [])
  for (const [row, text] of rows.entries()) byText[text]!.push(row)
  return byText
}

const mostNamed = 5

function warning(poor: readonly string[]): string {
  const named = [...poor].sort().slice(0, mostNamed).join(', ')
  const more = poor.length > mostNamed ? ` and ${poor.length - mostNamed} more` : ''
  return `vigil: too little enrolment to tell these people from others: ${named}${more}\n`
}
