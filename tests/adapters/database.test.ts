// The database under the stores: a schema that the entities agree with, a connection that fails in a known way, and several
// processes on one server.

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openPglite, openPostgres } from '../../src/adapters/database.ts'
import { openStorage } from '../../src/adapters/index.ts'
import type { SessionRecord } from '../../src/ports.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { available } from '../support/available.ts'
import { freshPostgres } from '../support/databases.ts'

describe('an address', () => {
  it.each(['postgres://nobody@127.0.0.1:1/vigil', 'postgresql://nobody@no-such-host.invalid/vigil'])(
    'where nobody answers is storage_unavailable, with the reason: %s',
    async (database) => {
      const failure = openStorage({ database })
      await expect(failure).rejects.toMatchObject({ code: 'storage_unavailable', cause: expect.any(Error) as Error })
    }
  )

  it('that is no URL after postgres:// is a mistake of the configuration', async () => {
    await expect(openStorage({ database: 'postgres://[' })).rejects.toMatchObject({ code: 'config_invalid' })
  })
})

describe('PGlite', () => {
  it('gives the room of deleted rows back, for it has no autovacuum', async () => {
    const database = await openPglite('memory://')
    const sizeOf = async () => (await database.query(`select pg_relation_size('vigil_oidc') as size`))[0]
    await database.query(
      `insert into vigil_oidc (model, id, payload) select 'Session', n::text, repeat('x', 500) from generate_series(1, 500) n`
    )
    await database.query('delete from vigil_oidc')
    expect(await sizeOf()).not.toEqual({ size: 0 })
    await database.reclaim()
    expect(await sizeOf()).toEqual({ size: 0 })
    await database.close()
  })

  it('has the tables that the entities describe, and says so when it is closed', async () => {
    const database = await openPglite('memory://')
    expect(await database.schemaDrift()).toBe('')
    await database.query('drop index vigil_oidc_grant_id')
    expect(await database.schemaDrift()).toContain('vigil_oidc_grant_id')
    await database.close()
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})

const servers = available().postgresql ? [freshPostgres] : []

for (const open of servers) {
  describe('PostgreSQL', () => {
    let fresh: Awaited<ReturnType<typeof freshPostgres>>
    let nodes: ServerStorage[]
    const node = (index: number) => nodes[index % nodes.length]!

    beforeAll(async () => {
      fresh = await open()
      // The first start of a fleet: everybody finds an empty database.
      nodes = await Promise.all(Array.from({ length: 4 }, () => openStorage({ database: fresh.url })))
    })
    afterAll(async () => {
      await Promise.all(nodes.map((each) => each.close()))
      await fresh.drop()
    })

    it('is migrated once, by whichever of four processes comes first, to what the entities describe', async () => {
      const database = await openPostgres(fresh.url)
      const files = readdirSync(new URL('../../migrations', import.meta.url)).toSorted()
      expect(await database.query('select name from vigil_migration')).toEqual(
        files.map((file) => ({ name: file.replace('.sql', '') }))
      )
      expect(await database.schemaDrift()).toBe('')
      await database.close()
    })

    it('does not make up a database that is not there, and says which one that is', async () => {
      const missing = new URL(fresh.url)
      missing.pathname = '/vigil_test_missing'
      const failure = openStorage({ database: missing.href })
      await expect(failure).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: 'the database does not answer: database "vigil_test_missing" does not exist'
      })
    })

    it('counts fifty changes of one session from four processes, all of them', async () => {
      await node(0).sessions.update('shared', () => session('shared'))
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          node(index).sessions.update('shared', (present) =>
            present ? { ...present, alarms: present.alarms + 1 } : present
          )
        )
      )
      expect(await node(0).sessions.find('shared')).toMatchObject({ alarms: 50, version: 51 })
    })

    it('counts attempts and gives them back without a deadlock where words are ordered as people order them', async () => {
      const german = await open(`template template0 locale_provider icu icu_locale 'de'`)
      const storage = await openStorage({ database: german.url })
      // In bytes Mango comes first, in a dictionary apple.
      const keys = ['apple', 'Mango', 'banana', 'Zebra']
      const act = keys.map((key) => ({ key, limit: 1_000, seconds: 900, grows: false }))
      const everybody = Array.from({ length: 12 }, async () => {
        for (let i = 0; i < 10; i++) {
          await storage.attempts.take(act)
          await storage.attempts.giveBack(keys)
        }
      })
      const settled = await Promise.allSettled(everybody)
      expect(settled.filter(({ status }) => status === 'rejected')).toEqual([])
      await storage.close()
      await german.drop()
    })

    it('counts an attempt that was given back for no other process, a moment later', async () => {
      const act = [{ key: 'given-back', limit: 1_000, seconds: 900, grows: false }]
      for (let i = 0; i < 5; i++) {
        await node(0).attempts.take(act)
        await node(0).attempts.giveBack(['given-back'])
        await node(0).attempts.take(act)
      }
      await node(0).attempts.giveBack(['given-back', 'given-back'])
      const countAt = async (index: number): Promise<number | undefined> => {
        const [counted] = await node(index).attempts.take(act)
        await node(index).attempts.giveBack(['given-back'])
        return counted?.count
      }
      await vi.waitFor(async () => expect(await countAt(1)).toBe(4), { timeout: 5000, interval: 300 })
      const leaving = await openStorage({ database: fresh.url })
      await leaving.attempts.take(act)
      await leaving.attempts.giveBack(['given-back', 'given-back'])
      await leaving.close()
      await vi.waitFor(async () => expect(await countAt(2)).toBe(3), { timeout: 5000, interval: 300 })
    })

    it('gives a code to one of four processes that use it at once', async () => {
      await node(0).oidc('AuthorizationCode').upsert('code', { jti: 'code' }, 60)
      const settled = await Promise.allSettled(nodes.map((each) => each.oidc('AuthorizationCode').consume('code')))
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('numbers the audit of four processes without a gap', async () => {
      await Promise.all(Array.from({ length: 40 }, (_, index) => node(index).audit.append({ type: 'a' })))
      const seqs = (await node(0).audit.list({ limit: 1000 })).map(({ seq }) => seq)
      expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => 40 - index))
    })

    it('kills a session on every node when one node ends it', async () => {
      const [here, there] = [node(0), node(1)]
      const payload = { jti: 'id', uid: 'ended' }
      await here.oidc('Session').upsert('id', payload, 600)
      expect(await there.oidc('Session').find('id')).toBeDefined()
      await here.tombstones.add('ended', Math.floor(Date.now() / 1000) + 600)
      await there.oidc('Session').upsert('id', payload, 600)
      expect(await there.oidc('Session').find('id')).toBeUndefined()
      expect(await here.oidc('Session').findByUid('ended')).toBeUndefined()
    })

    it('heals when the server drops every connection', async () => {
      const database = await openPostgres(fresh.url)
      await database.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
      )
      await database.close()
      // Requests of the first moment may hear storage_unavailable, and nothing else.
      const first = await Promise.allSettled(Array.from({ length: 5 }, () => node(0).keys.get('any')))
      const refused = first.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      for (const reason of refused) expect(reason).toMatchObject({ code: 'storage_unavailable' })
      await vi.waitFor(async () => expect(await node(0).sessions.find('shared')).toBeDefined(), { timeout: 5000 })
    })
  })
}

function session(uid: string): SessionRecord {
  return {
    uid,
    accountId: 'ana',
    authentications: [],
    risk: 'LOW',
    watch: 'not_watched',
    alarms: 0,
    expiresAt: Math.floor(Date.now() / 1000) + 600,
    version: 0
  }
}
