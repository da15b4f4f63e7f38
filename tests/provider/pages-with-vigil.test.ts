// The same pages with the real heart behind them: what a person meets when Vigil has a doubt.

import { createHash, randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { formsOf, visitor } from './visitor.ts'
import type { Page, Visitor } from './visitor.ts'

let house: VigilServer
const password = 'seven green bottles'

beforeAll(async () => {
  house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    logger: pino({ level: 'silent' }),
    clients: [
      {
        client_id: 'shop',
        client_name: 'Corner Shop',
        client_secret: randomBytes(32).toString('base64url'),
        redirect_uris: ['http://rp.example.test/back']
      }
    ]
  })
})
afterAll(() => house.close())

function shopRequest(): string {
  const query = new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'http://rp.example.test/back',
    code_challenge: createHash('sha256').update('a verifier').digest('base64url'),
    code_challenge_method: 'S256'
  })
  return `${house.issuer}/auth?${query}`
}

async function atTheShop(username: string): Promise<{ person: Visitor; accountId: string; back: Page }> {
  const person = visitor(house.issuer)
  await person.submit(await person.get('/signup'), { username, email: 'a@example.test', password })
  const back = await person.submit(await person.get(shopRequest()))
  return { person, back, accountId: (await house.storage.accounts.findByUsername(username))!.id }
}

async function doubt(accountId: string): Promise<void> {
  for (const { uid } of await house.vigil.sessionsOf(accountId)) await house.vigil.reportRisk(uid, 'HIGH', 'a test')
}

test('Ana signs up, goes shopping, is doubted, proves herself, and shops on', async () => {
  const { person, accountId, back } = await atTheShop('ana')
  expect(back.headers.get('location')).toContain('code=')
  await doubt(accountId)
  const challenge = await person.get(shopRequest())
  expect(challenge.text).toContain('Confirm it is you')
  expect(challenge.text).toContain('<strong>ana</strong>')
  const wrong = await person.submit(challenge, { password: 'not her password' })
  expect(wrong.status).toBe(401)
  expect(wrong.text).toContain('The password is not right')
  const on = await person.submit(wrong, { password })
  expect(on.headers.get('location')).toContain('code=')
  expect((await person.get('/account')).text).toContain('Nothing unusual')
})

test('a stranger on Bela’s doubted session signs out and the session is dead for everybody', async () => {
  const { person, accountId } = await atTheShop('bela')
  await doubt(accountId)
  const challenge = await person.get(shopRequest())
  const out = formsOf(challenge)[0]!.targets.find((target) => target.endsWith('/signout'))!
  const login = await person.submit(challenge, {}, out)
  expect(login.text).toContain('<h1>Sign in</h1>')
  expect(login.text).not.toContain('bela')
  expect(await house.vigil.sessionsOf(accountId)).toEqual([])
  expect((await person.get('/account')).text).toContain('<h1>Sign in</h1>')
})

test('Cara sees her sessions, ends the other one, and that browser is out', async () => {
  const { person, accountId } = await atTheShop('cara')
  const elsewhere = visitor(house.issuer)
  await elsewhere.submit(await elsewhere.get('/account'), { username: 'cara', password })
  expect(await house.vigil.sessionsOf(accountId)).toHaveLength(2)
  const page = await person.get('/account')
  const [other] = /action="(\/account\/sessions\/[^"]+\/end)"/
    .exec(page.text.slice(page.text.indexOf('Another browser')))!
    .slice(1)
  await person.submit(page, {}, other)
  expect((await elsewhere.get('/account')).text).toContain('<h1>Sign in</h1>')
  expect((await person.get('/account')).text).toContain('<h1>cara</h1>')
})

test('Dana agrees, sees the sentences, and takes her agreement back', async () => {
  const { person, accountId } = await atTheShop('dana')
  const teaching = await person.submit(await person.get('/vigil/consent'))
  expect(new URL(teaching.url).pathname).toBe('/vigil/calibration')
  expect((await house.vigil.person(accountId))?.consentedAt).toBeTypeOf('number')
  expect(await (await fetch(`${house.issuer}/vigil/agent.js`)).text()).toContain('vigil')
  const after = await person.submit(await person.get('/vigil/consent'), {}, '/vigil/consent/withdraw')
  expect(after.text).toContain('You have withdrawn')
  expect((await house.vigil.person(accountId))?.consentedAt).toBeUndefined()
})

test('an address that does not exist is a page that says so, and JSON for a program', async () => {
  const page = await visitor(house.issuer).get('/nowhere')
  expect(page.status).toBe(404)
  expect(page.text).toContain('There is nothing here')
  const answer = await fetch(`${house.issuer}/nowhere`, { headers: { accept: 'application/json' } })
  expect(await answer.json()).toMatchObject({ error: 'not_found' })
})
