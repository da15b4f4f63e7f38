// A session or an interaction that somebody else began, or has copied, is worth nothing to them: identifiers change when a person proves who
// they are, and an interaction belongs to the browser that began it.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConformanceHouse, conformanceHouse, type Guest, guestOf, password } from '../conformance/house.ts'
import { formsOf, visitor, type Visitor } from '../provider/visitor.ts'

let house: ConformanceHouse
beforeAll(async () => {
  house = await conformanceHouse()
}, 300_000)
afterAll(() => house.close())

/** A browser with a copy of another one's cookies. */
function copyOf(browser: Visitor): Visitor {
  const thief = visitor(house.server.issuer)
  for (const [key, value] of browser.cookies) thief.cookies.set(key, value)
  return thief
}

const sessionCookie = ({ cookies }: Visitor): string | undefined => cookies.get('/ _session')

async function isSignedIn(browser: Visitor): Promise<boolean> {
  const page = await browser.get(`${house.server.issuer}/account`)
  return page.status === 200 && new URL(page.url).pathname === '/account'
}

const loginRequest = (more: Readonly<Record<string, string>> = {}): string =>
  `${house.config.serverMetadata().authorization_endpoint}?${new URLSearchParams({
    client_id: 'basic',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'http://rp.example.test/callback',
    ...more
  })}`

async function signsIn({ browser, username }: Guest, page: Awaited<ReturnType<Visitor['get']>>): Promise<void> {
  const next = await browser.submit(page, page.text.includes('name="username"') ? { username, password } : { password })
  if (next.status === 200 && formsOf(next).length > 0) await browser.submit(next)
}

test('a cookie from before the login is dead after it, whoever planted it', async () => {
  const ana = await guestOf(house)
  const page = await ana.browser.get(loginRequest())
  const planted = copyOf(ana.browser)
  await signsIn(ana, page)
  expect(await isSignedIn(ana.browser)).toBe(true)
  expect(sessionCookie(planted)).not.toBe(sessionCookie(ana.browser))
  expect(await isSignedIn(planted)).toBe(false)
})

test('a session cookie that was copied before she proved it again is dead afterwards', async () => {
  const ana = await guestOf(house)
  await ana.signIn()
  const copied = copyOf(ana.browser)
  expect(await isSignedIn(copyOf(copied))).toBe(true)
  await ana.signIn({ prompt: 'login' })
  expect(sessionCookie(copied)).not.toBe(sessionCookie(ana.browser))
  expect(await isSignedIn(copied)).toBe(false)
  expect(await isSignedIn(ana.browser)).toBe(true)
})

test('the address of an interaction opens, takes and resumes nothing in another browser', async () => {
  const ana = await guestOf(house)
  const mallory = await guestOf(house)
  const page = await mallory.browser.get(loginRequest())
  const { pathname } = new URL(page.url)
  const uid = pathname.split('/').at(-1)!
  expect((await ana.browser.raw(page.url)).status).toBe(410)
  const fields = { ...formsOf(page)[0]!.fields, username: ana.username, password }
  const sent = await ana.browser.raw(`${page.url}/login`, { method: 'POST', body: new URLSearchParams(fields) })
  expect(sent.status).toBeGreaterThanOrEqual(400)
  expect((await ana.browser.raw(`${house.server.issuer}/auth/${uid}`)).status).toBeGreaterThanOrEqual(400)
  // Mallory goes on where she was: as herself.
  await signsIn(mallory, page)
  expect((await mallory.browser.get(`${house.server.issuer}/account`)).text).toContain(mallory.username)
  expect(await isSignedIn(ana.browser)).toBe(false)
})

test('an interaction that has ended cannot be resumed with its cookies a second time', async () => {
  const ana = await guestOf(house)
  const page = await ana.browser.get(loginRequest())
  const copied = copyOf(ana.browser)
  const uid = new URL(page.url).pathname.split('/').at(-1)!
  await signsIn(ana, page)
  expect((await copied.raw(`${house.server.issuer}/auth/${uid}`)).status).toBeGreaterThanOrEqual(400)
  expect(await isSignedIn(copied)).toBe(false)
})
