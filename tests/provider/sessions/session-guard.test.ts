// A host's own adapter, whatever its form, brings no ended session back.

import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import Provider from 'oidc-provider'
import { beforeEach, describe, expect, it } from 'vitest'
import { memoryStorage } from '../../../src/adapters/index.ts'
import type { TombstoneStore } from '../../../src/ports.ts'
import { declareGuarded, guardSessions } from '../../../src/provider/sessions/session-guard.ts'
import { oidcAdapterContract } from '../../contracts/oidc-adapter.ts'

/** A host's adapter as hosts write them: a class on a Map, that knows nothing of tombstones or expiry. */
class HostAdapter implements Adapter {
  static rows = new Map<string, AdapterPayload>()
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    HostAdapter.rows.set(`${this.name}:${id}`, payload)
  }
  async find(id: string): Promise<AdapterPayload | undefined> {
    return HostAdapter.rows.get(`${this.name}:${id}`)
  }
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...HostAdapter.rows.values()].find((payload) => payload.uid === uid)
  }
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async destroy(id: string): Promise<void> {
    HostAdapter.rows.delete(`${this.name}:${id}`)
  }
  async revokeByGrantId(): Promise<void> {}
}

/** The older form: a function that is called with `new` and returns an object. */
function HostFunction(name: string): Adapter {
  return new HostAdapter(name)
}

const payload = { jti: 'id', uid: 'ended', accountId: 'ana' }

describe('the session guard', () => {
  let tombstones: TombstoneStore

  beforeEach(() => {
    HostAdapter.rows.clear()
    tombstones = memoryStorage().tombstones
  })

  /** What a revocation does while a request that has loaded the session is still under way. */
  async function endWhileInFlight(sessions: Adapter): Promise<void> {
    await sessions.upsert('id', payload, 600)
    await tombstones.add('ended', 2_000_000_000)
    await sessions.destroy('id')
    await sessions.upsert('id', payload, 600)
  }

  it('is needed: a bare host adapter brings the session back', async () => {
    const sessions = new HostAdapter('Session')
    await endWhileInFlight(sessions)
    expect(await sessions.find('id')).toEqual(payload)
  })

  it.each([
    ['a class', HostAdapter],
    ['a factory', (name: string) => new HostAdapter(name)],
    ['a constructor function', HostFunction]
  ])('a session destroyed while a request is in flight stays dead, behind %s', async (_, host) => {
    const sessions = guardSessions(host, tombstones)('Session')
    await endWhileInFlight(sessions)
    expect(await sessions.find('id')).toBeUndefined()
    expect(await sessions.findByUid('ended')).toBeUndefined()
    expect([...HostAdapter.rows.keys()]).toEqual([])
  })

  it('a session whose end falls between the look and the write does not stay in the host’s store', async () => {
    class SlowAdapter extends HostAdapter {
      override async upsert(id: string, saved: AdapterPayload): Promise<void> {
        await tombstones.add('ended', 2_000_000_000)
        await this.destroy(id)
        await super.upsert(id, saved)
      }
    }
    await guardSessions(SlowAdapter, tombstones)('Session').upsert('id', payload, 600)
    expect([...HostAdapter.rows.keys()]).toEqual([])
  })

  it('other models are the host’s own objects', () => {
    const tokens = guardSessions(HostAdapter, tombstones)('AccessToken')
    expect(tokens).toBeInstanceOf(HostAdapter)
  })

  it('an adapter that asks these tombstones itself is left as it is; with other tombstones it is guarded', () => {
    const host = declareGuarded((name) => new HostAdapter(name), tombstones)
    expect(guardSessions(host, tombstones)).toBe(host)
    expect(guardSessions(host, memoryStorage().tombstones)).not.toBe(host)
  })

  it('oidc-provider cannot save a session of its own back to life', async () => {
    const provider = new Provider('https://op.example', {
      adapter: guardSessions(HostAdapter, tombstones),
      cookies: { keys: ['a key for this test'] }
    })
    const session = new provider.Session()
    await session.save(600)
    const inFlight = await provider.Session.find(session.jti)
    expect(inFlight?.uid).toBe(session.uid)
    await tombstones.add(session.uid, 2_000_000_000)
    await session.destroy()
    await inFlight?.save(600)
    expect(await provider.Session.find(session.jti)).toBeUndefined()
    expect(await provider.Session.findByUid(session.uid)).toBeUndefined()
  })
})

// The whole contract holds for a guarded adapter that knows nothing of tombstones: our own memory without its burials.
oidcAdapterContract('a host’s adapter behind the guard', async (options) => {
  const storage = memoryStorage(options)
  const { tombstones } = memoryStorage(options)
  const host: AdapterFactory = storage.oidc
  return { oidc: guardSessions(host, tombstones), tombstones, cleanup: () => storage.close() }
})
