// `vigil` typed into a shell with an old Node on the PATH gets one sentence, not a stack trace.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const launcher = join(fileURLToPath(new URL('../..', import.meta.url)), 'bin/vigil.js')

/** Runs the launcher with the version number of another Node. */
function startedBy(version: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
  const args = ['--import', `data:text/javascript,${pretend}`, launcher, '--help']
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    )
  })
}

it.each(['18.20.8', '20.20.2', '23.11.1'])('Node %s is told what is needed, in one line', async (version) => {
  expect(await startedBy(version)).toEqual({
    code: 2,
    stdout: '',
    stderr: `vigil needs Node 24 or newer, this is ${version}\n`
  })
})
