// Learns and measures what knows keystrokes that were drawn one by one. Run:
// `node --conditions=vigil-source tests/measure/forged-typing.ts --part weights` prints the weights, learnt on `trainable/argumentation-l2`;
// `--part forgeries` measures how many are known by which keystroke, beside the score; `--part people` looks for the people of every set whom they speak against, and in how many watched hours.

import { parseArgs } from 'node:util'
import type { InputEvent } from '../../src/biometrics/index.ts'
import { createKeystrokeTracker, type Keystroke } from '../../src/biometrics/features/keystrokes.ts'
import { createCarryOver } from '../../src/biometrics/liveness/carry-over.ts'
import { createRepeatedKeystrokes } from '../../src/biometrics/liveness/drawn-again.ts'
import {
  forgedTypingFeatures,
  forgedTypingLooks,
  forgedTypingNames,
  forgedTypingOdds
} from '../../src/biometrics/liveness/forged-typing.ts'
import { fitLogistic } from '../../src/biometrics/calibration/logistic.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { readPeople } from '../../src/evaluation/readers/index.ts'
import { aaltoPeople, argumentationPeople, datasets, samplePeople, type RecordedPerson } from '../support/recordings.ts'
import { drawnWith, forged, sampleOf, textOf, victimHand } from '../threats/forger.ts'
import { dayOf, typingOf } from '../threats/replay-attack.ts'

/** Keystrokes of the victim that are known, and the jitter of each. */
const forgers = [
  [45, 3],
  [230, 3],
  [230, 6],
  [230, 10],
  [600, 2],
  [600, 5],
  [600, 8],
  [600, 12]
] as const
const ridge = 2e-4

const { values: options } = parseArgs({
  options: { part: { type: 'string', default: 'weights' }, grains: { type: 'string', default: '0,8,16,33' } }
})
if (options.part === 'weights') learnWeights()
else if (options.part === 'people') people()
else reportForgeries()

function keystrokesOf(events: readonly InputEvent[]): Keystroke[] {
  return [...sampleOf([events]).keystrokes]
}

/** They were recorded on a clock of 8 ms, and a forgery on a finer one must not be known by that. */
function offTheGrid(events: readonly InputEvent[], random: () => number): InputEvent[] {
  return events.map((event) => ({ ...event, t: event.t + 8 * (random() - 0.5) })).sort((a, b) => a.t - b.t)
}

/** What a look at the end of these keystrokes sees. */
function featuresOf(keystrokes: readonly Keystroke[]): number[] | undefined {
  const carried = createCarryOver()
  const repeated = createRepeatedKeystrokes()
  for (const keystroke of keystrokes) {
    carried.add(keystroke)
    repeated.add(keystroke)
  }
  return forgedTypingFeatures(carried, repeated.closeness(), keystrokes.length)
}

function learnWeights(): void {
  const random = seededRandom(5)
  const all = argumentationPeople().map((person) => keystrokesOf(offTheGrid(wholeOf(person), random)))
  const long = all.filter(({ length }) => length >= 1000)
  for (const { keystrokes } of forgedTypingLooks) {
    const hands: number[][] = []
    const forgeries: number[][] = []
    long.forEach((own, i) => {
      for (let from = 0; from + keystrokes <= own.length; from += keystrokes) {
        const features = featuresOf(own.slice(from, from + keystrokes))
        if (features !== undefined) hands.push(features)
      }
      const everybody = { keystrokes: long[(i + 1) % long.length]! }
      for (const [known, jitterMs] of forgers) {
        const hand = victimHand({ keystrokes: own.slice(0, known) }, everybody, random)
        const features = featuresOf(keystrokesOf(forged(drawnWith(hand, jitterMs, random), keystrokes)))
        if (features !== undefined) forgeries.push(features)
      }
    })
    const [intercept, ...weights] = fitLogistic(
      forgeries,
      hands,
      ridge,
      forgedTypingNames.map(() => 0)
    )
    process.stdout.write(
      `${keystrokes} keystrokes, ${hands.length} of hands and ${forgeries.length} forged: intercept ${intercept!.toFixed(2)}, ` +
        `weights [${weights.map((weight) => weight.toFixed(2)).join(', ')}]\n`
    )
  }
}

