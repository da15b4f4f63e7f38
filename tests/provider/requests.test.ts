// What a relying party can ask for in an authorization request, and what its metadata asks for in each: told from its side, on a host with a
// password and a one-time code. The browser of these tests fails by itself when it is sent in circles.

import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { hostPassword } from '../../src/challenge/password.ts'
import { type Answering, claimsOf, nextSecond, personAt, relyingParty } from '../support/oidc.ts'
import {
  api,
  app,
  loa1,
  loa2,
  loa3,
  oneTimeCode,
  redirectUri,
  startHost,
  type TestHost,
  visitorOf
} from '../support/server.ts'

const resource = 'https://api.example.test'
const clientsOf = (...own: Record<string, unknown>[]) => [
  app,
  api,
  ...own.map((metadata, index) => ({ ...app, client_id: `client-${index}`, ...metadata }))
]

let host: TestHost
let later = 0
beforeAll(async () => {
  host = await startHost({
    clients: clientsOf(
      { client_id: 'bank', vigil_acr: loa2 },
      { client_id: 'strict', vigil_acr_values: 'necessary' },
      { client_id: 'modest', default_acr_values: [loa2] },
      { client_id: 'fresh', default_max_age: 600 },
      { client_id: 'blind', vigil_risk_level: false },
      { client_id: 'watching', vigil_amr: 'urn:example:behaviour' }
    ),
    vigil: { factors: [hostPassword, oneTimeCode], now: () => Math.floor(Date.now() / 1000) + later }
  })
})
afterAll(() => host.close())
beforeEach(() => void (later = 0))

let people = 0
/** Somebody new at a browser of their own, who comes through a client. */
async function somebody(clientId = 'app') {
  const account = `person-${++people}`
  return { ...(await visitorOf(host, { account, client: { clientId } })), account }
}

/** The same browser at another client. */
async function through(person: Awaited<ReturnType<typeof somebody>>, clientId: string, usually = person.by('pwd')) {
  const party = await relyingParty(host.issuer, { clientId, redirectUri })
  return { ...personAt(party, person.browser, usually), party }
}

const claims = (acr: unknown) => JSON.stringify({ id_token: { acr } })
const essential = (value: string) => claims({ essential: true, value })

describe('acr_values', () => {
  it('are in order of preference: the first that the person can reach is asked for', async () => {
    const ana = await somebody()
    await ana.signIn()
    expect(await ana.visit({ acr_values: `${loa1} ${loa2}` })).toMatchObject({ error: null, pages: [] })
    const preferred = await ana.visit({ acr_values: `urn:nobody:knows ${loa3} ${loa2} ${loa1}` }, ana.by('otp'))
    expect(preferred.pages).toEqual(['login: vigil_acr'])
    expect((await preferred.redeem()).idToken['acr']).toBe(loa2)
  })

  it('are a wish: without a page, the token says what is true', async () => {
    const ana = await somebody()
    await ana.signIn()
    expect((await ana.signIn({ prompt: 'none', acr_values: loa2 })).idToken['acr']).toBe(loa1)
    expect((await ana.signIn({ prompt: 'none', claims: claims({ values: [loa2] }) })).idToken['acr']).toBe(loa1)
  })

  it('asked for as a claim that is not essential are the same wish', async () => {
    const ana = await somebody()
    await ana.signIn()
    const asked = await ana.visit({ claims: claims({ values: [loa2] }) })
    expect(asked.pages).toEqual(['login: vigil_acr'])
    expect((await asked.redeem()).idToken['acr']).toBe(loa1)
  })

  it('from the defaults of the client count where the request has none, and where it has some they do not', async () => {
    const ana = await somebody('modest')
    await ana.signIn({ acr_values: loa1 })
    const byDefault = await ana.visit({}, ana.by('otp'))
    expect(byDefault.pages).toEqual(['login: vigil_acr'])
    expect((await byDefault.redeem()).idToken['acr']).toBe(loa2)
  })

  it('of a client that calls them necessary are a condition, each time with the error that fits', async () => {
    const ana = await somebody('strict')
    await ana.signIn({ acr_values: loa1 })
    expect((await ana.visit({ prompt: 'none', acr_values: loa2 })).error).toBe('interaction_required')
    expect(await ana.visit({ acr_values: loa3 })).toMatchObject({
      error: 'unmet_authentication_requirements',
      pages: []
    })
    expect((await ana.visit({ acr_values: 'urn:nobody:knows' })).error).toBe('unmet_authentication_requirements')
    expect(await ana.visit({ acr_values: loa2 })).toMatchObject({
      error: 'unmet_authentication_requirements',
      pages: ['login: vigil_acr']
    })
    expect((await ana.signIn({ acr_values: loa2 }, ana.by('otp'))).idToken['acr']).toBe(loa2)
  })
})

