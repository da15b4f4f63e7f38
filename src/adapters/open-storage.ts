// Opens the storage that an address names, with its schema up to date.

import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { ServerStorage } from '../provider/ports.ts'
import { declareGuarded } from '../provider/sessions/session-guard.ts'
import { attemptStore, pruneAttempts } from './attempt-store.ts'
import { auditLog } from './audit-log.ts'
import { lockDataDirectory } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'
import { openPglite, openPostgres } from './database.ts'
import type { Database } from './database.ts'
import { factorStore } from './factor-store.ts'
import { loginTemplateStore } from './login-template-store.ts'
import { logoutOutbox } from './logout-outbox.ts'
import { oidcAdapter, pruneOidc } from './oidc-adapter.ts'
import { personStore, profileStore } from './person-stores.ts'
import { policyStore } from './policy-store.ts'
import { accountStore, invitationStore, keyStore } from './server-stores.ts'
import { sessionReads } from './session-reads.ts'
import { sessionStore } from './session-store.ts'
import { signedTokenStore } from './signed-token-store.ts'
import { sketchStore } from './sketch-store.ts'
import { tombstoneStore } from './tombstone-store.ts'
import { usedStore } from './used-store.ts'

export interface OpenStorageOptions {
  /**
   * `postgres://…` or `postgresql://…`: a PostgreSQL server. `memory://`: PGlite without files. Anything else: a folder for PGlite,
   * created if it is not there.
   */
  readonly database: string
  /** Seconds since the epoch; the process clock unless told. What has expired is decided by it, never by the database's clock. */
  readonly now?: () => number
}

/**
 * Opens, migrates and, on a folder, locks. Throws `storage_unavailable` where the server does not answer and `database_in_use`
 * where another process, or another call, holds the folder.
 */
export async function openStorage(options: OpenStorageOptions): Promise<ServerStorage> {
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const database = await openDatabase(options.database)
  const reads = sessionReads(database)
  const tombstones = tombstoneStore(database, reads)
  const attempts = attemptStore(database, now)
  const storage = {
    sessions: sessionStore(database, reads, now),
    tombstones,
    signedTokens: signedTokenStore(database),
    logouts: logoutOutbox(database),
    people: personStore(database),
    profiles: profileStore(database),
    sketches: sketchStore(database, now),
    loginTemplates: loginTemplateStore(database),
    audit: auditLog(database, now),
    policies: policyStore(database, now),
    oidc: declareGuarded(oidcAdapter(database, now), tombstones),
    accounts: accountStore(database),
    invitations: invitationStore(database, now),
    factors: factorStore(database),
    used: usedStore(database),
    attempts,
    keys: keyStore(database)
  }
  const stopSweeping = sweepNowAndThen(() => sweep(database, storage, now()))
  let closing: Promise<void> | undefined
  async function end(): Promise<void> {
    await stopSweeping()
    try {
      await attempts.settle()
    } finally {
      await database.close()
    }
  }
  return {
    ...storage,
    close: () => (closing ??= end())
  }
}

async function openDatabase(address: string): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(address)) return openPostgres(address)
  if (address === 'memory://') return openPglite(address)
  const directory = lockDataDirectory(address)
  try {
    const database = await openCluster(directory)
    return {
      ...database,
      async close() {
        await database.close()
        directory.release()
      }
    }
  } catch (error) {
    directory.release()
    throw error
  }
}

/**
 * A process killed while PGlite writes its first files leaves a cluster that never opens again: so it is made beside its place,
 * and moved there whole.
 */
async function openCluster({ cluster, unfinished }: DataDirectory): Promise<Database> {
  if (!existsSync(cluster)) {
    await rm(unfinished, { recursive: true, force: true })
    const made = await openPglite(unfinished)
    await made.close()
    await rename(unfinished, cluster)
  }
  return openPglite(cluster)
}

type Swept = Pick<ServerStorage, 'sessions' | 'tombstones' | 'signedTokens' | 'sketches'>

/** Removes what has expired. Nothing depends on it but the size of the tables: no read gives what has expired. */
async function sweep(
  database: Database,
  { sessions, tombstones, signedTokens, sketches }: Swept,
  now: number
): Promise<void> {
  await sessions.prune(now)
  await tombstones.prune(now)
  await signedTokens.prune(now)
  await sketches.prune(now)
  await pruneOidc(database, now)
  await database.query('delete from vigil_invitation where expires_at <= $1', [now])
  await database.query('delete from vigil_used where expires_at <= $1', [now])
  await pruneAttempts(database, now)
  await database.reclaim()
}

const sweepEveryMs = 10 * 60_000

/** Repeats `work` until the function returned is called, which waits for a sweep under way. */
function sweepNowAndThen(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  // A sweep that fails is tried again at the next turn; whoever needs the database learns of its state from it.
  const timer = setInterval(() => {
    running = work().catch(() => {})
  }, sweepEveryMs).unref()
  return () => {
    clearInterval(timer)
    return running
  }
}
