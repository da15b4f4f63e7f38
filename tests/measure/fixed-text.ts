// Measures how well a typed secret tells people apart: the CMU password, judged with what is learnt from BKSD (what ships), with other people
// who typed the same password, and by scaled Manhattan. Run: `node --conditions=vigil-source tests/measure/fixed-text.ts`.

import {
  enrolFixedText,
  fixedTextJudge,
  learnFixedText,
  type FixedTextJudge,
  type FixedTextModel,
  type Repetition
} from '../../src/biometrics/fixed-text/index.ts'
import { shuffled, seededRandom } from '../../src/biometrics/random.ts'
import { drawPeople, estimateOf, type Estimate } from '../../src/evaluation/metrics/bootstrap.ts'
import { ratioCost, ratioLosses } from '../../src/evaluation/metrics/calibration.ts'
import { equalErrorRate } from '../../src/evaluation/metrics/error-rates.ts'
import {
  curveOf,
  joinTrials,
  onceEach,
  rankTrials,
  trialsByTarget,
  type Trials,
  type Weights
} from '../../src/evaluation/metrics/trials.ts'
import { strongPasswordTypists, trainableTypists } from '../support/fixed-text-people.ts'

type Typist = readonly Repetition[]
type Enrol = (own: Typist, others: readonly Typist[]) => FixedTextJudge

interface Protocol {
  readonly name: string
  readonly enrolled: number
  /** The owner's repetitions from here to there. */
  readonly own: readonly [number, number]
  readonly strangers: readonly number[]
}

const novice = [0, 1, 2, 3, 4]
const practised = [20, 90, 170, 260, 340]
const protocols: readonly Protocol[] = [
  { name: 'CMU-200', enrolled: 200, own: [200, 400], strangers: novice },
  { name: 'CMU-10', enrolled: 10, own: [200, 400], strangers: novice },
  { name: 'first 10, later sessions', enrolled: 10, own: [50, 400], strangers: novice },
  { name: 'first 10, second session', enrolled: 10, own: [50, 100], strangers: novice },
  { name: 'CMU-200, practised strangers', enrolled: 200, own: [200, 400], strangers: practised },
  { name: 'first 10, second session, practised', enrolled: 10, own: [50, 100], strangers: practised }
]

const people = strongPasswordTypists()
const shipped = learnt(trainableTypists())
const order = shuffled(Array.from(people.keys()), seededRandom(1))
const halves = [0, 1].map((parity) => order.filter((_person, i) => i % 2 === parity))
const learntFromHalf = halves.map((half) => learnt(half.map((person) => [people[person]!])))

for (const protocol of protocols) {
  process.stdout.write(`\n${protocol.name}\n`)
  const manhattan = trialsOf(protocol, everybody(), () => scaledManhattan)
  report('scaled Manhattan', manhattan)
  report(
    'what ships',
    trialsOf(
      protocol,
      everybody(),
      withModel(() => shipped)
    ),
    manhattan
  )
  // Each half is tested with the other as its population; strangers come from the half that is tested.
  const simple = trialsOf(protocol, halves, () => scaledManhattan)
  report('scaled Manhattan, by halves', simple)
  report(
    'what ships, by halves',
    trialsOf(
      protocol,
      halves,
      withModel(() => shipped)
    ),
    simple
  )
  report(
    'what ships and the other half',
    trialsOf(
      protocol,
      halves,
      withModel(() => shipped, true)
    ),
    simple
  )
  const own = withModel((half) => learntFromHalf[1 - half]!, true)
  report('learnt from the other half', trialsOf(protocol, halves, own), simple)
}

function learnt(typists: readonly (readonly Typist[])[]): FixedTextModel {
  const started = performance.now()
  const model = learnFixedText(typists, 1)
  if (model === undefined) throw new RangeError('too few people to learn from')
  const sizes = model.company.map(({ repetitions }) => repetitions).join(' ')
  process.stderr.write(`${typists.length} people in ${Math.round(performance.now() - started)} ms; company ${sizes}\n`)
  return model
}

function everybody(): readonly (readonly number[])[] {
  return [Array.from(people.keys())]
}

