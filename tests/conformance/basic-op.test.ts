// The modules of the OpenID Foundation's Basic OP plan by their names, as tests of our own. What each asks is told in docs/conformance.md; the
// suite itself has not been run.

import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { laterBy } from '../support/authenticator.ts'
import { errorOf, nextSecond } from '../support/oidc.ts'
import { type ConformanceHouse, conformanceHouse, guestOf, redirectUri } from './house.ts'

let house: ConformanceHouse
const metadata = () => house.config.serverMetadata()
const errorAt = (callback: URL | undefined) => callback?.searchParams.get('error')

beforeAll(async () => {
  house = await conformanceHouse()
}, 300_000)
afterAll(async () => {
  vi.useRealTimers()
  await house.close()
})

describe('the flow', () => {
  test('oidcc-server', async () => {
    const ana = await guestOf(house)
    const { tokens, claims, callback } = await ana.signIn()
    expect(tokens).toMatchObject({ token_type: 'bearer', id_token: expect.any(String) as unknown })
    expect(claims).toMatchObject({ iss: house.server.issuer, aud: 'basic' })
    expect(callback.href).toMatch(/^http:\/\/rp\.example\.test\/callback\?code=[^&]+&state=/)
  })

  test('oidcc-response-type-missing', async () => {
    const { callback, last } = await (await guestOf(house)).authorize({ response_type: '' })
    if (callback) expect(errorAt(callback)).toMatch(/^(invalid_request|unsupported_response_type)$/)
    else expect(last.status).toBe(400)
  })

  test('oidcc-idtoken-signature', async () => {
    const { tokens } = await (await guestOf(house)).signIn()
    const keys = createRemoteJWKSet(new URL(metadata().jwks_uri!))
    const { protectedHeader } = await jwtVerify(tokens.id_token!, keys, {
      issuer: house.server.issuer,
      audience: 'basic'
    })
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) as unknown })
  })

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const { claims } = await (await guestOf(house)).signIn({ nonce: '' })
    expect(claims.nonce).toBeUndefined()
  })

  test('oidcc-ensure-post-request-succeeds', async () => {
    const { callback } = await (await guestOf(house)).authorize({}, { post: true })
    expect(callback?.searchParams.get('code')).toBeTruthy()
  })

  test('oidcc-server-client-secret-post', async () => {
    const { claims } = await (await guestOf(house, house.post)).signIn()
    expect(claims.aud).toBe('post')
  })

  test('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    const ana = await guestOf(house)
    const verifier = client.randomPKCECodeVerifier()
    const challenge = {
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256'
    }
    expect((await ana.signIn({ ...challenge, verifier })).claims.sub).toBeTruthy()
    expect(await errorOf(ana.signIn({ ...challenge, verifier: client.randomPKCECodeVerifier() }))).toBe('invalid_grant')
  })

  test('oidcc-ensure-registered-redirect-uri', async () => {
    const ana = await guestOf(house)
    const { callback, last } = await ana.authorize({ redirect_uri: `${redirectUri}/elsewhere` })
    expect(callback).toBeUndefined()
    expect(last.status).toBe(400)
  })

  test('oidcc-refresh-token', async () => {
    const ana = await guestOf(house)
    const { tokens, claims } = await ana.signIn({ scope: 'openid offline_access', prompt: 'consent' })
    const refreshed = await client.refreshTokenGrant(house.config, tokens.refresh_token!)
    expect(refreshed.access_token).not.toBe(tokens.access_token)
    expect(refreshed.claims()).toMatchObject({ sub: claims.sub, aud: 'basic', auth_time: claims.auth_time })
    await expect(client.fetchUserInfo(house.config, refreshed.access_token, claims.sub)).resolves.toBeTruthy()
    // Its own token, not that of another client.
    expect(await errorOf(client.refreshTokenGrant(house.post, refreshed.refresh_token!))).toBe('invalid_grant')
  })
})

describe('userinfo', () => {
  async function token() {
    const { tokens, claims } = await (await guestOf(house)).signIn()
    return { accessToken: tokens.access_token, sub: claims.sub }
  }
  const userinfo = async (init: RequestInit): Promise<unknown> =>
    (await fetch(metadata().userinfo_endpoint!, init)).json()

  test('oidcc-userinfo-get', async () => {
    const { accessToken, sub } = await token()
    expect(await userinfo({ headers: { authorization: `Bearer ${accessToken}` } })).toMatchObject({ sub })
  })

  test('oidcc-userinfo-post-header', async () => {
    const { accessToken, sub } = await token()
    const headers = { authorization: `Bearer ${accessToken}` }
    expect(await userinfo({ method: 'POST', headers })).toMatchObject({ sub })
  })

  test('oidcc-userinfo-post-body', async () => {
    const { accessToken, sub } = await token()
    const body = new URLSearchParams({ access_token: accessToken })
    expect(await userinfo({ method: 'POST', body })).toMatchObject({ sub })
  })
})

