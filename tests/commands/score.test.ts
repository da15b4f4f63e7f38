// `vigil score` and `vigil population` as somebody meets them who has files of recordings and reads no code.

import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RecordedEvent, Recording } from '../../src/biometrics/index.ts'
import { population } from '../../src/commands/population.ts'
import { score } from '../../src/commands/score.ts'
import { endAll, vigil } from '../support/process.ts'
import { cellsIn, joined, jsonLines, peopleFiles, targets, teachers } from './people-files.ts'

const files = peopleFiles()
const people = targets(41, 4)
const [ana, ben] = people as [(typeof people)[0], (typeof people)[0]]

let model: string
let enrol: string
let probes: string

beforeAll(async () => {
  model = files.out('population')
  await population(['--population', files.file('POP.jsonl', jsonLines(teachers())), '--out', model])
  enrol = files.file('E.jsonl', jsonLines(people.flatMap(({ lessons }) => lessons)))
  probes = files.file('P.jsonl', jsonLines(people.map(({ person, later }) => joined(`later ${person}`, later))))
})
afterAll(() => {
  endAll()
  files.remove()
})

const everyTrial = people.flatMap((target) => people.map((probe) => [target.person, `later ${probe.person}`]))

function trials(rows: readonly (readonly string[])[], header = 'target,probe'): string {
  return files.file('T.csv', [header, ...rows.map((row) => row.join(','))].map((line) => `${line}\n`).join(''))
}

/** What stands in the file that a run with these options writes. */
async function scored(table: string, ...more: readonly string[]): Promise<string> {
  const out = files.out('S.csv')
  const given = more.includes('--population') ? [] : ['--population-model', model]
  await score(['--enrol', enrol, '--probes', probes, '--trials', table, '--out', out, ...given, ...more])
  return readFileSync(out, 'utf8')
}

async function scoresOf(table: string, ...more: readonly string[]): Promise<string[]> {
  const [, ...rows] = cellsIn(await scored(table, ...more))
  return rows.map((row) => row.at(-1)!)
}

describe('a score', () => {
  it('says that strangers are strangers and owners are owners, on one scale', async () => {
    const scores = await scoresOf(trials(everyTrial))
    const own = scores.filter((_, i) => i % (people.length + 1) === 0).map(Number)
    const strange = scores.filter((_, i) => i % (people.length + 1) !== 0).map(Number)
    expect(Math.max(...own)).toBeLessThan(0)
    expect(Math.min(...strange)).toBeGreaterThan(0)
  })

  it('is the same alone, in a batch, in another order, and with other targets', async () => {
    const batch = await scoresOf(trials(everyTrial))
    for (const i of [0, 1, 6]) expect(await scoresOf(trials([everyTrial[i]!]))).toEqual([batch[i]])
    expect(await scoresOf(trials(everyTrial.toReversed()))).toEqual(batch.toReversed())
    expect(await scoresOf(trials([...everyTrial, everyTrial[3]!]))).toEqual([...batch, batch[3]])
  })

  it('does not depend on threads, nor on when it was asked', async () => {
    const table = trials(everyTrial)
    const once = await scored(table, '--threads', '1')
    expect(await scored(table, '--threads', '1')).toBe(once)
    expect(await scored(table, '--threads', String(availableParallelism() + 1))).toBe(once)
    expect(await scored(table)).toBe(once)
  })

  it('is the same with people who teach now and with a model that they taught before', async () => {
    const table = trials(everyTrial)
    expect(await scored(table, '--population', files.out('POP.jsonl'))).toBe(await scored(table))
  })

  it('depends on the seed and on nothing else that is drawn', async () => {
    const table = trials(everyTrial)
    expect(await scored(table, '--seed', '2')).toBe(await scored(table, '--seed', '2'))
    expect(await scored(table, '--seed', '2')).not.toBe(await scored(table))
  })

  it('needs no population of its own: one ships', async () => {
    const out = files.out('shipped.csv')
    await score(['--enrol', enrol, '--probes', probes, '--trials', trials(everyTrial), '--out', out])
    const scores = cellsIn(readFileSync(out, 'utf8'))
      .slice(1)
      .map((row) => Number(row.at(-1)))
    expect(scores[0]).toBeLessThan(Math.min(...scores.slice(1, people.length)))
  })
})

