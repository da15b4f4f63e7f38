// Measures forgeries: events drawn from population statistics (THREATS.md 3) and from samples of the victim (4), beside strangers who make no
// effort. Run: `node --conditions=vigil-source tests/measure/forgery.ts [--victims 100] [--each 30] [--keystrokes 250] [--budget 1/40h]
// [--population shipped|own]`.

import { parseArgs } from 'node:util'
import type { InputEvent, Profile } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { samplePeople, type RecordedPerson } from '../support/recordings.ts'
import { drawnWith, forged, populationHand, sampleOf, victimHand } from '../threats/forger.ts'
import { benchOf, enrolled, populationOf, tried } from '../threats/impostor.ts'
import { inWords, rateOf } from '../threats/rate.ts'
import { dayOf, typingOf } from '../threats/replay-attack.ts'
import { cropped } from '../threats/replaying.ts'

const { values: options } = parseArgs({
  options: {
    victims: { type: 'string', default: '100' },
    each: { type: 'string', default: '30' },
    keystrokes: { type: 'string', default: '250' },
    budget: { type: 'string', default: '1/40h' },
    population: { type: 'string', default: 'shipped' }
  }
})
const each = Number(options.each)
const keystrokes = Number(options.keystrokes)

const victims = samplePeople(1, Number(options.victims))
const background = samplePeople(2, 100, victims)
const strangers = samplePeople(3, each, [...victims, ...background])
const bench = benchOf(options.population === 'own' ? populationOf(background) : shippedPopulation(), options.budget)
/** What the forger knows of people in general: those of the victims' own set, which is more than what ships knows of them. */
const population = sampleOf(background.map((person) => whole(person)))
const profiles = victims.map(({ recordings }) => enrolled(bench.engine, recordings.slice(0, 10)))

report('owners themselves, five sentences', (victim) => [dayOf(victim.recordings.slice(10).map(typingOf))])
report('no effort: another person types', () => strangers.map((stranger) => cropped(whole(stranger), 0, keystrokes)))
report('population statistics', (_, random) =>
  Array.from({ length: each }, () => forged(populationHand(population, random), keystrokes))
)
for (const known of [1, 5, 20]) {
  for (const jitterMs of [0, 2, 5, 10]) {
    report(`${known} sentences of the victim known, drawn with a jitter of ${jitterMs} ms`, (victim, random) => {
      // Fifteen were recorded: twenty means all of them, those of today included.
      const victimSample = sampleOf(victim.recordings.slice(0, known).map(typingOf))
      const hand = victimHand(victimSample, population, random)
      return Array.from({ length: Math.ceil(each / 3) }, () => forged(drawnWith(hand, jitterMs, random), keystrokes))
    })
  }
}

function whole({ recordings }: RecordedPerson): InputEvent[] {
  return dayOf(recordings.map(typingOf))
}

function report(
  name: string,
  streamsOf: (victim: RecordedPerson, random: () => number) => readonly InputEvent[][]
): void {
  const random = seededRandom(99)
  let trials = 0
  let byScore = 0
  let accepted = 0
  let worst = 0
  let over = 0
  victims.forEach((victim, i) => {
    const streams = streamsOf(victim, random)
    const outcomes = streams.map((events) => tried(bench, profiles[i] as Profile, events))
    const passed = outcomes.filter((one) => !one.byScore && !one.byLiveness).length
    trials += outcomes.length
    byScore += outcomes.filter((one) => !one.byScore).length
    accepted += passed
    worst = Math.max(worst, passed / outcomes.length)
    if (passed / outcomes.length > 0.1) over++
  })
  process.stdout.write(
    `${name}\n  accepted by score ${inWords(rateOf(byScore, trials))}\n` +
      `  accepted by score and liveness ${inWords(rateOf(accepted, trials))}\n` +
      `  worst victim ${(100 * worst).toFixed(0)} %; above 10 %: ${over} of ${victims.length}\n`
  )
}
