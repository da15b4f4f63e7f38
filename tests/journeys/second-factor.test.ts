// A second factor in a real browser, by keyboard alone: Ana signs up, sets an authenticator app up, and steps up at an application that asks for
// more. SCREENSHOTS names a folder for pictures.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { relyingParty } from '../support/oidc.ts'

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: VigilServer
  let redirectUri: string
  const notes = createServer((_, answer) => answer.end('back'))

  beforeAll(async () => {
    browser = await launchBrowser()
    await once(notes.listen(0, '127.0.0.1'), 'listening')
    redirectUri = `http://127.0.0.1:${(notes.address() as AddressInfo).port}/callback`
    house = await startServer({
      port: 0,
      secret: randomBytes(48).toString('base64url'),
      database: 'memory://',
      clients: [
        {
          client_id: 'notes',
          client_name: 'Notes',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          token_endpoint_auth_method: 'none'
        }
      ],
      administratorName: 'nobody',
      logger: pino({ level: 'silent' })
    })
  })
  afterAll(async () => {
    vi.useRealTimers()
    await browser.close()
    await house.close()
    notes.close()
  })

  test('Ana signs up, sets an app up and steps up with it, and touches no mouse', async () => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    const page = await context.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))

    await page.goto(`${house.issuer}/signup`)
    for (const text of ['ana', 'ana@example.test', 'a long walk in the rain']) {
      await page.keyboard.type(text)
      if (text.startsWith('a long')) await page.keyboard.press('Enter')
      else await page.keyboard.press('Tab')
    }
    await page.waitForURL('**/vigil/consent**')
    await page.goto(`${house.issuer}/account`)
    await picture(page, 'account')
    await tabTo(page, 'Set up an authenticator app')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/account/totp')
    await picture(page, 'set-up')
    const app = authenticatorOf((await page.locator('#key').textContent()) ?? '')
    await tabTo(page, 'code')
    await page.keyboard.type(app.code())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Write these codes down' }).waitFor()
    await picture(page, 'recovery-codes')
    await tabTo(page, 'I have them, go on')
    await page.keyboard.press('Enter')
    await page.getByText('10 recovery codes are left').waitFor()
    await page.goto(`${house.issuer}/account/totp`)
    await picture(page, 'present')

    const application = await relyingParty(house.issuer, { clientId: 'notes', redirectUri })
    const request = await application.request({ acr_values: 'urn:vigil:loa:2' })
    await page.goto(request.url.href)
    await picture(page, 'challenge')
    await page.keyboard.type(app.nextCode())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    await tabTo(page, 'Allow')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${redirectUri}**`)
    const { idToken } = await request.redeem(new URL(page.url()))
    expect(idToken).toMatchObject({ acr: 'urn:vigil:loa:2', amr: ['pwd', 'otp', 'mfa'] })
    expect(failures).toEqual([])
    await context.close()
  }, 120_000)
})

/** Presses Tab until what has this name, or this text, has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    const at = await page.evaluate(() => {
      const focused = document.activeElement
      return [focused?.getAttribute('name'), focused?.textContent?.trim()]
    })
    if (at.includes(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${name} by keyboard`)
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (!folder) return
  for (const width of [390, 1200]) {
    await page.setViewportSize({ width, height: 800 })
    await page.screenshot({ path: join(folder, `second-factor-${name}-${width}.png`), fullPage: true })
  }
}
