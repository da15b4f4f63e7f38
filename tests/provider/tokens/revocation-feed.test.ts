// The revocation feed as an API sees it over HTTP: signed, short-lived, cheap to ask for, and silent about everything but its own tokens.

import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { claimsOf, relyingParty } from '../../support/oidc.ts'
import { app, redirectUri, startHost, type TestHost, visitorOf } from '../../support/server.ts'

const resource = 'https://api.example.test'
let host: TestHost
let now = 0
beforeAll(async () => {
  host = await startHost({
    clients: [app, { ...app, client_id: 'mail' }],
    vigil: { now: () => Math.floor(Date.now() / 1000) + now }
  })
})
afterAll(() => host.close())

function ask(audience: string = resource, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  now += 2 // past the second in which an answer stays as it is
  return fetch(`${host.issuer}/vigil/revocations?audience=${encodeURIComponent(audience)}`, { headers })
}

async function ended(audience: string = resource): Promise<unknown> {
  const keys = (await (await fetch(`${host.issuer}/jwks`)).json()) as JSONWebKeySet
  const response = await ask(audience)
  expect(response.headers.get('content-type')).toBe('application/jwt')
  const { payload } = await jwtVerify(await response.text(), createLocalJWKSet(keys), {
    issuer: host.issuer,
    audience,
    typ: 'vigil-revocations+jwt',
    currentDate: new Date(Date.now() + now * 1000)
  })
  expect(payload.exp! - payload.iat!).toBe(60)
  expect(Object.keys(payload).sort()).toEqual(['aud', 'ended', 'exp', 'iat', 'iss'])
  return payload['ended']
}

it('names ended sessions as the tokens do, each client’s by its own name, and never the provider’s', async () => {
  const ana = await visitorOf(host)
  const inApp = claimsOf((await ana.signIn({ resource, scope: 'openid read' })).accessToken)
  const mail = await relyingParty(host.issuer, { clientId: 'mail', redirectUri })
  const request = await mail.request({ resource, scope: 'openid read', prompt: 'none' })
  const inMail = claimsOf((await request.redeem((await ana.browser.get(request.url)).url)).accessToken)
  expect(inApp['sid']).not.toBe(inMail['sid'])
  expect(await ended()).toEqual([])
  const uid = await ana.uid()
  await host.vigil.revoke(uid, 'a test')
  expect(await ended()).toHaveLength(2)
  expect(new Set((await ended()) as string[])).toEqual(new Set([inApp['sid'], inMail['sid']]))
  expect(JSON.stringify([inApp, inMail, await (await ask()).text()])).not.toContain(uid)
  expect(await ended('https://other.example.test')).toEqual([])
})

it('leaves a session out once its last token has expired', async () => {
  const ben = await visitorOf(host, { account: 'ben' })
  const { accessToken } = await ben.signIn({ resource, scope: 'openid read' })
  await host.vigil.revoke(await ben.uid(), 'a test')
  const { sid } = claimsOf(accessToken)
  expect(await ended()).toContain(sid)
  now += 600
  expect(await ended()).not.toContain(sid)
  now = 0
})

it('answers 304 while nothing has changed, and a new statement well before the old one runs out', async () => {
  const first = await ask()
  const etag = first.headers.get('etag')!
  expect(first.headers.get('cache-control')).toBe('public, max-age=1')
  expect((await ask(resource, { 'if-none-match': etag })).status).toBe(304)
  expect((await ask(resource, { 'if-none-match': '"another"' })).status).toBe(200)
  now += 31
  expect((await ask(resource, { 'if-none-match': etag })).status).toBe(200)
  now = 0
})

it('is signed with a key that the provider publishes, as a type that no token has', async () => {
  const header = decodeProtectedHeader(await (await ask()).text())
  expect(header).toMatchObject({ typ: 'vigil-revocations+jwt', kid: 'test' })
})

it.each(['', 'no address', 'a'.repeat(600), `https://x.example/${'a'.repeat(600)}`])(
  'has nothing for %j',
  async (audience) => {
    expect((await ask(audience)).status).toBe(404)
  }
)

it('a provider without keys of its own has no feed, and goes on', async () => {
  const bare = await startHost({
    base(base) {
      delete base.jwks
      return base
    }
  })
  expect((await fetch(`${bare.issuer}/vigil/revocations?audience=${resource}`)).status).toBe(404)
  expect((await (await visitorOf(bare)).signIn()).idToken['sub']).toBe('ana')
  await bare.close()
})
