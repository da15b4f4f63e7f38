// Measures how well the engine tells people apart: equal error rates over windows, and the journey in which one person takes over another's
// session. Run: `node --conditions=vigil-source tests/measure/watch.ts [--rounds 5] [--first 1] [--background 100] [--from aalto|trainable|synthetic]`.

import { parseArgs } from 'node:util'
import {
  createEngine,
  createWindowBuilder,
  learnPopulation,
  materialOf,
  streamOf,
  syntheticPopulation,
  windowsOf,
  type Engine,
  type Population,
  type Profile,
  type Recording
} from '../../src/biometrics/index.ts'
import { ratioCost, ratioLosses } from '../../src/evaluation/metrics/calibration.ts'
import { equalErrorRate } from '../../src/evaluation/metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials } from '../../src/evaluation/metrics/trials.ts'
import { addEvidence, alarmModel, noEvidence, parseBudget, riskOf, type AlarmModel } from '../../src/risk/evidence.ts'
import {
  aaltoPeople,
  argumentationPeople,
  hasRecordedPeople,
  samplePeople,
  type RecordedPerson
} from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    first: { type: 'string', default: '1' },
    background: { type: 'string', default: '100' },
    budget: { type: 'string', default: '1/2h' },
    from: { type: 'string', default: 'aalto' }
  }
})

const pairs = 20
const everybody = aaltoPeople()
process.stderr.write(`${hasRecordedPeople ? 'recorded' : 'invented'} people: ${everybody.length}\n`)

interface Round {
  readonly ownersChallenged: number
  readonly strangersChallenged: number
  readonly keystrokes: readonly number[]
  readonly ownerHours: number
  readonly errors: readonly { readonly owner: number[]; readonly stranger: number[] }[]
}

const rounds: Round[] = []
const firstRound = Number(options.first)
for (let round = firstRound; round < firstRound + Number(options.rounds); round++) {
  const people = samplePeople(round, 2 * pairs)
  const started = performance.now()
  const population = populationWithout(people, round)
  const learnt = performance.now()
  rounds.push(play(population, people))
  process.stderr.write(
    `round ${round}: population ${Math.round(learnt - started)} ms, played in ${Math.round(performance.now() - learnt)} ms; ` +
      `innocent maxima ${population.alarms.maxima
        .slice(0, 6)
        .map((one) => one.toFixed(1))
        .join(' ')}, ${population.alarms.hours.toFixed(2)} h\n`
  )
}
report()

/** A hundred other people, those whose typing may ship, or invented ones. */
function populationWithout(people: readonly RecordedPerson[], round: number): Population {
  if (options.from === 'synthetic') return syntheticPopulation(1)
  const teachers =
    options.from === 'trainable'
      ? argumentationPeople()
      : samplePeople(round + 1000, Number(options.background), people)
  return learnPopulation(
    teachers.map(({ recordings }) => materialOf(windowsOf(recordings).slice(0, 32))),
    round
  )
}

function play(population: Population, people: readonly RecordedPerson[]): Round {
  const engine = createEngine(population)
  const model = alarmModel(parseBudget(options.budget), population)
  process.stderr.write(`alarm at ${model.alarm.toFixed(2)}, doubt at ${model.doubt.toFixed(2)}\n`)
  const profiles = people.map(({ recordings }) => engine.enrol(windowsOf(recordings.slice(0, 10))))
  const streams = people.map(({ recordings }) => recordings.slice(10))
  const keystrokes: number[] = []
  let ownersChallenged = 0
  let strangersChallenged = 0
  let ownerMs = 0
  for (let pair = 0; pair < pairs; pair++) {
    const journey = journeyOf(engine, model, profiles[2 * pair]!, streams[2 * pair]!, streams[2 * pair + 1]!)
    ownerMs += journey.ownerMs
    if (journey.ownerChallenged) ownersChallenged++
    if (journey.strangerKeystrokes !== undefined && journey.strangerKeystrokes <= 250) {
      strangersChallenged++
      keystrokes.push(journey.strangerKeystrokes)
    }
  }
  const errors = [1, 2, 3].map((horizon) => scoresAt(engine, profiles, streams, horizon))
  return { ownersChallenged, strangersChallenged, keystrokes, ownerHours: ownerMs / 3_600_000, errors }
}

