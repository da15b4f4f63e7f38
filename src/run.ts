// The life of a command: what it prints when it fails, which code it exits with, and how a server leaves when it is told to.

import { inspect } from 'node:util'
import { isVigilError, VigilError } from './errors.ts'

/** Runs a command; a failure becomes one line on standard error and the exit code of its error. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (thrown) {
    const error = inUse(thrown) ?? thrown
    const expected = isVigilError(error)
    process.stderr.write(`${expected ? `vigil: ${error.message} (${error.code})` : inspect(error)}\n`)
    process.exit(expected ? error.exitCode : 1)
  }
}

/** A port that somebody else's server could not get. */
function inUse(error: unknown): VigilError | undefined {
  const { code, port } = (error ?? {}) as { code?: unknown; port?: unknown }
  if (code !== 'EADDRINUSE') return undefined
  return new VigilError('port_in_use', `port ${String(port)} is in use by another process`, { cause: error })
}

/** SIGTERM or SIGINT: closes and exits 0; a second signal, or 10 s, ends it at once with 1. */
export function closeOnSignal(close: () => Promise<void>): void {
  let leaving = false
  const leave = (): void => {
    if (leaving) process.exit(1)
    leaving = true
    setTimeout(() => process.exit(1), 10_000).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${inspect(error)}\n`)
        process.exit(1)
      }
    )
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
}