describe('the table', () => {
  it('keeps its rows, their order, further columns, quotes and line endings', async () => {
    const later = `later ${ben.person}`
    const text = [
      'note,probe,"weird, ""name""",target',
      `"two\r\nlines",${later},,${ana.person}`,
      `,${later},"a ""b"", c",${ben.person}`,
      `x,${later},y,${ana.person}`
    ]
    const table = files.file('T.csv', text.map((line) => `${line}\r\n`).join(''))
    const [high, low] = await scoresOf(
      trials([
        [ana.person, later],
        [ben.person, later]
      ])
    )
    files.file('T.csv', text.map((line) => `${line}\r\n`).join(''))
    const added = ['score', high, low, high]
    expect(await scored(table)).toBe(text.map((line, i) => `${line},${added[i]}\r\n`).join(''))
  })

  it('may have a byte order mark, empty lines at its end, and no rows', async () => {
    const rows = `${ana.person},later ${ana.person}`
    expect(cellsIn(await scored(files.file('T.csv', `\uFEFFtarget,probe\n${rows}\n\n\n`)))).toHaveLength(2)
    expect(await scored(files.file('T.csv', 'target,probe\n'))).toBe('target,probe,score\n')
  })
})

describe('enrolment', () => {
  it('takes the lines of a person in their order, wherever they stand', async () => {
    const scores = await scoresOf(trials(everyTrial))
    const inTurn = ana.lessons.flatMap((_, i) => people.map(({ lessons }) => lessons[i]!))
    const mixed = files.file('mixed.jsonl', jsonLines(inTurn))
    expect(await scoresOf(trials(everyTrial), '--enrol', mixed)).toEqual(scores)
  })

  it('that is too little is named, and says nothing for or against anybody', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const lesson = ana.lessons[0]!
    // Some twenty keystrokes.
    const thin = files.file(
      'thin.jsonl',
      jsonLines([{ ...lesson, events: lesson.events.slice(0, 40) }, ...ben.lessons])
    )
    const rows = [ana, ben].map(({ person }) => [person, `later ${ben.person}`])
    const [unknown, known] = await scoresOf(trials(rows), '--enrol', thin)
    expect(unknown).toBe('0')
    expect(Number(known)).toBeLessThan(0)
    expect(stderr.mock.calls.flat().join('')).toContain(
      `too little enrolment to tell these people from others: ${ana.person}\n`
    )
    stderr.mockRestore()
  })

  it('of a secret and of sessions do not get in each other’s way', async () => {
    const secrets = ben.lessons.map((recording, i): Recording => ({
      ...recording,
      person: ana.person,
      session: `secret ${i}`,
      kind: 'fixed'
    }))
    const both = files.file('both.jsonl', jsonLines([...ana.lessons, ...secrets]))
    const rows = [[ana.person, `later ${ana.person}`]]
    expect(await scoresOf(trials(rows), '--enrol', both)).toEqual(await scoresOf(trials(rows)))
  })
})

