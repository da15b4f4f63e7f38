// A process that opens the folder given, says `open`, and then writes audit entries one after the other, naming each on standard
// output once it was acknowledged. It runs until it is killed, or closes on SIGTERM and then has nothing left to do. A refusal is one
// JSON line, and the exit code of the error.

import { setImmediate as turn } from 'node:timers/promises'
import { openStorage } from '../../src/adapters/index.ts'
import { isVigilError } from '../../src/errors.ts'

const [directory = ''] = process.argv.slice(2)
const startedAt = performance.now()

try {
  const storage = await openStorage({ database: directory })
  const leaving = new AbortController()
  process.once('SIGTERM', () => leaving.abort())
  process.stdout.write('open\n')
  for (let number = 1; !leaving.signal.aborted; number++) {
    // PGlite answers without a turn of the event loop, and a signal needs one.
    await turn()
    await storage.audit.append({ type: 'kept', data: { pid: process.pid, number } })
    process.stdout.write(`${number}\n`)
  }
  await storage.close()
  process.stdout.write('closed\n')
} catch (error) {
  if (!isVigilError(error)) throw error
  const tookMs = performance.now() - startedAt
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message, tookMs })}\n`)
  process.exitCode = error.exitCode
}
