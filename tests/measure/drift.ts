// Measures what learning over time is worth for owners whose hands change slowly: not learning, learning sums alone, and learning what the
// sequence encoder read as well. Run: `node --conditions=vigil-source tests/measure/drift.ts [--people 40] [--seed 1] [--days 40]
// [--budget 1/2h]`.

import { parseArgs } from 'node:util'
import {
  concludeVisit,
  createEngine,
  lineageOf,
  noCourse,
  windowsOf,
  type EnrolledPerson,
  type Learner,
  type Profile,
  type Recording
} from '../../src/biometrics/index.ts'
import { seedFor } from '../../src/biometrics/random.ts'
import { equalErrorRate } from '../../src/evaluation/metrics/error-rates.ts'
import { drawPeople } from '../../src/evaluation/metrics/bootstrap.ts'
import { curveOf, onceEach, rankTrials, type Trials, type Weights } from '../../src/evaluation/metrics/trials.ts'
import { alarmModel, parseBudget } from '../../src/risk/evidence.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { sessionOf, sitting } from '../support/learning-life.ts'
import { hasRecordedPeople, samplePeople } from '../support/recordings.ts'
import { typists } from '../support/retimed.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '40' },
    budget: { type: 'string', default: '1/2h' }
  }
})
const seed = Number(options.seed)
const days = Number(options.days)
const people = typists(samplePeople(seed, Number(options.people)))
const population = shippedPopulation()
const engine = createEngine(population)
const alarm = alarmModel(parseBudget(options.budget), population)
const visitKeystrokes = 400
const sittingKeystrokes = 200
const sittings = 5
const strangersEach = 8

/** Logarithms by which holds and gaps are longer at the end. */
const changes = {
  unchanged: { hold: 0, gap: 0 },
  'slower by 15 %': { hold: Math.log(1.15), gap: Math.log(1.15) },
  'holds longer by 20 %': { hold: Math.log(1.2), gap: 0 }
} as const

/** What stays of a lesson; undefined = nothing is learnt. */
const ways: Readonly<Record<string, ((profile: Profile) => Profile) | undefined>> = {
  'not learning': undefined,
  'sums alone': ({ person }) => engine.derive(withoutEmbeddings(person)),
  'with the encoder': (profile) => profile
}

process.stderr.write(`${hasRecordedPeople ? 'recorded' : 'invented'} people: ${people.length}\n`)
const draws = drawPeople(people.length, { replicates: 500 })
for (const [change, slow] of Object.entries(changes)) {
  const rates = Object.entries(ways).map(([way, keep]) => {
    const lives = people.map(({ person, recordings }) => liveOn(recordings, slow, seedFor(seed, person), keep))
    const trials = trialsOf(
      lives.map(({ profile }) => profile),
      slow
    )
    const curve = curveOf(rankTrials(trials.scored), onceEach(people.length))
    const challenged = trials.challenged / (people.length * sittings)
    const learnt = lives.reduce((sum, life) => sum + life.lessons, 0) / (people.length * days)
    process.stdout.write(
      `${change}, ${way}: EER ${percent(equalErrorRate(curve))}, owners challenged ${percent(challenged)}, ` +
        `mean ratio of owners ${trials.owners.toFixed(2)}, days learnt ${percent(learnt)}\n`
    )
    return rateUnder(trials.scored)
  })
  const [, alone, read] = rates
  const differences = draws.map((weights) => alone!(weights) - read!(weights)).sort((a, b) => a - b)
  process.stdout.write(
    `  EER lower with the encoder than with sums alone by ${percent(alone!(onceEach(people.length)) - read!(onceEach(people.length)))}` +
      ` (${percent(differences[12]!)} to ${percent(differences[487]!)})\n`
  )
}

interface Life {
  readonly profile: Profile
  readonly lessons: number
}

/** Enrolled on eight sentences; a visit a day, drawn from four others, changing evenly. */
function liveOn(
  recordings: readonly Recording[],
  slow: { readonly hold: number; readonly gap: number },
  own: number,
  keep: ((profile: Profile) => Profile) | undefined
): Life {
  const enrolled = engine.enrol(windowsOf(recordings.slice(0, 8)))
  if (keep === undefined) return { profile: enrolled, lessons: 0 }
  let learner: Learner = { profile: enrolled, lineage: lineageOf(enrolled), course: noCourse }
  let lessons = 0
  for (let day = 0; day < days; day++) {
    const share = (day + 1) / days
    const bend = { hold: share * slow.hold, gap: share * slow.gap }
    const session = sessionOf(recordings.slice(8, 12), visitKeystrokes, own + day, bend)
    const { highest, visit } = sitting(engine, alarm, learner.profile, session)
    const { course, outcome } = concludeVisit(engine, learner, visit, { day, calm: highest === 'LOW' })
    learner = { ...learner, course }
    if (typeof outcome === 'string') continue
    lessons++
    learner = { ...learner, lineage: outcome.lineage, profile: keep(outcome.profile) }
  }
  return { profile: learner.profile, lessons }
}

/** Sittings of changed owners, and of strangers as they are, from sentences that nothing was learnt from. */
function trialsOf(
  profiles: readonly Profile[],
  slow: { readonly hold: number; readonly gap: number }
): { readonly scored: Trials; readonly challenged: number; readonly owners: number } {
  const targets: number[] = []
  const probers: number[] = []
  const scores: number[] = []
  let challenged = 0
  let owners = 0
  profiles.forEach((profile, target) => {
    const judge = (prober: number, trial: number, bend?: { readonly hold: number; readonly gap: number }): void => {
      const { person, recordings } = people[prober]!
      const session = sessionOf(recordings.slice(12), sittingKeystrokes, seedFor(seed + 1000 + trial, person), bend)
      const { llr } = engine.assessWhole(profile, windowsOf(session))
      targets.push(target)
      probers.push(prober)
      scores.push(llr ?? 0)
      if (prober !== target) return
      owners += llr ?? 0
      if (sitting(engine, alarm, profile, session).highest === 'HIGH') challenged++
    }
    for (let trial = 0; trial < sittings; trial++) judge(target, trial, slow)
    for (let step = 1; step <= strangersEach; step++) judge((target + step) % people.length, 0)
  })
  const scored = {
    people: people.length,
    target: Int32Array.from(targets),
    prober: Int32Array.from(probers),
    score: Float64Array.from(scores)
  }
  return { scored, challenged, owners: owners / (people.length * sittings) }
}

function rateUnder(trials: Trials): (weights: Weights) => number {
  const ranked = rankTrials(trials)
  return (weights) => equalErrorRate(curveOf(ranked, weights))
}

function withoutEmbeddings({ rows, hops, hopMs, typed }: EnrolledPerson): EnrolledPerson {
  return { rows, hops, hopMs, typed }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
