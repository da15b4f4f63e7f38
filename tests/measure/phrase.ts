// Measures what a typed phrase tells: recorded people are enrolled on their first sentences, and held, with strangers, to so many keystrokes typed later in
// the same sitting. Once for everybody, and once for those whom the watch had come to doubt in the sentences between, as it would be asked. Run:
// `node --conditions=vigil-source tests/measure/phrase.ts [--people 300] [--keystrokes 60,80,100,130,160] [--population FILE]`.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  createEngine,
  createWindowBuilder,
  decodePopulation,
  inputOf,
  type Recording
} from '../../src/biometrics/index.ts'
import { engineMatcher } from '../../src/evaluation/engine-matcher.ts'
import { drawPeople, estimateOf } from '../../src/evaluation/metrics/bootstrap.ts'
import { byKeystrokes, joined } from '../../src/evaluation/slices.ts'
import { judgeAgainst, judgementOf } from '../../src/watch/judge.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { parseBudget } from '../../src/risk/evidence.ts'
import { aaltoPeople } from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '300' },
    keystrokes: { type: 'string', default: '60,80,100,130,160' },
    owner: { type: 'string', default: '-3,-2.5,-2,-1.5,-1,-0.5' },
    stranger: { type: 'string', default: '0.5,1,1.5,2,3' },
    budget: { type: 'string', default: '1/40h' },
    population: { type: 'string' }
  }
})

/** Enrolled on the sentences before the first, watched on those before the second, asked for a phrase on those that follow. */
const firstWatched = 8
const firstAsked = 11
const enrolKeystrokes = 300
const strangersEach = 20

const population = options.population ? decodePopulation(readFileSync(options.population)) : shippedPopulation()
const engine = createEngine(population)
const judgement = judgementOf(engine, parseBudget(options.budget))
const { enrol, score } = engineMatcher(engine)
const lengths = options.keystrokes.split(',').map(Number)
const people = typists(Number(options.people))
const profiles = people.map(({ lesson }) => enrol([lesson]))
const draws = drawPeople(people.length, { replicates: 300 })
const phrases = new Map<string, Recording>()
const trials = people.flatMap((_, target) =>
  Array.from({ length: strangersEach + 1 }, (_unused, step) => {
    const typist = (target + step) % people.length
    return { target, typist, own: step === 0, level: levelOf(target, typist) }
  })
)
const doubted = trials.filter(({ level }) => level === 'MEDIUM')
process.stdout.write(
  `${people.length} people; doubted: ${count(doubted, true)} owners, ${count(doubted, false)} strangers\n`
)
for (const keystrokes of lengths) {
  const scored = trials.map((trial) => ({
    ...trial,
    llr: score(profiles[trial.target]!, phraseOf(trial.typist, keystrokes)) ?? 0
  }))
  process.stdout.write(
    `\n${keystrokes} keystrokes\n  at      owners               strangers            doubted owners       doubted strangers\n`
  )
  const columns = [
    scored.filter(({ own }) => own),
    scored.filter(({ own }) => !own),
    scored.filter(({ own, level }) => own && level === 'MEDIUM'),
    scored.filter(({ own, level }) => !own && level === 'MEDIUM')
  ]
  const row = (name: string, is: (llr: number) => boolean): void => {
    process.stdout.write(`  ${name.padEnd(8)}${columns.map((column) => share(column, is).padEnd(21)).join('')}\n`)
  }
  for (const at of options.owner.split(',').map(Number)) row(`<= ${at}`, (llr) => llr <= at)
  for (const at of options.stranger.split(',').map(Number)) row(`>= ${at}`, (llr) => llr >= at)
}

interface Typist {
  readonly lesson: Recording
  readonly watched: Recording
  readonly asked: Recording
}

/** People who typed enough for a profile and for the longest phrase. */
function typists(most: number): readonly Typist[] {
  const able: Typist[] = []
  for (const { person, recordings } of aaltoPeople()) {
    const lesson = joined(recordings.slice(0, firstWatched), `${person} lesson`)
    const watched = joined(recordings.slice(firstWatched, firstAsked), `${person} watched`)
    const asked = joined(recordings.slice(firstAsked), `${person} asked`)
    const enough =
      byKeystrokes(lesson, enrolKeystrokes).length > 0 && byKeystrokes(asked, Math.max(...lengths)).length > 0
    if (enough) able.push({ lesson, watched, asked })
    if (able.length === most) break
  }
  return able
}

function phraseOf(typist: number, keystrokes: number): Recording {
  const known = phrases.get(`${typist} ${keystrokes}`) ?? byKeystrokes(people[typist]!.asked, keystrokes)[0]!
  phrases.set(`${typist} ${keystrokes}`, known)
  return known
}

/** What the watch said last. */
function levelOf(target: number, typist: number): string {
  const judge = judgeAgainst(judgement, profiles[target]!.session)
  const builder = createWindowBuilder()
  let level = 'LOW'
  for (const event of inputOf(people[typist]!.watched).events) level = judge.push(event, builder.push(event))
  return level
}

function count(some: typeof trials, own: boolean): number {
  return some.filter((trial) => trial.own === own).length
}

/** With 95 % by the bootstrap over people. */
function share(column: readonly { target: number; llr: number }[], is: (llr: number) => boolean): string {
  const all = new Float64Array(people.length)
  const those = new Float64Array(people.length)
  for (const { target, llr } of column) {
    all[target]!++
    if (is(llr)) those[target]!++
  }
  const rate = (weights: ArrayLike<number>): number => {
    let [sum, of] = [0, 0]
    for (let i = 0; i < people.length; i++) {
      sum += weights[i]! * those[i]!
      of += weights[i]! * all[i]!
    }
    return sum / of
  }
  const { value, low, high } = estimateOf(
    rate(new Float64Array(people.length).fill(1)),
    draws.map(rate).filter(Number.isFinite)
  )
  const percent = (part: number): string => (100 * part).toFixed(1)
  return `${percent(value)} % (${percent(low)}-${percent(high)})`
}
