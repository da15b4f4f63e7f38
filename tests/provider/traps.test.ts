// The traps of oidc-provider 9.13 that shape Vigil's code, one test each, over real HTTP. Each was seen to fail with its guard taken out. The
// browser of these tests fails a test by itself when it is sent in circles.

import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { hostPassword } from '../../src/challenge/password.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import {
  type Answering,
  claimsOf,
  createBrowser,
  errorOf,
  nextSecond,
  personAt,
  relyingParty,
  titleOf,
  upgradeStatus
} from '../support/oidc.ts'
import {
  api,
  app,
  loa1,
  loa2,
  loa3,
  nobody,
  oneTimeCode,
  redirectUri,
  secret,
  silent,
  startHost,
  type TestHost,
  visitorOf
} from '../support/server.ts'

const clients = [
  app,
  api,
  { ...app, client_id: 'quiet', vigil_silent_error: 'login_required' },
  { ...app, client_id: 'modest', default_acr_values: [loa1] }
]
const essential = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })

describe('on a host with a password and a one-time code', () => {
  let host: TestHost
  beforeAll(async () => {
    host = await startHost({ clients, vigil: { factors: [hostPassword, oneTimeCode] } })
  })
  afterAll(() => host.close())

  async function doubted(account: string) {
    const person = await visitorOf(host, { account })
    const before = await person.signIn()
    await host.vigil.reportRisk(await person.uid(), 'HIGH', 'behaviour')
    return { person, before }
  }

  test('trap 1: an essential acr that nobody here can reach fails at once, and one that the person does not reach fails after one page', async () => {
    const ana = await visitorOf(host, { account: 'trap1' })
    const unreachable = await ana.visit({ claims: essential(loa3) })
    expect(unreachable.error).toBe('unmet_authentication_requirements')
    const again = await ana.visit({ claims: essential(loa3) })
    expect(again).toMatchObject({ error: 'unmet_authentication_requirements', pages: [] })
    const stubborn = await ana.visit({ claims: essential(loa2) })
    expect(stubborn).toMatchObject({ error: 'unmet_authentication_requirements', pages: ['login: vigil_acr'] })
    const able = await ana.visit({ claims: essential(loa2) }, ana.by('otp'))
    expect(able.pages).toEqual(['login: vigil_acr'])
    expect((await able.redeem()).idToken['acr']).toBe(loa2)
    const less = await ana.visit({
      claims: JSON.stringify({ id_token: { acr: { essential: true, values: [loa1, loa2] } } })
    })
    expect(less).toMatchObject({ error: null, pages: [] })
  })

  test('trap 2: acr_values, or the default of the client, does not erase an essential acr', async () => {
    const ana = await visitorOf(host, { account: 'trap2' })
    await ana.signIn()
    const both = await ana.visit({ claims: essential(loa2), acr_values: loa1 })
    expect(both).toMatchObject({ error: 'unmet_authentication_requirements', pages: ['login: vigil_acr'] })
    const modest = await visitorOf(host, { account: 'trap2', client: { clientId: 'modest' } })
    const byDefault = await modest.visit({ claims: essential(loa2) })
    expect(byDefault.error).toBe('unmet_authentication_requirements')
    const met = await ana.signIn({ claims: essential(loa2), acr_values: loa1 }, ana.by('otp'))
    expect(met.idToken['acr']).toBe(loa2)
  })

  test('trap 3: acr, amr and auth_time are in every ID token, JWT access token and introspection, asked for or not', async () => {
    const ana = await visitorOf(host, { account: 'trap3' })
    const { accessToken, idToken } = await ana.signIn()
    const what = { acr: loa1, amr: ['pwd'], auth_time: expect.any(Number) as number }
    expect(idToken).toMatchObject(what)
    const resource = 'https://api.example.test'
    const jwt = claimsOf((await ana.signIn({ resource, scope: 'openid read' })).accessToken)
    expect(jwt).toMatchObject({ ...what, auth_time: idToken['auth_time'], scope: 'read' })
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    expect(await guard.introspect(accessToken)).toMatchObject({
      active: true,
      ...what,
      auth_time: idToken['auth_time']
    })
  })

  test('trap 4: risk outlives the saving of the session and the change of its identifier', async () => {
    const { person } = await doubted('trap4')
    const cookie = person.browser.cookiesFor(host.issuer)
    for (let request = 0; request < 2; request++) {
      expect((await person.visit({ prompt: 'none' })).error).toBe('interaction_required')
    }
    // A login page that is opened and left saves the session too; signing in elsewhere changes its identifier.
    await person.visit({}, () => Promise.resolve({ ...nowhere }))
    const uid = await person.uid()
    expect((await host.vigil.standing(uid))?.risk).toBe('HIGH')
    await person.signIn()
    expect(person.browser.cookiesFor(host.issuer)).not.toBe(cookie)
    await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    expect((await person.visit({ prompt: 'none' })).error).toBe('interaction_required')
  })

  test('trap 6: a refresh under risk has the lower acr and the same auth_time; after a revocation there is none', async () => {
    const ana = await visitorOf(host, { account: 'trap6' })
    const before = await ana.signIn({ acr_values: loa2 }, ana.by('pwd otp'))
    expect(before.idToken['acr']).toBe(loa2)
    await nextSecond()
    const uid = await ana.uid()
    await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    const under = await ana.party.refresh(before.refreshToken!)
    expect(under.idToken).toMatchObject({ acr: '0', auth_time: before.idToken['auth_time'] })
    await host.vigil.revoke(uid, 'a test')
    expect(await errorOf(ana.party.refresh(under.refreshToken!))).toBe('invalid_grant')
  })

  test('trap 6: a refresh token of an earlier grant, made to outlive the session, dies with it all the same', async () => {
    const ana = await visitorOf(host, { account: 'trap6b' })
    const offline = { scope: 'openid offline_access', prompt: 'consent' }
    const earlier = await ana.signIn(offline)
    const uid = await ana.uid()
    const later = await ana.signIn(offline)
    const [first, second] = [
      await ana.party.refresh(earlier.refreshToken!),
      await ana.party.refresh(later.refreshToken!)
    ]
    expect([first.idToken['acr'], second.idToken['acr']]).toEqual([loa1, loa1])
    await host.vigil.revoke(uid, 'a test')
    expect(await errorOf(ana.party.refresh(first.refreshToken!))).toBe('invalid_grant')
    expect(await errorOf(ana.party.refresh(second.refreshToken!))).toBe('invalid_grant')
  })

  test('trap 8: a step-up adds to what was proved before, and wipes nothing', async () => {
    const ana = await visitorOf(host, { account: 'trap8' })
    await ana.signIn()
    const stepped = await ana.signIn({ acr_values: loa2 }, ana.by('otp'))
    expect(stepped.idToken['acr']).toBe(loa2)
    expect(new Set(stepped.idToken['amr'] as string[])).toEqual(new Set(['pwd', 'otp', 'mfa']))
    const after = await ana.visit({ prompt: 'none' })
    expect((await after.redeem()).idToken).toMatchObject({ acr: loa2, amr: stepped.idToken['amr'] })
  })

  test('trap 9: under risk prompt=none answers interaction_required, or login_required for a client that wants it so', async () => {
    const { person } = await doubted('trap9')
    expect((await person.visit({ prompt: 'none' })).error).toBe('interaction_required')
    const quiet = personAt(
      await relyingParty(host.issuer, { clientId: 'quiet', redirectUri }),
      person.browser,
      person.by('pwd')
    )
    expect((await quiet.visit({ prompt: 'none' })).error).toBe('login_required')
    const stranger = await visitorOf(host)
    expect((await stranger.visit({ prompt: 'none' })).error).toBe('login_required')
    await person.signIn()
    expect((await person.visit({ prompt: 'none' })).error).toBeNull()
    expect((await person.visit({ prompt: 'none', claims: essential(loa2) })).error).toBe('interaction_required')
    expect((await person.visit({ prompt: 'none', claims: essential(loa3) })).error).toBe(
      'unmet_authentication_requirements'
    )
  })

  test('trap 10: the session cookie opens the channel on the provider’s own pages, with a page token and never alone', async () => {
    const ana = await visitorOf(host, { account: 'trap10' })
    await ana.signIn()
    const other = await visitorOf(host, { account: 'trap10b' })
    await other.signIn()
    await host.vigil.giveConsent('trap10')
    await host.vigil.giveConsent('trap10b')
    const uid = await ana.uid()
    const own = {
      protocols: ['vigil.v1', `vigil.page.${host.vigil.pageToken(uid, 'watch')}`],
      origin: host.issuer,
      cookie: ana.browser.cookiesFor(host.issuer)
    }
    expect(await upgradeStatus(host.issuer, own)).toBe(101)
    expect(await upgradeStatus(host.issuer, { ...own, protocols: ['vigil.v1'] })).toBe(401)
    expect(await upgradeStatus(host.issuer, { protocols: own.protocols, origin: own.origin })).toBe(401)
    expect(await upgradeStatus(host.issuer, { ...own, cookie: other.browser.cookiesFor(host.issuer) })).toBe(401)
    expect(await upgradeStatus(host.issuer, { ...own, origin: 'https://app.example.test' })).toBe(403)
    await host.vigil.revoke(uid, 'a test')
    expect(await upgradeStatus(host.issuer, own)).toBe(401)
  })

  test('trap 12: Vigil answers although the host made its callback before', async () => {
    const agent = await fetch(`${host.issuer}/vigil/agent.js`)
    expect(agent.status).toBe(200)
    const ticket = await fetch(`${host.issuer}/continuous/ticket`, {
      method: 'POST',
      headers: { accept: 'application/json' }
    })
    expect(ticket.status).toBe(401)
    expect((await fetch(`${host.issuer}/.well-known/openid-configuration`)).status).toBe(200)
  })

  test('trap 13: a voluntary acr that cannot be reached, or is not, ends in a token that says what is true', async () => {
    const ana = await visitorOf(host, { account: 'trap13' })
    const unreachable = await ana.visit({ acr_values: loa3 })
    expect(unreachable.pages).toEqual(['login: no_session'])
    expect((await unreachable.redeem()).idToken['acr']).toBe(loa1)
    expect(await ana.visit({ acr_values: loa3 })).toMatchObject({ error: null, pages: [] })
    const declined = await ana.visit({ acr_values: loa2 })
    expect(declined.pages).toEqual(['login: vigil_acr'])
    expect((await declined.redeem()).idToken['acr']).toBe(loa1)
  })
})

