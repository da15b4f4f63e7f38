// Measures what a longer calibration is worth: recorded people are enrolled on their first 50 to 600 keystrokes and held, with strangers, to
// stretches typed later in the same sitting. Run:
// `node --conditions=vigil-source tests/measure/calibration.ts [--people 150] [--lengths 50,100,200,300,400,500,600] [--population FILE]`.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createEngine, decodePopulation, type Recording } from '../../src/biometrics/index.ts'
import { engineMatcher } from '../../src/evaluation/engine-matcher.ts'
import { drawPeople, estimateOf } from '../../src/evaluation/metrics/bootstrap.ts'
import { equalErrorRate, strangersNoticedAt } from '../../src/evaluation/metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, type Curve, type Trials } from '../../src/evaluation/metrics/trials.ts'
import { byKeystrokes, joined } from '../../src/evaluation/slices.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { aaltoPeople } from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '150' },
    lengths: { type: 'string', default: '50,100,200,300,400,500,600' },
    population: { type: 'string' }
  }
})

/** Enrolled on sentences before, probed on those from here on. */
const firstProbe = 12
const probeKeystrokes = 100
const strangersEach = 40

const lengths = options.lengths.split(',').map(Number)
const population = options.population ? decodePopulation(readFileSync(options.population)) : shippedPopulation()
const { enrol, score } = engineMatcher(createEngine(population))

interface Typist {
  readonly lesson: Recording
  readonly probe: Recording
}

const people = typists(Number(options.people))
const draws = drawPeople(people.length, { replicates: 500 })
process.stderr.write(`${people.length} people, probes of ${probeKeystrokes} keystrokes\n`)
process.stdout.write(
  'keystrokes  seconds  EER                 strangers noticed at 1 % of owners doubted   owners above 0\n'
)
for (const length of lengths) measure(length)

function measure(length: number): void {
  const profiles = people.map(({ lesson }) => enrol([begun(lesson, length)]))
  const trials = trialsOf((target, prober) => score(profiles[target]!, people[prober]!.probe) ?? Number.NaN)
  const ranked = rankTrials(trials)
  const interval = (rate: (curve: Curve) => number): string => {
    const drawn = draws.map((weights) => rate(curveOf(ranked, weights)))
    const { value, low, high } = estimateOf(rate(curveOf(ranked, onceEach(people.length))), drawn)
    return `${percent(value)} (${percent(low)}-${percent(high)})`
  }
  const seconds = median(people.map(({ lesson }) => secondsOf(begun(lesson, length))))
  const own = trials.score.filter((_, i) => trials.target[i] === trials.prober[i])
  process.stdout.write(
    [
      String(length).padEnd(12),
      seconds.toFixed(0).padEnd(9),
      interval(equalErrorRate).padEnd(20),
      interval((curve) => strangersNoticedAt(curve, 0.01)).padEnd(45),
      percent(own.filter((ratio) => ratio > 0).length / own.length)
    ].join('') + '\n'
  )
}

/** People who typed enough for the longest calibration and for a probe after it. */
function typists(most: number): readonly Typist[] {
  const longest = Math.max(...lengths)
  const able: Typist[] = []
  for (const { person, recordings } of aaltoPeople()) {
    const lesson = joined(recordings.slice(0, firstProbe), `${person} lesson`)
    const [probe] = byKeystrokes(joined(recordings.slice(firstProbe), `${person} probe`), probeKeystrokes)
    if (probe && byKeystrokes(lesson, longest).length > 0) able.push({ lesson, probe })
    if (able.length === most) break
  }
  return able
}

/** The first keystrokes of a recording. */
function begun(recording: Recording, keystrokes: number): Recording {
  return byKeystrokes(recording, keystrokes)[0]!
}

function trialsOf(judge: (target: number, prober: number) => number): Trials {
  const pairs = people.flatMap((_, target) =>
    Array.from({ length: strangersEach + 1 }, (_unused, step) => [target, (target + step) % people.length] as const)
  )
  return {
    people: people.length,
    target: Int32Array.from(pairs, ([target]) => target),
    prober: Int32Array.from(pairs, ([, prober]) => prober),
    score: Float64Array.from(pairs, ([target, prober]) => judge(target, prober))
  }
}

function secondsOf({ events }: Recording): number {
  return (events.at(-1)!.t - events[0]!.t) / 1000
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
