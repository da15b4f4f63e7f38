// Measures learning over time: what it does for an owner who changes, how often it is wrong about an owner who does not, and what
// poisoning gets out of it. Run: `node --conditions=vigil-source tests/measure/poisoning.ts [--people 60] [--seed 1] [--budget 1/40h]
// [--population shipped|own] [--only name]`.

import { parseArgs } from 'node:util'
import { seededRandom } from '../../src/biometrics/random.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import type { Life } from '../support/learning-life.ts'
import { hasRecordedPeople, samplePeople } from '../support/recordings.ts'
import { typists } from '../support/retimed.ts'
import { populationOf } from '../threats/impostor.ts'
import {
  bending,
  blending,
  firstAlarm,
  livesOf,
  siegeOf,
  slowing,
  trialsOf,
  unchanged,
  type Plot,
  type Trials
} from '../threats/poisoner.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    budget: { type: 'string', default: '1/40h' },
    days: { type: 'string', default: '100' },
    keystrokes: { type: 'string', default: '400' },
    population: { type: 'string', default: 'shipped' },
    only: { type: 'string' }
  }
})
const seed = Number(options.seed)
const people = typists(samplePeople(seed, Number(options.people)))
const siege = siegeOf(people, {
  population:
    options.population === 'own' ? populationOf(typists(samplePeople(seed + 1000, 100, people))) : shippedPopulation(),
  budget: options.budget,
  seed,
  days: Number(options.days),
  keystrokes: Number(options.keystrokes)
})
const { alarm, targets } = siege
process.stderr.write(
  `${hasRecordedPeople ? 'recorded' : 'invented'} people: ${people.length}; alarm ${alarm.alarm.toFixed(2)}\n`
)

const plots: Record<string, Plot> = {
  'owner, unchanged': unchanged,
  'blend, share rising to all': blending((day, { days }) => (day + 1) / days),
  'blend, 10 % each day': blending(() => 0.1),
  'nudges of 20 keystrokes': blending((_, { keystrokes }) => 20 / keystrokes),
  'mimic bending from owner to self': bending
}
const sittings = 5

print(
  'before',
  undefined,
  trialsOf(
    siege,
    targets.map(({ enrolled }) => enrolled),
    sittings
  )
)
for (const [name, plot] of Object.entries(plots)) {
  if (options.only !== undefined && !name.includes(options.only)) continue
  const lives = livesOf(siege, plot)
  print(
    name,
    lives,
    trialsOf(
      siege,
      lives.map(({ profile }) => profile),
      sittings
    )
  )
}
if (options.only === undefined || options.only === 'drift') drift()

/** Mean over people in percent, with the 95 % range of a bootstrap over people. */
function range(shares: readonly number[]): string {
  const random = seededRandom(1)
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length
  const means = Array.from({ length: 2000 }, () =>
    mean(shares.map(() => shares[Math.floor(random() * shares.length)]!))
  ).sort((a, b) => a - b)
  const percent = (share: number): string => (100 * share).toFixed(1)
  return `${percent(mean(shares))} % (${percent(means[50]!)}–${percent(means[1949]!)})`
}

/** Holds and pace longer by 15 % after forty visits, then ten visits of that. */
function drift(): void {
  const challengedShare = (life: Life): number =>
    life.days.slice(40).filter(({ highest }) => highest === 'HIGH').length / 10
  const [still, learnt] = [false, true].map((learning) => {
    const lives = livesOf({ ...siege, days: 50 }, slowing(40), learning)
    print(`owner slower by 15 %, ${learning ? 'learning' : 'not learning'}; last ten days`, lives, undefined, 40)
    return lives.map(challengedShare)
  })
  process.stdout.write(`challenged without learning ${range(still!)}, with ${range(learnt!)}, `)
  process.stdout.write(`fewer by ${range(still!.map((share, i) => share - learnt![i]!))}\n`)
}

function print(name: string, lives: readonly Life[] | undefined, after: Trials | undefined, from = 0): void {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  const parts = [name]
  if (lives !== undefined) {
    const all = lives.flatMap((life) => life.days.slice(from))
    const count = (wanted: (day: (typeof all)[number]) => boolean): string =>
      percent(all.filter(wanted).length / all.length)
    const first = lives.map(firstAlarm).sort((a, b) => a - b)
    const reasons = ['learnt', 'unsure', 'anchor', 'doubt', 'foreign', 'little'] as const
    parts.push(
      `days: challenged ${count(({ highest }) => highest === 'HIGH')}, ${reasons
        .map((reason) => `${reason} ${count(({ outcome }) => outcome === reason)}`)
        .join(', ')}`,
      `first alarm: median day ${first[Math.floor(first.length / 2)]}, within 10: ${percent(first.filter((day) => day <= 10).length / first.length)}, ` +
        `ever ${percent(first.filter(Number.isFinite).length / first.length)}`,
      `called foreign ${percent(lives.filter((life) => life.days.some(({ outcome }) => outcome === 'foreign')).length / lives.length)}, ` +
        `drift ${percent(lives.filter((life) => life.days.some(({ drifted }) => drifted)).length / lives.length)}`
    )
  }
  if (after !== undefined) {
    parts.push(
      `sittings of 200 keystrokes: owners challenged ${range(after.ownersChallenged)}, strangers not challenged ${range(after.strangersAccepted)}`
    )
  }
  process.stdout.write(`${parts.join('\n  ')}\n`)
}
