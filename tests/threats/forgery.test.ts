// THREATS.md 3 and 4 with few trials; `tests/measure/forgery.ts` measures them.

import { beforeAll, describe, expect, it } from 'vitest'
import type { InputEvent, Profile } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { samplePeople } from '../support/recordings.ts'
import { drawnWith, forged, populationHand, sampleOf, victimHand } from './forger.ts'
import { benchOf, enrolled, tried, type Bench } from './impostor.ts'
import { dayOf, typingOf } from './replay-attack.ts'
import { cropped } from './replaying.ts'

const keystrokes = 250
const each = 5
const victims = samplePeople(21, 8)
const others = samplePeople(22, 20, victims)
const everybody = sampleOf(others.map(({ recordings }) => dayOf(recordings.map(typingOf))))

let bench: Bench
let profiles: Profile[]
beforeAll(() => {
  bench = benchOf(shippedPopulation(), '1/2h')
  profiles = victims.map(({ recordings }) => enrolled(bench.engine, recordings.slice(0, 10)))
})

/** Share of streams against each victim that nobody was asked for. */
function accepted(streamsAgainst: (victim: number, random: () => number) => readonly InputEvent[][]): number {
  const random = seededRandom(5)
  const outcomes = profiles.flatMap((profile, i) =>
    streamsAgainst(i, random).map((events) => tried(bench, profile, events))
  )
  return outcomes.filter(({ byScore, byLiveness }) => !byScore && !byLiveness).length / outcomes.length
}

describe('a forger who draws events from what is known of people in general', () => {
  it('comes through at most twice as often as somebody who types as they do', () => {
    const plain = accepted(() =>
      others.slice(0, each).map(({ recordings }) => cropped(dayOf(recordings.map(typingOf)), 0, keystrokes))
    )
    const byStatistics = accepted((_, random) =>
      Array.from({ length: each }, () => forged(populationHand(everybody, random), keystrokes))
    )
    // So few trials tell two of them from none at best.
    expect(byStatistics).toBeLessThanOrEqual(2 * plain + 2 / (each * victims.length))
  })
})

describe('a forger who has recorded the victim', () => {
  it.each([1, 5, 15])('and draws keystrokes of %i sentences comes through at most one time in five', (sentences) => {
    const share = accepted((victim, random) => {
      const known = sampleOf(victims[victim]!.recordings.slice(0, sentences).map(typingOf))
      const hand = victimHand(known, everybody, random)
      return Array.from({ length: each }, () => forged(hand, keystrokes))
    })
    expect(share).toBeLessThanOrEqual(0.2)
  })

  // A single keystroke in between tells nothing; what ties them together does, the sooner the less the forger has to draw from.
  it.each([
    [1, 2, 2 * keystrokes],
    [5, 5, 3 * keystrokes],
    [15, 5, 4 * keystrokes]
  ])(
    'and draws keystrokes of %i sentences, each off by some %i ms, is known within %i',
    (sentences, jitterMs, within) => {
      const random = seededRandom(6)
      const passed = victims.filter(({ recordings }, victim) => {
        const hand = victimHand(sampleOf(recordings.slice(0, sentences).map(typingOf)), everybody, random)
        const outcome = tried(bench, profiles[victim]!, forged(drawnWith(hand, jitterMs, random), within))
        return !outcome.byScore && !outcome.byLiveness
      })
      expect(passed.length).toBeLessThanOrEqual(0.2 * victims.length)
    }
  )
})
