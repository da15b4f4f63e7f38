// A million hostile frames against the decoder: none may do anything but decode or be refused with a code, take long, or take memory.
// Run: `node --conditions=vigil-source --expose-gc tests/measure/decoder.ts [--inputs 1000000] [--seed 1]`. Exits 1 at the first that does.

import { parseArgs } from 'node:util'
import { seededRandom } from '../../src/biometrics/random.ts'
import { hostileKindNames, hostileKinds, verdictOn } from '../threats/hostile-bytes.ts'

const { values: options } = parseArgs({
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } }
})
const inputs = Number(options.inputs)
const random = seededRandom(Number(options.seed))
/** The largest are a thousand times as large as the others. */
const rare = 100

const verdicts = new Map<string, number>()
let longestMs = 0
let longestKind = ''
globalThis.gc?.()
const before = process.memoryUsage()
let highest = before.rss
for (let n = 0; n < inputs; n++) {
  let kind = hostileKindNames[n % hostileKindNames.length]!
  if (kind === 'the largest there is' && random() * rare > 1) kind = 'noise'
  const bytes = hostileKinds[kind](random)
  const begun = performance.now()
  try {
    const verdict = verdictOn(bytes)
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  } catch (error) {
    process.stdout.write(
      `input ${n}, ${kind}: ${String(error)}\n${Buffer.from(bytes).toString('hex').slice(0, 2000)}\n`
    )
    process.exit(1)
  }
  const ms = performance.now() - begun
  if (ms > longestMs) [longestMs, longestKind] = [ms, kind]
  if (n % 1000 === 0) highest = Math.max(highest, process.memoryUsage().rss)
}
globalThis.gc?.()
const after = process.memoryUsage()
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
for (const [verdict, count] of verdicts) process.stdout.write(`${verdict.padEnd(18)} ${count}\n`)
process.stdout.write(
  `${inputs} inputs; longest ${longestMs.toFixed(1)} ms (${longestKind}); heap ${mib(after.heapUsed - before.heapUsed)} more, ` +
    `resident at most ${mib(highest - before.rss)} more\n`
)