describe('trap 5: a session that ends while a request is in flight', () => {
  /** A host’s adapter that knows nothing of tombstones. */
  const rows = new Map<string, AdapterPayload>()
  const bare = (model: string): Adapter => ({
    async upsert(id, payload) {
      rows.set(`${model}:${id}`, structuredClone(payload))
    },
    find: async (id) => structuredClone(rows.get(`${model}:${id}`)),
    findByUserCode: async () => undefined,
    findByUid: async (uid) =>
      structuredClone([...rows].find(([key, row]) => key.startsWith(`${model}:`) && row.uid === uid)?.[1]),
    async consume(id) {
      const row = rows.get(`${model}:${id}`)
      if (row) row.consumed = 1
    },
    async destroy(id) {
      rows.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, row] of rows) if (key.startsWith(`${model}:`) && row.grantId === grantId) rows.delete(key)
    }
  })

  let hold: Promise<void> | undefined
  let reached = (): void => undefined
  let host: TestHost
  beforeAll(async () => {
    host = await startHost({
      clients,
      base: (base) => ({
        ...base,
        adapter: bare,
        async findAccount(_ctx, sub) {
          reached()
          await hold
          return { accountId: sub, claims: () => ({ sub }) }
        }
      })
    })
  })
  afterAll(() => host.close())

  async function inFlight(person: Awaited<ReturnType<typeof visitorOf>>, meanwhile: () => Promise<unknown>) {
    let release = (): void => undefined
    const arrived = new Promise<void>((resolve) => (reached = resolve))
    hold = new Promise((resolve) => (release = resolve))
    const visit = person.visit({ prompt: 'none' })
    await arrived
    await meanwhile()
    hold = undefined
    release()
    return visit
  }

  it('trap 5: stays dead', async () => {
    const ana = await visitorOf(host, { account: 'trap5' })
    await ana.signIn()
    const uid = await ana.uid()
    const during = await inFlight(ana, () => host.vigil.revoke(uid, 'a test'))
    expect(during.end.url.searchParams.get('code')).toBeNull()
    expect([...rows].filter(([key, row]) => key.startsWith('Session:') && row.uid === uid)).toEqual([])
    expect((await ana.visit({ prompt: 'none' })).error).toBe('login_required')
  })

  it('trap 5: is not raised again when it was lowered meanwhile', async () => {
    const ana = await visitorOf(host, { account: 'trap5b' })
    await ana.signIn()
    const uid = await ana.uid()
    const during = await inFlight(ana, () => host.vigil.reportRisk(uid, 'HIGH', 'behaviour'))
    expect(during.error).toBe('interaction_required')
    expect((await ana.visit({ prompt: 'none' })).error).toBe('interaction_required')
    expect((await host.vigil.standing(uid))?.acr).toBe('0')
  })
})

