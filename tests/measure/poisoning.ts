// Measures learning over time: what it does for an owner who changes, how often it is wrong about an owner who does not, and what
// poisoning gets out of it. Run: `node --conditions=vigil-source tests/measure/poisoning.ts [--people 60] [--seed 1] [--budget 1/40h]`.

import { parseArgs } from 'node:util'
import {
  createEngine,
  learnPopulation,
  materialOf,
  windowsOf,
  type Profile,
  type Recording
} from '../../src/biometrics/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { alarmModel, parseBudget } from '../../src/risk/evidence.ts'
import { bent, blended, highestRisk, live, sessionOf, type Life } from '../support/learning-life.ts'
import { hasRecordedPeople, samplePeople, type RecordedPerson } from '../support/recordings.ts'
import { typists } from '../support/retimed.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    budget: { type: 'string', default: '1/40h' },
    days: { type: 'string', default: '100' },
    keystrokes: { type: 'string', default: '400' },
    only: { type: 'string' }
  }
})
const seed = Number(options.seed)
const days = Number(options.days)
const keystrokes = Number(options.keystrokes)
const people = typists(samplePeople(seed, Number(options.people)))
const population = learnPopulation(
  typists(samplePeople(seed + 1000, 100, people)).map(({ recordings }) =>
    materialOf(windowsOf(recordings).slice(0, 32))
  ),
  seed
)
const engine = createEngine(population)
const alarm = alarmModel(parseBudget(options.budget), population)
process.stderr.write(
  `${hasRecordedPeople ? 'recorded' : 'invented'} people: ${people.length}; alarm ${alarm.alarm.toFixed(2)}\n`
)

interface Target {
  readonly enrolled: Profile
  readonly works: readonly Recording[]
  readonly other: readonly Recording[]
  /** Never learnt from: sentences of both that only the final trial sees. */
  readonly ownTrials: readonly Recording[]
  readonly otherTrials: readonly Recording[]
  readonly seed: number
}

const targets = people.map((person, i): Target => {
  const other: RecordedPerson = people[(i + 1) % people.length]!
  return {
    enrolled: engine.enrol(windowsOf(person.recordings.slice(0, 8))),
    works: person.recordings.slice(8, 12),
    other: other.recordings.slice(0, 11),
    ownTrials: person.recordings.slice(12),
    otherTrials: other.recordings.slice(11),
    seed: seedFor(seed, person.person)
  }
})

const attacks: Record<string, (target: Target, day: number) => Recording[]> = {
  'owner, unchanged': ({ works, seed: own }, day) => sessionOf(works, keystrokes, own + day),
  'blend, share rising to all': ({ works, other, seed: own }, day) =>
    blended(works, other, (day + 1) / days, keystrokes, own + day),
  'blend, 10 % each day': ({ works, other, seed: own }, day) => blended(works, other, 0.1, keystrokes, own + day),
  'nudges of 20 keystrokes': ({ works, other, seed: own }, day) =>
    blended(works, other, 20 / keystrokes, keystrokes, own + day),
  'mimic bending from owner to self': ({ works, other, seed: own }, day) =>
    bent(works, other, (day + 1) / days, keystrokes, own + day)
}

const before = trials(targets.map(({ enrolled }) => enrolled))
print('before', undefined, before)
for (const [name, play] of Object.entries(attacks)) {
  if (options.only !== undefined && !name.includes(options.only)) continue
  const lives = targets.map((target) =>
    live(
      engine,
      alarm,
      target.enrolled,
      Array.from({ length: days }, (_, day) => play(target, day))
    )
  )
  print(name, lives, trials(lives.map(({ profile }) => profile)))
}
if (options.only === undefined || options.only === 'drift') drift()

/** One share a person. */
interface Trials {
  readonly ownersChallenged: readonly number[]
  readonly strangersAccepted: readonly number[]
}

function trials(profiles: readonly Profile[]): Trials {
  const challenged = (recordings: readonly Recording[], target: Target, profile: Profile): number => {
    const sittings = Array.from({ length: 5 }, (_, trial) => sessionOf(recordings, 200, target.seed + trial))
    return sittings.filter((sitting) => highestRisk(engine, alarm, profile, sitting) === 'HIGH').length / 5
  }
  return {
    ownersChallenged: targets.map((target, i) => challenged(target.ownTrials, target, profiles[i]!)),
    strangersAccepted: targets.map((target, i) => 1 - challenged(target.otherTrials, target, profiles[i]!))
  }
}

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
    const lives = targets.map(({ works, enrolled, seed: own }) =>
      live(
        engine,
        alarm,
        enrolled,
        Array.from({ length: 50 }, (_, day) => {
          const slow = Math.log(1.15) * Math.min(1, (day + 1) / 40)
          return sessionOf(works, keystrokes, own + day, { hold: slow, gap: slow })
        }),
        learning
      )
    )
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
    const first = lives
      .map((life) => life.days.findIndex(({ highest, outcome }) => highest === 'HIGH' || outcome === 'foreign'))
      .map((day) => (day < 0 ? Number.POSITIVE_INFINITY : day + 1))
      .sort((a, b) => a - b)
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
