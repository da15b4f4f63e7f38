// Who gets a ticket for the channel, who does not, and what a page on another site is told.

import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { upgradeStatus } from '../support/oidc.ts'
import { app, startHost, type TestHost, visitorOf } from '../support/server.ts'

const origin = 'https://app.example.test'
const widget = 'https://widget.example.test'

let host: TestHost
beforeAll(async () => {
  host = await startHost({ clients: [{ ...app, vigil_origins: [widget] }] })
})
afterAll(() => host.close())

async function signedIn(account: string) {
  const person = await visitorOf(host, { account })
  const { accessToken } = await person.signIn()
  await host.vigil.giveConsent(account)
  return { person, accessToken, uid: await person.uid() }
}

async function ask(authorization?: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${host.issuer}/continuous/ticket`, {
    method: 'POST',
    headers: { accept: 'application/json', ...(authorization !== undefined && { authorization }), ...headers }
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>
  }
}

describe('a ticket', () => {
  it('is given for the access token of a session, and opens the channel once, from the client’s own pages', async () => {
    const { accessToken } = await signedIn('ana')
    const { status, body } = await ask(`Bearer ${accessToken}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      ticket: expect.stringMatching(/^[\w-]+$/) as string,
      expires_in: 30,
      url: `${host.issuer.replace('http', 'ws')}/continuous`
    })
    const protocols = ['vigil.v1', `vigil.ticket.${String(body['ticket'])}`]
    expect(await upgradeStatus(host.issuer, { protocols, origin })).toBe(101)
    expect(await upgradeStatus(host.issuer, { protocols, origin })).toBe(401)
  })

  it('opens the channel at another node of the same house, and there once', async () => {
    const other = await startHost({ storage: host.storage, clients: [{ ...app, vigil_origins: [widget] }] })
    const { accessToken } = await signedIn('noah')
    const { body } = await ask(`Bearer ${accessToken}`)
    const protocols = ['vigil.v1', `vigil.ticket.${String(body['ticket'])}`]
    expect(await upgradeStatus(other.issuer, { protocols, origin })).toBe(101)
    expect(await upgradeStatus(host.issuer, { protocols, origin })).toBe(401)
    await other.vigil.close()
    other.server.closeAllConnections()
    other.server.close()
  })

  it('opens nothing from a page of somebody else, and is used up by the attempt', async () => {
    const { accessToken } = await signedIn('ben')
    const { body } = await ask(`bearer ${accessToken}`)
    const protocols = ['vigil.v1', `vigil.ticket.${String(body['ticket'])}`]
    expect(await upgradeStatus(host.issuer, { protocols, origin: 'https://evil.example.test' })).toBe(403)
    expect(await upgradeStatus(host.issuer, { protocols, origin })).toBe(401)
  })

  it('opens nothing once the session has ended', async () => {
    const { accessToken, uid } = await signedIn('cleo')
    const { body } = await ask(`Bearer ${accessToken}`)
    await host.vigil.revoke(uid, 'a test')
    const protocols = ['vigil.v1', `vigil.ticket.${String(body['ticket'])}`]
    expect(await upgradeStatus(host.issuer, { protocols, origin })).toBe(401)
  })

  it('is given to a page of a registered origin across sites, which may read the answer', async () => {
    const { accessToken } = await signedIn('dora')
    for (const page of [origin, widget]) {
      const { status, headers } = await ask(`Bearer ${accessToken}`, { origin: page })
      expect(status).toBe(200)
      expect(headers.get('access-control-allow-origin')).toBe(page)
      expect(headers.get('vary')).toMatch(/Origin/i)
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
  })
})

describe('no ticket', () => {
  it.each([
    ['no token', undefined],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Basic YW5hOmFuYQ=='],
    ['a token nobody made', 'Bearer garbage'],
    ['a token of another shape', 'Bearer a.b.c'],
    ['two tokens', 'Bearer a b'],
    ['a very long token', `Bearer ${'x'.repeat(7000)}`]
  ])('for %s', async (_, authorization) => {
    const { status, body } = await ask(authorization)
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: 'token_invalid' })
  })

  it('for a signed token, which its API has too', async () => {
    const { person } = await signedIn('gil')
    const { accessToken } = await person.signIn({ resource: 'https://api.example.test', scope: 'openid read' })
    expect(accessToken.split('.')).toHaveLength(3)
    const { status, body } = await ask(`Bearer ${accessToken}`)
    expect(status).toBe(401)
    expect(body).toMatchObject({
      error: 'token_invalid',
      error_description: expect.stringContaining('for an API') as string
    })
  })

  it('is told in the header how to come again', async () => {
    expect((await ask()).headers.get('www-authenticate')).toBe('Bearer realm="vigil"')
  })

  it('for the token of a session that was revoked', async () => {
    const { accessToken, uid } = await signedIn('emma')
    await host.vigil.revoke(uid, 'a test')
    expect(await ask(`Bearer ${accessToken}`)).toMatchObject({ status: 401, body: { error: 'token_invalid' } })
  })

  it('for a token that outlived its session, which somebody signed out of', async () => {
    const person = await visitorOf(host, { account: 'fritz' })
    const { accessToken } = await person.signIn({ scope: 'openid offline_access', prompt: 'consent' })
    await host.vigil.giveConsent('fritz')
    expect((await ask(`Bearer ${accessToken}`)).status).toBe(200)
    const confirm = await person.browser.get(`${host.issuer}/session/end`)
    await person.browser.submit(confirm, { logout: 'yes' })
    expect((await person.visit({ prompt: 'none' })).error).toBe('login_required')
    expect(await ask(`Bearer ${accessToken}`)).toMatchObject({ status: 401, body: { error: 'token_invalid' } })
  })

  it('for somebody who has not agreed, or no longer does', async () => {
    const person = await visitorOf(host, { account: 'gina' })
    const { accessToken } = await person.signIn()
    expect(await ask(`Bearer ${accessToken}`)).toMatchObject({ status: 403, body: { error: 'consent_required' } })
    await host.vigil.giveConsent('gina')
    expect((await ask(`Bearer ${accessToken}`)).status).toBe(200)
    await host.vigil.withdrawConsent('gina')
    expect((await ask(`Bearer ${accessToken}`)).status).toBe(403)
    expect((await person.visit({ prompt: 'none' })).error).toBeNull()
  })

  it.each([
    'https://evil.example.test',
    'null',
    'http://app.example.test',
    'https://app.example.test:8443',
    'https://app.example.test.evil.test'
  ])('for a page of %s, which may not read the refusal either', async (page) => {
    const { accessToken } = await signedIn('hugo')
    const { status, headers, body } = await ask(`Bearer ${accessToken}`, { origin: page })
    expect({ status, body }).toMatchObject({ status: 403, body: { error: 'origin_not_allowed' } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('a browser that asks first is told which method and header it may use, and not to send cookies', async () => {
  const response = await fetch(`${host.issuer}/continuous/ticket`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  })
  expect(response.status).toBe(204)
  expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  expect(response.headers.get('access-control-allow-methods')).toBe('POST')
  expect(response.headers.get('access-control-allow-headers')).toBe('Authorization, DPoP')
  expect(response.headers.get('access-control-allow-credentials')).toBeNull()
})

test('the address answers to nothing but POST and OPTIONS', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await fetch(`${host.issuer}/continuous/ticket`, {
      method,
      headers: { accept: 'application/json' }
    })
    expect(response.status).toBe(404)
  }
})
