// Streams to figures: needless challenges by the hour, and how soon strangers are challenged.

import { describe, expect, it } from 'vitest'
import { keystrokesToChallenge, measureWatching } from '../../src/evaluation/measure-watching.ts'
import type { Measurement, Metric } from '../../src/evaluation/measurements.ts'
import type { WatchedPerson } from '../../src/evaluation/watching.ts'

const hour = 3_600_000
const four: WatchedPerson[] = [0, 1, 2, 3].map((person) => ({
  person,
  challenged: person === 3,
  needless: person === 3 ? 2 : 0,
  watchedMs: hour,
  strangers: [
    { person: (person + 1) % 4, keystrokes: 50 },
    { person: (person + 2) % 4, keystrokes: person === 0 ? undefined : 100 },
    { person: (person + 3) % 4, keystrokes: 300 }
  ]
}))

describe('watched streams', () => {
  const measured = measureWatching('watch', four, { seed: 1, replicates: 200 })
  const value = (metric: Metric): Measurement => measured.find((one) => one.metric === metric)!

  it('count needless challenges by owner and by hour', () => {
    expect(value('owners_challenged')).toMatchObject({ value: 0.25, people: 4, trials: 4 })
    expect(value('alarms_per_hour')).toMatchObject({ value: 0.5, trials: 2 })
    expect(value('alarms_per_hour').high).toBeCloseTo(7.2247 / 4, 3)
  })

  it('tell what it is to be one of the unluckiest', () => {
    expect(value('alarms_per_hour_unluckiest_5')).toMatchObject({ people: 1, trials: 2, value: 2 })
  })

  it('count a miss, and a challenge after 250 keystrokes, as 250', () => {
    expect(keystrokesToChallenge(four)).toEqual([50, 50, 50, 50, 100, 100, 100, 250, 250, 250, 250, 250])
    expect(value('strangers_challenged_250').value).toBeCloseTo(7 / 12, 12)
    expect(value('mean_keystrokes').value).toBeCloseTo(1750 / 12, 12)
    expect(value('median_keystrokes').value).toBe(100)
    expect(value('mean_keystrokes').low).toBeLessThan(value('mean_keystrokes').high)
  })
})
