// JWT access tokens of the stand-alone server, for the APIs that its operator lists and for no other.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type VigilServer } from '../../../src/server.ts'
import { claimsOf, createBrowser, personAt, relyingParty } from '../../support/oidc.ts'
import { app, loa1, nobody, redirectUri, secret, silent } from '../../support/server.ts'

const resource = 'https://api.example.test/v1'
let server: VigilServer
beforeAll(async () => {
  server = await startServer({
    port: 0,
    secret,
    database: 'memory://',
    population: nobody,
    logger: silent,
    clients: [app],
    resources: [{ resource, scope: 'read write' }],
    jwtSeconds: 120
  })
})
afterAll(() => server.close())

it('a client gets one with the scopes that the person agreed to, and none for an API that is not listed', async () => {
  const person = { username: 'ana', email: 'ana@example.test', password: 'seven green bottles' }
  const browser = createBrowser([redirectUri])
  await browser.submit(await browser.get(`${server.issuer}/signup`), person, 6)
  const party = await relyingParty(server.issuer, { clientId: 'app', redirectUri })
  const ana = personAt(party, browser, (page) => browser.submit(page, person))
  const { accessToken, idToken } = await ana.signIn({ resource, scope: 'openid read' })
  const claims = claimsOf(accessToken)
  expect(claims).toMatchObject({ aud: resource, scope: 'read', acr: loa1, amr: ['pwd'], sid: idToken['sid'] })
  expect(claims['auth_time']).toBe(idToken['auth_time'])
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(120)
  expect((await ana.visit({ resource: 'https://another.example.test' })).error).toBe('invalid_target')
})