function people(): void {
  report('aalto-free-text', aaltoPeople())
  report('trainable/argumentation-l2', argumentationPeople())
  report('cmu-fixed-text, one password over and over', readPeople(datasets, 'cmu-fixed-text'))
  report('trainable/bksd, one phrase over and over', readPeople(datasets, 'trainable/bksd'))
}

function wholeOf({ recordings }: RecordedPerson): InputEvent[] {
  return dayOf(recordings.map(typingOf))
}

function report(name: string, some: readonly RecordedPerson[]): void {
  for (const grainMs of name === 'aalto-free-text' ? options.grains.split(',').map(Number) : [0]) {
    let hours = 0
    const courses = some.map((person) => {
      const events = wholeOf(person)
      hours += ((events.at(-1)?.t ?? 0) - (events[0]?.t ?? 0)) / 3_600_000
      return oddsOver(
        grainMs > 0 ? events.map((event) => ({ ...event, t: grainMs * Math.round(event.t / grainMs) })) : events
      )
    })
    const highest = courses
      .flatMap((course) => (course.length > 0 ? [Math.max(...course.map(({ odds }) => odds))] : []))
      .sort((a, b) => b - a)
    process.stdout.write(
      `${name}${grainMs > 0 ? ` on a clock of ${grainMs} ms` : ''}: ${highest.length} of ${some.length} people looked at, ` +
        `${hours.toFixed(1)} h; highest odds ${highest
          .slice(0, 12)
          .map((odds) => odds.toFixed(1))
          .join(' ')}\n`
    )
  }
}

/** The odds at every second look, as a stream goes on. */
function oddsOver(events: readonly InputEvent[]): { readonly keystrokes: number; readonly odds: number }[] {
  const carried = createCarryOver()
  const repeated = createRepeatedKeystrokes()
  const course: { keystrokes: number; odds: number }[] = []
  let keystrokes = 0
  const tracker = createKeystrokeTracker((keystroke) => {
    carried.add(keystroke)
    repeated.add(keystroke)
    if (++keystrokes % 50 !== 0) return
    const odds = forgedTypingOdds(carried, repeated)
    if (odds !== undefined) course.push({ keystrokes, odds })
  })
  for (const event of events) tracker.push(event)
  return course
}

function reportForgeries(): void {
  const random = seededRandom(8)
  const victims = samplePeople(41, 100)
  const others = samplePeople(42, 40, victims)
  const everybody = sampleOf(others.map(wholeOf))
  for (const known of [1, 5, 15]) {
    for (const jitterMs of [2, 5, 10, 20]) {
      for (const [text, next] of [
        ['classes at random', undefined],
        ['a text', () => textOf(sampleOf([wholeOf(others[Math.floor(random() * others.length)]!)]))]
      ] as const) {
        const courses = victims.map(({ recordings }) => {
          const victim = sampleOf(recordings.slice(0, known).map(typingOf))
          return oddsOver(forged(drawnWith(victimHand(victim, everybody, random, next?.()), jitterMs, random), 1000))
        })
        const shares = [250, 350, 500, 750, 1000].map((within) => {
          const found = (limit: number): number =>
            courses.filter((course) => course.some(({ keystrokes, odds }) => keystrokes <= within && odds >= limit))
              .length
          return `${within}: ${[8, 9, 10].map(found).join('/')}`
        })
        process.stdout.write(
          `${known} sentences, jitter ${jitterMs} ms, ${text}: of ${victims.length} at odds of 8/9/10 within ${shares.join(', ')}\n`
        )
      }
    }
  }
}
