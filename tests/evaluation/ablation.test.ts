// What a part adds is a difference on the same people, with an interval of its own.

import { expect, it } from 'vitest'
import { measureAblation } from '../../src/evaluation/ablation.ts'
import type { Metric } from '../../src/evaluation/measurements.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'
import type { Trials } from '../../src/evaluation/metrics/trials.ts'
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
