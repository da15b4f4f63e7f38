// The example API with tokens of a real provider: from the first refusal, by the step-up that it asks for, to the payment, and to the end of the
// session.

import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ResourceServer, startResourceServer } from '../../examples/resource-server/resource-server.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { createStepUp, stepUpAskedBy } from '../../src/relying-party/index.ts'
import { goThrough } from '../support/oidc.ts'
import { loa1, loa2, oneTimeCode, redirectUri, secret, startHost, type TestHost, visitorOf } from '../support/server.ts'

const audience = 'https://api.example.test'
let host: TestHost
let api: ResourceServer
beforeAll(async () => {
  host = await startHost({ vigil: { factors: [hostPassword, oneTimeCode] } })
  api = await startResourceServer({ issuer: host.issuer, audience, port: 0 })
})
afterAll(async () => {
  api.close()
  await host.close()
})

const call = (method: string, path: string, token?: string): Promise<Response> =>
  fetch(api.url + path, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

it('Ana reads her balance, is asked for a second factor to pay, pays, and nobody pays once her session has ended', async () => {
  const ana = await visitorOf(host)
  const { accessToken } = await ana.signIn({ resource: audience, scope: 'openid read' })
  expect(await (await call('GET', '/balance', accessToken)).json()).toEqual({ owner: 'ana', balance: 1200 })
  const refused = await call('POST', '/payments', accessToken)
  expect(refused.status).toBe(401)
  const asked = stepUpAskedBy(refused)!
  expect(asked).toEqual({ acrValues: loa2, maxAge: 300 })

  const configuration = await client.discovery(new URL(host.issuer), 'app', undefined, client.None(), {
    execute: [client.allowInsecureRequests]
  })
  const stepUp = createStepUp({
    configuration,
    redirectUri,
    secret,
    levels: [loa1, loa2],
    scope: 'openid read',
    parameters: { resource: audience }
  })
  const { url, cookie } = await stepUp.begin(asked, '/pay?to=ben')
  const back = await goThrough(await ana.browser.get(url), ana.by('otp'))
  const finished = await stepUp.finish(back.url, { [cookie.name]: cookie.value })
  if (finished.outcome !== 'done') throw new Error(finished.error)
  expect(finished.returnTo).toBe('/pay?to=ben')
  const paid = await call('POST', '/payments', finished.tokens.access_token)
  expect(await paid.json()).toMatchObject({
    sent: true,
    by: 'ana',
    proved: expect.arrayContaining(['pwd', 'otp']) as string[]
  })

  await host.vigil.revoke(await ana.uid(), 'a test')
  const status = async () => (await call('POST', '/payments', finished.tokens.access_token)).status
  await expect.poll(status, { timeout: 10_000 }).toBe(401)
})

it('nobody gets in without a token, and there is nothing elsewhere', async () => {
  expect((await call('GET', '/balance')).status).toBe(401)
  expect((await call('GET', '/elsewhere')).status).toBe(404)
})
