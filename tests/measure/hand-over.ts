// Measures sessions without a profile: each person's whole sitting alone, and their first sentences followed by another person's, held against
// the session's own beginning by the judge of live sessions. Run:
// `node --conditions=vigil-source tests/measure/hand-over.ts [--people 300] [--budgets 1/2h,1/40h] [--population FILE]`.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  createEngine,
  createWindowBuilder,
  decodePopulation,
  streamOf,
  type Recording
} from '../../src/biometrics/index.ts'
import type { Estimate } from '../../src/evaluation/metrics/bootstrap.ts'
import { binomialShare, poissonRate } from '../../src/evaluation/metrics/rare-events.ts'
import { judgeAgainst, judgementOf, type Judgement } from '../../src/watch/judge.ts'
import { parseBudget } from '../../src/risk/evidence.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { aaltoPeople } from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: {
    population: { type: 'string' },
    people: { type: 'string', default: '300' },
    budgets: { type: 'string', default: '1/2h,1/40h' }
  }
})

/** Sentences of the first typist, and within how many keystrokes the next one must be noticed. */
const sentencesBefore = 5
const mostKeystrokes = 250
/** How far along the list the next typist is found. */
const next = 7
const hour = 3_600_000

const engine = createEngine(
  options.population ? decodePopulation(readFileSync(options.population)) : shippedPopulation()
)
const people = aaltoPeople()
  .filter((_, i) => i % 2 === 1)
  .slice(0, Number(options.people))

for (const budget of options.budgets.split(',')) measure(budget)

function measure(budget: string): void {
  const judgement = judgementOf(engine, parseBudget(budget))
  const own = people.map(({ recordings }) => played(judgement, recordings))
  const ownChallenged = own.filter(({ challenges }) => challenges.length > 0).length
  let early = 0
  const until: (number | undefined)[] = []
  people.forEach(({ recordings }, i) => {
    const before = recordings.slice(0, sentencesBefore)
    const after = people[(i + next) % people.length]!.recordings.slice(sentencesBefore)
    const { challenges } = played(judgement, [...before, ...after])
    const changedAt = keystrokesOf(before)
    const [first] = challenges
    // A needless challenge says nothing about who came after it.
    if (first !== undefined && first <= changedAt) early++
    else until.push(first === undefined ? undefined : first - changedAt)
  })
  const noticed = until.flatMap((keystrokes) =>
    keystrokes === undefined || keystrokes > mostKeystrokes ? [] : [keystrokes]
  )
  const sum = noticed.reduce(
    (total, keystrokes) => total + keystrokes,
    mostKeystrokes * (until.length - noticed.length)
  )
  const hours = own.reduce((total, { ms }) => total + ms, 0) / hour
  const alarms = own.reduce((total, { challenges }) => total + challenges.length, 0)
  print(`${budget}: alarm at`, judgement.handOverAlarm.alarm.toFixed(2))
  print('  owners challenged', percent(binomialShare(ownChallenged, people.length)))
  print('  needless challenges an hour', rate(poissonRate(alarms, hours)))
  print('  challenged before the change', `${early} of ${people.length}`)
  print(`  strangers challenged within ${mostKeystrokes}`, percent(binomialShare(noticed.length, until.length)))
  print('  mean keystrokes, a miss the most', (sum / until.length).toFixed(0))
}

/** Keystrokes (from 1) of the challenges, the session beginning anew after each, and how long it took. A second lies between recordings. */
function played(judgement: Judgement, recordings: readonly Recording[]): { challenges: number[]; ms: number } {
  const builder = createWindowBuilder()
  const challenges: number[] = []
  let judge = judgeAgainst(judgement, undefined)
  let keystrokes = 0
  let origin = 0
  for (const recording of recordings) {
    const { events } = streamOf(recording)
    const shift = origin - (events[0]?.t ?? 0)
    for (const event of events) {
      if (event.type === 0) keystrokes++
      const moved = { ...event, t: event.t + shift }
      if (judge.push(moved, builder.push(moved)) !== 'HIGH') continue
      challenges.push(keystrokes)
      judge = judgeAgainst(judgement, undefined)
    }
    origin = (events.at(-1)?.t ?? 0) + shift + 1000
  }
  return { challenges, ms: origin }
}

function keystrokesOf(recordings: readonly Recording[]): number {
  return recordings.flatMap((recording) => streamOf(recording).events).filter(({ type }) => type === 0).length
}

function percent({ value, low, high }: Estimate): string {
  return `${(100 * value).toFixed(1)} % (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`
}

function rate({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(40)}${value}\n`)
}