describe('an essential acr', () => {
  it('beside a higher wish: both are tried, and only the essential one can fail the request', async () => {
    const ana = await somebody()
    const both = { claims: essential(loa1), acr_values: loa2 }
    const declined = await ana.visit(both)
    expect(declined.pages).toEqual(['login: no_session', 'login: vigil_acr'])
    expect((await declined.redeem()).idToken['acr']).toBe(loa1)
  })

  it('is asked for by its name after a login that was not enough for it, once', async () => {
    const ana = await somebody()
    let shown = 0
    const step: Answering = (page) => ana.by(++shown === 1 ? 'pwd' : 'otp')(page)
    const reached = await ana.visit({ claims: essential(loa2) }, step)
    expect(reached.pages).toEqual(['login: no_session', 'login: vigil_acr'])
    expect((await reached.redeem()).idToken['acr']).toBe(loa2)
    const ben = await somebody()
    expect(await ben.visit({ claims: essential(loa2) })).toMatchObject({
      error: 'unmet_authentication_requirements',
      pages: ['login: no_session', 'login: vigil_acr']
    })
  })

  it('that a consent page comes after is not asked for again', async () => {
    const ana = await somebody()
    const both = { acr_values: loa2, prompt: 'login consent', scope: 'openid offline_access' }
    const merging: Answering = (page) => ana.browser.submit(page, { account: ana.account, amr: 'pwd', merge: 'yes' })
    const { pages, error } = await ana.visit(both, merging)
    expect({ pages, error }).toEqual({
      pages: ['login: login_prompt no_session', 'login: vigil_acr', 'consent: consent_prompt'],
      error: null
    })
  })
})

describe('the level that a client needs', () => {
  it('holds for a request that asks for nothing, and for one that asks for less', async () => {
    const ana = await somebody('bank')
    let shown = 0
    const step: Answering = (page) => ana.by(++shown === 1 ? 'pwd' : 'otp')(page)
    expect((await ana.signIn({ acr_values: loa1 }, step)).idToken['acr']).toBe(loa2)
    const ben = await somebody('bank')
    expect((await ben.visit()).error).toBe('unmet_authentication_requirements')
    const silently = await ben.visit({ prompt: 'none' })
    expect(silently.error).toBe('interaction_required')
    expect((await ben.visit({ claims: essential(loa3) })).error).toBe('unmet_authentication_requirements')
  })

  it('is nobody else’s: the same session goes on at other clients', async () => {
    const ana = await somebody()
    await ana.signIn()
    const bank = await through(ana, 'bank')
    expect((await bank.visit({ prompt: 'none' })).error).toBe('interaction_required')
    expect((await ana.visit({ prompt: 'none' })).error).toBeNull()
  })
})

describe('freshness', () => {
  it('max_age is kept: too old is asked again, auth_time is in the token, and prompt=none says login_required', async () => {
    const ana = await somebody()
    const first = await ana.signIn()
    await nextSecond()
    await nextSecond()
    expect((await ana.visit({ max_age: '1', prompt: 'none' })).error).toBe('login_required')
    const again = await ana.visit({ max_age: '1' })
    expect(again.pages).toEqual(['login: max_age'])
    const second = await again.redeem()
    expect(second.idToken['auth_time']).toBeGreaterThan(Number(first.idToken['auth_time']))
    const kept = await ana.visit({ max_age: '10000' })
    expect(kept.pages).toEqual([])
    expect((await kept.redeem()).idToken['auth_time']).toBe(second.idToken['auth_time'])
  })

  it('max_age=0 and prompt=login ask each time and once, and a silent request for either is an error', async () => {
    const ana = await somebody()
    const times = [(await ana.signIn()).idToken['auth_time']]
    for (const parameters of [{ max_age: '0' }, { prompt: 'login' }] as Record<string, string>[]) {
      await nextSecond()
      const visit = await ana.visit(parameters)
      expect(visit.pages).toEqual(['login: login_prompt'])
      times.push((await visit.redeem()).idToken['auth_time'])
    }
    expect(new Set(times).size).toBe(3)
    expect((await ana.visit({ max_age: '0', prompt: 'none' })).error).not.toBeNull()
    expect((await ana.visit({ prompt: 'none login' })).error).toBe('invalid_request')
  })

  it('max_age from the defaults of the client counts', async () => {
    const ana = await somebody()
    await ana.signIn()
    expect((await (await through(ana, 'fresh')).visit()).pages).toEqual([])
  })

  it('only the second factor again moves auth_time, while the level runs out with the oldest factor that it needs', async () => {
    const ana = await somebody()
    const first = await ana.signIn({ acr_values: loa2 }, ana.by('pwd otp'))
    later = 7 * 3600
    const again = await ana.signIn({ prompt: 'login', acr_values: loa2 }, ana.by('otp'))
    expect(again.idToken).toMatchObject({ acr: loa2, acr_expires_at: first.idToken['acr_expires_at'] })
    expect(Number(again.idToken['auth_time'])).toBeGreaterThanOrEqual(Number(first.idToken['auth_time']) + 7 * 3600)
    later = 8 * 3600 + 60
    const aged = await ana.signIn({ prompt: 'none' })
    expect(aged.idToken).toMatchObject({ acr: loa1, auth_time: again.idToken['auth_time'] })
  })

  it('no visit, no refresh and no silent renewal moves auth_time', async () => {
    const ana = await somebody()
    const tokens = await ana.signIn()
    await nextSecond()
    const silent = await ana.signIn({ prompt: 'none' })
    const refreshed = await ana.party.refresh(tokens.refreshToken!)
    const told = await ana.party.userinfo(refreshed)
    expect([silent.idToken, refreshed.idToken, told].map((one) => one['auth_time'])).toEqual(
      Array(3).fill(tokens.idToken['auth_time'])
    )
  })
})

