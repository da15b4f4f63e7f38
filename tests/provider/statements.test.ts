// What a request costs the database: each thing is looked up once, however many claims and checks want to know it.

import { describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { declareGuarded } from '../../src/provider/sessions/session-guard.ts'
import { startServer } from '../../src/server.ts'
import { createBrowser, goThrough, relyingParty } from '../support/oidc.ts'
import { nobody, secret, silent, startHost, visitorOf } from '../support/server.ts'

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

  it('once for a second login in it: what the proof was weighed with is what the login is written to', async () => {
    const { storage, asked } = listened()
    const host = await startHost({ storage })
    const ana = await visitorOf(host)
    await ana.visit()
    asked()
    await ana.visit({ prompt: 'login' })
    const looks = asked().filter((name) => name.startsWith('sessions.'))
    // For the request that asks for it, with the person's others; for the proof; and for the login itself nothing but the write.
    expect(looks).toEqual(['sessions.findByAccount', 'sessions.find', 'sessions.update'])
    await host.close()
  })
})

describe('an account is looked up', () => {
  it('for a request and not for its login page, which names whoever is signed in', async () => {
    const redirectUri = 'https://app.example.test/back'
    const server = await startServer({
      port: 0,
      secret,
      database: 'memory://',
      population: nobody,
      logger: silent,
      administratorName: 'nobody',
      clients: [{ client_id: 'app', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }]
    })
    try {
      const browser = createBrowser([redirectUri])
      const ana = { username: 'ana', password: 'seven green bottles' }
      const signUp = await browser.get(`${server.issuer}/signup`)
      await browser.submit(signUp, { ...ana, email: 'ana@example.test' }, 8)
      const party = await relyingParty(server.issuer, { clientId: 'app', redirectUri })
      const { url } = await party.request()
      await goThrough(await browser.get(url), (page) => browser.submit(page, ana))
      const find = vi.spyOn(server.storage.accounts, 'find')
      const again = await party.request({ prompt: 'login' })
      const page = await browser.get(again.url)
      expect(page.text).toMatch(/name="username"[^>]* value="ana"/)
      expect(find).toHaveBeenCalledTimes(1)
    } finally {
      await server.close()
    }
  })
})
