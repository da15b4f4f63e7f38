// CSV as RFC 4180 has it: what is written is read again, and what breaks the format is refused with its line.

import { array, assert, asyncProperty, constantFrom, integer, oneof, string, stringMatching } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRow, csvRow, readCsv } from '../../src/commands/csv.ts'

describe('CSV', () => {
  it('reads again whatever it wrote, with either line ending', async () => {
    const cell = oneof(string({ unit: 'grapheme' }), stringMatching(/^[",\r\n a]{0,6}$/))
    const table = integer({ min: 1, max: 5 }).chain((width) =>
      array(array(cell, { minLength: width, maxLength: width }), { maxLength: 6 })
    )
    await assert(
      asyncProperty(table, constantFrom('\n', '\r\n'), async (rows, ending) => {
        const text = rows.map((row) => `${csvRow(row)}${ending}`).join('')
        const read = await rowsOf(text)
        expect(read.map(({ cells }) => cells)).toEqual(rows)
        expect(read.every((row) => row.ending === ending)).toBe(true)
      })
    )
  })

  it('gives rows or a coded error for any text', async () => {
    await assert(
      asyncProperty(stringMatching(/^["a,\r\n]{0,40}$/), async (text) => {
        const outcome = await rowsOf(text).catch((error: unknown) => error)
        expect(Array.isArray(outcome) || (outcome as { code?: unknown }).code === 'table_invalid').toBe(true)
      })
    )
  })

  it('knows quotes, doubled quotes, commas and line breaks in a cell, and counts lines on', async () => {
    const text = 'target,probe,note\r\nana,"s,1","she said ""no"""\r\n\r\nben,s2,"two\r\nlines"\r\ncleo,s3,\r\n'
    expect(await rowsOf(text)).toEqual([
      { line: 1, cells: ['target', 'probe', 'note'], ending: '\r\n' },
      { line: 2, cells: ['ana', 's,1', 'she said "no"'], ending: '\r\n' },
      { line: 4, cells: ['ben', 's2', 'two\r\nlines'], ending: '\r\n' },
      { line: 6, cells: ['cleo', 's3', ''], ending: '\r\n' }
    ])
  })

  it.each([
    ['a,b\nc,"d', /^line 2: .*closed/],
    ['a,b\n"c"d,e', /^line 2: .*in cell 1/],
    ['a,b\n\nx,c"d"', /^line 3: .*in cell 2/],
    ['a "quoted" cell', /^line 1: .*in cell 1/],
    [`a\n"${'x\n'.repeat(600_000)}`, /^line 2: .*closed/]
  ])('refuses %j', async (text, message) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: 'table_invalid',
      message: expect.stringMatching(message) as string
    })
  })
})

async function rowsOf(text: string): Promise<CsvRow[]> {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const rows: CsvRow[] = []
  for await (const row of readCsv(inTurn(lines))) rows.push(row)
  return rows
}

async function* inTurn(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}
