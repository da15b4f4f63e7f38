// Balabit: too few people to be divided, so that everybody but the target teaches.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syntheticRecordings, type RecordedEvent, type Recording } from '../../src/biometrics/index.ts'
import { openData } from '../../src/evaluation/data-folder.ts'
import { joinTrials, type Trials } from '../../src/evaluation/metrics/trials.ts'
import { planRuns } from '../../src/evaluation/plan.ts'
import { teachersOf } from '../../src/evaluation/populations.ts'
import { verificationProtocols } from '../../src/evaluation/verification.ts'
import { createWorkshop } from '../../src/evaluation/work.ts'

const [one, two] = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'vigil-background-'))) as [string, string]
const pointerColumns = 'user,session,t_ms,button,state,x,y'
/** `user1` to `user18` on a web page, three others by the same names at a remote desktop. */
const sapimouse = invented(41, 18)
const desktop = invented(42, 3)
beforeAll(() => {
  writeBalabit(one, desktop)
  writeSapiMouse(one, 18)
  writeBalabit(two, invented(43, 2))
  writeSapiMouse(two, 2)
})
afterAll(() => [one, two].forEach((folder) => rmSync(folder, { recursive: true })))

const { teaching } = verificationProtocols.find(({ id }) => id === 'Balabit')!
if (teaching.from === 'shipped') throw new Error('Balabit has teachers')

describe('the background of Balabit', () => {
  it('is everybody of SapiMouse and everybody of Balabit but the target, a namesake of the target too', () => {
    const data = openData({ data: one, seed: 1 })
    const background = data.background('sapimouse')
    expect(background).toHaveLength(18)
    const [first, second, third] = data.balabit().training
    expect(teachersOf(data, teaching, 'user1')).toEqual([...background, second, third])
    expect(teachersOf(data, teaching, 'user3')).toEqual([...background, first, second])
    expect(background.some(({ person }) => person === 'user1')).toBe(true)
  })

  it('holds training sessions only', () => {
    const data = openData({ data: one, seed: 1 })
    const tested = new Set(data.balabit().tests.map(({ recording }) => recording.session))
    const taught = teachersOf(data, teaching).flatMap(({ recordings }) => recordings.map(({ session }) => session))
    expect(tested.size).toBe(6)
    expect(taught.filter((session) => tested.has(session))).toEqual([])
  })

  it('comes from the folder of teachers when there is one: nobody who is tested is in it', () => {
    const data = openData({ data: one, populationData: two, seed: 1 })
    const there = openData({ data: two, seed: 1 })
    expect(teachersOf(data, teaching)).toEqual([...there.background('sapimouse'), ...there.balabit().training])
    const alone = openData({ data: two, populationData: one, seed: 1 })
    rmSync(join(one, 'balabit-mouse'), { recursive: true })
    expect(teachersOf(alone, teaching)).toEqual(alone.background('sapimouse'))
    writeBalabit(one, desktop)
  })

  it('is wide enough with twenty people besides the target; with fewer the population that ships serves', () => {
    const planned = (data: string): string[] =>
      planRuns(openData({ data, seed: 1 }), { only: ['Balabit'], shippedOnly: false, ablation: false }).map(
        ({ id }) => id
      )
    expect(planned(one)).toEqual(['Balabit'])
    expect(planned(two)).toEqual(['Balabit/shipped'])
    writeSapiMouse(one, 17)
    expect(planned(one)).toEqual(['Balabit/shipped'])
    writeSapiMouse(one, 18)
  })

  it('is learnt anew for each target, the same however the targets are shared out', async () => {
    const verify = createWorkshop({ data: one, seed: 1 })
    const trialsOf = async (index: number, of: number): Promise<Trials> =>
      (await verify({
        name: 'verify',
        protocol: 'Balabit',
        standIn: undefined,
        population: { teaching },
        share: { index, of }
      })) as Trials
    const whole = await trialsOf(0, 1)
    expect([...whole.target]).toEqual([0, 0, 1, 1, 2, 2])
    expect([...whole.prober]).toEqual([0, -1, 1, -1, 2, -1])
    expect(whole.score.every(Number.isFinite)).toBe(true)
    const shared = joinTrials([await trialsOf(0, 4), await trialsOf(1, 4), await trialsOf(2, 4), await trialsOf(3, 4)])
    expect(shared).toEqual(whole)
  }, 120_000)
})

/** Four sessions each. */
function invented(seed: number, people: number): Recording[][] {
  const recordings = syntheticRecordings(seed, people, { sessions: 4, keystrokes: 0, strokes: 40 })
  return Array.from({ length: people }, (_, n) =>
    recordings.slice(4 * n, 4 * n + 4).map((recording, session) => ({
      ...recording,
      person: `user${n + 1}`,
      session: `${seed}-${session}`
    }))
  )
}

function writeSapiMouse(folder: string, people: number): void {
  const rows = sapimouse.slice(0, people).flatMap((own) => own.flatMap(rowsOf))
  table(join(folder, 'sapimouse/sapimouse.csv.gz'), pointerColumns, rows)
}

/** Two sessions of each teach, the third is tested, the fourth is tested as somebody else's. */
function writeBalabit(folder: string, people: readonly Recording[][]): void {
  const set = join(folder, 'balabit-mouse')
  table(
    join(set, 'training.csv.gz'),
    pointerColumns,
    people.flatMap((own) => own.slice(0, 2).flatMap(rowsOf))
  )
  const tests = people.flatMap((own, n) => {
    const { person } = people[(n + 1) % people.length]![0]!
    return [own[2]!, { ...own[3]!, person }]
  })
  table(join(set, 'test.csv.gz'), pointerColumns, tests.flatMap(rowsOf))
  const labels = tests.map(({ person, session }, i) => `${person},${session},${i % 2}`)
  table(join(set, 'labels.csv.gz'), 'user,session,is_illegal', labels)
}

function rowsOf({ person, session, events }: Recording): string[] {
  return events.flatMap((event) => {
    const cells = stateOf(event)
    return cells === undefined ? [] : [`${person},${session},${Math.round(event.t)},${cells}`]
  })
}

function stateOf(event: RecordedEvent): string | undefined {
  if (!('x' in event)) return undefined
  const place = `${event.x},${event.y}`
  switch (event.type) {
    case 'mousemove':
      return `NoButton,Move,${place}`
    case 'mousedown':
      return `Left,Pressed,${place}`
    case 'mouseup':
      return `Left,Released,${place}`
    default:
      return `Scroll,Down,${place}`
  }
}

function table(file: string, columns: string, rows: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, gzipSync(`${[columns, ...rows].join('\n')}\n`))
}
