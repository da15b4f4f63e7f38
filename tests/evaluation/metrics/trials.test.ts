// Trials under resampling: a person drawn twice counts twice, and never as a stranger to themselves.

import { describe, expect, it } from 'vitest'
import { equalErrorRate } from '../../../src/evaluation/metrics/error-rates.ts'
import { curveOf, joinTrials, onceEach, rankTrials, trialsByTarget } from '../../../src/evaluation/metrics/trials.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { trialsOf } from './scores.ts'

const three = trialsOf(3, [
  [0, 0, 1],
  [0, 1, 5],
  [0, 2, 2],
  [1, 1, 3],
  [1, 0, 4],
  [1, 2, 6],
  [2, 2, 0],
  [2, 0, 7],
  [2, 1, 2]
])

describe('resampled people', () => {
  it('count once each in the people as they are', () => {
    const { owners, strangers } = curveOf(rankTrials(three), onceEach(3))
    expect([owners, strangers]).toEqual([3, 6])
  })

  it('drawn twice are two targets and two strangers to others', () => {
    const { owners, strangers } = curveOf(rankTrials(three), Float64Array.of(2, 1, 0))
    // Own: two copies of person 0 and one of 1. Strangers: 1 against both 0s, both 0s against 1; never 0 against 0.
    expect([owners, strangers]).toEqual([3, 4])
  })

  it('give the same rate as trials written out as often as their people were drawn', () => {
    const random = seededRandom(9)
    const rows: (readonly [number, number, number])[] = []
    for (let target = 0; target < 6; target++) {
      for (let prober = 0; prober < 6; prober++) {
        const shift = target === prober ? 0 : 3
        for (let n = 0; n < (target === prober ? 4 : 1); n++)
          rows.push([target, prober, shift + Math.floor(random() * 8)])
      }
    }
    const weights = Float64Array.of(2, 0, 1, 1, 2, 0)
    const copies = rows.flatMap(([target, prober, score]) => {
      const times = target === prober ? weights[target]! : weights[target]! * weights[prober]!
      return Array.from({ length: times }, () => [target, prober, score] as const)
    })
    const weighted = equalErrorRate(curveOf(rankTrials(trialsOf(6, rows)), weights))
    const written = equalErrorRate(curveOf(rankTrials(trialsOf(6, copies)), onceEach(6)))
    expect(weighted).toBeCloseTo(written, 12)
  })

  it('leave unknown intruders as often as their target', () => {
    const trials = trialsOf(2, [
      [0, 0, 1],
      [0, -1, 2],
      [1, 1, 1],
      [1, -1, 2]
    ])
    const { owners, strangers } = curveOf(rankTrials(trials), Float64Array.of(2, 0))
    expect([owners, strangers]).toEqual([2, 2])
  })
})

describe('trials', () => {
  it('without evidence are left out, and their share is told', () => {
    const ranked = rankTrials(
      trialsOf(1, [
        [0, 0, 1],
        [0, -1, Number.NaN],
        [0, -1, 2],
        [0, 0, 3]
      ])
    )
    expect(ranked.scored).toBe(0.75)
    expect([...ranked.score]).toEqual([1, 2, 3])
  })

  it('share a step where no threshold needs to part them', () => {
    // Owners 1 and 2 need no threshold between them; at 3 an owner and a stranger are tied; 4 and 5 are strangers.
    const ranked = rankTrials(
      trialsOf(1, [
        [0, 0, 1],
        [0, 0, 2],
        [0, 0, 3],
        [0, -1, 3],
        [0, -1, 4],
        [0, -1, 5]
      ])
    )
    expect([...ranked.step]).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('of several threads are joined, and parted by target again', () => {
    const again = trialsByTarget(joinTrials([three, trialsOf(3, [[0, 0, 9]])]))
    expect(again.map(({ score }) => score.length)).toEqual([4, 3, 3])
    expect([...again[0]!.score]).toEqual([1, 5, 2, 9])
  })
})
