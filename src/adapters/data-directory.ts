// The lock on an embedded database's folder. PGlite has none: two processes on one folder lose data without a word.
//
// The lock is an exclusive transaction of SQLite on `vigil.lock`, which is a lock of the operating system: the kernel gives it
// up when the process ends, however it ends, so that nothing has to be cleaned up after a `kill -9`, and no process can take an
// old process id for a live holder. It holds within the process too. Network file systems without locks are no place for it.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { VigilError } from '../errors.ts'

export interface DataDirectory {
  /** Where PGlite keeps its cluster. What stands here is complete. */
  readonly cluster: string
  /** Where a new cluster is made, to be moved when it is complete. */
  readonly unfinished: string
  release(): void
}

/** Creates the folder (0700) if it is not there and locks it. Throws `database_in_use` at once if somebody holds it. */
export function lockDataDirectory(directory: string): DataDirectory {
  const folder = resolve(directory)
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700)
  const holderFile = join(folder, 'vigil.pid')
  const lock = new DatabaseSync(join(folder, 'vigil.lock'))
  try {
    lock.exec('pragma locking_mode = exclusive')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new VigilError(
      'database_in_use',
      `the data directory ${folder} is in use${holder(holderFile)}; stop that process or choose another directory`,
      { cause: error }
    )
  }
  held.add(lock)
  writeFileSync(holderFile, `${process.pid}\n`)
  return {
    cluster: join(folder, 'pg'),
    unfinished: join(folder, 'pg.new'),
    release() {
      if (!held.delete(lock)) return
      lock.close()
    }
  }
}

// A lock that nobody refers to would be collected, and so given up.
const held = new Set<DatabaseSync>()

const sqliteBusy = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy
}

function holder(holderFile: string): string {
  try {
    return ` by process ${readFileSync(holderFile, 'utf8').trim()}`
  } catch {
    return ''
  }
}
