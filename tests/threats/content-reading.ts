// How much of what was typed an adversary reads, over many texts and typists.

import { streamOf, syntheticRecordings } from '../../src/biometrics/index.ts'
import { seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { language } from './content-language.ts'
import { readRandom, rankOfPassword, readSentence, type Sight } from './content-reader.ts'
import { handsInGeneral, handsOf, typed } from './content-typist.ts'
import { framesOf, passing, read } from './content-wire.ts'

/** From what everybody has, the number of keys and words, to what only a reader of all frames has who also knows the victim's hands. */
export const sights = {
  'keys and words counted': () => ({ classes: false }),
  'timings, people in general': () => ({ classes: false, hands: handsInGeneral() }),
  classes: () => ({ classes: true }),
  'classes and timings, people in general': () => ({ classes: true, hands: handsInGeneral() }),
  'classes and timings, the victim’s own hands': (victim: number) => ({ classes: true, hands: handsOf(victim) })
} as const satisfies Record<string, (victim: number) => Sight>
export type SightName = keyof typeof sights
export const sightNames = Object.keys(sights) as SightName[]

export interface SentencesRead {
  readonly bitsLeftPerCharacter: number
  /** Share of words that are right in the likeliest sentence. */
  readonly wordsRight: number
}

const startAt = 1000
const wordsOfSentence = 8

export function readSentences(name: SightName, trials: number, seed: number): SentencesRead {
  const known = language()
  let bits = 0
  let characters = 0
  let right = 0
  for (let trial = 0; trial < trials; trial++) {
    const random = seededRandom(seedFor(seed, `sentence ${trial}`))
    const truth = known.sentence(wordsOfSentence, random)
    const text = truth.map((word) => known.words[word]).join(' ')
    const presses = read(framesOf(typed(text, handsOf(seed + trial), random, startAt), startAt))
    const { guess, logTruth } = readSentence(presses, truth, sights[name](seed + trial), known)
    bits -= logTruth
    characters += text.length
    right += guess.filter((word, i) => word === truth[i]).length
  }
  return { bitsLeftPerCharacter: bits / characters, wordsRight: right / (trials * wordsOfSentence) }
}

/** Mean bits that are left of eight random letters, 37.6 before anything was seen. */
export function bitsOfRandomPassword(name: SightName, secret: boolean, trials: number, seed: number): number {
  let bits = 0
  for (let trial = 0; trial < trials; trial++) {
    const random = seededRandom(seedFor(seed, `random ${trial}`))
    const text = Array.from({ length: 8 }, () => String.fromCodePoint(97 + Math.floor(26 * random()))).join('')
    const presses = read(framesOf(typed(text, handsOf(seed + trial), random, startAt, secret), startAt))
    bits += readRandom(presses, text, sights[name](seed + trial))
  }
  return bits / trials
}

/** Ranks of passwords of a word and two digits when the likeliest are tried first, ascending. */
export function ranksOfPasswords(name: SightName, secret: boolean, trials: number, seed: number): number[] {
  const known = language()
  const ranks: number[] = []
  for (let trial = 0; trial < trials; trial++) {
    const random = seededRandom(seedFor(seed, `password ${trial}`))
    let word = known.words[known.word(random)]!
    while (word.length < 4) word = known.words[known.word(random)]!
    const text = `${word}${String(Math.floor(100 * random())).padStart(2, '0')}`
    const presses = read(framesOf(typed(text, handsOf(seed + trial), random, startAt, secret), startAt))
    ranks.push(rankOfPassword(presses, text, sights[name](seed + trial), known))
  }
  return ranks.sort((a, b) => a - b)
}

export interface SeenOnNetwork {
  /** Seconds in which keys were pressed. */
  readonly seconds: number
  /** Between the length of a frame and the number of keys pressed in its second. */
  readonly correlation: number
  /** What the length says of that number, in bits. */
  readonly bits: number
  /** Share of those frames that are of the smallest size. */
  readonly smallest: number
}

/**
 * Somebody who types and points; the observer on the network sees the lengths of the frames. When they pass says nothing: the beat is fixed
 * (tests/browser/agent.test.ts holds the agent to it).
 */
export function seenOnNetwork(people: number, seed: number): SeenOnNetwork {
  const seen = Array.from({ length: people }, (_, n) => {
    const recordings = syntheticRecordings(seedFor(seed, `network ${n}`), 1, { sessions: 1, keystrokes: 150 })
    const { events } = streamOf(recordings[0]!)
    const later = events.map((event) => ({ ...event, t: event.t + startAt }))
    return passing(framesOf(later, startAt)).filter(({ presses }) => presses > 0)
  }).flat()
  return {
    seconds: seen.length,
    correlation: correlation(
      seen.map(({ bytes }) => bytes),
      seen.map(({ presses }) => presses)
    ),
    bits: mutualInformation(seen.map(({ bytes, presses }) => [bytes, presses])),
    smallest: seen.filter(({ bytes }) => bytes === 64).length / seen.length
  }
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, i) => (value - ma) * (b[i]! - mb)))
  const spread = Math.sqrt(mean(a.map((value) => (value - ma) ** 2)) * mean(b.map((value) => (value - mb) ** 2)))
  return spread === 0 ? 0 : covariance / spread
}

/** In bits, from counts. */
function mutualInformation(pairs: readonly (readonly [number, number])[]): number {
  const entropy = (values: readonly string[]): number => {
    const counts = new Map<string, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    return [...counts.values()].reduce((sum, n) => sum - (n / values.length) * Math.log2(n / values.length), 0)
  }
  return (
    entropy(pairs.map(([a]) => String(a))) +
    entropy(pairs.map(([, b]) => String(b))) -
    entropy(pairs.map((pair) => pair.join()))
  )
}
