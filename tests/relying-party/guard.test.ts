// The guard of an API, with tokens of a real provider: who gets in, what the others are told, and that nobody is sent round in circles.

import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostPassword } from '../../src/challenge/password.ts'
import { createGuard, introspectedTokens, jwtTokens, stepUpAskedBy, type Guard } from '../../src/relying-party/index.ts'
import { nextSecond } from '../support/oidc.ts'
import { api, app, loa2, oneTimeCode, startHost, type TestHost, visitorOf } from '../support/server.ts'
import { type Api, kinds, startApi } from './api.ts'

const resource = 'https://api.example.test'
let host: TestHost
const open: Api[] = []
beforeAll(async () => {
  host = await startHost({ clients: [app, api], vigil: { factors: [hostPassword, oneTimeCode] } })
})
afterAll(async () => {
  for (const one of open) one.close()
  await host.close()
})

const signed = (revocations: { intervalSeconds: number } | false = { intervalSeconds: 0.05 }): Guard =>
  createGuard({ tokens: jwtTokens({ issuer: host.issuer, audience: resource, revocations }) })
const asked = (): Guard =>
  createGuard({ tokens: introspectedTokens({ issuer: host.issuer, clientId: 'api', clientSecret: api.client_secret }) })

async function started(...given: Parameters<typeof startApi>): Promise<Api> {
  const one = await startApi(...given)
  open.push(one)
  return one
}

async function call(url: string, token?: string, more: Readonly<Record<string, string>> = {}) {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...more }
  const response = await fetch(url, { headers })
  const body = (await response.json()) as Readonly<Record<string, string>>
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body, response }
}

const wanted = { resource, scope: 'openid read' }

describe.each(kinds)('an API on %s', (kind) => {
  it('lets in whoever has authenticated enough, and asks the others for it by RFC 9470', async () => {
    const { url } = await started(kind, signed(), { acr: loa2, maxAge: 600, scope: ['read'] })
    const ana = await visitorOf(host)
    const low = await ana.signIn(wanted)
    const refused = await call(url, low.accessToken)
    expect(refused.status).toBe(401)
    expect(refused.challenge).toBe(
      `Bearer error="insufficient_user_authentication", error_description="this needs more authentication than the token tells of", acr_values="${loa2}", max_age="600"`
    )
    expect(stepUpAskedBy(refused.response)).toEqual({ acrValues: loa2, maxAge: 600 })
    const high = await ana.signIn({ ...wanted, acr_values: loa2 }, ana.by('pwd otp'))
    expect(await call(url, high.accessToken)).toMatchObject({ status: 200, body: { hello: 'ana' } })
  })

  it('asks for a token where none came, and says what is wrong with one that is not good', async () => {
    const { url } = await started(kind, signed(), {})
    expect(await call(url)).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="api", DPoP algs="ES256 EdDSA PS256 RS256"',
      body: { error: 'access_token_invalid' }
    })
    for (const token of ['x', 'a.b.c', 'a'.repeat(5000)]) {
      const { status, challenge } = await call(url, token)
      expect([status, challenge]).toEqual([401, expect.stringContaining('Bearer error="invalid_token"')])
    }
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer "', ''])
      expect((await call(url, undefined, { authorization })).status).toBe(401)
  })

  it('refuses a token that lacks a scope with 403', async () => {
    const { url } = await started(kind, signed(), { scope: ['write'] })
    const { accessToken } = await (await visitorOf(host)).signIn(wanted)
    const { status, challenge } = await call(url, accessToken)
    expect([status, challenge]).toEqual([403, expect.stringContaining('error="insufficient_scope"')])
  })
})