describe('a probe', () => {
  const keys = (count: number): RecordedEvent[] =>
    Array.from({ length: count }, (_, i) => ({ t: 150 * i, type: 'keydown', code: 'KeyA' }))
  const moves = (count: number): RecordedEvent[] =>
    Array.from({ length: count }, (_, i) => ({ t: 16 * i, type: 'mousemove', x: i, y: i }))
  const only = (events: readonly RecordedEvent[], kind: Recording['kind'] = 'free'): string =>
    files.file('probe.jsonl', jsonLines([{ person: 'somebody', session: 'p', kind, events }]))

  it.each([
    ['no events', []],
    ['one keystroke', keys(1)],
    ['one pointer event', moves(1)]
  ])('of %s says nothing: the score is empty', async (_, events) => {
    expect(await scoresOf(trials([[ana.person, 'p']]), '--probes', only(events))).toEqual([''])
  })

  it.each([
    ['ten keystrokes without a release', keys(10)],
    ['twenty pointer events', moves(20)]
  ])('of %s gets a number', async (_, events) => {
    const [found] = await scoresOf(trials([[ana.person, 'p']]), '--probes', only(events))
    expect(found).not.toBe('')
    expect(Number.isFinite(Number(found))).toBe(true)
  })

  it.each(['pointer', 'fixed'] as const)('and a target of kind %s are as good as any', async (kind) => {
    const kept = (recording: Recording): Recording => ({
      ...recording,
      kind,
      events: recording.events.filter((event) => 'code' in event === (kind === 'fixed'))
    })
    const taught = files.file('kind.jsonl', jsonLines(people.flatMap(({ lessons }) => lessons.map(kept))))
    const asked = files.file(
      'kind-probes.jsonl',
      jsonLines(people.map(({ person, later }) => kept({ ...joined(`later ${person}`, later), kind })))
    )
    const scores = await scoresOf(trials(everyTrial), '--enrol', taught, '--probes', asked)
    expect(scores.every((one) => one !== '' && Number.isFinite(Number(one)))).toBe(true)
    const own = people.map((_, i) => Number(scores[i * (people.length + 1)]))
    const all = scores.map(Number)
    const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length
    expect(mean(own)).toBeLessThan(mean(all))
  })
})

