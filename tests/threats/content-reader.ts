// The adversary of THREATS.md 15 who holds every frame: knows the language perfectly, and either people in general or the victim's own hands key by
// key. What is left to guess is exact: the probability of the true text given everything seen, summed over all texts of the language.

import { KeyClass } from '../../src/biometrics/events.ts'
import { kinds, type Language } from './content-language.ts'
import { classOf, type Hands, keyOf, keys } from './content-typist.ts'
import type { Press } from './content-wire.ts'

/** What the adversary uses beside the language and the number of keys. */
export interface Sight {
  readonly classes: boolean
  readonly hands?: Hands
}

const log2e = Math.LOG2E

/** log2 of how likely a press is to be that key, up to what is the same for all keys. */
export function likelihood(press: Press, before: number, key: number, sight: Sight): number {
  if (sight.classes && press.cls !== KeyClass.hidden && press.cls !== classOf(key)) return Number.NEGATIVE_INFINITY
  const { hands } = sight
  if (hands === undefined) return 0
  const hold = (Math.log(press.hold) - hands.hold[key]!) / hands.holdNoise
  const gap = before < 0 ? 0 : (Math.log(press.gap) - hands.gap[before * keys.length + key]!) / hands.gapNoise
  return (-0.5 * hold * hold - 0.5 * gap * gap) * log2e
}

export interface SentenceReading {
  /** Words of the most likely sentence. */
  readonly guess: readonly number[]
  /** log2 P(truth | seen). */
  readonly logTruth: number
}

/** Reads a sentence whose words are parted by Space; where words end is known by the class of Space, and given away for nothing without. */
export function readSentence(
  presses: readonly Press[],
  truth: readonly number[],
  sight: Sight,
  known: Language
): SentenceReading {
  const index = indexOf(known)
  let at = 0
  let forward = Array.from({ length: kinds }, () => Number.NEGATIVE_INFINITY)
  let best = forward
  let logJoint = 0
  let before = kinds
  const back: { word: number; from: number }[][] = []
  truth.forEach((word, n) => {
    const from = at
    const length = known.words[word]!.length
    const own = presses.slice(from, from + length)
    at += length + 1
    const spaceBefore = n === 0 ? -1 : keyOf(' ')
    const pattern = sight.classes ? own.map(({ cls }) => cls).join('') : ''
    const candidates = index.get(`${length} ${pattern}`) ?? []
    // By kind: the sum over its words and the best of them.
    const sum = Array.from({ length: kinds }, () => [] as number[])
    const most = Array.from({ length: kinds }, () => ({ word: -1, value: Number.NEGATIVE_INFINITY }))
    for (const candidate of candidates) {
      const value = known.logWord[candidate]! + wordLikelihood(own, spaceBefore, candidate, sight, known)
      const kind = known.kind[candidate]!
      sum[kind]!.push(value)
      if (value > most[kind]!.value) most[kind] = { word: candidate, value }
    }
    const stepTo = (states: readonly number[], kind: number): number[] =>
      n === 0
        ? [known.logStep[kinds * kinds + kind]!]
        : states.map((state, previous) => state + known.logStep[previous * kinds + kind]!)
    const next = sum.map((values, kind) => logSum(stepTo(forward, kind)) + logSum(values))
    const nextBest = most.map(({ value }, kind) => Math.max(...stepTo(best, kind)) + value)
    back.push(
      most.map(({ word: w }, kind) => {
        const ways = stepTo(best, kind)
        return { word: w, from: ways.indexOf(Math.max(...ways)) }
      })
    )
    logJoint +=
      known.logStep[before * kinds + known.kind[word]!]! +
      known.logWord[word]! +
      wordLikelihood(own, spaceBefore, word, sight, known)
    before = known.kind[word]!
    forward = next
    best = nextBest
  })
  let kind = best.indexOf(Math.max(...best))
  const guess: number[] = []
  for (const step of back.toReversed()) {
    guess.unshift(step[kind]!.word)
    kind = step[kind]!.from
  }
  return { guess, logTruth: logJoint - logSum(forward) }
}

function wordLikelihood(own: readonly Press[], before: number, word: number, sight: Sight, known: Language): number {
  let sum = 0
  let last = before
  const text = known.words[word]!
  for (let i = 0; i < own.length; i++) {
    const key = keyOf(text[i]!)
    sum += likelihood(own[i]!, last, key, sight)
    last = key
  }
  return sum
}

/** Bits that are left to guess of a secret of random lower-case letters. */
export function readRandom(presses: readonly Press[], truth: string, sight: Sight): number {
  const alphabet = 26
  const prior = -Math.log2(alphabet)
  let forward: number[] = []
  let joint = 0
  presses.forEach((press, i) => {
    const before = forward
    const weigh = (key: number): number =>
      i === 0
        ? prior + likelihood(press, -1, key, sight)
        : prior + logSum(before.map((value, last) => value + likelihood(press, last, key, sight)))
    forward = Array.from({ length: alphabet }, (_, key) => weigh(key))
    joint += prior + likelihood(press, i === 0 ? -1 : keyOf(truth[i - 1]!), keyOf(truth[i]!), sight)
  })
  return logSum(forward) - joint
}

/** How many words followed by two digits come before the true one when the likeliest are tried first; from 1. */
export function rankOfPassword(presses: readonly Press[], truth: string, sight: Sight, known: Language): number {
  const letters = presses.slice(0, -2)
  const [ten, one] = presses.slice(-2) as [Press, Press]
  const digits = Array.from(
    { length: 100 },
    (_, n) => [keyOf(String(Math.floor(n / 10))), keyOf(String(n % 10))] as const
  )
  const pairs = digits.map(([a, b]) => likelihood(one, a, b, sight))
  const valueOf = (word: number): ((n: number) => number) => {
    const text = known.words[word]!
    const last = keyOf(text.at(-1)!)
    // As people choose words for passwords: by frequency, without grammar.
    const base = Math.log2(1 / (word + 2.7)) + wordLikelihood(letters, -1, word, sight, known)
    return (n) => base + likelihood(ten, last, digits[n]![0], sight) + pairs[n]!
  }
  const pattern = sight.classes && letters[0]!.cls !== KeyClass.hidden ? letters.map(({ cls }) => cls).join('') : ''
  const own = valueOf(known.words.indexOf(truth.slice(0, -2)))(Number(truth.slice(-2)))
  let rank = 1
  let equal = -1
  for (const candidate of indexOf(known).get(`${letters.length} ${pattern}`) ?? []) {
    const value = valueOf(candidate)
    for (let n = 0; n < 100; n++) {
      const other = value(n)
      if (other > own) rank++
      else if (other === own) equal++
    }
  }
  // Among equals the true one stands in the middle.
  return rank + equal / 2
}

const indices = new WeakMap<Language, Map<string, number[]>>()

/** Words by length alone and by length and classes. */
function indexOf(known: Language): Map<string, number[]> {
  let index = indices.get(known)
  if (index) return index
  index = new Map()
  for (const [w, word] of known.words.entries()) {
    const pattern = Array.from(word, (letter) => classOf(keyOf(letter))).join('')
    for (const key of [`${word.length} `, `${word.length} ${pattern}`]) {
      const there = index.get(key)
      if (there) there.push(w)
      else index.set(key, [w])
    }
  }
  indices.set(known, index)
  return index
}

function logSum(values: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) if (value > most) most = value
  if (most === Number.NEGATIVE_INFINITY) return most
  let sum = 0
  for (const value of values) sum += 2 ** (value - most)
  return most + Math.log2(sum)
}
