// What a part adds is a difference on the same people, with an interval of its own; the trials without it are scored with all others.

import { expect, it } from 'vitest'
import { createEngine, inputOf, materialOf, syntheticRecordings, windowsOfStreams } from '../../src/biometrics/index.ts'
import { learnAblatable } from '../../src/biometrics/population/population.ts'
import { measureAblation } from '../../src/evaluation/ablation.ts'
import { engineMatcher, fusionsMatcher } from '../../src/evaluation/engine-matcher.ts'
import { runTrials, runTrialsOfSeveral } from '../../src/evaluation/matcher.ts'
import type { Metric } from '../../src/evaluation/measurements.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'
import type { Trials } from '../../src/evaluation/metrics/trials.ts'
import { byPerson } from '../../src/evaluation/people.ts'
import { trialsOf } from './metrics/scores.ts'

/** Sixty people whose scores lie `apart`; the same luck for every call. */
function peopleApart(apart: number): Trials {
  const normal = normals(seededRandom(8))
  const rows: (readonly [number, number, number])[] = []
  for (let target = 0; target < 60; target++) {
    for (let n = 0; n < 5; n++) rows.push([target, target, normal() - apart / 2])
    for (let prober = 0; prober < 60; prober++) if (prober !== target) rows.push([target, prober, normal() + apart / 2])
  }
  return trialsOf(60, rows)
}

function added(without: Trials, whole: Trials, metric: Metric) {
  const measured = measureAblation('p/without-x', without, whole, { seed: 1, replicates: 200 })
  return measured.find((one) => one.metric === metric)!
}

it('a part that helps has an interval above zero', () => {
  const { value, low, high } = added(peopleApart(2), peopleApart(3), 'eer_added')
  // Two normals that lie d apart meet at the rate at which one exceeds d / 2.
  expect(value).toBeGreaterThan(0.05)
  expect(low).toBeGreaterThan(0)
  expect(high).toBeLessThan(0.15)
})

it('a part that does nothing adds exactly nothing, whoever is drawn', () => {
  for (const metric of ['eer_added', 'cllr_added'] as const) {
    expect(added(peopleApart(2), peopleApart(2), metric)).toMatchObject({ value: 0, low: 0, high: 0 })
  }
})

it('what several fusions say is scored once, and is what an engine of each says', () => {
  const people = byPerson(syntheticRecordings(5, 24, { sessions: 6 }))
  const [teachers, tested] = [people.slice(0, 20), people.slice(20)]
  const learnt = learnAblatable(
    teachers.map(({ recordings }) => materialOf(windowsOfStreams(recordings.map(inputOf)))),
    1
  )
  const roles = tested.map(({ person, recordings }) => {
    const own = recordings.slice(3)
    return { person, enrolment: recordings.slice(0, 3), own, asStranger: own.slice(0, 1) }
  })
  const share = { index: 0, of: 1 }
  const fusions = [['population'], ['isolation-forest', 'one-class-svm'], []].map((parts) =>
    learnt.fusionWithout(parts)
  )
  const several = runTrialsOfSeveral(fusionsMatcher(createEngine(learnt.population), fusions), roles, share)
  const each = fusions.map((fusion) =>
    runTrials(engineMatcher(createEngine({ ...learnt.population, ...fusion })), roles, share)
  )
  expect(several).toEqual(each)
  expect(each[2]).toEqual(runTrials(engineMatcher(createEngine(learnt.population)), roles, share))
  expect(each[0]!.score.every(Number.isFinite)).toBe(true)
  expect(each[0]!.score).not.toEqual(each[2]!.score)
})
