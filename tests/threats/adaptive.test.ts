// What the page is told is a coarse state: an attacker who adapts to it learns hardly more than from the challenges, which nobody can hide from him.
// Few trials; `tests/measure/adaptive.ts` measures.

import { beforeAll, describe, expect, test } from 'vitest'
import type { Profile } from '../../src/biometrics/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { shippedPopulation } from '../../src/shipped-population.ts'
import { samplePeople } from '../support/recordings.ts'
import { adapted, anyKnobs, attempted, type Goal, goals, keystrokesOf, type Knobs } from './adaptive.ts'
import { benchOf, enrolled, type Bench } from './impostor.ts'

const keystrokes = 250
const tries = 6
const final = 8
const random = (victim: number) => seededRandom(seedFor(7, `attacker ${victim}`))

let bench: Bench
let victims: Profile[]
beforeAll(() => {
  bench = benchOf(shippedPopulation(), '1/40h')
  victims = samplePeople(41, 24).map(({ recordings }) => enrolled(bench.engine, recordings.slice(0, 10)))
})

/** Share of sessions in which nobody was asked for anything. */
function accepted(knobsFor: (victim: Profile, draw: () => number) => Knobs): number {
  let passed = 0
  victims.forEach((victim, n) => {
    const draw = random(n)
    const hand = knobsFor(victim, draw)
    for (let i = 0; i < final; i++) {
      const { untilChallenge } = attempted(bench, victim, keystrokesOf(hand, keystrokes, draw))
      if (untilChallenge === undefined) passed++
    }
  })
  return passed / (final * victims.length)
}

function learning(goal: Goal): number {
  return accepted((victim, draw) => adapted({ bench, victim, tries, keystrokes, random: draw }, goal))
}

describe('an attacker who forges keystrokes and adapts to what the page is told', () => {
  test(
    'gains hardly more than by the challenges alone, and after six stolen sessions is still not through',
    { timeout: 120_000 },
    () => {
      const blind = accepted((_, draw) => anyKnobs(draw))
      const byState = learning(goals.state)
      const byChallenge = learning(goals.challenge)
      expect(blind).toBeLessThanOrEqual(0.4)
      expect(byState).toBeLessThanOrEqual(0.65)
      expect(byState - byChallenge).toBeLessThanOrEqual(0.15)
    }
  )

  test('is told of doubt before he is challenged or at the same keystroke, never of anything finer', () => {
    const draw = random(0)
    for (let i = 0; i < 10; i++) {
      const { untilDoubt, untilChallenge } = attempted(
        bench,
        victims[0]!,
        keystrokesOf(anyKnobs(draw), keystrokes, draw)
      )
      expect(untilDoubt).toBeLessThanOrEqual(untilChallenge ?? keystrokes)
    }
  })
})
