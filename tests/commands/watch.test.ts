// `vigil watch`: when the live engine would have challenged.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createEngine,
  createWindowBuilder,
  decodePopulation,
  inputOf,
  type Recording,
  streamOf,
  windowsOfStreams
} from '../../src/biometrics/index.ts'
import { population } from '../../src/commands/population.ts'
import { watch } from '../../src/commands/watch.ts'
import { addEvidence, alarmModel, noEvidence, parseBudget, riskOf } from '../../src/risk/evidence.ts'
import { cellsIn, joined, jsonLines, peopleFiles, targets, teachers } from './people-files.ts'

const files = peopleFiles()
const people = targets(43, 4)
const [ana, ben] = people as [(typeof people)[0], (typeof people)[0]]
const streams = people.map(({ person, later }) => joined(`stream ${person}`, later))

let model: string
let enrol: string

beforeAll(async () => {
  model = files.out('population')
  await population(['--population', files.file('POP.jsonl', jsonLines(teachers())), '--out', model])
  enrol = files.file('E.jsonl', jsonLines(people.flatMap(({ lessons }) => lessons)))
})
afterAll(() => files.remove())

interface Row {
  readonly events: number
  readonly keystrokes: number
  readonly watchedSeconds: number
  /** Event, keystroke and second; empty = never. */
  readonly challenge: readonly string[]
  readonly maxRisk: string
}

async function watched(
  pairs: readonly (readonly string[])[],
  recordings: readonly Recording[],
  ...more: readonly string[]
): Promise<Row[]> {
  const table = files.file('Q.csv', ['target,stream', ...pairs.map((row) => row.join(','))].join('\n'))
  const file = files.file('R.jsonl', jsonLines(recordings))
  const out = files.out('D.csv')
  const given = ['--enrol', enrol, '--streams', file, '--pairs', table, '--out', out, '--population-model', model]
  await watch([...given, '--budget', '1/2h', ...more])
  const [header, ...rows] = cellsIn(readFileSync(out, 'utf8'))
  expect(header!.join(',')).toBe(
    'target,stream,events,keystrokes,watched_seconds,first_challenge_event,first_challenge_keystroke,first_challenge_second,max_risk'
  )
  return rows.map(([, , events, keystrokes, seconds, event, keystroke, second, maxRisk]) => ({
    events: Number(events),
    keystrokes: Number(keystrokes),
    watchedSeconds: Number(seconds),
    challenge: [event!, keystroke!, second!],
    maxRisk: maxRisk!
  }))
}

function keystrokesOf(recording: Recording): number {
  return streamOf(recording).events.filter(({ type }) => type === 0).length
}

const everyPair = people.flatMap((target) => streams.map(({ session }) => [target.person, session]))

