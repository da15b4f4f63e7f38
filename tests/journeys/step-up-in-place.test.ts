// A step-up in a window of its own, in a real browser: what stands in a form of the application is still there afterwards, and the claims are new. The
// link of the standard redirect stays where no window opens.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, startDemo } from '../../examples/demo/demo.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { freePorts } from '../support/process.ts'

inBrowser(() => {
  let demo: Demo
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  const password = 'a long walk in the rain'

  beforeAll(async () => {
    browser = await launchBrowser()
    const [rpPort = 0] = await freePorts(1)
    const secret = randomBytes(48).toString('base64url')
    const logger = pino({ level: 'silent' })
    demo = await startDemo({ port: 0, rpPort, secret, database: 'memory://', administratorName: 'nobody', logger })
  })
  afterAll(async () => {
    await browser.close()
    await demo.close()
  })

  test('Ana proves that it is her beside her letter, and loses no word of it', async () => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    const page = await context.newPage()
    await page.goto(`${demo.provider.issuer}/signup`)
    await page.getByLabel('User name').fill('ana')
    await page.getByLabel('E-mail', { exact: false }).fill('ana@example.test')
    await page.locator('input[name=password]').fill(password)
    await page.locator('form button').first().click()
    await page.waitForURL('**/vigil/consent*')
    const home = `http://localhost:${demo.relyingParty.port}/`
    await page.goto(`${home}login`)
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.waitForURL(home)

    const letter = 'Dear Bea, this took me an hour to write.'
    await page.getByLabel('A note').fill(letter)
    const before = await page.locator('[data-claim=auth_time]').getAttribute('data-value')
    const opening = page.waitForEvent('popup')
    await page.locator('#step-up').focus()
    await page.keyboard.press('Enter')
    const beside = await opening
    // `auth_time` counts whole seconds.
    await beside.waitForTimeout(1100)
    await beside.getByLabel('User name').fill('ana')
    await beside.locator('input[name=password]').fill(password)
    const closed = beside.waitForEvent('close')
    await beside.keyboard.press('Enter')
    await closed
    await expect.poll(() => page.locator('[data-claim=auth_time]').getAttribute('data-value')).not.toBe(before)
    expect(await page.getByLabel('A note').inputValue()).toBe(letter)
    expect(page.url()).toBe(home)

    // Somebody else says the same: nothing is asked and nothing changes.
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.evaluate(() => {
      dispatchEvent(new MessageEvent('message', { origin: 'https://evil.example', data: 'vigil:answered' }))
    })
    await page.waitForTimeout(300)
    expect(asked.filter((url) => url === home)).toEqual([])

    // Where the browser opens no window the same link goes there and back, as ever.
    await page.evaluate(() => Object.assign(globalThis, { open: () => null }))
    await page.locator('#step-up').click()
    await page.waitForURL(`${demo.provider.issuer}/interaction/**`)
    await page.getByLabel('User name').fill('ana')
    await page.locator('input[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(home)
    await context.close()
  }, 180_000)
})