describe('on the stand-alone server', () => {
  let server: VigilServer
  let heard: string[]
  let listener: Awaited<ReturnType<typeof listeningParty>>
  const password = 'seven green bottles'

  beforeAll(async () => {
    heard = []
    listener = await listeningParty(heard)
    server = await startServer({
      port: 0,
      secret,
      database: 'memory://',
      population: nobody,
      logger: silent,
      clients: [...clients, listener.client]
    })
  })
  afterAll(async () => {
    await server.close()
    listener.close()
  })

  async function signedUp(username: string, clientId = 'app') {
    const browser = createBrowser([redirectUri])
    const form = { username, email: `${username}@example.test`, password }
    await browser.submit(await browser.get(`${server.issuer}/signup`), form, 6)
    const party = await relyingParty(server.issuer, { clientId, redirectUri })
    const answering: Answering = (page) => browser.submit(page, { username, password })
    const { id } = (await server.storage.accounts.findByUsername(username))!
    const uid = async () => (await server.vigil.sessionsOf(id))[0]!.uid
    return { ...personAt(party, browser, answering), id, uid }
  }

  test('trap 7: a session that ends while its challenge is on the screen leads to a page that explains, with 410', async () => {
    const ana = await signedUp('trap7')
    await ana.signIn()
    const uid = await ana.uid()
    await server.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    const party = await relyingParty(server.issuer, { clientId: 'app', redirectUri })
    const challenge = await ana.browser.get((await party.request()).url)
    expect(titleOf(challenge)).toContain('Confirm')
    await server.vigil.revoke(uid, 'a test')
    const answered = await ana.browser.submit(challenge, { password })
    expect(answered.status).toBe(410)
    expect(titleOf(answered)).toBe('This sign-in has ended')
    const resumed = await ana.browser.get(challenge.url.href.replace('/interaction/', '/auth/'))
    expect(resumed.status).toBe(410)
    expect(titleOf(resumed)).toBe('This sign-in has ended')
    expect((await ana.visit()).error).toBeNull()
  })

  test('trap 11: back-channel logout reaches a relying party on loopback when the provider is on loopback', async () => {
    const ana = await signedUp('trap11', 'listener')
    const { idToken } = await ana.signIn()
    await server.vigil.revoke(await ana.uid(), 'a test')
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(1)
    expect(claimsOf(heard[0]!)).toMatchObject({ sub: idToken['sub'], sid: idToken['sid'], aud: 'listener' })
    expect(claimsOf(heard[0]!)['nonce']).toBeUndefined()
  })

  test('trap 15: every page of a sign-in lets its form lead to where the relying party waits', async () => {
    const ana = await signedUp('trap15')
    const policyOf = ({ headers }: { headers: Headers }) => headers.get('content-security-policy') ?? ''
    const seen: string[] = []
    const looking: Answering = (page) => {
      seen.push(titleOf(page))
      expect(policyOf(page)).toMatch(/form-action 'self' https:\/\/app\.example\.test(;|$)/)
      return ana.browser.submit(page, { username: 'trap15', password })
    }
    await ana.signIn({ scope: 'openid profile', prompt: 'login consent' }, looking)
    await server.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    await ana.signIn({}, looking)
    expect(seen).toHaveLength(3)
    const account = await ana.browser.get(`${server.issuer}/account`)
    expect(policyOf(account)).toMatch(/form-action 'self'(;|$)/)
  })
})

