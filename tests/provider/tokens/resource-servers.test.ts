// JWT access tokens of the stand-alone server, for the APIs that its operator lists and for no other.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryStorage } from '../../../src/adapters/index.ts'
import { startServer, type VigilServer } from '../../../src/server.ts'
import { createVigil } from '../../../src/vigil.ts'
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

it('an operator who gives them another life than ten seconds to an hour is told so at once', () => {
  for (const jwtSeconds of [0, 9, 3601, 60.5, Number.NaN, Number.POSITIVE_INFINITY, '300' as unknown as number]) {
    const start = () => createVigil({ issuer: 'https://op.example.test', secret, storage: memoryStorage(), jwtSeconds })
    expect(start).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(/^jwtSeconds must be /) as unknown
      })
    )
  }
})

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
