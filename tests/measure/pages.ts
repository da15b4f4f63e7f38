// Measures sessions on many pages: recorded people's streams in one piece, and cut into pages that hand their windows on as those of a watched session
// do, each with a clock of its own. Needless challenges, and how soon strangers are challenged; with a profile, and against the session's own
// beginning. Run: `node --conditions=vigil-source tests/measure/pages.ts [--people 200] [--pages 20-60,5-15] [--budgets 1/2h,1/40h] [--seed 1]
// [--population FILE]`; `--pages` names the fewest and the most keystrokes of a page, drawn anew for each.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  createEngine,
  createWindowBuilder,
  decodePopulation,
  EventType,
  eventsOf,
  type InputEvent
} from '../../src/biometrics/index.ts'
import { createLivenessWatch } from '../../src/biometrics/liveness/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { measureWatching } from '../../src/evaluation/measure-watching.ts'
import { binomialShare } from '../../src/evaluation/metrics/rare-events.ts'
import { joined } from '../../src/evaluation/slices.ts'
import { watchHandOvers, watchPeople, type StreamBuilder } from '../../src/evaluation/watching.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { Begun, Relay } from '../../src/watch/begun.ts'
import { samplePeople } from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '200' },
    pages: { type: 'string', default: '20-60,5-15' },
    budgets: { type: 'string', default: '1/2h,1/40h' },
    seed: { type: 'string', default: '1' },
    population: { type: 'string' }
  }
})
const seed = Number(options.seed)
const budgets = options.budgets.split(',')
const people = samplePeople(seed, Number(options.people))
const population = options.population ? decodePopulation(readFileSync(options.population)) : shippedPopulation()
const engine = createEngine(population, { seed })
const everybody = { index: 0, of: 1 }

interface PageLength {
  readonly fewest: number
  readonly most: number
}

const lengths = options.pages.split(',').map((text): PageLength => {
  const [fewest = Number.NaN, most = fewest] = text.split('-').map(Number)
  return { fewest, most }
})

measure('one page', createWindowBuilder)
for (const length of lengths) measure(`pages of ${length.fewest} to ${length.most} keystrokes`, inPages(length))
suspected('one page', undefined)
for (const length of lengths) suspected(`pages of ${length.fewest} to ${length.most} keystrokes`, length)

function measure(name: string, newBuilder: StreamBuilder): void {
  for (const [against, play] of [
    ['a profile', watchPeople],
    ['the beginning', watchHandOvers]
  ] as const) {
    play(engine, people, budgets, seed, everybody, newBuilder).forEach((watched, i) => {
      process.stdout.write(`${name}, against ${against}, ${budgets[i]}\n`)
      for (const { metric, value, low, high, trials } of measureWatching('', watched, { seed }))
        process.stdout.write(
          `  ${metric.padEnd(30)}${[value, low, high].map((one) => one.toFixed(3)).join('  ')}  (${trials})\n`
        )
    })
  }
}

/** Says when the next page begins: with the press of a key, so that one pressed before is let go there, as it happens. */
function pageTurns({ fewest, most }: PageLength, random: () => number): (event: InputEvent) => boolean {
  let left = 0
  return ({ type }) => {
    if (type !== EventType.keyDown) return false
    const turns = left === 0
    if (turns) left = fewest + Math.floor(random() * (most - fewest + 1))
    left--
    return turns
  }
}

/** As pages of one session come to it: all feed the same windows, each at times of its own. */
function inPages(length: PageLength): StreamBuilder {
  const random = seededRandom(seedFor(seed, 'pages'))
  return () => {
    const relay = new Begun().builder('keyboard')
    const opened = pagesOf(length, random)
    return {
      count: (counters) => relay.target.count(counters),
      push: (event) => relay.target.push(opened(relay, event))
    }
  }
}

/** The event as the page that is open hears it, at the time that the session takes it for. */
function pagesOf(
  length: PageLength,
  random: () => number
): (relay: Pick<Relay<unknown>, 'timed'>, event: InputEvent) => InputEvent {
  const turns = pageTurns(length, random)
  let page = { openedAt: 0 }
  return (relay, event) => {
    if (turns(event)) page = { openedAt: event.t }
    return relay.timed(page, { events: [{ ...event, t: event.t - page.openedAt }], grainMs: 0 })[0]!
  }
}

/** Of how many people the whole stream is taken for a script or a forgery. */
function suspected(name: string, length: PageLength | undefined): void {
  const random = seededRandom(seedFor(seed, 'pages'))
  const found = people.filter(({ person, recordings }) => {
    const heard = new Relay(createLivenessWatch())
    const opened = length && pagesOf(length, random)
    return eventsOf(joined(recordings, person)).some((event) => {
      heard.target.push(opened ? opened(heard, event) : event)
      return heard.target.assess() !== undefined
    })
  })
  const { value, high } = binomialShare(found.length, people.length)
  process.stdout.write(`${name}: suspected by liveness ${value.toFixed(3)}, at most ${high.toFixed(3)}\n`)
}
