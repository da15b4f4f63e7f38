// Tables of who is held against what. A table is read twice: once to know whom it names, once to write the same rows with what was found; so it may
// be larger than memory likes.

import { stat } from 'node:fs/promises'
import { VigilError } from '../errors.ts'
import { type CsvRow, csvRow, readCsv } from './csv.ts'
import { about, linesOf, reasonOf, writeWhole } from './files.ts'

/** The cells of one column, each distinct text once. */
export interface Column {
  readonly name: string
  /** Distinct texts in order of appearance, and the line where each comes first. */
  readonly texts: readonly string[]
  readonly lines: readonly number[]
  /** For each row the number of its text. */
  readonly rows: readonly number[]
}

export interface Table {
  readonly file: string
  readonly columns: readonly [Column, Column]
}

/**
 * Reads two columns of a table; further columns are let be. Columns of the names in `added` must not be there yet. Throws `table_invalid`
 * with file, line and what was expected.
 */
export async function readTable(
  file: string,
  names: readonly [string, string],
  added: readonly string[]
): Promise<Table> {
  return about(file, async () => {
    const there = await stat(file).catch((cause: unknown) => {
      throw new VigilError('table_invalid', `cannot be read: ${reasonOf(cause)}`, { cause })
    })
    if (there.isFIFO()) throw new VigilError('table_invalid', 'expected a file, got a pipe: it is read twice')
    const columns = [columnNamed(names[0]), columnNamed(names[1])] as const
    let positions: readonly number[] | undefined
    let width = 0
    for await (const row of readCsv(linesOf(file, 'table_invalid'))) {
      if (positions === undefined) {
        positions = positionsIn(row, names, added)
        width = row.cells.length
        continue
      }
      expectWidth(row, width)
      columns.forEach((column, i) => column.add(row.cells[positions![i]!]!, row.line))
    }
    if (positions === undefined) throw invalid(1, `a header with ${names.join(' and ')}, got nothing`)
    return { file, columns }
  })
}

/** Writes the rows of a table in their order, each with what `cellsOf` adds to it: text that needs no quotes. */
export async function writeTable(
  { file, columns }: Table,
  out: string,
  added: readonly string[],
  cellsOf: (row: number) => string
): Promise<void> {
  const expected = columns[0].rows.length
  await writeWhole(
    out,
    (async function* () {
      let row = -1
      let lines: string[] = []
      for await (const { cells, ending } of readCsv(linesOf(file, 'table_invalid'))) {
        lines.push(`${csvRow(cells)},${row < 0 ? added.join(',') : row < expected ? cellsOf(row) : ''}${ending}`)
        row++
        if (lines.length === rowsAtOnce) {
          yield lines.join('')
          lines = []
        }
      }
      if (row !== expected)
        throw new VigilError('table_invalid', `${file}: expected the rows of before, but the file was changed`)
      yield lines.join('')
    })()
  )
}

const rowsAtOnce = 1000

/** Throws `table_invalid` for the first text in the table that `known` does not know; `what` says where it should have been. */
export function expectKnown(
  { file }: Table,
  { name, texts, lines }: Column,
  known: (text: string) => boolean,
  what: string
): void {
  const unknown = texts.findIndex((text) => !known(text))
  if (unknown < 0) return
  throw new VigilError(
    'table_invalid',
    `${file}: line ${lines[unknown]}: expected ${name} to be ${what}, got ${JSON.stringify(texts[unknown])}`
  )
}

interface GrowingColumn extends Column {
  add(text: string, line: number): void
}

function columnNamed(name: string): GrowingColumn {
  const known = new Map<string, number>()
  const texts: string[] = []
  const lines: number[] = []
  const rows: number[] = []
  return {
    name,
    texts,
    lines,
    rows,
    add(text, line) {
      let number = known.get(text)
      if (number === undefined) {
        number = texts.length
        known.set(text, number)
        texts.push(text)
        lines.push(line)
      }
      rows.push(number)
    }
  }
}

function positionsIn({ line, cells }: CsvRow, names: readonly string[], added: readonly string[]): number[] {
  for (const name of added) {
    if (cells.includes(name)) throw invalid(line, `no column ${name}: it is added`)
  }
  return names.map((name) => {
    const position = cells.indexOf(name)
    if (position < 0) throw invalid(line, `a header with ${names.join(' and ')}, got ${JSON.stringify(csvRow(cells))}`)
    if (cells.lastIndexOf(name) !== position) throw invalid(line, `one column ${name}, got two`)
    return position
  })
}

function expectWidth({ line, cells }: CsvRow, width: number): void {
  if (cells.length !== width) throw invalid(line, `${width} cells as in the header, got ${cells.length}`)
}

function invalid(line: number, expected: string): VigilError {
  return new VigilError('table_invalid', `line ${line}: expected ${expected}`)
}
