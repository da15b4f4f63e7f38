// Ending a session ends everything that came of it, in an order in which nothing slips through, and whoever else fails.

import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryStorage } from '../../../src/adapters/index.ts'
import { claimsOf, errorOf, nextSecond, relyingParty } from '../../support/oidc.ts'
import { api, app, loa1, redirectUri, startHost, type TestHost, visitorOf } from '../../support/server.ts'

let host: TestHost
let parties: Server
/** What happened, in order, as storage and the relying parties saw it. */
const happened: string[] = []
const logoutTokens: string[] = []
let wasBuried: boolean | undefined

const telling = { ...app, backchannel_logout_session_required: true }

beforeAll(async () => {
  parties = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const token = new URLSearchParams(body).get('logout_token')!
      logoutTokens.push(token)
      happened.push(`told ${request.url}`)
      response.writeHead(request.url === '/broken' ? 500 : 200).end()
    })
  })
  parties.listen(0, '127.0.0.1')
  await once(parties, 'listening')
  const { port } = parties.address() as AddressInfo
  const storage = memoryStorage()
  host = await startHost({
    clients: [
      { ...telling, backchannel_logout_uri: `http://127.0.0.1:${port}/app` },
      { ...telling, client_id: 'mail', backchannel_logout_uri: `http://127.0.0.1:${port}/mail` },
      { ...app, client_id: 'broken', backchannel_logout_uri: `http://127.0.0.1:${port}/broken` },
      { ...app, client_id: 'gone', backchannel_logout_uri: 'http://127.0.0.1:1/gone' },
      api
    ],
    storage: {
      ...storage,
      logouts: {
        ...storage.logouts,
        async add(notices, dueAt) {
          happened.push(`kept ${notices.map(({ clientId }) => clientId).join(' ')}`)
          await storage.logouts.add(notices, dueAt)
        }
      },
      tombstones: {
        ...storage.tombstones,
        async add(uid, expiresAt) {
          happened.push('tombstone')
          await storage.tombstones.add(uid, expiresAt)
        }
      }
    },
    base: (base) => ({
      ...base,
      adapter: (model) => {
        const adapter = storage.oidc(model)
        return {
          ...adapter,
          async destroy(id) {
            if (model === 'Session') {
              happened.push('destroyed')
              wasBuried = (await adapter.find(id)) === undefined
            }
            await adapter.destroy(id)
          }
        }
      }
    })
  })
})
afterAll(async () => {
  await host.close()
  parties.closeAllConnections()
  parties.close()
})

async function everywhere(account: string, clientIds: readonly string[]) {
  const person = await visitorOf(host, { account })
  const tokens = [await person.signIn()]
  for (const clientId of clientIds) {
    const party = await relyingParty(host.issuer, { clientId, redirectUri })
    const request = await party.request({ prompt: 'none' })
    tokens.push(await request.redeem((await person.browser.get(request.url)).url))
  }
  const uid = await person.uid()
  happened.length = logoutTokens.length = 0
  return { person, tokens, uid }
}

/** Relying parties hear of it behind whoever revoked. */
const told = (count: number) => expect.poll(() => logoutTokens.length, { timeout: 10_000 }).toBe(count)

it('whom to tell is kept first, then comes the tombstone; relying parties hear of it and the session goes', async () => {
  const { uid } = await everywhere('order', ['mail'])
  await host.vigil.revoke(uid, 'a test')
  await told(2)
  expect(happened.slice(0, 2)).toEqual(['kept app mail', 'tombstone'])
  expect(new Set(happened.slice(2))).toEqual(new Set(['destroyed', 'told /app', 'told /mail']))
  expect(wasBuried).toBe(true)
})

