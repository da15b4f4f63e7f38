// The modules of the OpenID Foundation's plans for logout by their names: RP-initiated, and by the back channel.

import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { afterLogout, type ConformanceHouse, conformanceHouse, guestOf } from './house.ts'

let house: ConformanceHouse
beforeAll(async () => {
  house = await conformanceHouse()
}, 300_000)
afterAll(() => house.close())

const metadata = () => house.config.serverMetadata()
const endSession = (parameters: Readonly<Record<string, string>>): string =>
  `${metadata().end_session_endpoint}?${new URLSearchParams(parameters)}`

/** Ana signs in, is sent to sign out with these, and answers what she is asked. */
async function signsOut(
  parameters: (idToken: string) => Readonly<Record<string, string>> | Promise<Record<string, string>>
) {
  const ana = await guestOf(house)
  const { tokens, claims } = await ana.signIn()
  house.logoutTokens.length = 0
  const arrival = await ana.go(endSession(await parameters(tokens.id_token!)))
  const { callback } = await ana.authorize({ prompt: 'none' })
  const signedOut = callback?.searchParams.get('error') === 'login_required'
  return { ...arrival, signedOut, claims }
}

describe('RP-initiated logout', () => {
  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', () => {
    expect(metadata().end_session_endpoint).toMatch(/^http:\/\/localhost:\d+\//)
  })

  test('oidcc-rp-initiated-logout', async () => {
    const { pages, callback, signedOut } = await signsOut((hint) => ({
      id_token_hint: hint,
      post_logout_redirect_uri: afterLogout,
      state: 'xyz'
    }))
    expect(pages).toEqual(['Sign out?'])
    expect(callback?.href).toBe(`${afterLogout}?state=xyz`)
    expect(signedOut).toBe(true)
  })

  test('oidcc-rp-initiated-logout-no-state', async () => {
    const { callback } = await signsOut((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: afterLogout }))
    expect(callback?.href).toBe(afterLogout)
  })

  test.each([
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', { post_logout_redirect_uri: 'http://evil.example/' }],
    [
      'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
      { post_logout_redirect_uri: `${afterLogout}?extra=1` }
    ]
  ])('%s', async (_module, parameters) => {
    const { callback, last, signedOut } = await signsOut((hint) => ({ id_token_hint: hint, ...parameters }))
    expect([callback, last.status, signedOut]).toEqual([undefined, 400, false])
  })

  test('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
    const { callback, last } = await signsOut((hint) => ({
      id_token_hint: hint.replace(/\.[^.]+\./, '.eyJzdWIiOiJzb21lYm9keSBlbHNlIiwiYXVkIjoiYmFzaWMifQ.'),
      post_logout_redirect_uri: afterLogout
    }))
    expect([callback, last.status]).toEqual([undefined, 400])
  })

  test('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const { kid } = await exportJWK(privateKey)
    const { callback, last } = await signsOut(async () => ({
      id_token_hint: await new SignJWT({ sub: 'ana' })
        .setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) })
        .setIssuer(house.server.issuer)
        .setAudience('basic')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
      post_logout_redirect_uri: afterLogout
    }))
    expect([callback, last.status]).toEqual([undefined, 400])
  })

  // Nobody says who asks: the person is asked, and stays here.
  test.each([
    ['oidcc-rp-initiated-logout-no-id-token-hint', { post_logout_redirect_uri: afterLogout, state: 'xyz' }],
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 'xyz' }]
  ])('%s', async (_module, parameters: Record<string, string>) => {
    const { pages, callback, last, signedOut } = await signsOut(() => parameters)
    expect([pages, callback, last.status, signedOut]).toEqual([['Sign out?'], undefined, 200, true])
  })

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    const { pages, callback, last, signedOut } = await signsOut((hint) => ({ id_token_hint: hint, state: 'xyz' }))
    expect([pages, callback, last.status, signedOut]).toEqual([['Sign out?'], undefined, 200, true])
  })
})

describe('back-channel logout', () => {
  test('oidcc-backchannel-rp-initiated-logout-discovery-endpoint-verification', () => {
    expect(metadata()).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true
    })
  })

  test('oidcc-backchannel-rp-initiated-logout', async () => {
    const { claims } = await signsOut((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: afterLogout }))
    await expect.poll(() => house.logoutTokens).toHaveLength(1)
    const keys = createRemoteJWKSet(new URL(metadata().jwks_uri!))
    const { issuer } = house.server
    const { payload } = await jwtVerify(house.logoutTokens[0]!, keys, { issuer, audience: 'basic', typ: 'logout+jwt' })
    expect(payload).toMatchObject({
      sub: claims.sub,
      sid: claims['sid'],
      jti: expect.any(String) as unknown,
      iat: expect.any(Number) as unknown,
      exp: expect.any(Number) as unknown,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} }
    })
    expect(payload).not.toHaveProperty('nonce')
  })
})
