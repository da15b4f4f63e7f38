// One way to talk to PostgreSQL and to PGlite: bound parameters over the connection that MikroORM manages, and its EntityManager
// for plain records.
//
// No store opens a transaction: each act is one statement. On PGlite there is one connection, and MikroORM's query builder sends
// whatever arrives while a transaction is open into that transaction, so that a rollback would undo a stranger's acknowledged
// write. Native PGlite queries wait instead; a single statement needs neither.

import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM as PgliteORM } from '@mikro-orm/pglite'
import { MikroORM as PostgresORM } from '@mikro-orm/postgresql'
import type { SqlEntityManager } from '@mikro-orm/sql'
import { VigilError } from '../errors.ts'
import { entities } from './entities.ts'
import { migrationsList } from './migrations.ts'

/** How a `bigint` column arrives: as text from `pg`, as a number from PGlite. */
export type BigInteger = number | string

export interface Database {
  /**
   * Runs one statement with `$1`… bound; returns the rows it gives, which the caller describes as `R`. Throws
   * `storage_unavailable`, or the database's error.
   */
  query<R extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly R[]>
  /** Runs `work` with an EntityManager of its own. Work must not open a transaction (no `flush`). */
  entities<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T>
  /** Gives the room of deleted rows back, table by table; a server does so by itself. */
  reclaim(): Promise<void>
  /** What the entities say that the tables do not; empty when they agree. */
  schemaDrift(): Promise<string>
  close(): Promise<void>
}

export async function openPostgres(url: string): Promise<Database> {
  return translated(async () => {
    const address = postgresAddress(url)
    const orm = await PostgresORM.init({
      ...common,
      dbName: decodeURIComponent(address.pathname.slice(1)),
      clientUrl: address.href,
      driverOptions: {
        connectionString: address.href,
        connectionTimeoutMillis: 5000,
        statement_timeout: 10_000,
        query_timeout: 15_000,
        keepAlive: true
      }
    })
    try {
      // `pg` brings no types.
      const pool = (await orm.em.getConnection().getNativeClient()) as NativePool
      await migrateAlone(pool, () => migrate(orm, pool))
      return databaseOf(orm, pool)
    } catch (error) {
      await orm.close(true)
      throw error
    }
  })
}

/** The address with what `psql` would add to it: the user of this process, and the database of that name. */
function postgresAddress(url: string): URL {
  if (!URL.canParse(url)) throw new VigilError('config_invalid', 'the address of the database is not a URL')
  const address = new URL(url)
  if (address.username === '') address.username = process.env['PGUSER'] ?? userInfo().username
  if (address.pathname.length < 2) address.pathname = `/${address.username}`
  return address
}

/** `dataDir`: a folder, or `memory://`. The caller holds the lock of the folder. */
export async function openPglite(dataDir: string): Promise<Database> {
  return translated(async () => {
    const orm = await PgliteORM.init({ ...common, dbName: dataDir, driverOptions: { postgresqlconf } })
    try {
      const pglite: NativePglite = await orm.em.getConnection().getNativeClient()
      await migrate(orm, pglite)
      pglite.parsers = usedAlone(pglite.parsers)
      return {
        ...databaseOf(orm, pglite),
        reclaim: () => translated(() => vacuum(pglite)),
        async close() {
          try {
            await settle(pglite)
          } finally {
            await orm.close(true)
          }
        }
      }
    } catch (error) {
      await orm.close(true)
      throw error
    }
  })
}

/** What `pg`'s pool and PGlite have in common. */
interface NativeClient {
  query<R extends object>(sql: string, parameters?: readonly unknown[]): Promise<Result<R>>
}

interface Result<R> {
  readonly rows: readonly R[]
}

interface NativePglite extends NativeClient {
  /** By number of the type in `pg_type`. */
  parsers: Readonly<Record<string, unknown>>
}

// Those of our tables and of the catalogues that the schema is compared with: bool, bytea, int8, int2, int4, text, oid, json, float8, varchar, timestamps,
// and arrays of name, int2 and text. What is of another type arrives as text.
const usedTypes = [16, 17, 20, 21, 23, 25, 26, 114, 701, 1043, 1114, 1184, 1003, 1005, 1009]

/** PGlite copies its table of parsers for each statement, and most of it is for arrays of all there is: a fifth of what a statement costs. */
function usedAlone(parsers: NativePglite['parsers']): NativePglite['parsers'] {
  return Object.fromEntries(usedTypes.filter((type) => type in parsers).map((type) => [type, parsers[type]]))
}