describe('a stream', () => {
  it('of a stranger is challenged, of the owner it is not', async () => {
    const rows = await watched(everyPair, streams)
    rows.forEach(({ challenge, maxRisk }, i) => {
      if (i % (people.length + 1) === 0) expect(maxRisk).not.toBe('HIGH')
      else expect({ maxRisk, told: challenge.every((cell) => cell !== '') }).toEqual({ maxRisk: 'HIGH', told: true })
    })
  })

  it('is challenged where the parts of the live engine say so, window by window', async () => {
    const stranger = streams[1]!
    const [row] = await watched([[ana.person, stranger.session]], streams)
    const engine = createEngine(decodePopulation(readFileSync(model)))
    const profile = engine.enrol(windowsOfStreams(ana.lessons.map(inputOf)))
    const alarm = alarmModel(parseBudget('1/2h'), engine.population)
    const builder = createWindowBuilder()
    let evidence = noEvidence()
    const { events } = streamOf(stranger)
    const at = events.findIndex((event) => {
      const window = builder.push(event)
      if (window !== undefined) evidence = addEvidence(evidence, engine.assess(profile, window), alarm)
      return riskOf(evidence, alarm) === 'HIGH'
    })
    const keystrokes = events.slice(0, at + 1).filter(({ type }) => type === 0).length
    expect(row).toMatchObject({ events: events.length, maxRisk: 'HIGH' })
    expect(row!.challenge.slice(0, 2)).toEqual([String(at + 1), String(keystrokes)])
    expect(Number(row!.challenge[2])).toBeCloseTo((events[at]!.t - events[0]!.t) / 1000, 3)
  })

  it('says the same alone and in a batch, in one thread and in two', async () => {
    const batch = await watched(everyPair, streams)
    expect(await watched(everyPair, streams, '--threads', '1')).toEqual(batch)
    expect(await watched([everyPair[1]!], streams)).toEqual([batch[1]])
  })

  it('is challenged later, or not at all, when the budget is tight', async () => {
    const pairs = everyPair.filter((_, i) => i % (people.length + 1) !== 0)
    const keystrokesUntil = (rows: readonly Row[]): number[] =>
      rows.map(({ challenge }) => (challenge[1] === '' ? Infinity : Number(challenge[1])))
    const loose = keystrokesUntil(await watched(pairs, streams, '--budget', '1/1h'))
    const tight = keystrokesUntil(await watched(pairs, streams, '--budget', '1/100000h'))
    tight.forEach((until, i) => expect(until).toBeGreaterThanOrEqual(loose[i]!))
    expect(tight).not.toEqual(loose)
  })

  it('counts held keys as events and not as keystrokes, and leaves long pauses out of the watched time', async () => {
    const stream: Recording = {
      person: 'x',
      session: 'pause',
      kind: 'free',
      events: [
        { t: 1000, type: 'keydown', code: 'KeyA' },
        { t: 1500, type: 'keydown', code: 'KeyA', repeat: true },
        { t: 2000, type: 'keyup', code: 'KeyA' },
        { t: 72_001, type: 'keydown', code: 'KeyB' },
        { t: 132_001, type: 'keyup', code: 'KeyB' }
      ]
    }
    expect(await watched([[ana.person, 'pause']], [stream])).toEqual([
      { events: 5, keystrokes: 2, watchedSeconds: 61, challenge: ['', '', ''], maxRisk: 'LOW' }
    ])
  })

  it('is told by its place in the file, held keys and lost presses included', async () => {
    const stranger = streams[1]!
    const [plain] = await watched([[ana.person, stranger.session]], [stranger])
    const first = stranger.events[0]!.t
    // The press came before the recording: the agent has nothing to say of it, the file has a line.
    const lost = { ...stranger, events: [{ t: first, type: 'keyup', code: 'F1' } as const, ...stranger.events] }
    const [shifted] = await watched([[ana.person, stranger.session]], [lost])
    expect(Number(shifted!.challenge[0])).toBe(Number(plain!.challenge[0]) + 1)
    expect(shifted!.challenge.slice(1)).toEqual(plain!.challenge.slice(1))
    expect(shifted!.events).toBe(plain!.events + 1)
  })
})

describe('a stream without a target', () => {
  // Whole sittings: a session must be long enough to have a beginning.
  const [anas, bens] = [ana, ben].map(({ lessons, later }) => [...lessons, ...later]) as [Recording[], Recording[]]
  const before = anas.slice(0, 6)
  const changed = joined('changed', [...before, ...bens.slice(6)])
  const alone = joined('alone', anas)
  const handedOverAfter = keystrokesOf(joined('before', before))

  it('is challenged after another person took over, and not before', async () => {
    const [row, own] = await watched(
      [
        ['', changed.session],
        ['', alone.session]
      ],
      [changed, alone]
    )
    expect(row!.maxRisk).toBe('HIGH')
    expect(Number(row!.challenge[1])).toBeGreaterThan(handedOverAfter)
    expect(own).toMatchObject({ maxRisk: expect.not.stringMatching('HIGH') as string, challenge: ['', '', ''] })
  })

  it('says the same beside rows that have one', async () => {
    const alonePairs = [['', changed.session]]
    const [row] = await watched(alonePairs, [changed])
    const rows = await watched([[ben.person, changed.session], ...alonePairs], [changed])
    expect(rows[1]).toEqual(row)
    expect(rows[0]).not.toEqual(row)
  })

  it('is too short to be judged before there is a beginning', async () => {
    const short = joined('short', [...anas.slice(0, 1), ...bens.slice(6, 7)])
    expect(await watched([['', 'short']], [short])).toMatchObject([{ maxRisk: 'LOW', challenge: ['', '', ''] }])
  })
})

describe('input that is wrong', () => {
  it.each<[string, readonly (readonly string[])[], readonly string[], RegExp]>([
    [
      'a stream that is not there',
      [[ana.person, 'no']],
      [],
      /Q\.csv: line 2: expected stream to be a session of .*"no"/
    ],
    [
      'a person who is not there',
      [['no', streams[0]!.session]],
      [],
      /Q\.csv: line 2: expected target to be a person of/
    ],
    ['a budget that is none', [[ana.person, streams[0]!.session]], ['--budget', '1/2'], /budget must look like 1\/40h/],
    ['an unknown option', [], ['--probes', 'P'], /'--probes'.*"vigil help watch"/]
  ])('with %s: exit 2', async (_, pairs, more, message) => {
    await expect(watched(pairs, streams, ...more)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message) as string
    })
  })
})
