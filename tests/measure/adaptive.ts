// Measures what an attacker gains who adapts to what the page is told. Run: `node --conditions=vigil-source tests/measure/adaptive.ts
// [--victims 30] [--tries 5,10,20,30] [--final 20] [--keystrokes 250] [--budget 1/40h] [--counted]`; with --counted under the default policy, which counts
// challenges over all sessions of the person.

import { parseArgs } from 'node:util'
import type { InputEvent, Profile } from '../../src/biometrics/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { defaultLadder } from '../../src/risk/ladder.ts'
import { defaultPolicyDocument, parsePolicy } from '../../src/risk/policy.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { samplePeople } from '../support/recordings.ts'
import {
  adapted,
  anyKnobs,
  attempted,
  goals,
  keystrokesOf,
  sessionsOf,
  type AttackerOptions,
  type Knobs
} from '../threats/adaptive.ts'
import { benchOf, enrolled } from '../threats/impostor.ts'
import { inWords, rateOf } from '../threats/rate.ts'

const { values: options } = parseArgs({
  options: {
    victims: { type: 'string', default: '30' },
    tries: { type: 'string', default: '5,10,20,30' },
    final: { type: 'string', default: '20' },
    keystrokes: { type: 'string', default: '250' },
    budget: { type: 'string', default: '1/40h' },
    counted: { type: 'boolean', default: false }
  }
})
const keystrokes = Number(options.keystrokes)
const final = Number(options.final)
const policy = parsePolicy(
  defaultPolicyDocument,
  defaultLadder.map(({ acr }) => acr)
)
const bench = benchOf(shippedPopulation(), options.budget)
const victims = samplePeople(31, Number(options.victims)).map(({ recordings }) =>
  enrolled(bench.engine, recordings.slice(0, 10))
)

report(
  'at random, no choice',
  ({ random }) =>
    () =>
      anyKnobs(random)
)
const words = {
  state: 'adapts to the state that the page is told',
  challenge: 'adapts to the challenges alone',
  score: 'adapts to a score that no page is told'
} as const
for (const tries of options.tries.split(',').map(Number)) {
  for (const [name, goal] of Object.entries(goals)) {
    report(`${words[name as keyof typeof goals]}, ${tries} stolen sessions`, (attacker) => {
      const set = adapted({ ...attacker, tries }, goal)
      return () => set
    })
  }
}

function report(name: string, learn: (attacker: Omit<AttackerOptions, 'tries'>) => () => Knobs): void {
  let accepted = 0
  let worst = 0
  const untilDoubt: number[] = []
  victims.forEach((victim: Profile, n) => {
    const random = seededRandom(seedFor(5, `attacker ${n}`))
    const attempt = options.counted
      ? sessionsOf(bench, victim, policy)
      : (events: readonly InputEvent[]) => attempted(bench, victim, events)
    const hand = learn({ bench, victim, keystrokes, random, attempt })
    const seen = Array.from({ length: final }, () => attempt(keystrokesOf(hand(), keystrokes, random)))
    const passed = seen.filter(({ untilChallenge }) => untilChallenge === undefined).length
    accepted += passed
    worst = Math.max(worst, passed / final)
    untilDoubt.push(...seen.map((one) => one.untilDoubt))
  })
  untilDoubt.sort((a, b) => a - b)
  process.stdout.write(
    `${name}\n  not challenged within ${keystrokes} keystrokes: ${inWords(rateOf(accepted, victims.length * final))}\n` +
      `  worst victim ${(100 * worst).toFixed(0)} %; the page says doubt after ${untilDoubt[untilDoubt.length >> 1]} keystrokes (median)\n`
  )
}
