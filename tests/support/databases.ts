// The storages that suites run on: memory, PGlite in memory, PGlite on a folder and, where DATABASE_URL names a server, PostgreSQL with
// a database of the suite's own, so that files can run side by side.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MikroORM } from '@mikro-orm/postgresql'
import { memoryStorage, openStorage } from '../../src/adapters/index.ts'
import type { OpenStorageOptions } from '../../src/adapters/index.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { available } from './available.ts'

export interface OpenedDatabase {
  readonly storage: ServerStorage
  /** Closes everything that was opened here and removes the data. */
  cleanup(): Promise<void>
}

export interface DatabaseKind {
  readonly name: 'memory' | 'PGlite in memory' | 'PGlite on a folder' | 'PostgreSQL'
  open(options?: Pick<OpenStorageOptions, 'now'>): Promise<OpenedDatabase>
}

/** The kinds that this machine can run. Each `open` gives fresh, empty data. */
export function databases(): readonly DatabaseKind[] {
  return available().postgresql ? [...embedded, postgresql] : embedded
}

const embedded: readonly DatabaseKind[] = [
  {
    name: 'memory',
    async open(options) {
      const storage = memoryStorage(options)
      return { storage, cleanup: () => storage.close() }
    }
  },
  {
    name: 'PGlite in memory',
    async open(options) {
      const storage = await openStorage({ database: 'memory://', ...options })
      return { storage, cleanup: () => storage.close() }
    }
  },
  {
    name: 'PGlite on a folder',
    async open(options) {
      const folder = await mkdtemp(join(tmpdir(), 'vigil-data-'))
      const storage = await openStorage({ database: join(folder, 'data'), ...options })
      return {
        storage,
        async cleanup() {
          await storage.close()
          await rm(folder, { recursive: true })
        }
      }
    }
  }
]

const postgresql: DatabaseKind = {
  name: 'PostgreSQL',
  async open(options) {
    const { url, drop } = await freshPostgres()
    const storage = await openStorage({ database: url, ...options })
    return {
      storage,
      async cleanup() {
        await storage.close()
        await drop()
      }
    }
  }
}

/** Empty databases for a whole server, by the address that `startServer` takes: PGlite, and PostgreSQL where there is one. */
export function serverDatabases(): readonly {
  readonly name: string
  withUrl<T>(use: (url: string) => Promise<T>): Promise<T>
}[] {
  const pglite = { name: 'PGlite', withUrl: <T>(use: (url: string) => Promise<T>) => use('memory://') }
  const postgres = {
    name: 'PostgreSQL',
    async withUrl<T>(use: (url: string) => Promise<T>): Promise<T> {
      const { url, drop } = await freshPostgres()
      try {
        return await use(url)
      } finally {
        await drop()
      }
    }
  }
  return available().postgresql ? [pglite, postgres] : [pglite]
}

/** An empty database on the server of DATABASE_URL. `how`: more of the statement that creates it. */
export async function freshPostgres(how = ''): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = new URL(process.env['DATABASE_URL'] ?? '')
  const name = `vigil_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} ${how}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, `drop database ${name} with (force)`) }
}

async function onServer(server: URL, sql: string): Promise<void> {
  const orm = await MikroORM.init({
    dbName: server.pathname.slice(1) || 'postgres',
    clientUrl: server.href,
    driverOptions: { connectionString: server.href },
    discovery: { warnWhenNoEntities: false },
    entities: []
  })
  try {
    await orm.em.getConnection().execute(sql)
  } finally {
    await orm.close(true)
  }
}
