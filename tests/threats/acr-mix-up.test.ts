// Somebody who edits what goes through their own browser, and a result that is brought for another request: whatever they do, a token says what was
// done and no more.

import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { hostPassword } from '../../src/challenge/password.ts'
import { type Answer, type Answering, errorOf, personAt } from '../support/oidc.ts'
import { app, loa1, loa2, oneTimeCode, startHost, type TestHost, visitorOf } from '../support/server.ts'

let host: TestHost
beforeAll(async () => {
  host = await startHost({
    clients: [
      app,
      { ...app, client_id: 'bank', vigil_acr: loa2 },
      { ...app, client_id: 'par', require_pushed_authorization_requests: true }
    ],
    vigil: { factors: [hostPassword, oneTimeCode] }
  })
})
afterAll(() => host.close())

const essential = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })

/** Sends the request as the person has edited it. */
async function tampered(
  account: string,
  clientId: string,
  parameters: Record<string, string>,
  edit: (query: URLSearchParams) => void
) {
  const person = await visitorOf(host, { account, client: { clientId } })
  const party = {
    ...person.party,
    async request() {
      const request = await person.party.request(parameters)
      edit(request.url.searchParams)
      return request
    }
  }
  return personAt(party, person.browser, person.by('pwd')).visit()
}

it.each<[string, Record<string, string>, (query: URLSearchParams) => void]>([
  ['without the acr_values', { acr_values: loa2 }, (query) => query.delete('acr_values')],
  ['with a lower acr', { acr_values: loa2 }, (query) => query.set('acr_values', loa1)],
  ['without the essential claim', { claims: essential(loa2) }, (query) => query.delete('claims')],
  [
    'with a claim that is not essential any more',
    { claims: essential(loa2) },
    (query) => query.set('claims', JSON.stringify({ id_token: { acr: { value: loa2 } } }))
  ],
  ['without max_age', { max_age: '0', acr_values: loa2 }, (query) => query.delete('max_age')]
])('a request %s gives a token that says what was done', async (name, parameters, edit) => {
  const visit = await tampered(`edits ${name}`, 'app', parameters, edit)
  expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, amr: ['pwd'] })
})

it('the level that a client always needs cannot be edited away', async () => {
  const visit = await tampered('edits the bank', 'bank', { acr_values: loa2 }, (query) => {
    query.set('acr_values', '0')
    query.delete('claims')
  })
  expect(visit.error).toBe('unmet_authentication_requirements')
})

it('nor what was pushed', async () => {
  const person = await visitorOf(host, { account: 'edits a push', client: { clientId: 'par' } })
  const request = await person.party.request({ claims: essential(loa2) })
  const response = await fetch(`${host.issuer}/request`, { method: 'POST', body: request.url.searchParams })
  const { request_uri: uri } = (await response.json()) as { request_uri: string }
  const edited = new URLSearchParams({ client_id: 'par', request_uri: uri, claims: essential(loa1), acr_values: loa1 })
  const party = { ...person.party, request: async () => ({ ...request, url: new URL(`/auth?${edited}`, host.issuer) }) }
  const visit = await personAt(party, person.browser, person.by('pwd')).visit()
  expect(visit.error).toBe('unmet_authentication_requirements')
})

test('the way back from a page works once: gone again it gives no second code', async () => {
  const ana = await visitorOf(host, { account: 'goes back' })
  let page: Answer | undefined
  const noting: Answering = (shown) => {
    page = shown
    return ana.by('pwd otp')(shown)
  }
  const visit = await ana.visit({ acr_values: loa2 }, noting)
  expect((await visit.redeem()).idToken['acr']).toBe(loa2)
  const again = await ana.browser.get(page!.url.href.replace('/interaction/', '/auth/'))
  expect(again.left).toBe(false)
  expect(again.status).toBeGreaterThanOrEqual(400)
  expect(await errorOf(visit.redeem())).toBe('invalid_grant')
})

test('a result of one person’s interaction, gone back with in another browser, signs nobody in', async () => {
  const ana = await visitorOf(host, { account: 'is robbed' })
  const request = await ana.party.request({ acr_values: loa2 })
  const page = await ana.browser.get(request.url)
  const thief = await visitorOf(host, { account: 'robs' })
  const stolen = await thief.browser.get(page.url)
  expect(stolen.status).toBeGreaterThanOrEqual(400)
  const resumed = await thief.browser.get(page.url.href.replace('/interaction/', '/auth/'))
  expect(resumed).toMatchObject({ left: false })
  expect(resumed.status).toBeGreaterThanOrEqual(400)
})