interface NativePool extends NativeClient {
  connect(): Promise<NativeClient & { release(): void }>
}

// PGlite's timers outlive its `close()` and keep the process from ending (electric-sql/pglite#925). There are two. The one that
// reports on a long start repeats for ever, and is not asked for:
const postgresqlconf = ['log_startup_progress_interval = 0']

/**
 * The other is armed for ten seconds whenever PostgreSQL is idle with statistics to write: they are written now, by a statement
 * whose own timer, of a millisecond, takes the other's place.
 */
async function settle(pglite: NativeClient): Promise<void> {
  await pglite.query('set statement_timeout = 1')
  await pglite.query('select pg_stat_force_next_flush()')
}

/** PGlite has no autovacuum. A table takes milliseconds, in which nothing else runs; all at once would be felt. */
async function vacuum(pglite: NativeClient): Promise<void> {
  for (const { meta } of entities) await pglite.query(`vacuum ${meta.tableName}`)
}

type Orm = PostgresORM | PgliteORM

const common = {
  entities,
  extensions: [Migrator],
  // An operator makes the database; a mistyped name should not become a new and empty one.
  ensureDatabase: false,
  colors: false,
  // MikroORM's own messages, such as a connection that the server dropped; standard output belongs to data.
  logger: (message: string) => process.stderr.write(`${message}\n`),
  migrations: { tableName: 'vigil_migration', migrationsList: migrationsList(), snapshot: false, silent: true },
  schemaGenerator: { skipTables: ['vigil_migration'] }
}

function databaseOf(orm: Orm, client: NativeClient): Database {
  return {
    query: <R extends object>(sql: string, parameters?: readonly unknown[]) =>
      translated(async () => (await client.query<R>(sql, parameters)).rows),
    entities: (work) => translated(() => work(orm.em.fork())),
    schemaDrift: () => orm.schema.getUpdateSchemaSQL({ safe: true, dropTables: false, wrap: false }),
    reclaim: async () => {},
    close: () => orm.close(true)
  }
}

/** Asking for the names is some ten times cheaper than asking the migrator, and most starts find nothing to do. */
async function migrate(orm: Orm, client: NativeClient): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('vigil_migration') is not null as there`)
  const done =
    rows[0]?.there === true ? await client.query<{ name: string }>('select name from vigil_migration') : { rows: [] }
  const names = new Set(done.rows.map((row) => row.name))
  if (common.migrations.migrationsList.every(({ name }) => names.has(name))) return
  await orm.migrator.up()
}

// Any number that others on the same server are unlikely to use.
const migrationLock = 7_648_212_505
const migrationPatienceMs = 30_000

/** Lets one process at a time into the migrations; the lock is the session's, so it ends with the process. */
async function migrateAlone(pool: NativePool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    for (let waitedMs = 0; !(await tryLock(client)); waitedMs += 50) {
      if (waitedMs > migrationPatienceMs)
        throw new VigilError('storage_unavailable', 'another process migrates for too long')
      await sleep(50)
    }
    try {
      await work()
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock])
    }
  } finally {
    client.release()
  }
}

async function tryLock(client: NativeClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [migrationLock])
  return rows[0]?.locked === true
}

/** Turns a failure of the connection into `storage_unavailable`; every other error passes as it is. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUnavailable(error)) throw error
    throw new VigilError('storage_unavailable', `the database does not answer: ${reasonOf(error)}`, { cause: error })
  }
}

// SQLSTATE classes 08 connection, 28 login, 3D no such database, 53 resources (disk full, too many connections), 57P shutdown; 57014 is
// a statement past its time.
const unavailableCode = /^(08|28|3D|53|57P|57014|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_)/
const unavailableMessage =
  /connection terminated|timeout exceeded|read timeout|pglite is clos|after calling end|not queryable/i

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof VigilError) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (unavailableCode.test(code) || unavailableMessage.test(error.message)) return true
  // A refused connection to a name with several addresses is an AggregateError without a message.
  if (error instanceof AggregateError) return error.errors.some(isUnavailable)
  return isUnavailable(error.cause)
}

/** An AggregateError says nothing of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

/** True for a broken unique constraint or primary key (SQLSTATE 23505). */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

/** `text` cannot hold NUL: nothing is stored under such a key, and asking for it would be an error of the database. */
export function canBeKey(text: string): boolean {
  return !text.includes('\0')
}
