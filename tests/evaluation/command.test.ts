// `vigil evaluate` on a folder of invented people, laid out like the recorded ones.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseRecordings, syntheticRecordings, type Recording } from '../../src/biometrics/index.ts'
import { evaluate } from '../../src/evaluation/command.ts'
import { recordingLine } from '../../src/evaluation/export.ts'
import { metrics } from '../../src/evaluation/measurements.ts'
import { readPeople } from '../../src/evaluation/readers/index.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-evaluate-'))
  mkdirSync(join(folder, 'data', 'aalto-free-text'), { recursive: true })
  writeFileSync(
    join(folder, 'data', 'aalto-free-text', 'keystrokes.csv.gz'),
    gzipSync(`user,section,press_ms,hold_ms,keycode\n${syntheticRecordings(31, 44).flatMap(rowsOf).join('\n')}\n`)
  )
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

const only = ['--only', 'Aalto-windows-100/population,Bots-constant']

describe('vigil evaluate', () => {
  it('prints one object a line, the same however many threads there are, and writes a report', async () => {
    const out = join(folder, 'report')
    const one = await printed('--data', join(folder, 'data'), ...only, '--json', '--threads', '1', '--out', out)
    const two = await printed('--data', join(folder, 'data'), ...only, '--json', '--threads', '2')
    expect(two).toEqual(one)
    const lines = one.map((line) => JSON.parse(line) as Record<string, unknown>)
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['protocol', 'metric', 'people', 'trials', 'value', 'low', 'high'])
      expect(Object.keys(metrics)).toContain(line['metric'])
      expect(line['low']).toBeLessThanOrEqual(line['high'] as number)
    }
    const value = (metric: string): number => lines.find((line) => line['metric'] === metric)?.['value'] as number
    // Invented people are easily told apart; scripts more easily still.
    expect(value('eer')).toBeLessThan(0.15)
    expect(value('auc')).toBeGreaterThan(0.9)
    expect(value('scored')).toBe(1)
    expect(value('flagged')).toBeGreaterThan(0.9)
    expect(readFileSync(join(out, 'measurements.jsonl'), 'utf8')).toBe(`${one.join('\n')}\n`)
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    expect(page).toContain('Aalto-windows-100/population-50')
    expect(page).not.toMatch(/NaN|undefined|https?:/)
  }, 120_000)

  it('exports what it would score as files for the other commands', async () => {
    const files = join(folder, 'files')
    await printed('--data', join(folder, 'data'), '--only', 'Aalto-windows-100', '--people', '4', '--export', files)
    const lines = (name: string): string[] => readFileSync(join(files, name), 'utf8').trimEnd().split('\n')
    const recordings = [...parseRecordings(lines('aalto-free-text.jsonl'))]
    expect(recordings).toHaveLength(44 * 15)
    expect(recordings.slice(0, 15)).toEqual(readPeople(join(folder, 'data'), 'aalto-free-text')[0]!.recordings)
    const enrolled = new Set([...parseRecordings(lines('Aalto-windows-100/enrol.jsonl'))].map(({ person }) => person))
    const probes = new Set([...parseRecordings(lines('Aalto-windows-100/probes.jsonl'))].map(({ session }) => session))
    const teachers = new Set(
      [...parseRecordings(lines('Aalto-windows-100/population.jsonl'))].map(({ person }) => person)
    )
    expect([enrolled.size, teachers.size]).toEqual([4, 4])
    expect([...teachers].filter((person) => enrolled.has(person))).toEqual([])
    const [header, ...trials] = lines('Aalto-windows-100/trials.csv')
    expect(header).toBe('target,probe,by')
    expect(trials.filter((row) => row.endsWith(',stranger'))).toHaveLength(4 * 3)
    for (const row of trials) {
      const [target = '', probe = ''] = row.split(',')
      expect(enrolled).toContain(target)
      expect(probes).toContain(probe)
    }
  })

  it('exports a protocol by the name that it has with another population, and says which there are', async () => {
    const files = join(folder, 'other')
    const data = join(folder, 'data')
    await printed('--data', data, '--only', 'Aalto-windows-100/shipped', '--people', '4', '--export', files)
    expect(readdirSync(files).toSorted()).toEqual(['Aalto-windows-100', 'aalto-free-text.jsonl'])
    await expect(evaluate(['--data', data, '--only', 'Aalto-window-100', '--export', files])).rejects.toThrow(
      /no protocol begins with Aalto-window-100; it has .*Aalto-windows-100, /
    )
    await expect(evaluate(['--data', data, '--only', 'Aalto-watch', '--export', files])).rejects.toThrow(
      /nothing to export: the protocols with trials are .*Aalto-windows-100/
    )
  })

  it.each([
    [['--only', 'Aalto'], /--data is missing/],
    [['--data', 'here', '--seed', 'x'], /--seed must be a whole number from 0/],
    [['--data', 'here', '--people', '1'], /--people must be a whole number from 2/],
    [['--data', 'here', '--tested', 'x'], /--tested must be a whole number from 2/],
    [['--data', 'here', '--population', 'mine'], /--population can only be shipped/],
    [['--data', 'here', '--nonsense'], /--nonsense/],
    [['--data', '/nowhere'], /nothing to evaluate in \/nowhere: it has none of the folders aalto-free-text, cmu/]
  ])('refuses %j', async (args, message) => {
    const refused = evaluate(args)
    await expect(refused).rejects.toMatchObject({ code: 'usage' })
    await expect(refused).rejects.toThrow(message)
  })

  it('names the file and the line that it cannot read, whichever thread meets it', async () => {
    const data = join(folder, 'broken')
    mkdirSync(join(data, 'aalto-free-text'), { recursive: true })
    writeFileSync(
      join(data, 'aalto-free-text', 'keystrokes.csv.gz'),
      gzipSync('user,section,press_ms,hold_ms,keycode\n1,1,soon,1,65\n')
    )
    const refused = evaluate(['--data', data, '--only', 'Bots', '--json'])
    await expect(refused).rejects.toMatchObject({ code: 'recording_invalid' })
    await expect(refused).rejects.toThrow('line 2: expected press_ms')
  })
})

it('writes a recording as other commands read it', () => {
  const recording: Recording = { person: 'a', session: 's', kind: 'fixed', grainMs: 8, events: [] }
  expect([...parseRecordings([recordingLine(recording)])]).toEqual([recording])
})

async function printed(...args: readonly string[]): Promise<string[]> {
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  await evaluate(args)
  spy.mockRestore()
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '')
}

const keycodes: Readonly<Record<string, number>> = { Space: 32, Backspace: 8, Enter: 13, ShiftLeft: 16, ShiftRight: 16 }

/** Rows of the Aalto table; times go on from sentence to sentence. */
function rowsOf({ person, session, events }: Recording, i: number): string[] {
  const start = (i % 15) * 100_000
  const rows: string[] = []
  const held = new Map<string, { t: number; row: number }>()
  for (const event of events) {
    if (!('code' in event)) continue
    const { code, t } = event
    const keycode = code.startsWith('Key') ? code.charCodeAt(3) : (keycodes[code] ?? 188)
    const section = Number(/\d+$/.exec(session)?.[0] ?? i % 15)
    if (event.type === 'keydown') {
      held.set(code, { t, row: rows.length })
      rows.push(`${person},${section},${start + t},,${keycode}`)
    } else {
      const press = held.get(code)
      if (press !== undefined) rows[press.row] = rows[press.row]!.replace(',,', `,${t - press.t},`)
      held.delete(code)
    }
  }
  return rows
}
