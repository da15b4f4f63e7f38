// What a request costs the database: each thing is looked up once, however many claims and checks want to know it.

import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { declareGuarded } from '../../src/provider/sessions/session-guard.ts'
import { startHost, visitorOf } from '../support/server.ts'

/** The storage, and the names of what is asked of sessions and tombstones from now on. */
function listened(): { readonly storage: ServerStorage; asked(): readonly string[] } {
  const storage = memoryStorage()
  const names: string[] = []
  const listening = <T extends object>(part: string, store: T): T =>
    new Proxy(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => {
          names.push(`${part}.${String(name)}`)
          return Reflect.apply(method, target, args) as unknown
        }
      }
    })
  const tombstones = listening('tombstones', storage.tombstones)
  return {
    storage: {
      ...storage,
      sessions: listening('sessions', storage.sessions),
      tombstones,
      // It asks the tombstones by itself, in its own statements.
      oidc: declareGuarded((model) => storage.oidc(model), tombstones)
    },
    asked: () => names.splice(0)
  }
}

describe('a session is looked up', () => {
  it('once for a code, once for a refresh, once for userinfo', async () => {
    const { storage, asked } = listened()
    const host = await startHost({ storage })
    const ana = await visitorOf(host)
    const visit = await ana.visit()
    asked()
    const tokens = await visit.redeem()
    expect(asked()).toEqual(['sessions.find', 'tombstones.has'])
    await ana.party.refresh(tokens.refreshToken!)
    expect(asked()).toEqual(['sessions.find', 'tombstones.has'])
    await ana.party.userinfo(tokens)
    expect(asked()).toEqual(['sessions.find', 'tombstones.has'])
    await host.close()
  })

  it('once for a login, which is written to what was found', async () => {
    const { storage, asked } = listened()
    const host = await startHost({ storage })
    const ana = await visitorOf(host)
    await ana.visit()
    expect(asked().filter((name) => name.startsWith('sessions.'))).toEqual(['sessions.find', 'sessions.update'])
    await host.close()
  })
})
