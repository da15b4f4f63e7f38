// A language that nobody wrote: words of syllables with the letters of English, the common ones short (Zipf), in a grammar of twelve kinds of words.
// Whoever knows it knows more about its sentences than anybody can know about those of a person.

import { seededRandom } from '../../src/biometrics/random.ts'

export interface Language {
  readonly words: readonly string[]
  /** Kind of each word. */
  readonly kind: Uint8Array
  /** log2 P(word | kind). */
  readonly logWord: Float64Array
  /** log2 P(kind | kind before): `before * kinds + kind`; row `kinds` begins a sentence. */
  readonly logStep: Float64Array
  sentence(words: number, random: () => number): number[]
  /** Without grammar, as people choose one word for a password. */
  word(random: () => number): number
}

export const kinds = 12
const vocabulary = 20_000

const onsets = [
  '',
  'b',
  'c',
  'd',
  'f',
  'g',
  'h',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'w',
  'st',
  'tr',
  'pr',
  'ch',
  'sh',
  'th'
]
const nuclei = ['a', 'e', 'i', 'o', 'u', 'e', 'a', 'i', 'o', 'ea', 'ou', 'io', 'ai', 'y']
const codas = ['', '', '', 'n', 's', 't', 'r', 'l', 'd', 'm', 'nd', 'ng', 'st', 'ck', 'nt', 'k', 'v', 'x', 'z', 'p']

export function language(seed = 1): Language {
  const random = seededRandom(seed)
  const pick = (from: readonly string[]): string => from[Math.floor(from.length * random())]!
  const found = new Set<string>()
  while (found.size < vocabulary) {
    const syllables = 1 + Math.floor(3 * random())
    found.add(Array.from({ length: syllables }, () => pick(onsets) + pick(nuclei) + pick(codas)).join(''))
  }
  const words = [...found]
    .map((word) => ({ word, rank: word.length + 4 * random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ word }) => word)
  const kind = Uint8Array.from(words, () => Math.floor(kinds * random()))
  const weight = Float64Array.from(words, (_, rank) => 1 / (rank + 2.7))
  const mass = new Float64Array(kinds)
  words.forEach((_, w) => (mass[kind[w]!]! += weight[w]!))
  const logWord = weight.map((own, w) => Math.log2(own / mass[kind[w]!]!))
  const step = Float64Array.from({ length: (kinds + 1) * kinds }, () => random() ** 3)
  for (let row = 0; row <= kinds; row++) {
    const cells = step.subarray(row * kinds, (row + 1) * kinds)
    const sum = cells.reduce((a, b) => a + b)
    cells.forEach((cell, i) => (cells[i] = Math.log2(cell / sum)))
  }

  const ofKind = Array.from({ length: kinds }, (_, k) => words.flatMap((_word, w) => (kind[w] === k ? [w] : [])))
  const drawWord = (from: readonly number[], share: (w: number) => number, draw: () => number): number => {
    let left = draw()
    for (const w of from) if ((left -= share(w)) < 0) return w
    return from.at(-1)!
  }
  const total = weight.reduce((a, b) => a + b)
  const everyWord = words.map((_, w) => w)
  return {
    words,
    kind,
    logWord,
    logStep: step,
    sentence(length, draw) {
      let before = kinds
      return Array.from({ length }, () => {
        const row = before * kinds
        before = drawWord(
          Array.from({ length: kinds }, (_, k) => k),
          (k) => 2 ** step[row + k]!,
          draw
        )
        return drawWord(ofKind[before]!, (w) => 2 ** logWord[w]!, draw)
      })
    },
    word: (draw) => drawWord(everyWord, (w) => weight[w]! / total, draw)
  }
}
