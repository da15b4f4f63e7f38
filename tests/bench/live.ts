// Watched sessions on one machine, from the outside and the inside. Run: `node --conditions=vigil-source tests/bench/live.ts [--sessions 1000]
// [--seconds 90] [--events 10000] [--reconnect] [--floor]`. Without --events people type as fast as they do, a frame a second each.

import { parseArgs } from 'node:util'
import { liveRun } from './live-run.ts'

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '90' },
    events: { type: 'string' },
    reconnect: { type: 'boolean', default: false },
    floor: { type: 'boolean', default: false }
  }
})
const { report, server } = await liveRun({
  kind: options.floor ? 'floor' : 'product',
  sessions: Number(options.sessions),
  seconds: Number(options.seconds),
  reconnect: options.reconnect,
  ...(options.events !== undefined && { eventsPerSecond: Number(options.events) })
})
const { before, after } = server.bytes
process.stdout.write(
  `${JSON.stringify({
    ...report,
    server: {
      core: server.cpuSeconds / server.wallSeconds,
      delayMs: server.delayMs,
      memoryMiB: [before / 2 ** 20, after / 2 ** 20],
      memoryGrowth: after / before - 1
    }
  })}\n`
)
