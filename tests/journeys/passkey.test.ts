// Passkeys in a real browser with a virtual authenticator, by keyboard alone: from the account page to a token of level 3, and signing in with
// nothing else. SCREENSHOTS names a folder for pictures.

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { tabTo } from '../support/by-keyboard.ts'
import { inBrowser } from '../support/in-browser.ts'
import { type NotesHouse, openNotesHouse } from '../support/notes-house.ts'
import { pictures } from '../support/pictures.ts'
import { type Device, virtualDevice } from '../support/virtual-authenticator.ts'

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: NotesHouse['server']
  let notes: NotesHouse
  const password = 'a long walk in the rain'

  beforeAll(async () => {
    browser = await launchBrowser()
    notes = await openNotesHouse()
    house = notes.server
  })
  afterAll(async () => {
    await browser.close()
    await notes.close()
  })

  test('Ana adds a passkey, steps up to level 3 with it, and signs in on a clean browser with nothing else, without a mouse', async () => {
    const { page, context, device, failures } = await openBrowser()
    await signUp(page, 'ana')
    await page.goto(`${house.issuer}/account/passkeys`)
    await pictures(page, 'passkeys-none')
    await tabTo(page, 'name')
    await page.keyboard.type('my laptop')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Write these codes down' }).waitFor()
    await page.goto(`${house.issuer}/account/passkeys`)
    await stepUpByKey(page)
    await page.getByText('my laptop', { exact: true }).waitFor()
    await pictures(page, 'passkeys-one')

    const { idToken } = await tokenAt(page, { acr_values: 'urn:vigil:loa:3' })
    expect(idToken['acr']).toBe('urn:vigil:loa:3')
    expect(idToken['amr']).toEqual(expect.arrayContaining(['swk', 'user', 'mfa']))

    // Somebody signs in anew, and types nothing at all.
    await context.clearCookies()
    const request = await notes.application.request({ acr_values: 'urn:vigil:loa:3' })
    await page.goto(request.url.href)
    await pictures(page, 'login-with-passkey')
    await tabTo(page, 'Sign in with a passkey')
    await page.keyboard.press('Enter')
    await allow(page)
    const again = await request.redeem(new URL(page.url()))
    expect(again.idToken).toMatchObject({ acr: 'urn:vigil:loa:3', amr: ['swk', 'user', 'mfa'] })
    expect(failures).toEqual([])

    // A doubt asks for the passkey first, and says in words what went wrong with one.
    const [session] = await house.vigil.sessionsOf(String(again.idToken['sub']))
    await house.vigil.reportRisk(session!.uid, 'HIGH', 'behaviour')
    const doubted = await notes.application.request()
    await page.goto(doubted.url.href)
    await pictures(page, 'challenge-passkey')
    await device.verifies(false)
    await page.keyboard.press('Enter')
    await page.getByText('That did not come to an end').waitFor()
    await pictures(page, 'challenge-passkey-cancelled')
    await device.verifies(true)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${notes.redirectUri}**`)
    const answered = await doubted.redeem(new URL(page.url()))
    expect(answered.idToken['acr']).toBe('urn:vigil:loa:3')
    expect(answered.idToken['amr']).toContain('rba')
    await context.close()
  }, 120_000)

  test('a device has one passkey an account; Bea adds two devices, removes one, and only the other signs her in', async () => {
    const { page, context, device } = await openBrowser()
    await signUp(page, 'bea')
    await page.goto(`${house.issuer}/account/passkeys`)
    await addPasskey(page, 'old phone')
    await page.getByRole('heading', { name: 'Write these codes down' }).waitFor()
    await page.goto(`${house.issuer}/account/passkeys`)
    await stepUpByKey(page)
    await addPasskey(page, 'the same again')
    await page.getByText('This device has a passkey for your account already').waitFor()
    const other = await device.another()
    await addPasskey(page, 'new phone')
    await page.getByText('new phone', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove old phone' }).click()
    await page.getByText('old phone', { exact: true }).waitFor({ state: 'detached' })
    const { id } = (await house.storage.accounts.findByUsername('bea'))!
    expect(await house.storage.audit.list({ accountId: id, type: 'factor.removed' })).toHaveLength(1)

    await context.clearCookies()
    await other.takeAway()
    const request = await notes.application.request()
    await page.goto(request.url.href)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('That passkey did not match').waitFor()
    await pictures(page, 'login-passkey-refused')
    await page.getByLabel('User name').fill('bea')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await allow(page)
    await context.close()
  }, 120_000)

  async function openBrowser(): Promise<{
    page: Page
    context: BrowserContext
    device: Device
    failures: readonly string[]
  }> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    const page = await context.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy/.test(message.text())) failures.push(message.text())
    })
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    return { page, context, failures, device: await virtualDevice(cdp) }
  }

  async function signUp(page: Page, username: string): Promise<void> {
    await page.goto(`${house.issuer}/signup`)
    for (const text of [username, `${username}@example.test`]) {
      await page.keyboard.type(text)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/vigil/consent**')
    // Once at the application, so that later requests ask for nothing but the person.
    const request = await notes.application.request()
    await page.goto(request.url.href)
    await allow(page)
  }

  /** What the application asks for, the first time in a session. */
  async function allow(page: Page): Promise<void> {
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    await tabTo(page, 'Allow')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${notes.redirectUri}**`)
  }

  async function addPasskey(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.keyboard.press('Enter')
  }

  /** Whoever has a second factor shows it before they change any. */
  async function stepUpByKey(page: Page): Promise<void> {
    await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your passkeys' }).waitFor()
  }

  async function tokenAt(page: Page, parameters: Readonly<Record<string, string>>) {
    const request = await notes.application.request(parameters)
    await page.goto(request.url.href)
    await page.waitForURL(`${notes.redirectUri}**`)
    return request.redeem(new URL(page.url()))
  }
})
