// A folder belongs to one process, gives itself back however that process ends, and loses nothing that was acknowledged.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDataDirectory } from '../../src/adapters/data-directory.ts'
import { openStorage } from '../../src/adapters/index.ts'

const child = fileURLToPath(new URL('../support/storage-child.ts', import.meta.url))
// A first start of PGlite takes seconds, and many of them on a machine that is busy with other suites.
const patienceMs = 240_000

describe('a data directory', () => {
  let folder: string
  const started: ChildProcess[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-lock-'))
  })
  afterEach(async () => {
    for (const process of started.splice(0)) process.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })

  /** Starts a process on the folder; `saw` waits until its standard output satisfies the condition. */
  function start(directory: string) {
    const process = spawn(globalThis.process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    started.push(process)
    let output = ''
    process.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    const exited = once(process, 'exit')
    return {
      process,
      exited,
      output: () => output,
      async saw(condition: (output: string) => boolean) {
        while (!condition(output)) {
          if (process.exitCode !== null) throw new Error(`the process ended: ${output}`)
          await once(process.stdout, 'data')
        }
      }
    }
  }

  it('is made for its owner alone', async () => {
    const directory = join(folder, 'deep', 'data')
    lockDataDirectory(directory).release()
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
  })

  it('opened twice in one process is refused, by whatever name', async () => {
    const directory = join(folder, 'data')
    const lock = lockDataDirectory(directory)
    await symlink(directory, join(folder, 'alias'))
    for (const name of [directory, `${directory}/../data/`, join(folder, 'alias')]) {
      await expect(openStorage({ database: name })).rejects.toMatchObject({ code: 'database_in_use', exitCode: 3 })
    }
    lock.release()
    lockDataDirectory(directory).release()
  })

  it('released twice gives nobody else’s lock away', () => {
    const directory = join(folder, 'data')
    const first = lockDataDirectory(directory)
    first.release()
    const second = lockDataDirectory(directory)
    first.release()
    expect(() => lockDataDirectory(directory)).toThrow('in use')
    second.release()
  })

  it(
    'refuses a second process at once, opens again after kill -9 with all that was acknowledged, and lets a process end',
    { timeout: patienceMs },
    async () => {
      const directory = join(folder, 'data')
      // What a process leaves that was killed while it made its first cluster.
      await mkdir(join(directory, 'pg.new'), { recursive: true })
      await writeFile(join(directory, 'pg.new', 'PG_VERSION'), '')

      let acknowledged = 0
      for (let round = 0; round < 3; round++) {
        const holder = start(directory)
        await holder.saw((output) => output.startsWith('open\n'))
        if (round === 0) {
          const second = start(directory)
          const [exitCode] = (await second.exited) as [number]
          expect(exitCode).toBe(3)
          const refusal = JSON.parse(second.output()) as { code: string; message: string; tookMs: number }
          expect(refusal.code).toBe('database_in_use')
          expect(refusal.message).toContain(directory)
          expect(refusal.message).toContain(`process ${holder.process.pid}`)
          expect(refusal.tookMs).toBeLessThan(3000)
        }
        await holder.saw((output) => output.split('\n').length > 50)
        holder.process.kill('SIGKILL')
        await holder.exited
        acknowledged += linesOf(holder.output()).length - 1
      }

      const storage = await openStorage({ database: directory })
      const entries = await storage.audit.list({ limit: 1_000_000 })
      await storage.close()
      // The last entry of each process may have been written and not yet acknowledged.
      expect(entries.length).toBeGreaterThanOrEqual(acknowledged)
      expect(entries.length).toBeLessThanOrEqual(acknowledged + 3)
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => entries.length - index))

      const last = start(directory)
      await last.saw((output) => output.startsWith('open\n'))
      last.process.kill('SIGTERM')
      await last.saw((output) => output.endsWith('closed\n'))
      const closedAt = performance.now()
      expect(await last.exited).toEqual([0, null])
      // A timer that PGlite leaves behind would hold the process for ten seconds, or for ever.
      expect(performance.now() - closedAt).toBeLessThan(5000)
    }
  )
})

function linesOf(output: string): string[] {
  return output.split('\n').slice(0, -1)
}
