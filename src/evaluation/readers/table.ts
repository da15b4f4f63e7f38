// Rows of a gzipped table of numbers and names. Whatever is wrong with a row is said with file and line.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { VigilError } from '../../errors.ts'

/** One row; valid until the next one is asked for. */
export interface TableRow {
  /** Throws `recording_invalid` when the cell is empty. */
  text(column: number): string
  /** Throws `recording_invalid` unless the cell is a number; an empty cell is none. */
  number(column: number): number
  /** NaN when the cell is empty. */
  optionalNumber(column: number): number
  /** A `recording_invalid` that names file and line. */
  invalid(expected: string): VigilError
}

/** Reads a table whose header is exactly `columns`. No cell holds a comma or a quote. Throws `recording_invalid`. */
export function* readTable(file: string, columns: readonly string[]): Generator<TableRow, void, undefined> {
  const text = textOf(file)
  let line = 0
  let cells: readonly string[] = []
  const invalid = (expected: string): VigilError =>
    new VigilError('recording_invalid', `${file}: line ${line}: expected ${expected}`)
  const cell = (column: number): string => cells[column] ?? ''
  const optionalNumber = (column: number): number => {
    const value = cell(column)
    if (value === '') return Number.NaN
    const number = Number(value)
    if (!Number.isFinite(number)) throw invalid(`${columns[column]} to be a number, got ${JSON.stringify(value)}`)
    return number
  }
  const row: TableRow = {
    text(column) {
      const value = cell(column)
      if (value === '') throw invalid(`${columns[column]} to be a text`)
      return value
    },
    number(column) {
      const number = optionalNumber(column)
      if (Number.isNaN(number)) throw invalid(`${columns[column]} to be a number, got nothing`)
      return number
    },
    optionalNumber,
    invalid
  }
  for (let from = 0; from < text.length || line === 0;) {
    const end = text.indexOf('\n', from)
    const until = end < 0 ? text.length : end
    const content = text.slice(from, text[until - 1] === '\r' ? until - 1 : until)
    from = until + 1
    line++
    if (line === 1) {
      if (content !== columns.join(',')) throw invalid(`the columns ${columns.join(',')}`)
      continue
    }
    if (content === '') continue
    cells = content.split(',')
    if (cells.length !== columns.length) throw invalid(`${columns.length} cells, got ${cells.length}`)
    yield row
  }
}

function textOf(file: string): string {
  try {
    return gunzipSync(readFileSync(file)).toString('utf8')
  } catch (cause) {
    throw new VigilError('recording_invalid', `${file} cannot be read as a gzipped table`, { cause })
  }
}
