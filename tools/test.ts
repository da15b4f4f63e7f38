// `npm test`: runs every suite that this machine can run, says which it left out, and ends with one line of counts. Takes
// what vitest takes: `npm test -- tests/channel -t "foreign Origin"`. Starts no server; see DATABASE_URL and REDIS_URL in
// CONTRIBUTING.md. With VIGIL_REQUIRE_ALL=1 a suite that was left out is a failure. A file in which Node itself died (SIGSEGV, nodejs/node#56312: threads that
// start while others end) is run once more, and said; if it dies again, that is a failure.

import { parseCLI, startVitest } from 'vitest/node'
import { available, leftOut } from '../tests/support/available.ts'
import { Tally, together } from './tally.ts'

const requireAll = process.env['VIGIL_REQUIRE_ALL'] === '1'

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])

async function run(files: string[]): Promise<Tally> {
  const tally = new Tally()
  const vitest = await startVitest(files, { ...options, watch: false, reporters: ['default', tally] })
  await vitest.close()
  return tally
}

const first = await run(filter)
let counts = first.counts
if (first.crashed.length > 0) {
  process.stdout.write(`Node itself died of SIGSEGV in ${first.crashed.join(', ')}: once more\n`)
  const again = await run([...first.crashed])
  counts = together([counts, again.counts, { passed: 0, failed: again.crashed.length, skipped: 0 }])
  // Of the run that died vitest says that it failed, whatever came after it.
  process.exitCode = 0
}

const missing = leftOut(available())
for (const { why } of missing) process.stdout.write(`${why}\n`)

const leftOutSuites = missing.filter(({ replaced }) => !replaced).length
const failed = counts.failed + (requireAll ? leftOutSuites + counts.skipped : 0)
const skipped = requireAll ? 0 : counts.skipped
process.stdout.write(`${counts.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)

if (failed > 0 || counts.passed === 0) process.exitCode = 1
