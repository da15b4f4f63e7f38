// The published package as somebody who installs it gets it: packed from a copy of the checkout, installed from the tarball
// into an empty project.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Consumer {
  /** The project's folder. */
  readonly folder: string
  /** Where the package lies in it. */
  readonly installed: string
  run(command: string, ...args: string[]): Promise<Ran>
  remove(): Promise<void>
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function installIntoEmptyProject(): Promise<Consumer> {
  const scratch = await mkdtemp(join(tmpdir(), 'vigil-package-'))
  const remove = () => rm(scratch, { recursive: true, force: true })
  const folder = join(scratch, 'project')
  try {
    const tarball = await pack(scratch)
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }))
    succeed(await run(folder, 'npm', 'install', ...installOptions, tarball))
  } catch (error) {
    await remove()
    throw error
  }
  return {
    folder,
    installed: join(folder, 'node_modules/oidc-vigil'),
    run: (command, ...args) => run(folder, command, ...args),
    remove
  }
}

/** npm waits five minutes for an answer that got lost; asking again is quicker. */
const installOptions = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-timeout=20000', '--fetch-retries=6']

/** Packs a copy, so that building it disturbs nobody who works in the checkout. */
async function pack(scratch: string): Promise<string> {
  const copy = join(scratch, 'checkout')
  await cp(root, copy, {
    recursive: true,
    filter: (path) => !/^(node_modules|dist|tests|\.git|\.data|.*\.tgz)(\/|$)/.test(path.slice(root.length))
  })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
  succeed(await run(copy, 'npm', 'pack', '--pack-destination', scratch))
  const tarball = (await readdir(scratch)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack left no tarball')
  return join(scratch, tarball)
}

function succeed({ code, stdout, stderr }: Ran): void {
  if (code !== 0) throw new Error(`exit ${code}\n${stdout}\n${stderr}`)
}

function run(cwd: string, command: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: withoutNpm(process.env), maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    )
  })
}

/** `npm test` tells its children where the checkout is; an npm of another project must not hear it. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$|VITEST)/i.test(name)))
}