test('trap 11: a provider with a public name keeps the guard against requests to inside addresses', async () => {
  const heard: string[] = []
  const listener = await listeningParty(heard)
  const server = await startServer({
    port: 0,
    issuer: 'https://login.example.test',
    secret,
    database: 'memory://',
    population: nobody,
    logger: silent,
    clients: [listener.client]
  })
  try {
    const session = Object.assign(new server.provider.Session(), {
      accountId: 'ana',
      authorizations: { listener: { sid: 'sid of ana' } }
    })
    await session.save(600)
    await server.vigil.revoke(session.uid, 'a test')
    const undelivered = () => server.storage.audit.list({ type: 'logout.undelivered' })
    await expect.poll(undelivered, { timeout: 10_000 }).toHaveLength(1)
    expect(heard).toEqual([])
    expect(await server.provider.Session.findByUid(session.uid)).toBeUndefined()
  } finally {
    await server.close()
    listener.close()
  }
})

const nowhere = {
  url: new URL('https://nowhere.example.test/'),
  status: 0,
  headers: new Headers(),
  text: '',
  left: true,
  redirects: 0
}

/** A relying party on this machine that listens for logout tokens. */
async function listeningParty(heard: string[]) {
  const server = createServer((request, response) => {
    void tokenOf(request).then((token) => {
      heard.push(token)
      return response.writeHead(200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    client: {
      ...app,
      client_id: 'listener',
      backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
      backchannel_logout_session_required: true
    },
    close: () => void server.close()
  }
}

async function tokenOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return new URLSearchParams(body).get('logout_token') ?? ''
}