describe('who is meant', () => {
  it('a login_hint is a hint: whoever is there stays, silently as well', async () => {
    const ana = await somebody()
    const { idToken } = await ana.signIn({ login_hint: 'somebody else' })
    expect((await ana.signIn({ prompt: 'none', login_hint: 'somebody else' })).idToken['sub']).toBe(idToken['sub'])
  })
})

describe('a pushed request', () => {
  it('is asked, answered and refused as one in the address would be', async () => {
    const ana = await somebody()
    await ana.signIn()
    const pushed = async (parameters: Record<string, string>, answering?: Answering) => {
      const request = await ana.party.request(parameters)
      const response = await fetch(`${host.issuer}/request`, { method: 'POST', body: request.url.searchParams })
      expect(response.status).toBe(201)
      const { request_uri: uri } = (await response.json()) as { request_uri: string }
      const query = new URLSearchParams({ client_id: 'app', request_uri: uri })
      const party = { ...ana.party, request: async () => ({ ...request, url: new URL(`/auth?${query}`, host.issuer) }) }
      return personAt(party, ana.browser, ana.by('pwd')).visit({}, answering)
    }
    expect((await pushed({ prompt: 'none', claims: essential(loa2) })).error).toBe('interaction_required')
    const stepped = await pushed({ claims: essential(loa2), acr_values: loa1 }, ana.by('otp'))
    expect(stepped.pages).toEqual(['login: vigil_acr'])
    expect((await stepped.redeem()).idToken['acr']).toBe(loa2)
    expect((await pushed({ claims: essential(loa3) })).error).toBe('unmet_authentication_requirements')
    await host.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    expect((await pushed({ prompt: 'none' })).error).toBe('interaction_required')
    expect((await pushed({})).pages).toEqual(['login: vigil_risk'])
  })
})

describe('a request that would go on for ever', () => {
  const nothing: Record<string, Record<string, string>> = {
    'a page that answers nothing': {},
    'prompt=login that nobody answers': { prompt: 'login' },
    'max_age=0 that nobody answers': { max_age: '0' }
  }
  it.each(Object.entries(nothing))('%s is shown three times, and then the client is told', async (_, parameters) => {
    const ana = await somebody()
    const visit = await ana.visit(parameters, (page) => ana.browser.submit(page, { result: '{}' }))
    expect(visit.pages).toHaveLength(3)
    expect(visit.error).toBe('login_required')
  })

  it('an id_token_hint of somebody who does not come is asked for three times', async () => {
    const ana = await somebody()
    const { idTokenHint: hint } = await ana.signIn()
    const ben = await somebody()
    await ben.signIn()
    expect((await ben.visit({ id_token_hint: hint, prompt: 'none' })).error).toBe('login_required')
    const stubborn = await ben.visit({ id_token_hint: hint })
    expect(stubborn).toMatchObject({ error: 'login_required', pages: Array(3).fill('login: id_token_hint') })
    expect((await ana.visit({ id_token_hint: hint, prompt: 'none' })).error).toBeNull()
  })

  it('an alarm that a page does not answer is asked for three times, and stays', async () => {
    const ana = await somebody()
    await ana.signIn()
    await host.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    const visit = await ana.visit({}, (page) => ana.browser.submit(page, { result: '{}' }))
    expect(visit).toMatchObject({ error: 'interaction_required', pages: Array(3).fill('login: vigil_risk') })
    expect((await ana.visit({ prompt: 'none' })).error).toBe('interaction_required')
    expect((await ana.signIn()).idToken['acr']).toBe(loa1)
  })
})

