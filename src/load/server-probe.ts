// What can be told of the server from outside while it is under load: how long its health check takes, which no busy event loop answers
// quickly, and, for a process of this machine, its memory and its share of a core.

import { readFile } from 'node:fs/promises'
import { VigilError } from '../errors.ts'
import { createLatency, type Quantiles } from './tally.ts'

export interface ServerFigures {
  /** Milliseconds until `/healthz` answered, asked once a second. */
  readonly health: Quantiles | undefined
  /** How often it did not answer 200 within five seconds. */
  readonly unhealthy: number
  /** Resident memory in MiB: when the last page had come, at the end, and at its highest. */
  readonly memory?: { readonly start: number; readonly end: number; readonly highest: number }
  /** Share of one core. */
  readonly core?: number
}

export interface ServerProbe {
  /** Forgets what it saw until now: the load proper begins. */
  begin(): Promise<void>
  stop(): Promise<ServerFigures>
}

const everyMs = 1000
const patienceMs = 5000
/** `_SC_CLK_TCK` of every Linux that Node runs on. */
const ticksPerSecond = 100
const bytesPerMiB = 2 ** 20

/** `pid`: the server's process on this machine (Linux). Throws `usage` when there is none. */
export async function probeServer(issuer: string, pid?: number): Promise<ServerProbe> {
  let health = createLatency()
  let unhealthy = 0
  let begun = await processFigures(pid)
  let highest = begun?.memory ?? 0
  let begunAt = performance.now()

  async function look(): Promise<void> {
    const asked = performance.now()
    const ok = await fetch(`${issuer}/healthz`, { signal: AbortSignal.timeout(patienceMs) }).then(
      async (response) => {
        await response.body?.cancel()
        return response.ok
      },
      () => false
    )
    if (ok) health.add(performance.now() - asked)
    else unhealthy++
    // A server that died under the load is told by its pages.
    const now = await processFigures(pid).catch(() => undefined)
    highest = Math.max(highest, now?.memory ?? 0)
  }

  const timer = setInterval(() => void look(), everyMs)
  return {
    async begin() {
      health = createLatency()
      unhealthy = 0
      begun = await processFigures(pid)
      highest = begun?.memory ?? 0
      begunAt = performance.now()
    },
    async stop() {
      clearInterval(timer)
      const figures = { health: health.quantiles(), unhealthy }
      const now = await processFigures(pid).catch(() => undefined)
      if (begun === undefined || now === undefined) return figures
      return {
        ...figures,
        memory: { start: begun.memory, end: now.memory, highest: Math.max(highest, now.memory) },
        core: (now.cpuSeconds - begun.cpuSeconds) / ((performance.now() - begunAt) / 1000)
      }
    }
  }
}

/** proc(5): resident memory in MiB, and user and system time. */
async function processFigures(pid: number | undefined): Promise<{ memory: number; cpuSeconds: number } | undefined> {
  if (pid === undefined) return undefined
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in parentheses and may contain anything; what follows it is numbers from the third field on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
    return {
      memory: (kibibytes * 1024) / bytesPerMiB,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    }
  } catch (cause) {
    throw new VigilError('usage', `--pid: there is no process ${pid} to read under /proc`, { cause })
  }
}
