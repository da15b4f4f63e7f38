// `npm test`: runs every suite that this machine can run, says which it left out, and ends with one line of counts. Takes
// what vitest takes: `npm test -- tests/channel -t "foreign Origin"`. Starts no server; see DATABASE_URL and REDIS_URL in
// CONTRIBUTING.md. With VIGIL_REQUIRE_ALL=1 a suite that was left out is a failure.

import { parseCLI, startVitest } from 'vitest/node'
import { available, leftOut } from '../tests/support/available.ts'
import { Tally } from './tally.ts'

const requireAll = process.env['VIGIL_REQUIRE_ALL'] === '1'

const tally = new Tally()
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const vitest = await startVitest(filter, { ...options, watch: false, reporters: ['default', tally] })
await vitest.close()

const missing = leftOut(available())
for (const { why } of missing) process.stdout.write(`${why}\n`)

const counts = tally.counts
const leftOutSuites = missing.filter(({ replaced }) => !replaced).length
const failed = counts.failed + (requireAll ? leftOutSuites + counts.skipped : 0)
const skipped = requireAll ? 0 : counts.skipped
process.stdout.write(`${counts.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)

if (failed > 0 || counts.passed === 0) process.exitCode = 1
