// A doubt at an application in a real browser: a link appears, a sentence is typed in a window of its own, and what was being written stays where it is.
// Once by mouse and by the right hands, once by keyboard alone and by the wrong ones. SCREENSHOTS names a folder for pictures.

import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, startDemo } from '../../examples/demo/demo.ts'
import { createProfiles } from '../../src/people/profiles.ts'
import { keysFrom } from '../../src/secrets.ts'
import { pictures } from '../support/pictures.ts'
import { freePorts } from '../support/process.ts'
import { launchBrowser } from '../support/browser.ts'
import { tabTo } from '../support/by-keyboard.ts'
import { inBrowser } from '../support/in-browser.ts'
import { profileOf, strokesBy, type WhoTypes } from '../support/phrase-hands.ts'
import { typeStrokes } from '../support/typing-by-hand.ts'

const password = 'a long walk in the rain'
const secret = randomBytes(48).toString('base64url')
const logger = pino({ level: 'silent' })
const policy = [
  'version: 1',
  'rules:',
  '  - { name: somebody else, when: { risk: HIGH }, then: reauthenticate }',
  '  - { name: a doubt, when: { risk: MEDIUM }, then: phrase }',
  '  - { name: everything else, then: allow }'
].join('\n')

inBrowser(() => {
  let demo: Demo
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let page: Page
  let application: string
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
    demo = await startDemo({ port: 0, rpPort: (await freePorts(1))[0]!, secret, database: 'memory://', policy, logger })
    application = `http://127.0.0.1:${demo.relyingParty.port}`
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page = await context.newPage()
    await page.goto(`${demo.provider.issuer}/signup`)
    await page.getByLabel('User name').fill('ana')
    await page.getByLabel('E-mail', { exact: false }).fill('ana@example.test')
    await page.locator('input[name=password]').fill(password)
    await page.locator('form button').first().click()
    await page.waitForURL('**/vigil/consent*')
    await page.locator('form button').first().click()
    await page.waitForURL('**/vigil/calibration*')
    // As a lesson would end.
    const { storage } = demo.provider
    const { id } = (await storage.accounts.findByUsername('ana'))!
    const profiles = createProfiles(storage.profiles, keysFrom(secret)('profiles'), storage.audit, logger)
    await profiles.add(id, profileOf('ana'), Math.floor(Date.now() / 1000))
    await page.goto(application)
    await page.locator('#sign-in').click()
    await page.waitForURL('**/interaction/**')
    await page.locator('form button').first().click()
    await page.waitForURL(`${application}/`)
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await demo.close()
  })

  test('by mouse, and by her own hands: the doubt is over, and nothing that was proved has changed', async () => {
    await state('watched')
    const link = page.locator('a[data-vigil-phrase-link]')
    expect(await link.isVisible()).toBe(false)
    const before = await claims()
    await page.locator('#risk-medium').click()
    await state('doubt')
    await link.waitFor()
    await page.locator('#note').fill('half a thought')
    const opened = page.waitForEvent('popup')
    await link.click()
    const window = await opened
    await pictures(window, 'journey-phrase')
    await typeShown(window, 'ana')
    await window.getByRole('button', { name: 'That is me' }).click()
    await window.getByRole('heading', { name: 'Thank you, that was you' }).waitFor()
    await pictures(window, 'journey-phrase-answered')
    await window.close()
    await state('watched')
    await link.waitFor({ state: 'hidden' })
    expect(await page.locator('#note').inputValue()).toBe('half a thought')
    await page.locator('#silent').click()
    await page.waitForURL(`${application}/`)
    expect(await claims()).toEqual(before)
    expect(complaints).toEqual([])
  }, 180_000)

  test('within the next request of the application: she is back there as soon as it is typed', async () => {
    await state('watched')
    const before = await claims()
    await page.locator('#risk-medium').click()
    await state('doubt')
    await page.goto(`${application}/login`)
    await page.waitForURL('**/vigil/phrase/**')
    await pictures(page, 'journey-phrase-inside')
    await page.setViewportSize({ width: 1200, height: 800 })
    await typeShown(page, 'ana', 8)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${application}/`)
    expect(await claims()).toEqual(before)
    // Neither the policy for contents nor a script stood in the way.
    expect(complaints).toEqual([])
  }, 180_000)

  test('by keyboard alone, and by the wrong hands: a proof is asked for, and nothing else helps', async () => {
    await state('watched')
    await tabTo(page, 'There is a doubt')
    await page.keyboard.press('Enter')
    await state('doubt')
    await page.locator('a[data-vigil-phrase-link]').waitFor()
    await tabTo(page, 'Clear it up by typing a sentence')
    const opened = page.waitForEvent('popup')
    await page.keyboard.press('Enter')
    const window = await opened
    await typeShown(window, 'ben')
    await window.keyboard.press('Enter')
    await window.getByRole('heading', { name: 'Please confirm in another way' }).waitFor()
    await tabTo(window, 'Prove it another way')
    await window.keyboard.press('Enter')
    await window.getByRole('heading', { name: 'Confirm it is you' }).waitFor()
    // The page of the application was told as well.
    await page.waitForURL(`${demo.provider.issuer}/interaction/**`)
    await page.goto(`${demo.provider.issuer}/vigil/phrase`)
    expect(await page.locator('.sentence').count()).toBe(0)
  }, 180_000)

  async function typeShown(window: Page, who: WhoTypes, day = 7): Promise<void> {
    const sentence = (await window.locator('#sentence').textContent()) ?? ''
    // The field has the focus; its script is there before anybody can have read the sentence.
    await window.waitForLoadState()
    await typeStrokes(window, strokesBy(sentence, who, day))
    expect((await window.locator('#phrase').inputValue()).toLowerCase()).toBe(sentence.toLowerCase())
  }

  function state(name: string): Promise<void> {
    return page.locator(`[data-vigil-state="${name}"]`).first().waitFor({ timeout: 20_000 })
  }

  async function claims(): Promise<unknown> {
    await page.locator('#claims').waitFor()
    const shown = await page
      .locator('[data-claim]')
      .evaluateAll((cells) => cells.map((cell) => [cell.getAttribute('data-claim'), cell.getAttribute('data-value')]))
    return shown.filter(([name]) => name !== 'risk_level' && name !== 'acr_expires_at')
  }
})
