// The sentence of a typed phrase: nobody can know it beforehand, everybody can type it, and a slip is no other sentence.

import { describe, expect, it } from 'vitest'
import { phraseLength, phraseSentence, sameSentence } from '../../src/challenge/phrase-sentence.ts'
import { phraseWords } from '../../src/challenge/phrase-words.ts'
import { languageTags } from '../../src/provider/pages/languages/index.ts'

describe.each(languageTags)('a sentence in %s', (tag) => {
  const some = Array.from({ length: 2_000 }, () => phraseSentence(tag))

  it('is new each time', () => expect(new Set(some).size).toBe(some.length))

  it('is drawn from so many that it cannot be guessed: each clause has thirty bits', () => {
    const { who, does, what, where, how } = phraseWords[tag]!
    for (const list of [who, does, what, where, how]) expect([new Set(list).size, list.length]).toEqual([32, 32])
  })

  it('is long enough to tell by, and short enough to type willingly', () => {
    const lengths = some.map(({ length }) => length)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(phraseLength)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * phraseLength)
  })

  it('has no letter that some keyboard lacks, begins with a capital and ends with a full stop', () => {
    for (const sentence of some) expect(sentence).toMatch(/^[A-Z][A-Za-z ]+\.$/)
  })

  it('says nothing twice', () => {
    const { who, does, what, where } = phraseWords[tag]!
    for (const sentence of some.slice(0, 200)) {
      for (const phrase of [...who, ...does, ...what, ...where]) {
        expect(sentence.split(new RegExp(`(?<![A-Za-z])${phrase}(?![A-Za-z])`)).length).toBeLessThanOrEqual(2)
      }
    }
  })
})

it('is in English where its language has no words', () => {
  expect(phraseSentence('xx', () => 0)).toBe(phraseSentence('en', () => 0))
  expect(phraseSentence('constructor', () => 0)).toBe(phraseSentence('en', () => 0))
})

describe('what was typed', () => {
  const sentence = 'The quiet baker carries the green ladder near the river and the old sailor paints the round mirror.'

  it.each([
    ['as it stands', sentence],
    ['without the full stop and the capital', sentence.slice(0, -1).toLowerCase()],
    ['with two spaces and a line at its end', `${sentence.replace(' the', '  the')}\n`],
    ['with two letters swapped', sentence.replace('baker', 'bakre')],
    ['with a letter too many and one too few', sentence.replace('green', 'greeen').replace('river', 'rivr')]
  ])('is the sentence: %s', (_, text) => expect(sameSentence(sentence, text)).toBe(true))

  it.each([
    ['nothing', ''],
    ['half of it', sentence.slice(0, 50)],
    [
      'another one of its length',
      'The small farmer follows the plain basket on the bridge and the young pilot draws the warm candle at midnight.'
    ],
    ['the same words in another order', sentence.split(' ').toReversed().join(' ')],
    ['megabytes', 'a'.repeat(3_000_000)]
  ])('is not: %s', (_, text) => expect(sameSentence(sentence, text)).toBe(false))
})
