// Measures how well pointing tells people apart, on recorded people who teach nothing that ships. SapiMouse: half of the people teach, the
// others are tested, several times over. Balabit: the official public labels. Run:
// `node --conditions=vigil-source tests/measure/pointer.ts [--splits 4] [--rows verifier,equal,synthetic,engine,forest] [--sets sapimouse,balabit]`.

import { parseArgs } from 'node:util'
import { estimateOf, drawPeople } from '../../src/evaluation/metrics/bootstrap.ts'
import { areaUnderCurve } from '../../src/evaluation/metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, type Trials } from '../../src/evaluation/metrics/trials.ts'
import { readBalabitPeople, readPeople } from '../../src/evaluation/readers/index.ts'
import { byTime } from '../../src/evaluation/slices.ts'
import { standInFor } from '../../src/evaluation/stand-ins.ts'
import type { RecordedPerson } from '../../src/evaluation/people.ts'
import {
  createEngine,
  enrolRecordings,
  inputOf,
  learnFromRecordings,
  scoreRecording,
  syntheticPopulation,
  windowsOf,
  type Population,
  type Recording
} from '../../src/biometrics/index.ts'
import {
  enrolPointer,
  learnPointerVerifier,
  strangerPointing,
  type PointerVerifierModel
} from '../../src/biometrics/verifiers/pointer-verifier.ts'
import { seededRandom, seedFor, shuffled } from '../../src/biometrics/random.ts'
import { sumStatistics, type Statistics } from '../../src/biometrics/features/statistics.ts'
import { datasets } from '../support/recordings.ts'
import { growForest, strokeRows } from './forest.ts'

const { values: options } = parseArgs({
  options: {
    splits: { type: 'string', default: '4' },
    rows: { type: 'string', default: 'verifier,equal,synthetic,engine,forest' },
    sets: { type: 'string', default: 'sapimouse,balabit' }
  }
})
const rows = new Set(options.rows.split(','))
const fewestEvents = 20
/** Seconds of the pieces of SapiMouse. */
const lengths = [15, 30, 60] as const

/** Scores a piece of input against people enrolled; rises towards "stranger". */
interface Judge {
  enrol(person: string, recordings: readonly Recording[]): (probe: Recording) => number | undefined
}

type MakeJudge = (teachers: readonly RecordedPerson[], seed: number) => Judge | Promise<Judge>

const statistics = new WeakMap<Recording, Statistics[]>()

function hopsOf(recording: Recording): Statistics[] {
  let hops = statistics.get(recording)
  if (hops === undefined) statistics.set(recording, (hops = windowsOf([recording]).map(({ fresh }) => fresh)))
  return hops
}

/** The verifier of pointing alone, without detectors and calibration. */
const verifierOf: MakeJudge = (teachers) =>
  judgeBy(learnPointerVerifier(teachers.map(({ recordings }) => recordings.flatMap(hopsOf)))!)

function judgeBy(model: PointerVerifierModel): Judge {
  return {
    enrol(_, recordings) {
      const place = enrolPointer(model, sumStatistics(recordings.flatMap(hopsOf)))
      return (probe) => strangerPointing(model, place, sumStatistics(hopsOf(probe)))
    }
  }
}

/** Everything: detectors, fusion and calibration. */
const engineOf: MakeJudge = async (teachers, seed) =>
  engineWith(
    await learnFromRecordings(
      teachers.map(({ recordings }) => recordings.map(inputOf)),
      seed
    )
  )

let invented: Population | undefined
/** Everything, with what serves on the first day. */
const syntheticOf: MakeJudge = () => engineWith((invented ??= syntheticPopulation(1)))

function engineWith(population: Population): Judge {
  const engine = createEngine(population)
  return {
    enrol(_, recordings) {
      const profile = enrolRecordings(engine, recordings.map(inputOf))
      return (probe) => scoreRecording(engine, profile, inputOf(probe))
    }
  }
}

const strokes = new WeakMap<Recording, Float64Array[]>()

function strokesOf(recording: Recording): Float64Array[] {
  let own = strokes.get(recording)
  if (own === undefined) strokes.set(recording, (own = strokeRows([recording])))
  return own
}

const mostBackground = 4000

const forestOf: MakeJudge = (teachers, seed) => {
  const random = seededRandom(seedFor(seed, 'background'))
  const all = teachers.flatMap(({ recordings }) => recordings.flatMap(strokesOf))
  const background = shuffled(all, random).slice(0, mostBackground)
  return {
    enrol(person, recordings) {
      const own = shuffled(recordings.flatMap(strokesOf), random).slice(0, mostBackground)
      const forest = growForest(own, background, seededRandom(seedFor(seed, person)))
      return (probe) => forest.score(strokesOf(probe))
    }
  }
}

if (options.sets.includes('sapimouse')) await measureSapiMouse()
if (options.sets.includes('balabit')) await measureBalabit()

