// CSV as RFC 4180 has it: cells apart by commas, in quotes when they hold a comma, a quote or a line break, quotes doubled. Lines may end in LF or
// CRLF; empty lines are skipped.

import { VigilError } from '../errors.ts'

export interface CsvRow {
  /** Where the row begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
  readonly ending: '\n' | '\r\n'
}

/** More is no table but a quote that was never closed. */
const longestRow = 1_000_000

/**
 * Reads rows from lines without their LF, so that a file of any size passes through. Throws `table_invalid` with the line and what was
 * expected.
 */
export async function* readCsv(lines: AsyncIterable<string>): AsyncGenerator<CsvRow, void, undefined> {
  let line = 0
  let start = 1
  let parts: string[] = []
  let length = 0
  let quoted = false
  for await (const text of lines) {
    line++
    if (parts.length === 0) start = line
    parts.push(text)
    length += text.length
    if (quotesIn(text) % 2 === 1) quoted = !quoted
    if (quoted) {
      if (length > longestRow) throw unclosed(start)
      continue
    }
    const whole = parts.join('\n')
    const ending = whole.endsWith('\r') ? '\r\n' : '\n'
    const row = ending === '\n' ? whole : whole.slice(0, -1)
    parts = []
    length = 0
    if (row !== '') yield { line: start, cells: cellsOf(row, start), ending }
  }
  if (quoted) throw unclosed(start)
}

/** One row without its line break. */
export function csvRow(cells: readonly string[]): string {
  // A row of one empty cell would be an empty line, which is no row.
  return cells.length === 1 && cells[0] === '' ? '""' : cells.map(csvCell).join(',')
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function quotesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
  return count
}

function cellsOf(row: string, line: number): string[] {
  if (!row.includes('"')) return row.split(',')
  const cells: string[] = []
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y
  for (;;) {
    const match = cell.exec(row)
    if (match === null) {
      throw invalid(line, `quotes around a whole cell and doubled within it, in cell ${cells.length + 1}`)
    }
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === '') return cells
  }
}

function unclosed(line: number): VigilError {
  return invalid(line, 'the quote that opens a cell to be closed')
}

function invalid(line: number, expected: string): VigilError {
  return new VigilError('table_invalid', `line ${line}: expected ${expected}`)
}
