// Ana signs in day by day in a real browser, and how she types her password becomes known; then somebody else comes with the right password.
// Everything goes through the stand-alone server's own pages.

import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Repetition } from '../../src/biometrics/fixed-text/index.ts'
import { createInvitations } from '../../src/provider/accounts/invitations.ts'
import { createHeadlessPerson } from '../../src/replay/person.ts'
import { jumpingClock } from '../../src/replay/replay-stream.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import { launchBrowser } from '../support/browser.ts'
import { serverDatabases } from '../support/databases.ts'
import { inBrowser } from '../support/in-browser.ts'
import { relyingParty } from '../support/oidc.ts'
import { typeByHand } from '../support/typing-by-hand.ts'
import { typist } from '../support/typists.ts'

const password = 'quietgardens'
const client = {
  client_id: 'notes',
  client_name: 'Notes',
  redirect_uris: ['https://notes.example.test/callback'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'none'
} as const

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: VigilServer

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  test.each(serverDatabases())(
    'Ana is believed, a stranger with her password gets no level, a paste is no evidence, and a new password begins anew, on $name',
    ({ withUrl }) => withUrl(journey),
    600_000
  )

  async function journey(database: string): Promise<void> {
    house = await startServer({
      port: 0,
      secret: randomBytes(48).toString('base64url'),
      database,
      clients: [client],
      administratorName: 'nobody',
      logger: pino({ level: 'silent' })
    })
    try {
      await life()
    } finally {
      await house.close()
    }
  }

  async function life(): Promise<void> {
    const { vigil, storage, issuer } = house
    const redirectUri = client.redirect_uris[0]
    const person = { issuer, username: 'ana', password, clientId: 'notes', redirectUri, clock: jumpingClock() }
    await (await createHeadlessPerson(person)).signUp()
    const { id } = (await storage.accounts.findByUsername('ana'))!
    const outcomes = async (): Promise<unknown[]> =>
      (await storage.audit.list({ accountId: id, type: 'login.judged' })).map(({ data }) => data?.['outcome'])

    const ana = typist(1)
    for (let n = 1; n <= 7; n++) {
      expect(await signIn(byHand(ana.type()))).toMatchObject({ acr: 'urn:vigil:loa:1', risk_level: 'LOW' })
      await expect.poll(() => vigil.loginsLearnt(id)).toBe(n)
    }
    // Judged from the sixth on.
    expect(await outcomes()).toEqual(['believed', 'believed'])

    expect(await signIn(byHand(typist(2).type()))).toMatchObject({ acr: '0', amr: ['pwd'], risk_level: 'HIGH' })
    expect((await outcomes())[0]).toBe('capped')
    expect(await signIn((page) => page.locator('input[name=password]').fill(password))).toMatchObject({
      acr: 'urn:vigil:loa:1'
    })
    expect(await outcomes()).toHaveLength(3)
    // A wrong password stays wrong, however it was typed.
    await expect(signIn(byHand(ana.type(), 'quietgardenz'))).rejects.toThrow('401')
    expect(await vigil.loginsLearnt(id)).toBe(7)

    // Nothing that was typed at login stands in the clear in what is kept.
    const template = (await storage.loginTemplates.find(id))!
    expect(Buffer.from(template.blob).toString('latin1')).not.toMatch(/template|vigil-secret/)

    await setPassword(id, 'brightriver')
    expect(await storage.loginTemplates.find(id)).toBeUndefined()
    expect(await signIn(byHand(typist(2, 11).type(), 'brightriver'))).toMatchObject({ acr: 'urn:vigil:loa:1' })
    await expect.poll(() => vigil.loginsLearnt(id)).toBe(1)
  }

  /** In a browser that nobody has used; claims of the ID token. Throws the status of a page that refuses. */
  async function signIn(fillIn: (page: Page) => Promise<void>): Promise<Readonly<Record<string, unknown>>> {
    const party = await relyingParty(house.issuer, { clientId: 'notes', redirectUri: client.redirect_uris[0] })
    const request = await party.request()
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      await page.route('https://notes.example.test/**', (route) => route.fulfill({ body: 'back' }))
      await page.goto(request.url.href)
      await page.getByLabel('User name').fill('ana')
      await page.locator('input[name=password]').focus()
      await fillIn(page)
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.locator('form button').first().click()
      ])
      if (answer.status() >= 400) throw new Error(String(answer.status()))
      await page.waitForLoadState()
      if (!page.url().startsWith('https://notes')) await page.locator('form button').first().click()
      await page.waitForURL('https://notes.example.test/**')
      return (await request.redeem(new URL(page.url()))).idToken
    } finally {
      await context.close()
    }
  }

  function byHand(typing: Repetition, text = password): (page: Page) => Promise<void> {
    return (page) => typeByHand(page, text, typing)
  }

  async function setPassword(accountId: string, text: string): Promise<void> {
    const link = await createInvitations({ store: house.storage.invitations, issuer: house.issuer }).create(accountId)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(link)
    await page.locator('input[name=password]').fill(text)
    await page.locator('form button').first().click()
    await page.waitForURL('**/account**')
    await context.close()
  }
})
