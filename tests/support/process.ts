// Programs of this repository as an operator runs them: child processes with an environment of their own, and what they print, how they
// end and how long that takes.

import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A first start makes a database, and the machine may be busy with other suites. */
export const startPatienceMs = 60_000

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  stdout(): string
  stderr(): string
  /** Resolves with the first match on standard output; throws when the process ends without it. */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
}

export type Env = Readonly<Record<string, string>>

/** `vigil …`, by the launcher that the package installs. */
export function vigil(args: readonly string[], env: Env = {}): Running {
  return program(process.execPath, ['--conditions=vigil-source', 'bin/vigil.js', ...args], env)
}

/** What `npm start` starts. */
export function demo(env: Env): Running {
  return program(process.execPath, ['--conditions=vigil-source', 'examples/demo/main.ts'], env)
}

/** Any program, in the checkout. Of this process' environment it gets what every program needs and none of Vigil's options. */
export function program(command: string, args: readonly string[], env: Env = {}): Running {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env
  const child = spawn(command, [...args], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  let over = false
  let changed = Promise.withResolvers<void>()
  const change = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    change()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]): Ended => {
    running.delete(child)
    over = true
    change()
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr }
  })
  return {
    process: child,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    async saw(pattern) {
      for (;;) {
        const match = pattern.exec(stdout)
        if (match) return match
        if (over) throw new Error(`the process ended without ${pattern.source}:\n${stdout}${stderr}`)
        await changed.promise
      }
    },
    stop(signal) {
      child.kill(signal)
      return ended
    }
  }
}

const running = new Set<ChildProcess>()

/** For `afterAll`: ends what a failed test left behind. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Resolves when `/healthz` answers 200; throws when the process ends before. */
export async function healthy(server: Running, issuer: string): Promise<void> {
  let over = false
  void server.ended.then(() => (over = true))
  for (;;) {
    const status = await fetch(`${issuer}/healthz`).then(
      async (response) => {
        await response.body?.cancel()
        return response.status
      },
      () => 0
    )
    if (status === 200) return
    if (over) throw new Error(`the server ended: ${server.stdout()}${server.stderr()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Ports that nobody listened on a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