interface Journey {
  readonly ownerChallenged: boolean
  readonly ownerMs: number
  /** Keystrokes of the stranger until the challenge. */
  readonly strangerKeystrokes: number | undefined
}

/** The owner works, then somebody else goes on in the same session. A challenged owner answers, and the evidence starts anew. */
function journeyOf(
  engine: Engine,
  model: AlarmModel,
  profile: Profile,
  owner: readonly Recording[],
  stranger: readonly Recording[]
): Journey {
  const builder = createWindowBuilder()
  let evidence = noEvidence()
  let origin = 0
  let end = 0
  let typed = 0
  const challenged = (recordings: readonly Recording[]): boolean => {
    typed = 0
    for (const recording of recordings) {
      const { events } = streamOf(recording)
      const first = events[0]?.t ?? 0
      for (const event of events) {
        if (event.type === 0) typed++
        end = origin + event.t - first
        const window = builder.push({ ...event, t: end })
        if (window === undefined) continue
        evidence = addEvidence(evidence, engine.assess(profile, window), model)
        if (riskOf(evidence, model) === 'HIGH') return true
      }
      origin = end + 1000
    }
    return false
  }
  const ownerChallenged = challenged(owner)
  if (ownerChallenged) evidence = noEvidence()
  const ownerMs = end
  origin = end + 1000
  return { ownerChallenged, ownerMs, strangerKeystrokes: challenged(stranger) ? typed : undefined }
}

/** Scores of whole stretches: every owner's, and the first of every other person. */
function scoresAt(
  engine: Engine,
  profiles: readonly Profile[],
  streams: readonly (readonly Recording[])[],
  horizon: number
): { owner: number[]; stranger: number[] } {
  const owner: number[] = []
  const stranger: number[] = []
  const hops = 2 ** horizon
  const windows = streams.map((recordings) => windowsOf(recordings))
  profiles.forEach((profile, target) => {
    windows.forEach((list, other) => {
      for (let last = hops - 1; last < list.length; last += hops) {
        const llr = engine.assess(profile, list[last]!).stretches[horizon]?.llr
        if (llr === undefined) continue
        if (other === target) owner.push(llr)
        else {
          stranger.push(llr)
          break
        }
      }
    })
  })
  return { owner, stranger }
}

function report(): void {
  const sum = (value: (round: Round) => number): number => rounds.reduce((total, round) => total + value(round), 0)
  const tried = pairs * rounds.length
  const all = rounds.flatMap(({ keystrokes }) => keystrokes).sort((a, b) => a - b)
  const lines = [
    ['rounds × pairs', `${rounds.length} × ${pairs}`],
    [
      'owners challenged',
      `${percent(
        sum((one) => one.ownersChallenged),
        tried
      )}  (${rounds.map((one) => one.ownersChallenged).join(' ')})`
    ],
    ['owner hours watched', sum((one) => one.ownerHours).toFixed(2)],
    [
      'strangers challenged within 250',
      `${percent(
        sum((one) => one.strangersChallenged),
        tried
      )}  (${rounds.map((one) => one.strangersChallenged).join(' ')})`
    ],
    ['median keystrokes to challenge', String(all[Math.floor(all.length / 2)] ?? '–')]
  ]
  for (const [i, keystrokes] of [50, 100, 200].entries()) {
    const owner = rounds.flatMap(({ errors }) => errors[i]!.owner)
    const stranger = rounds.flatMap(({ errors }) => errors[i]!.stranger)
    const trials = rankTrials({
      people: 2,
      target: new Int32Array(owner.length + stranger.length),
      prober: Int32Array.from([...owner.map(() => 0), ...stranger.map(() => 1)]),
      score: Float64Array.from([...owner, ...stranger])
    })
    const once = onceEach(2)
    lines.push([
      `global EER at ${keystrokes}`,
      `${(100 * equalErrorRate(curveOf(trials, once))).toFixed(2)} %  (${owner.length} / ${stranger.length}), Cllr ${ratioCost(trials, ratioLosses(trials), once).toFixed(3)}`
    ])
  }
  for (const [name, value] of lines) process.stdout.write(`${name!.padEnd(34)}${value}\n`)
}

function percent(part: number, of: number): string {
  return `${((100 * part) / of).toFixed(1)} %`
}
