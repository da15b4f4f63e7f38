// Trials for calibration: whose streams are held against whom.

import { expect, it } from 'vitest'
import { materialOf } from '../../../src/biometrics/index.ts'
import { collectTrials, emptyTrials } from '../../../src/biometrics/population/rehearsal.ts'
import { inventedDay, inventedPeople } from '../../support/invented.ts'

it.each([2, 5, 6, 8, 12])('of %d people nobody is a stranger to their own profile', (count) => {
  const people = inventedPeople(31, count).map(({ windows }) => materialOf(windows.slice(0, 12)))
  const trials = emptyTrials()
  collectTrials(trials, inventedDay().population, people, undefined, 1, () => {})
  const own = new Set(trials.owner[0]!.map(({ typed }) => typed?.ratio))
  const strangers = trials.stranger[0]!.flatMap(({ typed }) => typed?.ratio ?? [])
  expect(strangers.length).toBeGreaterThan(0)
  expect(strangers.filter((ratio) => own.has(ratio))).toEqual([])
})