it('each relying party is told its own sid and nothing of the others', async () => {
  const { uid, tokens } = await everywhere('sids', ['mail'])
  await host.vigil.revoke(uid, 'a test')
  await told(2)
  const claims = logoutTokens.map(claimsOf)
  expect(new Set(claims.map(({ sid }) => sid)).size).toBe(2)
  expect(new Set(claims.map(({ aud }) => aud))).toEqual(new Set(['app', 'mail']))
  for (const token of claims) {
    expect(token).toMatchObject({ sub: 'sids', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
    expect(token['sid']).not.toBe(uid)
    expect(token['nonce']).toBeUndefined()
  }
  expect(tokens).toHaveLength(2)
})

it('no token of the session is worth anything afterwards, whoever holds it', async () => {
  const { uid, tokens, person } = await everywhere('tokens', ['mail'])
  await host.vigil.revoke(uid, 'a test')
  const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
  for (const { accessToken } of tokens) expect(await guard.introspect(accessToken)).toEqual({ active: false })
  expect(await errorOf(person.party.refresh(tokens[0]!.refreshToken!))).toBe('invalid_grant')
  expect(await errorOf(person.party.userinfo(tokens[0]!))).toBe('HTTP 401')
  expect((await person.visit({ prompt: 'none' })).error).toBe('login_required')
})

it('a code that nobody has redeemed yet is worth nothing either', async () => {
  const { uid, person } = await everywhere('code', [])
  const visit = await person.visit({ prompt: 'none' })
  await host.vigil.revoke(uid, 'a test')
  expect(await errorOf(visit.redeem())).toBe('invalid_grant')
})

it('relying parties that are down, or answer with an error, do not keep the session alive; the audit says whom nobody reached', async () => {
  const { uid, person } = await everywhere('down', ['broken', 'gone', 'mail'])
  await host.vigil.revoke(uid, 'a test')
  await expect.poll(() => happened, { timeout: 10_000 }).toContain('told /mail')
  expect((await person.visit({ prompt: 'none' })).error).toBe('login_required')
  const unreached = async () => {
    const undelivered = await host.storage.audit.list({ type: 'logout.undelivered' })
    return undelivered.map(({ data }) => data?.['clientId'] as string).sort((a, b) => a.localeCompare(b))
  }
  await expect.poll(unreached, { timeout: 10_000 }).toEqual(['broken', 'gone'])
})

it('twice is once: one entry in the audit, one event, one message', async () => {
  const { uid } = await everywhere('twice', [])
  const events: string[] = []
  const off = host.vigil.on('session.revoked', (detail) => events.push(`${detail.accountId} ${detail.reason}`))
  await Promise.all([host.vigil.revoke(uid, 'a test'), host.vigil.revoke(uid, 'a test')])
  await host.vigil.revoke(uid, 'another')
  off()
  expect((await host.storage.audit.list({ type: 'session.revoked', sessionUid: uid })).length).toBeLessThanOrEqual(2)
  expect(new Set(events)).toEqual(new Set(['twice a test']))
  expect(await host.vigil.standing(uid)).toBeUndefined()
  expect(await host.vigil.sessionsOf('twice')).toEqual([])
})

it('a session that never was can be revoked, and makes no noise', async () => {
  const events: unknown[] = []
  const off = host.vigil.on('session.revoked', (detail) => events.push(detail))
  await host.vigil.revoke('nobody', 'a test')
  off()
  expect(events).toEqual([])
  expect(await host.storage.audit.list({ sessionUid: 'nobody' })).toEqual([])
})

it('evidence about a revoked session is refused, and a login afterwards begins another', async () => {
  const { uid, person } = await everywhere('after', [])
  await host.vigil.revoke(uid, 'a test')
  await expect(host.vigil.reportRisk(uid, 'LOW', 'all is well')).rejects.toMatchObject({ code: 'not_found' })
  await nextSecond()
  expect((await person.signIn()).idToken['acr']).toBe(loa1)
  expect(await person.uid()).not.toBe(uid)
})

it('a policy that revokes at HIGH does so at once', async () => {
  const strict = await startHost({
    vigil: { policy: 'version: 1\nrules:\n  - { name: out, when: { risk: HIGH }, then: revoke }' }
  })
  try {
    const ana = await visitorOf(strict)
    const { refreshToken } = await ana.signIn()
    const uid = await ana.uid()
    const events: string[] = []
    strict.vigil.on('risk.changed', ({ to }) => events.push(`risk ${to}`))
    strict.vigil.on('session.revoked', ({ reason }) => events.push(`revoked: ${reason}`))
    await strict.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    expect(events).toEqual(['risk HIGH', 'revoked: behaviour'])
    expect(await errorOf(ana.party.refresh(refreshToken!))).toBe('invalid_grant')
    expect((await ana.visit({ prompt: 'none' })).error).toBe('login_required')
  } finally {
    await strict.close()
  }
})

it('a session that its person has signed out of has no standing any more', async () => {
  const person = await visitorOf(host, { account: 'leaver' })
  await person.visit()
  const uid = await person.uid()
  expect(await host.vigil.standing(uid)).toMatchObject({ acr: loa1 })
  const confirm = await person.browser.get(`${host.issuer}/session/end`)
  await person.browser.submit(confirm, { logout: 'yes' })
  await expect.poll(() => host.vigil.standing(uid)).toBeUndefined()
})