describe('input that is wrong', () => {
  const good = (): Record<string, string> => ({
    enrol,
    probes,
    trials: trials([[ana.person, `later ${ana.person}`]]),
    out: files.out('never.csv'),
    'population-model': model
  })
  const line = (fields: object): string =>
    `${JSON.stringify({ person: 'x', session: 's', kind: 'free', events: [], ...fields })}\n`
  const later = `later ${ana.person}`
  const table = (text: string): Record<string, string> => ({ trials: files.file('bad.csv', text) })
  const recordings = (option: string, text: string | Uint8Array): Record<string, string> => ({
    [option]: files.file('bad.jsonl', text)
  })

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['E is not JSON', () => recordings('enrol', `${line({})}{"person":`), /bad\.jsonl: line 2: expected a JSON object/],
    ['P is not JSON', () => recordings('probes', 'person,session\n'), /bad\.jsonl: line 1: expected a JSON object/],
    ['E is not text', () => recordings('enrol', Buffer.from([0xff, 0x0a])), /bad\.jsonl: line 1: expected UTF-8 text/],
    ['E is empty', () => recordings('enrol', ''), /bad\.jsonl: line 1: expected a recording, got nothing/],
    ['P is empty', () => recordings('probes', '\n\n'), /bad\.jsonl: line 1: expected a recording, got nothing/],
    [
      'events go back in time',
      () => recordings('probes', line({ events: [5, 4].map((t) => ({ t, type: 'keydown', code: 'KeyA' })) })),
      /bad\.jsonl: line 1: expected events in time order, but events\[1\]\.t goes back to 4/
    ],
    [
      'a session comes twice, even of somebody who is not asked for',
      () => recordings('probes', line({}) + line({})),
      /bad\.jsonl: line 2: expected a session that is unique in the file, got "s" again/
    ],
    ['E is not there', () => ({ enrol: files.out('no.jsonl') }), /no\.jsonl: cannot be read: no such file/],
    ['P is a folder', () => ({ probes: files.folder }), /cannot be read: illegal operation on a directory/],
    ['T is not there', () => ({ trials: files.out('no.csv') }), /no\.csv: cannot be read: no such file/],
    ['T is empty', () => table(''), /bad\.csv: line 1: expected a header with target and probe, got nothing/],
    [
      'T has no column probe',
      () => table(`target,session\n${ana.person},${later}\n`),
      /bad\.csv: line 1: expected a header with target and probe, got "target,session"/
    ],
    ['T has two columns target', () => table('target,probe,target\n'), /line 1: expected one column target, got two/],
    ['T has scores', () => table('target,probe,score\n'), /line 1: expected no column score: it is added/],
    [
      'a row is short',
      () => table(`target,probe,note\n${ana.person},${later},\n${ana.person},${later}\n`),
      /bad\.csv: line 3: expected 3 cells as in the header, got 2/
    ],
    ['a quote stays open', () => table(`target,probe\n${ana.person},"${later}\n`), /bad\.csv: line 2: .*closed/],
    [
      'a target is nobody in E',
      () => table(`target,probe\n${ana.person},${later}\nnobody,${later}\n`),
      /bad\.csv: line 3: expected target to be a person of .*E\.jsonl, got "nobody"/
    ],
    [
      'a probe is nothing in P',
      () => table(`target,probe\n\n${ana.person},nothing\n`),
      /bad\.csv: line 3: expected probe to be a session of .*P\.jsonl, got "nothing"/
    ],
    ['the folder of the result is not there', () => ({ out: files.out('no/S.csv') }), /the folder .*no is not there/],
    ['the result is a folder', () => ({ out: files.folder }), /cannot be written: it is a folder/],
    ['the model is a stranger', () => ({ 'population-model': enrol }), /E\.jsonl: the population is not plain data/],
    ['the model is not there', () => ({ 'population-model': files.out('no') }), /no: cannot be read: no such file/],
    [
      'the model is stale',
      () => ({
        'population-model': files.file(
          'stale',
          readFileSync(model, 'utf8').replace('"fileVersion":', '"fileVersion":9')
        )
      }),
      /stale: population: expected version .*learn it anew/
    ],
    ['an option has no value', () => ({ enrol: '' }), /--enrol is missing; see "vigil help score"/],
    ['the seed is no number', () => ({ seed: 'x' }), /--seed must be a whole number from 0, got "x"/],
    ['there are no threads', () => ({ threads: '0' }), /--threads must be a whole number from 1, got "0"/],
    ['an option is unknown', () => ({ trails: 'T.csv' }), /'--trails'.*"vigil help score"/],
    ['populations are two', () => ({ population: enrol }), /--population and --population-model cannot both/]
  ])('because %s: exit 2 with the place, and no result', async (_, wrong, message) => {
    const args = Object.entries({ ...good(), ...wrong() }).map(([name, value]) => `--${name}=${value}`)
    await expect(score(args)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) as string })
    await expect(score(args)).rejects.toMatchObject({ message: expect.not.stringContaining('\n') as string })
    expect(existsSync(files.out('never.csv'))).toBe(false)
  })

  it('because too few people teach: exit 2 with how many are needed', async () => {
    const few = files.file('few.jsonl', jsonLines(teachers().slice(0, 45)))
    const needed = /few\.jsonl: a population needs 20 people .*got 3/
    const out = files.out('few')
    await expect(population(['--population', few, '--out', out])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(needed) as string
    })
    const { 'population-model': _, ...rest } = good()
    const args = Object.entries({ ...rest, population: few }).map(([name, value]) => `--${name}=${value}`)
    await expect(score(args)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(needed) as string })
  })
})

describe('the command line', () => {
  it('runs as a program: data in its file, nothing on standard output, exit 0', async () => {
    const out = files.out('program.csv')
    const table = trials(everyTrial)
    const given = ['--enrol', enrol, '--probes', probes, '--trials', table, '--population-model', model]
    const ended = await vigil(['score', ...given, '--out', out]).ended
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(out, 'utf8')).toBe(await scored(table))
  })

  it('refuses in one line with exit 2', async () => {
    const ended = await vigil(['score', '--enrol', enrol]).ended
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toBe('vigil: --probes is missing; see "vigil help score" (usage)\n')
  })

  it.each(['score', 'population', 'watch'])('helps with %s', async (command) => {
    const { code, stdout, stderr } = await vigil([command, '--help']).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^vigil ${command} --`))
  })
})
