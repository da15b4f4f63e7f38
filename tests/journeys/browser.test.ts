// The journey in a real browser: a newcomer signs up, teaches the provider how they type, signs in at an application, is watched, is suspected, and
// proves who they are; once with the application on the provider's own site, once on another. SCREENSHOTS names a folder for pictures.

import { randomBytes } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, startDemo } from '../../examples/demo/demo.ts'
import { freePorts } from '../support/process.ts'
import { launchBrowser } from '../support/browser.ts'
import { serverDatabases } from '../support/databases.ts'
import { inBrowser } from '../support/in-browser.ts'
import { picture } from '../support/pictures.ts'

const password = 'a long walk in the rain'

inBrowser(() => {
  let demo: Demo
  let browser: Awaited<ReturnType<typeof launchBrowser>>

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  test.each(serverDatabases())(
    'a newcomer is learnt, watched, suspected, asked and believed, at an application on the same site and on another, on $name',
    ({ withUrl }) => withUrl(journey),
    300_000
  )

  async function journey(database: string): Promise<void> {
    demo = await startDemo({
      port: 0,
      rpPort: (await freePorts(1))[0]!,
      secret: randomBytes(48).toString('base64url'),
      database,
      logger: pino({ level: 'silent' })
    })
    try {
      await newcomer()
    } finally {
      await demo.close()
    }
  }

  async function newcomer(): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))

    await signUpAndCalibrate(page)
    for (const host of ['localhost', '127.0.0.1']) {
      await watchedAndChallenged(page, `http://${host}:${demo.relyingParty.port}`, host)
    }
    // The only ones are the two wrong passwords: nothing broke the content security policy, no script failed.
    expect(complaints).toEqual([expect.stringContaining('401'), expect.stringContaining('401')])
    await cookiesStayApart(context)
    await context.close()
  }

  async function signUpAndCalibrate(page: Page): Promise<void> {
    const { issuer } = demo.provider
    await page.goto(`${issuer}/signup`)
    await page.getByLabel('User name').fill('ana')
    await page.getByLabel('E-mail', { exact: false }).fill('ana@example.test')
    await page.locator('input[name=password]').fill(password)
    await picture(page, '1-sign-up')
    await page.locator('form button').first().click()
    await page.waitForURL('**/vigil/consent*')
    await picture(page, '2-asked-to-be-watched')
    await page.locator('form button').first().click()
    await page.waitForURL('**/vigil/calibration*')
    await expectState(page, 'warming_up')
    for (let sentence = 0; sentence < 30 && !(await page.locator('#done').isVisible()); sentence++) {
      if (sentence === 4) await picture(page, '3-calibration')
      await typeAsAPerson(page, '#typed', (await page.locator('#sentence').textContent()) ?? '')
      await page.keyboard.press('Enter')
    }
    await page.locator('#done').waitFor()
    await picture(page, '4-learnt')
    const status = await page.evaluate(
      async () => (await fetch('/api/training-status')).json() as Promise<{ state: string }>
    )
    expect(status.state).toBe('ready')
  }

  async function watchedAndChallenged(page: Page, application: string, host: string): Promise<void> {
    await page.goto(application)
    await picture(page, `5-application-${host}`)
    await page.locator('#sign-in').click()
    await allowOnce(page, application)
    const before = await claims(page)
    expect(before).toMatchObject({ acr: 'urn:vigil:loa:1', preferred_username: 'ana', risk_level: 'LOW' })
    expect(before['amr']).toContain('pwd')
    expect(before['acr_expires_at']).toBeGreaterThan(Number(before['auth_time']))
    await expectState(page, 'watched')
    await typeAsAPerson(page, '#note', 'A quiet line that I write myself.')
    await picture(page, `6-watched-${host}`)

    await untilNextSecond()
    await page.locator('#risk-high').click()
    // The agent hears `challenge_required` and sends the person through the standard redirect.
    await page.waitForURL(`${demo.provider.issuer}/interaction/**`)
    await picture(page, `7-challenge-${host}`)
    await page.locator('input[name=password]').fill('not my password')
    await page.locator('form button').first().click()
    await page.getByRole('alert').waitFor()
    await page.locator('input[name=password]').fill(password)
    await page.locator('form button').first().click()
    await page.waitForURL(`${application}/`)
    const after = await claims(page)
    expect(after).toMatchObject({ acr: 'urn:vigil:loa:1', risk_level: 'LOW' })
    expect(after['auth_time']).toBeGreaterThan(Number(before['auth_time']))
    expect(after['amr']).toEqual(expect.arrayContaining(['pwd', 'rba']))
    await expectState(page, 'watched')
    await picture(page, `8-proved-${host}`)
    // A new session for the next round: a second alarm in one session would want another factor.
    await page.locator('#sign-out').click()
    await page.waitForURL(`${demo.provider.issuer}/session/end**`)
    await picture(page, '9-sign-out')
    await page.getByRole('button').first().click()
    await page.waitForURL(`${application}/`)
  }

  async function allowOnce(page: Page, application: string): Promise<void> {
    await page.waitForLoadState()
    for (let step = 0; step < 4 && !page.url().startsWith(`${application}/`); step++) {
      if (await page.getByLabel('User name').isVisible()) {
        await page.getByLabel('User name').fill('ana')
        await page.locator('input[name=password]').fill(password)
      }
      await page.locator('form button').first().click()
      await page.waitForLoadState()
    }
    await page.waitForURL(`${application}/`)
  }

  /** The other site's page holds no cookie of the provider, so its channel was opened by a ticket. */
  async function cookiesStayApart(context: BrowserContext): Promise<void> {
    const names = (await context.cookies(`http://127.0.0.1:${demo.relyingParty.port}`)).map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('_session'))).toEqual([])
  }
})

async function claims(page: Page): Promise<Record<string, unknown>> {
  await page.locator('#claims').waitFor()
  const shown = await page
    .locator('[data-claim]')
    .evaluateAll((cells) =>
      cells.map((cell) => [cell.getAttribute('data-claim') ?? '', cell.getAttribute('data-value') ?? 'null'] as const)
    )
  return Object.fromEntries(shown.map(([name, value]) => [name, JSON.parse(value) as unknown]))
}

async function expectState(page: Page, state: string): Promise<void> {
  await page.locator(`[data-vigil-state="${state}"]`).first().waitFor({ timeout: 15_000 })
}

/** Hands are not machines: each key is held and followed a little differently. */
async function typeAsAPerson(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).focus()
  for (const [index, character] of Array.from(text).entries()) {
    await page.keyboard.down(character)
    await page.waitForTimeout(12 + ((index * 7) % 23))
    await page.keyboard.up(character)
    await page.waitForTimeout(8 + ((index * 13) % 31))
  }
}

function untilNextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1010 - (Date.now() % 1000)))
}
