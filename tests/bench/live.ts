// Watched sessions on one machine, from the outside and the inside. Run: `node --conditions=vigil-source tests/bench/live.ts [--sessions 1000]
// [--warm-up 300] [--seconds 90] [--events 10000] [--reconnect] [--floor]`. Without --events people type as fast as they do, a frame a second each.
// Memory is told after a collection, before and after the count; and each ten seconds as it is: second, resident, heap, outside it.

import { parseArgs } from 'node:util'
import { liveRun } from './live-run.ts'

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '90' },
    'warm-up': { type: 'string', default: '0' },
    events: { type: 'string' },
    reconnect: { type: 'boolean', default: false },
    floor: { type: 'boolean', default: false }
  }
})
const { report, server, memory } = await liveRun({
  kind: options.floor ? 'floor' : 'product',
  sessions: Number(options.sessions),
  seconds: Number(options.seconds),
  reconnect: options.reconnect,
  warmUpSeconds: Number(options['warm-up']),
  ...(options.events !== undefined && { eventsPerSecond: Number(options.events) })
})
const { before, after } = server.bytes
process.stdout.write(
  `${JSON.stringify({
    ...report,
    server: {
      core: server.cpuSeconds / server.wallSeconds,
      delayMs: server.delayMs,
      memoryMiB: [mebibytes(before), mebibytes(after)],
      memoryGrowth: after / before - 1,
      memory: memory.map(({ second, rss, heapUsed, external }) => [second, ...[rss, heapUsed, external].map(mebibytes)])
    }
  })}\n`
)

function mebibytes(bytes: number): number {
  return Math.round((10 * bytes) / 2 ** 20) / 10
}
