// Every way to show who one is, in a real browser from the account page to the application: each with a mouse, and each with a keyboard and nothing
// else. SCREENSHOTS names a folder for pictures.

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Mail } from '../../src/provider/ports.ts'
import { authenticatorOf, laterBy } from '../support/authenticator.ts'
import { launchBrowser } from '../support/browser.ts'
import { tabTo } from '../support/by-keyboard.ts'
import { inBrowser } from '../support/in-browser.ts'
import { type NotesHouse, openNotesHouse } from '../support/notes-house.ts'
import { pictures } from '../support/pictures.ts'
import { nobody } from '../support/server.ts'
import { type Device, virtualDevice } from '../support/virtual-authenticator.ts'

const password = 'a long walk in the rain'
const [loa1, loa2, loa3] = ['urn:vigil:loa:1', 'urn:vigil:loa:2', 'urn:vigil:loa:3']

interface Hands {
  readonly name: string
  /** Puts a text into the field with this label, in place of what is in it. */
  write(page: Page, label: string, text: string): Promise<void>
  /** Presses the button or follows the link of this name. */
  press(page: Page, name: string): Promise<void>
}

const mouse: Hands = {
  name: 'mouse',
  async write(page, label, text) {
    await page.getByLabel(label, { exact: true }).click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  },
  async press(page, name) {
    const named = { name, exact: true }
    const shown = page.getByRole('button', named).or(page.getByRole('link', named))
    await shown.or(page.locator(`summary[aria-label="${name}"]`)).click()
  }
}