function withModel(modelFor: (half: number) => FixedTextModel, together = false): (half: number) => Enrol {
  return (half) => (own, others) => fixedTextJudge(modelFor(half), enrolFixedText(own, together ? others : [])!)
}

function trialsOf(
  protocol: Protocol,
  groups: readonly (readonly number[])[],
  enrolFor: (group: number) => Enrol
): Trials {
  return joinTrials(
    groups.map((group, number) => {
      const others = Array.from(people.keys()).filter((person) => !group.includes(person))
      const rows = group.flatMap((target) => {
        const judge = enrolFor(number)(
          people[target]!.slice(0, protocol.enrolled),
          others.map((person) => people[person]!)
        )
        return group.flatMap((prober) => {
          const tried =
            prober === target
              ? people[prober]!.slice(...protocol.own)
              : protocol.strangers.map((repetition) => people[prober]![repetition]!)
          return tried.map((repetition) => ({ target, prober, score: judge(repetition) ?? Number.NaN }))
        })
      })
      return {
        people: people.length,
        target: Int32Array.from(rows, (row) => row.target),
        prober: Int32Array.from(rows, (row) => row.prober),
        score: Float64Array.from(rows, (row) => row.score)
      }
    })
  )
}

/** Killourhy and Maxion (DSN 2009), §4: mean absolute deviation per timing, on milliseconds. */
function scaledManhattan(own: Typist): FixedTextJudge {
  const rows = own.map(millisecondsOf)
  const width = rows[0]!.length
  const mean = Array.from({ length: width }, (_, i) => average(rows.map((row) => row[i]!)))
  const scale = mean.map((value, i) => Math.max(average(rows.map((row) => Math.abs(row[i]! - value))), 1))
  return (repetition) => average(millisecondsOf(repetition).map((value, i) => Math.abs(value - mean[i]!) / scale[i]!))
}

function millisecondsOf({ pressMs, holdMs }: Repetition): readonly number[] {
  const gaps = Array.from(pressMs.subarray(1), (press, i) => press - pressMs[i]!)
  return [...holdMs, ...gaps, ...gaps.map((gap, i) => gap - holdMs[i]!)]
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

interface Rates {
  (weights: Weights): { readonly global: number; readonly perPerson: number }
}

function ratesOf(trials: Trials): Rates {
  const all = rankTrials(trials)
  const each = trialsByTarget(trials).map(rankTrials)
  return (weights) => {
    let sum = 0
    let counted = 0
    each.forEach((own, target) => {
      if (weights[target] === 0) return
      const rate = equalErrorRate(curveOf(own, weights))
      if (Number.isNaN(rate)) return
      sum += weights[target]! * rate
      counted += weights[target]!
    })
    return { global: equalErrorRate(curveOf(all, weights)), perPerson: sum / counted }
  }
}

function report(name: string, trials: Trials, baseline?: Trials): void {
  const rates = ratesOf(trials)
  const once = onceEach(people.length)
  const draws = drawPeople(people.length, { replicates: 500 })
  const drawn = draws.map(rates)
  const value = rates(once)
  const figures = [
    `global ${percent(
      estimateOf(
        value.global,
        drawn.map(({ global }) => global)
      )
    )}`,
    `per person ${percent(
      estimateOf(
        value.perPerson,
        drawn.map(({ perPerson }) => perPerson)
      )
    )}`
  ]
  if (baseline !== undefined) {
    const simple = ratesOf(baseline)
    const simpleDrawn = draws.map(simple)
    for (const [label, key] of [['gain', 'global'] as const, ['per person', 'perPerson'] as const]) {
      const gain = estimateOf(
        simple(once)[key] - value[key],
        drawn.map((one, i) => simpleDrawn[i]![key] - one[key])
      )
      figures.push(`${label} ${percent(gain)}`)
    }
    const ranked = rankTrials(trials)
    figures.push(`Cllr ${ratioCost(ranked, ratioLosses(ranked), once).toFixed(3)}`)
  }
  process.stdout.write(`  ${name.padEnd(30)} ${figures.join('; ')}\n`)
}

function percent({ value, low, high }: Estimate): string {
  return `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`
}
