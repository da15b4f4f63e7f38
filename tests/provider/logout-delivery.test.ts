// Relying parties that are down, slow or hostile: what must be told is told, in order, and nobody waits for them.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { claimsOf, errorOf, personAt, relyingParty } from '../support/oidc.ts'
import { app, redirectUri, startHost, type TestHost, visitorOf } from '../support/server.ts'

let parties: Server
let port = 0
/** What a path answers; 200 unless a test says otherwise. */
const answers = new Map<string, RequestListener>()
const heard: { readonly path: string; readonly sid: unknown }[] = []

beforeAll(async () => {
  parties = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const path = request.url ?? ''
      heard.push({ path, sid: claimsOf(new URLSearchParams(body).get('logout_token') ?? 'a.e30.b')['sid'] })
      const answer = answers.get(path)
      if (answer) answer(request, response)
      else response.writeHead(200).end()
    })
  })
  parties.listen(0, '127.0.0.1')
  await once(parties, 'listening')
  port = (parties.address() as AddressInfo).port
})
afterAll(() => {
  parties.closeAllConnections()
  parties.close()
})
beforeEach(() => {
  answers.clear()
  heard.length = 0
})

const clientAt = (id: string, uri = `http://127.0.0.1:${port}/${id}`) => ({
  ...app,
  client_id: id,
  backchannel_logout_uri: uri,
  backchannel_logout_session_required: true
})

/** Somebody who is signed in at all of the clients. */
async function signedInAt(host: TestHost, account: string, clientIds: readonly string[]) {
  const [first, ...others] = clientIds
  const person = await visitorOf(host, { account, client: { clientId: first! } })
  await person.signIn()
  for (const clientId of others) {
    const party = await relyingParty(host.issuer, { clientId, redirectUri })
    const request = await party.request({ prompt: 'none' })
    await request.redeem((await person.browser.get(request.url)).url)
  }
  return { person, uid: await person.uid() }
}

const told = (path: string) => heard.filter((one) => one.path === path)
const eventually = { timeout: 20_000, interval: 50 }

describe('a relying party', () => {
  let host: TestHost
  beforeAll(async () => {
    host = await startHost({ clients: [clientAt('down'), clientAt('slow'), clientAt('well')] })
  })
  afterAll(() => host.close())

  it('that answers 500 is told again until it hears, and later logouts of the person wait their turn', async () => {
    let left = 2
    answers.set('/down', (_request, response) => response.writeHead(left-- > 0 ? 500 : 204).end())
    const first = await signedInAt(host, 'ana', ['down', 'well'])
    await host.vigil.revoke(first.uid, 'a test')
    const second = await signedInAt(host, 'ana', ['down'])
    await host.vigil.revoke(second.uid, 'a test')
    await expect.poll(() => told('/down').length, eventually).toBe(4)
    const sids = told('/down').map(({ sid }) => sid)
    expect(new Set(sids.slice(0, 3)).size).toBe(1)
    expect(sids[3]).not.toBe(sids[0])
    expect(told('/well')).toHaveLength(1)
  })

  it('that hangs holds up neither the revocation, nor the others, nor the person who signs out', async () => {
    answers.set('/slow', () => undefined)
    const { uid } = await signedInAt(host, 'ben', ['slow', 'well'])
    const started = performance.now()
    await host.vigil.revoke(uid, 'a test')
    expect(performance.now() - started).toBeLessThan(2000)
    await expect.poll(() => told('/well').length, eventually).toBe(1)
    const { person } = await signedInAt(host, 'ben-2', ['slow', 'well'])
    const page = await person.browser.get(`${host.issuer}/session/end`)
    const asked = performance.now()
    await person.browser.submit(page, { logout: 'yes' })
    expect(performance.now() - asked).toBeLessThan(2000)
    await expect.poll(() => told('/well').length, eventually).toBe(2)
    expect((await person.visit({ prompt: 'none' })).error).toBe('login_required')
  })

  it('of the one who was signed in hears of it when somebody else signs in in the same browser, and the new one is not mixed with the old', async () => {
    const { person } = await signedInAt(host, 'dora', ['well', 'slow'])
    const before = await person.visit({ prompt: 'none' })
    const tokens = await before.redeem()
    heard.length = 0
    const party = await relyingParty(host.issuer, { clientId: 'well', redirectUri })
    const emil = personAt(party, person.browser, (page) => person.browser.submit(page, { account: 'emil', amr: 'pwd' }))
    const { idToken } = await emil.signIn({ prompt: 'login' })
    expect(idToken['sub']).toBe('emil')
    expect(idToken['sid']).not.toBe(tokens.idToken['sid'])
    await expect.poll(() => [told('/well').length, told('/slow').length], eventually).toEqual([1, 1])
    expect(told('/well')[0]!.sid).toBe(tokens.idToken['sid'])
    expect(await host.vigil.sessionsOf('dora')).toEqual([])
    expect(await errorOf(party.userinfo(tokens))).toBe('HTTP 401')
    expect((await emil.visit({ prompt: 'none' })).error).toBeNull()
  })

  it('that sends the notice elsewhere is not followed there', async () => {
    answers.set('/down', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end())
    const { uid } = await signedInAt(host, 'cleo', ['down'])
    await host.vigil.revoke(uid, 'a test')
    await expect.poll(() => told('/down').length, eventually).toBeGreaterThan(1)
    expect(told('/elsewhere')).toEqual([])
  })
})

it('what a process that dies has not told, the next one tells', async () => {
  const storage = memoryStorage()
  const clients = [clientAt('down'), clientAt('well')]
  const first = await startHost({ storage, clients })
  answers.set('/down', (_request, response) => response.writeHead(500).end())
  const { uid } = await signedInAt(first, 'dora', ['down'])
  await first.vigil.revoke(uid, 'a test')
  await expect.poll(() => told('/down').length, eventually).toBeGreaterThan(0)
  await first.close()
  answers.clear()
  heard.length = 0
  const second = await startHost({ storage, clients })
  await expect.poll(() => told('/down').length, eventually).toBe(1)
  await second.close()
})

describe('a provider in production', () => {
  let host: TestHost
  const inside = () => [
    `http://127.0.0.1:${port}/v4`,
    `http://localhost:${port}/name`,
    `http://2130706433:${port}/decimal`,
    `http://0x7f.1:${port}/hex`,
    `http://127.1:${port}/short`,
    `http://0.0.0.0:${port}/any`,
    `http://[::ffff:127.0.0.1]:${port}/mapped`,
    `http://[::1]:${port}/v6`
  ]
  beforeAll(async () => {
    host = await startHost({
      clients: inside().map((uri, index) => clientAt(`inside-${index}`, uri)),
      base: ({ fetch: _withoutGuard, ...base }) => base
    })
  })
  afterAll(() => host.close())

  it('sends nothing to an address inside, however it is written', async () => {
    const { uid } = await signedInAt(
      host,
      'eve',
      inside().map((_, index) => `inside-${index}`)
    )
    await host.vigil.revoke(uid, 'a test')
    const undelivered = async () => (await host.storage.audit.list({ type: 'logout.undelivered' })).length
    await expect.poll(undelivered, eventually).toBe(inside().length)
    expect(heard).toEqual([])
  })
})