const keyboard: Hands = {
  name: 'keyboard',
  async write(page, label, text) {
    await tabTo(page, label)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  },
  async press(page, name) {
    await tabTo(page, name)
    await page.keyboard.press('Enter')
  }
}

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: NotesHouse['server']
  let notes: NotesHouse
  const mails: Mail[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
    notes = await openNotesHouse({
      population: nobody,
      mailer: { send: async (mail) => void mails.push(mail) },
      emailCodeCounts: true
    })
    house = notes.server
  }, 120_000)
  afterAll(async () => {
    vi.useRealTimers()
    await browser.close()
    await notes.close()
  })

  describe.each([mouse, keyboard])('with a $name alone', (hands) => {
    const { write, press } = hands

    test('the password answers a doubt', async () => {
      const ana = await newcomer('ana')
      const [session] = await house.vigil.sessionsOf(ana.accountId)
      await house.vigil.reportRisk(session!.uid, 'HIGH', 'behaviour')
      const request = await notes.application.request()
      await ana.page.goto(request.url.href)
      await pictures(ana.page, `${hands.name}-challenge-password`)
      await write(ana.page, 'Password', password)
      await press(ana.page, 'Confirm')
      const { idToken } = await ana.arrived(request)
      expect(idToken).toMatchObject({ acr: loa1, sub: ana.accountId })
      expect(idToken['amr']).toEqual(expect.arrayContaining(['pwd', 'rba']))
      await ana.leaves()
    }, 120_000)

    test('an authenticator app is set up and steps up', async () => {
      const bea = await newcomer('bea')
      const { app } = await setUpApp(bea)
      const request = await notes.application.request({ acr_values: loa2 })
      await bea.page.goto(request.url.href)
      await pictures(bea.page, `${hands.name}-challenge-totp`)
      await write(bea.page, 'Code', app.nextCode())
      await press(bea.page, 'Confirm')
      const { idToken } = await bea.arrived(request)
      expect(idToken).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })
      await bea.leaves()
    }, 120_000)

    test('a recovery code stands in for a lost phone, and new ones take the place of the old', async () => {
      const cora = await newcomer('cora')
      const { page } = cora
      const { codes } = await setUpApp(cora)
      const request = await notes.application.request({ acr_values: loa2 })
      await page.goto(request.url.href)
      await press(page, 'Use a recovery code')
      await page.getByLabel('Recovery code').waitFor()
      await write(page, 'Recovery code', codes[0]!)
      await press(page, 'Confirm')
      expect((await cora.arrived(request)).idToken).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })

      await page.goto(`${house.issuer}/account`)
      await page.getByText('9 recovery codes are left').waitFor()
      await press(page, 'Recovery codes')
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
      await pictures(page, `${hands.name}-renew-codes`)
      await press(page, 'Make new recovery codes')
      const fresh = await codesOn(page)
      expect(fresh).toHaveLength(10)
      expect(fresh.filter((code) => codes.includes(code))).toEqual([])
      await press(page, 'I have them, go on')
      await page.getByText('10 recovery codes are left').waitFor()
      await cora.leaves()
    }, 120_000)

    test('an address is proved by a code from the mailbox, steps up, and leads back to an account whose password was forgotten', async () => {
      const dora = await newcomer('dora')
      const { page } = dora
      const codeFor = (): string => mails.findLast(({ to, code }) => to === dora.email && code)!.code!
      await page.goto(`${house.issuer}/account`)
      await press(page, 'E-mail address')
      await page.getByRole('heading', { name: 'Your e-mail address' }).waitFor()
      await press(page, 'Send me a code')
      await page.getByLabel('Code').waitFor()
      await pictures(page, `${hands.name}-email-code`)
      await write(page, 'Code', codeFor())
      await press(page, 'It is mine')
      await page.getByText('You have shown that it is yours').waitFor()

      const request = await notes.application.request({ acr_values: loa2 })
      await page.goto(request.url.href)
      await pictures(page, `${hands.name}-challenge-email`)
      const [before, first] = [mails.length, codeFor()]
      laterBy(61)
      await press(page, 'Get another code')
      await vi.waitFor(() => expect(mails).toHaveLength(before + 1))
      await page.waitForURL('**?with=email-code')
      await write(page, 'Code', first === codeFor() ? '000000' : first)
      await press(page, 'Confirm')
      await page.getByText('That code did not match').waitFor()
      await write(page, 'Code', codeFor())
      await press(page, 'Confirm')
      expect((await dora.arrived(request)).idToken).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })

      await dora.context.clearCookies()
      const again = await notes.application.request()
      await page.goto(again.url.href)
      await press(page, 'Forgot the password?')
      await page.getByRole('heading', { name: 'A new password' }).waitFor()
      await write(page, 'User name', dora.username)
      await press(page, 'Send the link')
      await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
      const link = await vi.waitFor(() => {
        const found = mails.findLast(({ to, link: one }) => to === dora.email && one?.includes('/invitation/'))
        if (!found) throw new Error('no link yet')
        return found.link!
      })
      await page.goto(link)
      await write(page, 'New password', 'another way through the rain')
      await press(page, 'Set password and sign in')
      await page.getByRole('heading', { name: dora.username }).waitFor()
      await dora.leaves()
    }, 120_000)

    test('a passkey is added, named, joined by a second, removed, and signs in with nothing typed', async () => {
      const emma = await newcomer('emma')
      const { page, device, context } = emma
      await page.goto(`${house.issuer}/account`)
      await press(page, 'Add a passkey')
      await page.getByRole('heading', { name: 'Your passkeys' }).waitFor()
      await write(page, 'Name', 'my laptop')
      await press(page, 'Add it')
      expect(await codesOn(page)).toHaveLength(10)
      await press(page, 'I have them, go on')
      await page.getByText('You have one passkey').waitFor()
      await press(page, 'Your passkeys')
      await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor()
      await press(page, 'Use a passkey')
      await page.getByText('my laptop').first().waitFor()

      await press(page, 'Rename my laptop')
      await pictures(page, `${hands.name}-passkey-renaming`)
      await write(page, 'New name for my laptop', 'the old one')
      await press(page, 'Save')
      await page.getByText('the old one').first().waitFor()
      await device.another()
      await write(page, 'Name', 'new phone')
      await press(page, 'Add it')
      await page.getByText('new phone').first().waitFor()
      await pictures(page, `${hands.name}-passkeys-two`)
      await press(page, 'Remove the old one')
      await page.getByText('the old one').first().waitFor({ state: 'detached' })

      // Whoever has no app renews the codes too.
      await page.goto(`${house.issuer}/account`)
      await press(page, 'Recovery codes')
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
      await press(page, 'Make new recovery codes')
      expect(await codesOn(page)).toHaveLength(10)

      await context.clearCookies()
      const request = await notes.application.request({ acr_values: loa3 })
      await page.goto(request.url.href)
      await press(page, 'Sign in with a passkey')
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
      await press(page, 'Allow')
      expect((await emma.arrived(request)).idToken).toMatchObject({ acr: loa3, amr: ['swk', 'user', 'mfa'] })
      await emma.leaves()
    }, 120_000)

    interface Person {
      readonly page: Page
      readonly context: BrowserContext
      readonly device: Device
      readonly username: string
      readonly email: string
      readonly accountId: string
      /** At the application, with what it asked for. */
      arrived(request: Request): ReturnType<Request['redeem']>
      /** Nothing failed in their browser. */
      leaves(): Promise<void>
    }

    /** Signs up, and has been at the application once, so that later requests ask for nothing but the person. */
    async function newcomer(name: string): Promise<Person> {
      const username = `${name}-${hands.name}`
      const email = `${username}@example.test`
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
      const page = await context.newPage()
      const failures: string[] = []
      page.on('pageerror', (error) => failures.push(error.message))
      const cdp = await context.newCDPSession(page)
      await cdp.send('WebAuthn.enable')
      const device = await virtualDevice(cdp)
      await page.goto(`${house.issuer}/signup`)
      await write(page, 'User name', username)
      await write(page, 'E-mail address', email)
      await write(page, 'Password', password)
      await press(page, 'Create account')
      await page.waitForURL('**/vigil/consent**')
      const request = await notes.application.request()
      await page.goto(request.url.href)
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
      await press(page, 'Allow')
      await page.waitForURL(`${notes.redirectUri}**`)
      const { id: accountId } = (await house.storage.accounts.findByUsername(username))!
      return {
        page,
        context,
        device,
        username,
        email,
        accountId,
        async arrived(asked) {
          await page.waitForURL(`${notes.redirectUri}**`)
          return asked.redeem(new URL(page.url()))
        },
        async leaves() {
          expect(failures).toEqual([])
          await context.close()
        }
      }
    }

    async function setUpApp({ page }: Person) {
      await page.goto(`${house.issuer}/account`)
      await press(page, 'Set up an authenticator app')
      const app = authenticatorOf((await page.locator('#key').textContent()) ?? '')
      await write(page, 'Code', app.code())
      await press(page, 'Switch it on')
      const codes = await codesOn(page)
      await press(page, 'I have them, go on')
      await page.getByText('10 recovery codes are left').waitFor()
      return { app, codes }
    }
  })

  async function codesOn(page: Page): Promise<readonly string[]> {
    await page.getByRole('heading', { name: 'Write these codes down' }).waitFor()
    return page.locator('.codes code').allTextContents()
  }
})

type Request = Awaited<ReturnType<NotesHouse['application']['request']>>
