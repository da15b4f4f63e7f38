// Tokens that are bound to a key: useless to whoever has not got it.

import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGuard, type Guard, introspectedTokens } from '../../src/relying-party/index.ts'
import { createBrowser, goThrough } from '../support/oidc.ts'
import { api, app, redirectUri, startHost, type TestHost } from '../support/server.ts'

const url = 'https://api.example.test/money'

let host: TestHost
let guard: Guard
let token: string
let keys: Awaited<ReturnType<typeof generateKeyPair>>

beforeAll(async () => {
  host = await startHost({
    clients: [app, api],
    base: (base) => ({ ...base, features: { ...base.features, dPoP: { enabled: true } } })
  })
  guard = createGuard({
    tokens: introspectedTokens({ issuer: host.issuer, clientId: 'api', clientSecret: api.client_secret })
  })
  keys = await generateKeyPair('ES256', { extractable: true })
  token = await boundToken()
})
afterAll(() => host.close())

/** Ana signs in through a client that holds a key. */
async function boundToken(): Promise<string> {
  const config = await client.discovery(new URL(host.issuer), 'app', undefined, client.None(), {
    execute: [client.allowInsecureRequests]
  })
  const verifier = client.randomPKCECodeVerifier()
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256'
  })
  const browser = createBrowser([redirectUri])
  const back = await goThrough(await browser.get(address), (page) =>
    browser.submit(page, { account: 'ana', amr: 'pwd' })
  )
  const DPoP = client.getDPoPHandle(config, keys)
  const checks = { pkceCodeVerifier: verifier, idTokenExpected: true }
  return (await client.authorizationCodeGrant(config, back.url, checks, {}, { DPoP })).access_token
}

async function proofOf({
  method = 'GET',
  address = url,
  of = token,
  by = keys,
  at = Math.floor(Date.now() / 1000),
  jti = randomUUID(),
  typ = 'dpop+jwt'
} = {}): Promise<string> {
  const ath = createHash('sha256').update(of).digest('base64url')
  return new SignJWT({ htm: method, htu: address, ath, jti })
    .setProtectedHeader({ alg: 'ES256', typ, jwk: await exportJWK(by.publicKey) })
    .setIssuedAt(at)
    .sign(by.privateKey)
}

const check = (proof: string | undefined, more = {}) =>
  guard.check({ method: 'GET', url, authorization: `DPoP ${token}`, proof, ...more })

it('whoever holds the key gets in, once a proof', async () => {
  const proof = await proofOf()
  expect(await check(proof)).toMatchObject({ allowed: true, token: { subject: 'ana' } })
  expect(await check(proof)).toMatchObject({ allowed: false, error: { message: 'the proof was used before' } })
  expect(await check(await proofOf(), { url: `${url}?of=ana#top` })).toMatchObject({ allowed: true })
})

it('whoever stole the token alone does not, and is told how it would be done', async () => {
  const asBearer = await guard.check({ method: 'GET', url, authorization: `Bearer ${token}` })
  expect(asBearer).toMatchObject({ allowed: false, status: 401 })
  const without = await check(undefined)
  expect(without).toMatchObject({
    allowed: false,
    status: 401,
    headers: {
      'www-authenticate':
        'DPoP error="invalid_dpop_proof", error_description="the proof of possession is not good", algs="ES256 EdDSA PS256 RS256"'
    }
  })
})

it('a proof for another method, address, token, key, time or purpose is none', async () => {
  const other = await generateKeyPair('ES256', { extractable: true })
  const now = Math.floor(Date.now() / 1000)
  const wrong = await Promise.all([
    proofOf({ method: 'POST' }),
    proofOf({ address: 'https://api.example.test/other' }),
    proofOf({ address: 'https://evil.example.test/money' }),
    proofOf({ address: 'no address' }),
    proofOf({ of: 'another token' }),
    proofOf({ by: other }),
    proofOf({ at: now - 120 }),
    proofOf({ at: now + 120 }),
    proofOf({ typ: 'jwt' }),
    Promise.resolve('a.b.c')
  ])
  for (const proof of wrong)
    expect(await check(proof)).toMatchObject({ allowed: false, error: { code: 'dpop_proof_invalid' } })
})

it('a ticket for the channel is given to whoever holds the key, and to nobody who stole the token alone', async () => {
  await host.vigil.giveConsent('ana')
  const ticketUrl = `${host.issuer}/continuous/ticket`
  const statusFor = async (authorization: string, proof?: string): Promise<number> => {
    const headers = { authorization, ...(proof !== undefined && { DPoP: proof }) }
    return (await fetch(ticketUrl, { method: 'POST', headers })).status
  }
  const proof = await proofOf({ method: 'POST', address: ticketUrl })
  expect(await statusFor(`Bearer ${token}`)).toBe(401)
  expect(await statusFor(`Bearer ${token}`, proof)).toBe(401)
  expect(await statusFor(`DPoP ${token}`)).toBe(401)
  expect(await statusFor(`DPoP ${token}`, await proofOf({ method: 'POST' }))).toBe(401)
  const thief = await generateKeyPair('ES256', { extractable: true })
  expect(await statusFor(`DPoP ${token}`, await proofOf({ method: 'POST', address: ticketUrl, by: thief }))).toBe(401)
  expect(await statusFor(`DPoP ${token}`, proof)).toBe(200)
  expect(await statusFor(`DPoP ${token}`, proof)).toBe(401)
})

it('an API that takes bound tokens only asks for them, also for more authentication', async () => {
  const strict = createGuard({
    tokens: introspectedTokens({ issuer: host.issuer, clientId: 'api', clientSecret: api.client_secret }),
    schemes: ['DPoP']
  })
  const asked = await strict.check(
    { method: 'GET', url, authorization: `DPoP ${token}`, proof: await proofOf() },
    { acr: 'urn:vigil:loa:2' }
  )
  expect(asked).toMatchObject({
    allowed: false,
    headers: {
      'www-authenticate': expect.stringMatching(/^DPoP error="insufficient_user_authentication".*algs=/) as string
    }
  })
  const bearer = await strict.check({ method: 'GET', url, authorization: 'Bearer something' })
  expect(bearer).toMatchObject({
    headers: { 'www-authenticate': expect.stringMatching(/^DPoP error="invalid_token"/) as string }
  })
})
