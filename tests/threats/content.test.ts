// THREATS.md 15: how much of what was typed an adversary reads who holds all that the wire carries, knows the language perfectly and, at worst,
// the victim's own hands key by key. The limits are those of docs/privacy.md; `tests/measure/content.ts` measures with more trials.

import { describe, expect, test } from 'vitest'
import { KeyClass } from '../../src/biometrics/events.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { language } from './content-language.ts'
import { readSentence } from './content-reader.ts'
import { bitsOfRandomPassword, ranksOfPasswords, readSentences, seenOnNetwork } from './content-reading.ts'
import { handsOf, typed } from './content-typist.ts'
import { framesOf, read } from './content-wire.ts'

const worst = 'classes and timings, the victim’s own hands'
const trials = 60

describe('sentences', () => {
  test(
    'half a bit a character and more is left to guess, and of ten words six are not read',
    { timeout: 60_000 },
    () => {
      const blind = readSentences('keys and words counted', trials, 1)
      const reader = readSentences(worst, trials, 1)
      expect(reader.bitsLeftPerCharacter).toBeGreaterThan(0.5)
      expect(reader.wordsRight).toBeLessThan(0.45)
      // The reader is no straw man: what the wire carries helps, and timings help beyond classes.
      expect(reader.bitsLeftPerCharacter).toBeLessThan(blind.bitsLeftPerCharacter - 0.5)
      expect(reader.wordsRight).toBeGreaterThan(3 * blind.wordsRight)
      expect(readSentences('classes', trials, 1).bitsLeftPerCharacter).toBeGreaterThan(
        reader.bitsLeftPerCharacter + 0.05
      )
    }
  )

  test('a reader who is told every key would read every word: the measure can see a leak', () => {
    const known = language()
    const random = seededRandom(3)
    const truth = known.sentence(8, random)
    const text = truth.map((word) => known.words[word]).join(' ')
    // Hands of which each key has a hold of its own, without noise.
    const hands = handsOf(5)
    const telling = { ...hands, hold: hands.hold.map((_, key) => Math.log(60 + 2 * key)), holdNoise: 1e-3 }
    const presses = read(framesOf(typed(text, telling, random), 1000))
    const { guess, logTruth } = readSentence(presses, truth, { classes: true, hands: telling }, known)
    expect(guess).toEqual(truth)
    expect(-logTruth / text.length).toBeLessThan(0.01)
  })
})

describe('secrets', () => {
  test('in a secret field no class is sent, not even of the keys that are no letters', () => {
    const presses = read(framesOf(typed('secret 42.', handsOf(1), seededRandom(1), 1000, true), 1000))
    expect(presses).toHaveLength(10)
    expect(new Set(presses.map(({ cls }) => cls))).toEqual(new Set([KeyClass.hidden]))
  })

  test('of eight random letters at least 33 of 37.6 bits stay, whoever reads', () => {
    expect(bitsOfRandomPassword('timings, people in general', true, trials, 1)).toBeGreaterThan(36)
    expect(bitsOfRandomPassword(worst, true, trials, 1)).toBeGreaterThan(33)
    // Where a page marks no secret the classes cost seven bits and more.
    expect(bitsOfRandomPassword(worst, false, trials, 1)).toBeLessThan(30)
  })

  test(
    'a word and two digits is not guessed within ten tries but once in twenty, nor within a hundred but once in six',
    { timeout: 60_000 },
    () => {
      const ranks = ranksOfPasswords(worst, true, trials, 1)
      const within = (k: number): number => ranks.filter((rank) => rank <= k).length / trials
      expect(within(10)).toBeLessThanOrEqual(0.05)
      expect(within(100)).toBeLessThanOrEqual(1 / 6)
      const general = ranksOfPasswords('timings, people in general', true, trials, 1)
      expect(general.filter((rank) => rank <= 100).length / trials).toBeLessThanOrEqual(0.05)
    }
  )
})

describe('somebody on the network', () => {
  test('sees frames of one length but for the fastest seconds, a quarter of a bit a second at most', () => {
    const { seconds, bits, smallest } = seenOnNetwork(20, 1)
    expect(seconds).toBeGreaterThan(300)
    expect(smallest).toBeGreaterThan(0.95)
    expect(bits).toBeLessThan(0.25)
  })
})