describe('what a client is told', () => {
  it('every ID token, JWT access token and introspection has the sid by which this client knows the session', async () => {
    const ana = await somebody()
    const tokens = await ana.signIn()
    const other = await (await through(ana, 'blind')).signIn()
    const sid = tokens.idToken['sid']
    expect(sid).toEqual(expect.any(String))
    expect(other.idToken['sid']).not.toBe(sid)
    expect(sid).not.toBe(await ana.uid())
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    expect(await guard.introspect(tokens.accessToken)).toMatchObject({ active: true, sid })
    const { accessToken, refreshToken } = await ana.signIn({ resource, scope: 'openid read' })
    expect(claimsOf(accessToken)).toMatchObject({ sid, acr: loa1, amr: ['pwd'], risk_level: 'LOW' })
    const renewed = await ana.party.refresh(refreshToken!, { resource })
    expect(claimsOf(renewed.accessToken)).toMatchObject({ sid, acr: loa1 })
  })

  it('a JWT access token lives five minutes, and an opaque one as long as the host says', async () => {
    const ana = await somebody()
    const { iat, exp } = claimsOf((await ana.signIn({ resource, scope: 'openid read' })).accessToken)
    expect(Number(exp) - Number(iat)).toBe(300)
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    const opaque = await guard.introspect((await ana.signIn()).accessToken)
    expect(Number(opaque['exp']) - Number(opaque['iat'])).toBe(600)
  })

  it('introspection says the present risk', async () => {
    const ana = await somebody()
    const { accessToken } = await ana.signIn()
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    expect(await guard.introspect(accessToken)).toMatchObject({ risk_level: 'LOW' })
    await host.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    expect(await guard.introspect(accessToken)).toMatchObject({ risk_level: 'HIGH', acr: '0' })
  })

  it('a client that may not know the risk is told it nowhere', async () => {
    const ana = await somebody('blind')
    const tokens = await ana.signIn()
    const jwt = claimsOf((await ana.signIn({ resource, scope: 'openid read' })).accessToken)
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    const places = [tokens.idToken, await ana.party.userinfo(tokens), jwt, await guard.introspect(tokens.accessToken)]
    for (const place of places) {
      expect(place).toHaveProperty('acr', loa1)
      expect(place).not.toHaveProperty('risk_level')
    }
  })

  test('a client with a URI of its own finds it in amr while the session is watched and undisturbed, and nobody else does', async () => {
    const uri = 'urn:example:behaviour'
    const ana = await somebody('watching')
    const amrOf = async () => (await ana.signIn({ prompt: 'none' })).idToken['amr']
    const tokens = await ana.signIn()
    expect(tokens.idToken['amr']).toEqual(['pwd'])
    const uid = await ana.uid()
    await host.storage.sessions.update(uid, (record) => record && { ...record, watch: 'watched' })
    expect(await amrOf()).toEqual(['pwd', uri])
    const plain = await through(ana, 'app')
    expect((await plain.signIn({ prompt: 'none' })).idToken['amr']).toEqual(['pwd'])
    const watched = await ana.signIn({ prompt: 'none' })
    expect((await ana.party.userinfo(watched))['amr']).toEqual(['pwd', uri])
    await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    expect((await ana.party.userinfo(watched))['amr']).toEqual(['pwd'])
    expect((await ana.party.refresh(watched.refreshToken!)).idToken['amr']).toEqual(['pwd'])
  })
})

it.each([
  ['vigil_acr', 'urn:nobody:knows', `vigil_acr must be one of ${loa1}, ${loa2}, ${loa3}, got "urn:nobody:knows"`],
  ['vigil_acr', '0', `vigil_acr must be one of ${loa1}, ${loa2}, ${loa3}, got "0"`],
  ['vigil_acr_values', 'maybe', 'vigil_acr_values must be one of voluntary, necessary, got "maybe"'],
  ['vigil_silent_error', 'no', 'vigil_silent_error must be one of interaction_required, login_required, got "no"'],
  ['vigil_risk_level', 'yes', 'vigil_risk_level must be true or false, got "yes"'],
  ['vigil_amr', 'otp', 'vigil_amr must be a URI such as urn:example:typing, got "otp"'],
  ['vigil_watch', 1, 'vigil_watch must be one of required, optional, none, got 1'],
  ['vigil_origins', ['app'], 'vigil_origins must be an array of origins such as https://app.example, got ["app"]']
])('a client whose %s is %j is refused with the reason', async (name, value, words) => {
  const refusing = await startHost({ clients: clientsOf({ client_id: 'odd', [name]: value }) })
  try {
    const found = refusing.provider.Client.find('odd')
    await expect(found).rejects.toMatchObject({ error: 'invalid_client_metadata', error_description: words })
  } finally {
    await refusing.close()
  }
})
