// A sentence that nobody has typed before, to be typed once: drawn from word lists by a source that nobody can guess, never from anything that the
// person wrote. And whether what was typed is that sentence, as a person and not as a compiler would compare.

import { randomInt } from 'node:crypto'
import { phraseWords, type PhraseWords } from './phrase-words.ts'

/** Fewest characters of a sentence. Chosen by measuring: docs/challenges.md. */
export const phraseLength = 100

/** In the language of the tag, else English: some sixty bits of chance. `below` draws an integer from 0 up to and without its argument. */
export function phraseSentence(
  tag: string,
  below: (count: number) => number = randomInt,
  length = phraseLength
): string {
  const words = (Object.hasOwn(phraseWords, tag) ? phraseWords[tag] : undefined) ?? phraseWords['en']!
  const taken = new Set<string>()
  let sentence = clauseOf(words, taken, below)
  while (sentence.length + 1 < length) sentence += ` ${words.and} ${clauseOf(words, taken, below)}`
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`
}

/** Whether somebody has typed the sentence, give or take a slip that they did not see. Case and spacing are how one types, not what. */
export function sameSentence(sentence: string, typed: string): boolean {
  const [wanted, given] = [plain(sentence), plain(typed.slice(0, 4 * sentence.length))]
  const slips = Math.floor(wanted.length * slipsPerCharacter)
  return Math.abs(wanted.length - given.length) <= slips && distance(wanted, given) <= slips
}

const slipsPerCharacter = 0.05

function clauseOf(words: PhraseWords, taken: Set<string>, below: (count: number) => number): string {
  const one = (list: readonly string[]): string => {
    const free = list.filter((word) => !taken.has(word))
    const word = free[below(free.length)]!
    taken.add(word)
    return word
  }
  const { how, who, does, what, where } = words
  return words.clause({
    howWho: one(how),
    who: one(who),
    does: one(does),
    howWhat: one(how),
    what: one(what),
    where: one(where)
  })
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim().replace(/\.$/, '')
}

/** Fewest insertions, deletions and replacements (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
