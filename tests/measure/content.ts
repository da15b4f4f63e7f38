// Measures what an adversary reads of typed text (THREATS.md 15). Run: `node --conditions=vigil-source tests/measure/content.ts [--sentences 200]
// [--passwords 200] [--seed 1]`.

import { parseArgs } from 'node:util'
import {
  bitsOfRandomPassword,
  ranksOfPasswords,
  readSentences,
  seenOnNetwork,
  sightNames
} from '../threats/content-reading.ts'

const { values: options } = parseArgs({
  options: {
    sentences: { type: 'string', default: '200' },
    passwords: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' }
  }
})
const sentences = Number(options.sentences)
const passwords = Number(options.passwords)
const seed = Number(options.seed)

print(`${sentences} sentences of eight words`)
for (const name of sightNames) {
  const { bitsLeftPerCharacter, wordsRight } = readSentences(name, sentences, seed)
  print(
    `  ${name.padEnd(46)} ${bitsLeftPerCharacter.toFixed(2)} bits a character left, ${percent(wordsRight)} of words right`
  )
}
for (const secret of [true, false]) {
  print(`${passwords} passwords in a field that is ${secret ? 'secret: no classes are sent' : 'not marked as secret'}`)
  // Classes that are not sent are nothing to see.
  for (const name of sightNames.filter((one) => !(secret && one.startsWith('classes') && !one.endsWith('own hands')))) {
    const ranks = ranksOfPasswords(name, secret, passwords, seed)
    const within = [10, 100, 1000, 10_000].map(
      (k) => `${percent(ranks.filter((rank) => rank <= k).length / passwords)} in ${k}`
    )
    print(
      `  ${name.padEnd(46)} word and two digits: median rank ${ranks[passwords >> 1]!.toFixed(0)}, ${within.join(', ')}`
    )
    const bits = bitsOfRandomPassword(name, secret, passwords, seed)
    print(
      `  ${''.padEnd(46)} eight random letters: ${bits.toFixed(1)} of 37.6 bits left, ${(bits / 8).toFixed(2)} a character`
    )
  }
}
const { seconds, correlation, bits, smallest } = seenOnNetwork(passwords, seed)
print(
  `on the network, ${seconds} seconds with keys: ${percent(smallest)} of frames are of the smallest size; length and number of keys` +
    ` correlate by ${correlation.toFixed(3)}, ${bits.toFixed(3)} bits a second`
)

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