async function measureSapiMouse(): Promise<void> {
  const people = readPeople(datasets, 'sapimouse')
  const equal = people.map((person) => standInFor('grain-equalised', person, 1))
  const methods: [string, MakeJudge, readonly RecordedPerson[]][] = [
    ['verifier', verifierOf, people],
    ['equal', verifierOf, equal],
    ['engine', engineOf, people],
    ['synthetic', syntheticOf, people],
    ['forest', forestOf, people]
  ]
  const found = new Map<string, Trials[][]>()
  for (const [name, make, set] of methods.filter(([row]) => rows.has(row))) {
    const splits: Trials[][] = []
    for (let seed = 1; seed <= Number(options.splits); seed++) splits.push(await playSplit(make, set, seed))
    found.set(name, splits)
    lengths.forEach((seconds, i) => report(`SapiMouse-${seconds} ${name}`, pickLength(splits, i), people.length))
  }
  const [own, simple] = [found.get('verifier'), found.get('forest')]
  if (own === undefined || simple === undefined) return
  lengths.forEach((seconds, i) =>
    reportGain(`SapiMouse-${seconds}`, pickLength(own, i), pickLength(simple, i), people.length)
  )
}

function pickLength(splits: readonly (readonly Trials[])[], length: number): Trials[] {
  return splits.map((trials) => trials[length]!)
}

/** The trials of one division of the people, by length of the pieces. */
async function playSplit(make: MakeJudge, people: readonly RecordedPerson[], seed: number): Promise<Trials[]> {
  const order = shuffled(
    people.map((person, number) => ({ ...person, number })),
    seededRandom(seedFor(seed, 'halves'))
  )
  const half = Math.ceil(order.length / 2)
  const judge = await make(order.slice(0, half), seed)
  const tested = order.slice(half)
  const enrolled = tested.map(({ person, recordings }) =>
    judge.enrol(
      person,
      recordings.filter(({ session }) => session.endsWith('_3min'))
    )
  )
  return lengths.map((seconds) => {
    const trials = gatherTrials(people.length)
    for (const { number, recordings } of tested) {
      for (const recording of recordings.filter(({ session }) => session.endsWith('_1min'))) {
        for (const piece of byTime(recording, seconds * 1000)) {
          if (piece.events.length < fewestEvents) continue
          tested.forEach((target, i) => trials.add(target.number, number, enrolled[i]!(piece)))
        }
      }
    }
    return trials.done()
  })
}

async function measureBalabit(): Promise<void> {
  const { training, tests } = readBalabitPeople(datasets)
  const others = readPeople(datasets, 'sapimouse')
  const methods: [string, MakeJudge, readonly RecordedPerson[]][] = [
    ['verifier', verifierOf, []],
    ['verifier', verifierOf, others],
    ['engine', engineOf, others],
    ['synthetic', syntheticOf, []],
    ['forest', forestOf, []]
  ]
  const found: Trials[] = []
  for (const [name, make, more] of methods.filter(([row]) => rows.has(row))) {
    const trials = gatherTrials(training.length)
    for (const [target, { person, recordings }] of training.entries()) {
      // Who the intruders are is not known; the other people of the set are background, as far as the labels let one choose.
      const judge = await make([...training.filter((other) => other.person !== person), ...more], 1)
      const score = judge.enrol(person, recordings)
      for (const { owner, recording, illegal } of tests) {
        if (owner === person) trials.add(target, illegal ? -1 : target, score(recording))
      }
    }
    const done = trials.done()
    found.push(done)
    report(`Balabit ${name}, background: the others${more.length > 0 ? ' and SapiMouse' : ''}`, [done], training.length)
  }
  if (rows.has('verifier') && rows.has('forest')) reportGain('Balabit', [found[0]!], [found.at(-1)!], training.length)
}

function gatherTrials(people: number): {
  add(target: number, prober: number, score: number | undefined): void
  done(): Trials
} {
  const target: number[] = []
  const prober: number[] = []
  const score: number[] = []
  return {
    add(whose, by, value) {
      target.push(whose)
      prober.push(by)
      score.push(value ?? Number.NaN)
    },
    done: () => ({
      people,
      target: Int32Array.from(target),
      prober: Int32Array.from(prober),
      score: Float64Array.from(score)
    })
  }
}

/** Mean over divisions of the area under the curve, for the people as they are and for each drawing of them. */
function areas(splits: readonly Trials[], people: number): { value: number; draws: number[]; scored: number } {
  const ranked = splits.map(rankTrials)
  const area = (weights: Float64Array): number => {
    const known = ranked.map((trials) => areaUnderCurve(curveOf(trials, weights))).filter((one) => Number.isFinite(one))
    return known.reduce((sum, one) => sum + one, 0) / known.length
  }
  return {
    value: area(onceEach(people)),
    draws: drawPeople(people, { replicates: 400 }).map(area),
    scored: Math.min(...ranked.map(({ scored }) => scored))
  }
}

function report(name: string, splits: readonly Trials[], people: number): void {
  const { value, draws, scored } = areas(splits, people)
  const { low, high } = estimateOf(value, draws)
  process.stdout.write(
    `${name.padEnd(56)} AUC ${value.toFixed(4)}  ${low.toFixed(3)}–${high.toFixed(3)}  scored ${scored.toFixed(4)}\n`
  )
}

function reportGain(name: string, own: readonly Trials[], simple: readonly Trials[], people: number): void {
  const a = areas(own, people)
  const b = areas(simple, people)
  const { value, low, high } = estimateOf(
    a.value - b.value,
    a.draws.map((draw, i) => draw - b.draws[i]!)
  )
  process.stdout.write(
    `${`${name} gain over the forest`.padEnd(56)}     ${value.toFixed(4)}  ${low.toFixed(3)}–${high.toFixed(3)}\n`
  )
}
