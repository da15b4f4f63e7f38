// What a person is told of their own hands.

import { expect, test } from 'vitest'
import { featureAt } from '../../src/biometrics/features/features.ts'
import { createEngine, portraitOf, syntheticPopulation, windowsOf } from '../../src/biometrics/index.ts'
import { inventedPeople } from '../support/recordings.ts'

const population = syntheticPopulation(3, 24)
const engine = createEngine(population)

test('a habit is named by the step that people like them are on', () => {
  const profiles = inventedPeople(5, 12).map(({ recordings }) => engine.enrol(windowsOf(recordings)))
  const rates = profiles.map((profile) => {
    const at = featureAt.typingRate
    const rows = profile.person.rows.map((row) => row[at]!).filter((value) => Number.isFinite(value))
    const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
    return { mean, step: portraitOf(population, profile).find(({ feature }) => feature === 'typingRate')!.step }
  })
  const rising = [...rates].sort((a, b) => a.mean - b.mean).map(({ step }) => step)
  expect(rising).toEqual([...rising].sort((a, b) => a - b))
  expect(rising.at(-1)).toBeGreaterThan(rising[0]!)
})

test('what was not seen is not said: somebody without a pointer has no pointer', () => {
  const [typist] = inventedPeople(7, 1)
  const typed = typist!.recordings.map((recording) => ({
    ...recording,
    events: recording.events.filter((event) => 'code' in event)
  }))
  const features = portraitOf(population, engine.enrol(windowsOf(typed))).map(({ feature }) => feature)
  expect(features).toContain('holdMean')
  expect(features).not.toContain('speed')
})