describe('scopes and claims', () => {
  async function claimsFor(parameters: Readonly<Record<string, string>>) {
    const ana = await guestOf(house)
    const { tokens, claims } = await ana.signIn(parameters)
    return { ana, told: await client.fetchUserInfo(house.config, tokens.access_token, claims.sub) }
  }

  test('oidcc-scope-profile', async () => {
    const { ana, told } = await claimsFor({ scope: 'openid profile' })
    expect(told).toMatchObject({ preferred_username: ana.username })
    expect(told).not.toHaveProperty('email')
  })

  test('oidcc-scope-email', async () => {
    const { ana, told } = await claimsFor({ scope: 'openid email' })
    expect(told).toMatchObject({ email: `${ana.username}@example.test`, email_verified: false })
    expect(told).not.toHaveProperty('preferred_username')
  })

  test.each(['address', 'phone'])('oidcc-scope-%s', async (scope) => {
    expect(metadata().scopes_supported).not.toContain(scope)
    const { told } = await claimsFor({ scope: `openid ${scope}` })
    expect(told).not.toHaveProperty(scope)
  })

  test('oidcc-scope-all', async () => {
    const { ana, told } = await claimsFor({ scope: 'openid profile email address phone' })
    expect(told).toMatchObject({ preferred_username: ana.username, email: `${ana.username}@example.test` })
  })

  test('oidcc-ensure-other-scope-order-succeeds', async () => {
    const { ana, told } = await claimsFor({ scope: 'email openid' })
    expect(told).toMatchObject({ email: `${ana.username}@example.test` })
  })

  test('oidcc-claims-essential', async () => {
    const claims = JSON.stringify({ userinfo: { email: { essential: true }, name: { essential: true } } })
    const { ana, told } = await claimsFor({ claims })
    expect(told).toMatchObject({ email: `${ana.username}@example.test` })
  })
})

describe('what a request may ask for', () => {
  test('oidcc-prompt-login', async () => {
    const ana = await guestOf(house)
    const first = await ana.signIn()
    await nextSecond()
    const { pages, claims } = await ana.signIn({ prompt: 'login' })
    expect(pages[0]).toMatch(/sign in/i)
    expect(claims.sub).toBe(first.claims.sub)
    expect(claims.auth_time).toBeGreaterThan(first.claims.auth_time!)
  })

  test('oidcc-prompt-none-not-logged-in', async () => {
    const { callback, pages } = await (await guestOf(house)).authorize({ prompt: 'none' })
    expect([pages, errorAt(callback)]).toEqual([[], 'login_required'])
  })

  test('oidcc-prompt-none-logged-in', async () => {
    const ana = await guestOf(house)
    const first = await ana.signIn()
    const { pages, claims } = await ana.signIn({ prompt: 'none' })
    expect(pages).toEqual([])
    expect(claims).toMatchObject({ sub: first.claims.sub, auth_time: first.claims.auth_time })
  })

  test('oidcc-max-age-1', async () => {
    const ana = await guestOf(house)
    const first = await ana.signIn()
    await nextSecond()
    await nextSecond()
    const { pages, claims } = await ana.signIn({ max_age: '1' })
    expect(pages).not.toEqual([])
    expect(claims.auth_time).toBeGreaterThan(first.claims.auth_time!)
  })

  test('oidcc-max-age-10000', async () => {
    const ana = await guestOf(house)
    const first = await ana.signIn({ max_age: '10000' })
    const { pages, claims } = await ana.signIn({ max_age: '10000' })
    expect(pages).toEqual([])
    expect(claims.auth_time).toBe(first.claims.auth_time)
  })

  test('oidcc-id-token-hint', async () => {
    const ana = await guestOf(house)
    const { tokens, claims: before } = await ana.signIn()
    const { pages, claims } = await ana.signIn({ prompt: 'none', id_token_hint: tokens.id_token! })
    expect(pages).toEqual([])
    expect(claims.sub).toBe(before.sub)
  })

  test('oidcc-login-hint', async () => {
    const ana = await guestOf(house)
    const url = client.buildAuthorizationUrl(house.config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      login_hint: ana.username
    })
    expect((await ana.browser.get(url.href)).text).toContain(`value="${ana.username}"`)
  })

  test.each([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }]
  ])('%s', async (_module, parameters) => {
    const { claims } = await (await guestOf(house)).signIn(parameters)
    expect(claims.sub).toBeTruthy()
  })

  test('oidcc-ensure-request-with-acr-values-succeeds', async () => {
    const [lowest, next] = metadata()['acr_values_supported'] as string[]
    const { claims } = await (await guestOf(house)).signIn({ acr_values: `${lowest} ${next}` })
    expect(claims['acr']).toBe(lowest)
  })
})

describe('request objects', () => {
  const none = (claims: object): string =>
    [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.'

  test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () => {
    expect(metadata()['request_parameter_supported'] ?? false).toBe(false)
    const { callback } = await (await guestOf(house)).authorize({ request: none({ state: 'of the object' }) })
    expect(errorAt(callback)).toBe('request_not_supported')
  })

  test('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
    expect(metadata()['request_uri_parameter_supported']).toBe(false)
    const { callback, last } = await (await guestOf(house)).authorize({ request_uri: 'https://rp.example.test/object' })
    if (callback) expect(errorAt(callback)).toBe('request_uri_not_supported')
    else expect(last.status).toBe(400)
  })

  test('oidcc-ensure-request-object-with-redirect-uri', async () => {
    const object = none({ redirect_uri: redirectUri })
    const { callback } = await (await guestOf(house)).authorize({ request: object })
    expect(errorAt(callback)).toBe('request_not_supported')
  })
})

describe('a code', () => {
  test('oidcc-codereuse', async () => {
    const { again, tokens, claims } = await (await guestOf(house)).signIn()
    expect(await errorOf(again())).toBe('invalid_grant')
    // OAuth 2.0 §4.1.2: what came of it goes too.
    expect(await errorOf(client.fetchUserInfo(house.config, tokens.access_token, claims.sub))).toBe('HTTP 401')
  })

  test('oidcc-codereuse-30seconds', async () => {
    const { again, tokens, claims } = await (await guestOf(house)).signIn()
    laterBy(30)
    expect(await errorOf(again())).toBe('invalid_grant')
    expect(await errorOf(client.fetchUserInfo(house.config, tokens.access_token, claims.sub))).toBe('HTTP 401')
  })
})
