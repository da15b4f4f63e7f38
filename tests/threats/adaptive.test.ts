// What the page is told is a coarse state: an attacker who adapts to it learns hardly more than from the challenges, which nobody can hide from him.
// Few trials; `tests/measure/adaptive.ts` measures.

import { beforeAll, describe, expect, test } from 'vitest'
import type { InputEvent, Profile } from '../../src/biometrics/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { defaultLadder } from '../../src/risk/ladder.ts'
import { defaultPolicyDocument, parsePolicy } from '../../src/risk/policy.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { samplePeople } from '../support/recordings.ts'
import { adapted, anyKnobs, attempted, type Goal, goals, keystrokesOf, type Knobs, sessionsOf } from './adaptive.ts'
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
}, 180_000)

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

  test(
    'who has stolen thirty sessions of one person is asked at the door of most of them',
    { timeout: 120_000 },
    () => {
      const policy = parsePolicy(
        defaultPolicyDocument,
        defaultLadder.map(({ acr }) => acr)
      )
      const few = victims.slice(0, 8)
      const through = (counted: boolean): number => {
        let passed = 0
        few.forEach((victim, n) => {
          const draw = random(n)
          const attempt = counted
            ? sessionsOf(bench, victim, policy)
            : (events: readonly InputEvent[]) => attempted(bench, victim, events)
          // Twelve to learn on, the other eighteen for what he came for.
          const hand = adapted({ bench, victim, tries: 12, keystrokes, random: draw, attempt }, goals.state)
          for (let i = 0; i < 18; i++)
            if (attempt(keystrokesOf(hand, keystrokes, draw)).untilChallenge === undefined) passed++
        })
        return passed / (18 * few.length)
      }
      const [counted, alone] = [through(true), through(false)]
      expect(alone).toBeGreaterThan(0.2)
      expect(counted).toBeLessThanOrEqual(0.1)
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
