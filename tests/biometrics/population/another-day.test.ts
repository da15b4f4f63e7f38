// A person's material on a day that was never recorded: what the day changes, and what it leaves.

import { describe, expect, it } from 'vitest'
import { onDay } from '../../../src/biometrics/population/another-day.ts'
import {
  asRecorded,
  createInventor,
  populationVariety,
  recordedDay,
  type InventedDay
} from '../../../src/biometrics/encoder/variety.ts'
import { featureAt } from '../../../src/biometrics/features/features.ts'
import { materialOf, type EnrolledPerson } from '../../../src/biometrics/index.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import {
  cellFamilies,
  keystrokesIn,
  sumStatistics,
  type Statistics
} from '../../../src/biometrics/features/statistics.ts'
import { inventedPeople } from '../../support/invented.ts'

const [ana] = inventedPeople(21, 1).map(({ windows }) => materialOf(windows))
const pointerFrom = 3 * cellFamilies.pointer.first

describe('the day that was recorded, once more', () => {
  const again = dayOf(ana!, recordedDay)

  it('has the same sums, but for the blur of a clock', () => {
    const [before, after] = [ana!, again].map(({ hops }) => sumStatistics(hops))
    expect(keystrokesIn(after!)).toBe(keystrokesIn(before!))
    for (const family of [cellFamilies.hold, cellFamilies.pressToPress, cellFamilies.releaseToPress]) {
      expect(meanIn(after!, family)).toBeCloseTo(meanIn(before!, family), 1)
    }
  })

  it('has the same features, hop by hop', () => {
    const compared = ['holdMean', 'pressToPressMean', 'overlapShare', 'specialShare', 'burstKeys'] as const
    const apart = compared.filter((feature) =>
      ana!.rows.some((row, i) => Math.abs(row[featureAt[feature]]! - again.rows[i]![featureAt[feature]]!) > 0.1)
    )
    expect(apart).toEqual([])
  })
})

describe('another day', () => {
  const slower: InventedDay = { ...recordedDay, pace: 1.3, hold: 0.8 }
  const then = dayOf(ana!, slower)

  it('moves pace and holds in sums, features and sequences', () => {
    const [before, after] = [ana!, then].map(({ hops }) => sumStatistics(hops))
    const moved = (family: { first: number; cells: number }): number => meanIn(after!, family) - meanIn(before!, family)
    expect(moved(cellFamilies.hold)).toBeCloseTo(Math.log(0.8), 1)
    // Longer times count as the limit, and a limit does not move.
    expect(moved(cellFamilies.pressToPress)).toBeGreaterThan(0.15)
    expect(moved(cellFamilies.pressToPress)).toBeLessThan(Math.log(1.3) + 0.02)
    const last = ana!.rows.length - 1
    const feature = (person: EnrolledPerson, at: number): number => person.rows[last]![at]!
    expect(feature(then, featureAt.holdMean) - feature(ana!, featureAt.holdMean)).toBeCloseTo(Math.log(0.8), 1)
    expect(then.typed.map(({ length }) => length)).toEqual(ana!.typed.map(({ length }) => length))
    expect(then.typed[3]!.values).not.toEqual(ana!.typed[3]!.values)
  })

  it('leaves pointing, counters and watched time as they were', () => {
    for (const [i, hop] of ana!.hops.entries()) {
      expect(then.hops[i]!.subarray(pointerFrom)).toEqual(hop.subarray(pointerFrom))
      for (const feature of ['shiftRightShare', 'capsLockShare', 'numpadShare', 'density', 'speed'] as const) {
        expect(then.rows[i]![featureAt[feature]]).toEqual(ana!.rows[i]![featureAt[feature]])
      }
    }
    expect(then.hopMs).toEqual(ana!.hopMs)
  })

  it('cannot change a hop whose keystrokes were not kept', () => {
    const kept = { ...ana!, typed: ana!.typed.map((hop) => ({ length: 0, values: hop.values.subarray(0, 0) })) }
    const same = dayOf(kept, slower)
    expect(same.hops).toEqual(ana!.hops)
    expect(same.rows).toEqual(ana!.rows)
  })

  it('changes nothing in what it is given', () => {
    const before = structuredClone(ana!)
    dayOf(ana!, slower)
    expect(ana).toEqual(before)
  })
})

function dayOf(person: EnrolledPerson, day: InventedDay): EnrolledPerson {
  return onDay(createInventor(populationVariety, seededRandom(3)), person, asRecorded, day)
}

/** Mean over all cells of a family. */
function meanIn(statistics: Statistics, { first, cells }: { first: number; cells: number }): number {
  let count = 0
  let sum = 0
  for (let cell = first; cell < first + cells; cell++) {
    count += statistics[3 * cell]!
    sum += statistics[3 * cell + 1]!
  }
  return sum / count
}