describe('a signed token', () => {
  it('is refused within the interval once its session has ended, however it was ended', async () => {
    const { url } = await started('node', signed(), {})
    const [ana, ben] = [await visitorOf(host, { account: 'ana-2' }), await visitorOf(host, { account: 'ben-2' })]
    const [first, second] = [await ana.signIn(wanted), await ben.signIn(wanted)]
    expect((await call(url, first.accessToken)).status).toBe(200)
    expect((await call(url, second.accessToken)).status).toBe(200)
    await host.vigil.revoke(await ana.uid(), 'a test')
    await expect.poll(async () => (await call(url, first.accessToken)).status, { timeout: 10_000 }).toBe(401)
    expect((await call(url, second.accessToken)).status).toBe(200)
    const logout = await ben.browser.get(`${host.issuer}/session/end`)
    await ben.browser.submit(logout, { logout: 'yes' })
    await expect.poll(async () => (await call(url, second.accessToken)).status, { timeout: 10_000 }).toBe(401)
  })

  it('without the feed would live on: the feed is what ends it', async () => {
    const { url } = await started('node', signed(false), {})
    const ana = await visitorOf(host, { account: 'ana-3' })
    const { accessToken } = await ana.signIn(wanted)
    await host.vigil.revoke(await ana.uid(), 'a test')
    expect((await call(url, accessToken)).status).toBe(200)
  })

  it('of another issuer, another audience, another key or another type is not good', async () => {
    const guard = createGuard({ tokens: jwtTokens({ issuer: host.issuer, audience: 'https://other.example.test' }) })
    const { accessToken, idToken } = await (await visitorOf(host)).signIn(wanted)
    const check = (one: Guard, token: string) =>
      one.check({ method: 'GET', url: 'https://other.example.test/', authorization: `Bearer ${token}` })
    expect(await check(guard, accessToken)).toMatchObject({ allowed: false, status: 401 })
    const { privateKey } = await generateKeyPair('RS256')
    const claims = { client_id: 'app', scope: 'read', acr: 'urn:vigil:loa:3' }
    const forged = new SignJWT(claims).setIssuer(host.issuer).setAudience(resource).setSubject('ana').setJti('1')
    const token = await forged
      .setIssuedAt()
      .setExpirationTime('5m')
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'test' })
      .sign(privateKey)
    expect(await check(signed(), token)).toMatchObject({ allowed: false, status: 401 })
    const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${accessToken.split('.')[1]}.`
    expect(await check(signed(), none)).toMatchObject({ allowed: false, status: 401 })
    expect(idToken['sub']).toBe('ana')
  })

  it('lets nobody in while the keys or the feed of the issuer cannot be read', async () => {
    const { accessToken } = await (await visitorOf(host)).signIn(wanted)
    const request = { method: 'GET', url: `${resource}/`, authorization: `Bearer ${accessToken}` }
    const nowhere = { jwksUri: 'http://127.0.0.1:1/jwks' }
    const noKeys = createGuard({ tokens: jwtTokens({ issuer: host.issuer, audience: resource, ...nowhere }) })
    expect(await noKeys.check(request)).toMatchObject({ allowed: false, status: 503 })
    const noFeed = createGuard({
      tokens: jwtTokens({
        issuer: host.issuer,
        audience: resource,
        revocations: { url: `${host.issuer}/vigil/nothing` }
      })
    })
    expect(await noFeed.check(request)).toMatchObject({
      allowed: false,
      status: 503,
      error: {
        code: 'issuer_unavailable',
        message: expect.stringContaining('tokens must be introspected instead') as string
      }
    })
  })
})

describe('a token that the provider is asked about', () => {
  it('tells the session’s present truth: a level that was taken, and a session that has ended at once', async () => {
    const { url } = await started('express', asked(), { acr: loa2 })
    const cleo = await visitorOf(host, { account: 'cleo' })
    const { accessToken } = await cleo.signIn({ acr_values: loa2 }, cleo.by('pwd otp'))
    expect((await call(url, accessToken)).status).toBe(200)
    const uid = await cleo.uid()
    await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    expect(await call(url, accessToken)).toMatchObject({
      status: 401,
      body: { error: 'insufficient_user_authentication' }
    })
    await host.vigil.revoke(uid, 'a test')
    expect(await call(url, accessToken)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('of a session at risk does not do where the API wants none; proving who one is mends it', async () => {
    const { url } = await started('koa', asked(), { risk: 'LOW' })
    const dora = await visitorOf(host, { account: 'dora' })
    const first = await dora.signIn()
    expect((await call(url, first.accessToken)).status).toBe(200)
    await host.vigil.reportRisk(await dora.uid(), 'HIGH', 'behaviour')
    const refused = await call(url, first.accessToken)
    expect(stepUpAskedBy(refused.response)).toEqual({ maxAge: 0 })
    await nextSecond()
    const again = await dora.signIn({ max_age: '0' }, dora.by('otp'))
    expect((await call(url, again.accessToken)).status).toBe(200)
  })
})

describe('a step-up that leads nowhere', () => {
  it('ends with an error when the person has authenticated anew and it is still not enough', async () => {
    const { url } = await started('node', signed(), { acr: 'urn:vigil:loa:3' })
    const ana = await visitorOf(host, { account: 'ana-4' })
    const { accessToken } = await ana.signIn(wanted)
    expect((await call(url, accessToken)).status).toBe(401)
    expect((await call(url, accessToken)).status).toBe(401)
    await nextSecond()
    const again = await ana.signIn({ ...wanted, prompt: 'login' })
    expect(await call(url, again.accessToken)).toMatchObject({
      status: 403,
      challenge: null,
      body: { error: 'step_up_unmet' }
    })
  })

  it('ends at the third token when the provider issues them without asking anybody', async () => {
    const { url } = await started('node', signed(), { acr: 'urn:vigil:loa:3' })
    const ana = await visitorOf(host, { account: 'ana-5' })
    const statuses: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      const { accessToken } = await ana.signIn({ ...wanted, acr_values: 'urn:vigil:loa:3' })
      statuses.push((await call(url, accessToken)).status)
    }
    expect(statuses).toEqual([401, 401, 403, 403])
  })

  it('is forgotten once it has led somewhere', async () => {
    const { url } = await started('node', signed(), { acr: loa2 })
    const ana = await visitorOf(host, { account: 'ana-6' })
    const { accessToken } = await ana.signIn(wanted)
    expect((await call(url, accessToken)).status).toBe(401)
    const high = await ana.signIn({ ...wanted, acr_values: loa2 }, ana.by('pwd otp'))
    expect((await call(url, high.accessToken)).status).toBe(200)
    expect((await call(url, accessToken)).status).toBe(401)
  })
})

describe('a requirement that no token could meet', () => {
  it('is refused when the API is made', () => {
    expect(() => signed().koa({ acr: 'urn:nobody:knows' })).toThrow(
      /requirement\.acr must be one of .*loa:3, got "urn:nobody:knows"/
    )
    expect(() => signed().node({ maxAge: -1 }, () => undefined)).toThrow(/requirement\.maxAge must be a whole number/)
    expect(() => signed().express({ maxAge: 1.5 })).toThrow(TypeError)
  })
})
