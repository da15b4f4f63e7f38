// The page that asks for a sentence, in a real browser: what goes with the form says how it was typed, and neither which keys nor where the pointer was.

import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EventType, KeyClass } from '../../src/biometrics/index.ts'
import { agentScript } from '../../src/browser/bundle.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { openPagesHouse, type PagesHouse } from '../provider/pages-house.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'

const text = 'the old cat sat.'
const { left, right, space, shift, backspace, other } = KeyClass

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: PagesHouse
  let people = 0

  beforeAll(async () => {
    browser = await launchBrowser()
    house = await openPagesHouse()
    house.heart.outcome = 'unclear'
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await house.close()
  })

  /** At the sentence, the field in focus; `send` gives what the provider got. */
  async function atSentence(how: BrowserContextOptions = {}) {
    const context = await browser.newContext(how)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    const script = await agentScript()
    await page.route('**/vigil/agent.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
    house.heart.phrase = 'none'
    await page.goto(`${house.issuer}/signup`)
    await page.locator('[name=username]').fill(`ana${++people}`)
    await page.locator('[name=email]').fill('ana@example.test')
    await page.locator('[name=password]').fill('seven green bottles')
    await page.locator('main form button').first().click()
    await page.waitForURL('**/vigil/consent**')
    house.heart.phrase = 'open'
    await page.goto(`${house.issuer}/vigil/phrase`)
    await page.locator('#phrase').focus()
    return { page, send: () => sent(page, () => page.locator('main form button').first().click()) }
  }

  async function sent(page: Page, act: () => Promise<unknown>): Promise<{ text: string; frame: Frame | undefined }> {
    const before = house.heart.phrases.length
    // A context that is closed while a routed request of its page is open never closes.
    const loaded = page.waitForEvent('load')
    await act()
    await loaded
    expect(house.heart.phrases).toHaveLength(before + 1)
    const { text: typed, typing } = house.heart.phrases.at(-1)!
    await page.context().close()
    return { text: typed, frame: typing === '' ? undefined : decodeFrame(Buffer.from(typing, 'base64')) }
  }

  const pressed = (frame: Frame | undefined): number[] =>
    (frame?.events ?? []).filter(({ type }) => type === EventType.keyDown).map(({ cls }) => cls)
  const classes = [
    left,
    right,
    left,
    space,
    right,
    right,
    left,
    space,
    left,
    left,
    left,
    space,
    left,
    left,
    left,
    other
  ]

  test('tells classes and times of the keys, in order, and that they are on a keyboard', async () => {
    const { page, send } = await atSentence()
    await page.keyboard.type(text, { delay: 15 })
    const { text: typed, frame } = await send()
    expect(typed).toBe(text)
    expect(pressed(frame)).toEqual(classes)
    expect(frame).toMatchObject({ device: 'keyboard', counters: { pasted: 0, composed: 0, untrusted: 0 } })
    const times = frame!.events.map(({ t }) => t)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(15 * (text.length - 1))
  })

  test('Enter sends it, as a code is sent; corrections and Shift are keys like others', async () => {
    const { page } = await atSentence()
    await page.keyboard.press('Shift')
    await page.keyboard.type('thw')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('e')
    const { text: typed, frame } = await sent(page, () => page.keyboard.press('Enter'))
    expect(typed).toBe('the')
    expect(pressed(frame).slice(0, 6)).toEqual([shift, left, right, left, backspace, left])
  })

  test('whoever empties the field begins again', async () => {
    const { page, send } = await atSentence()
    await page.keyboard.type('something else')
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.type(text)
    expect(pressed((await send()).frame)).toEqual(classes)
    expect(house.heart.phrases.at(-1)!.text).toBe(text)
  })

  test('where the pointer was is not told', async () => {
    const { page, send } = await atSentence()
    await page.keyboard.type(text)
    for (let i = 0; i < 8; i++) await page.mouse.move(300 + 100 * Math.sin(i), 300 + 100 * Math.cos(i), { steps: 10 })
    const { frame } = await send()
    expect(frame!.events.every(({ type }) => type === EventType.keyDown || type === EventType.keyUp)).toBe(true)
    expect(pressed(frame)).toEqual(classes)
  })

  test('a paste is told as one, and dispatched keys as a script’s', async () => {
    const pasting = await atSentence()
    await pasting.page.evaluate((words) => navigator.clipboard.writeText(words), text)
    await pasting.page.keyboard.press('Control+v')
    const pasted = await pasting.send()
    expect(pasted.text).toBe(text)
    expect(pasted.frame?.counters.pasted).toBe(1)
    const scripted = await atSentence()
    await scripted.page.evaluate((words) => {
      const field = document.querySelector<HTMLTextAreaElement>('#phrase')!
      for (const key of words) {
        field.dispatchEvent(new KeyboardEvent('keydown', { key, code: `Key${key.toUpperCase()}`, bubbles: true }))
        field.dispatchEvent(new KeyboardEvent('keyup', { key, code: `Key${key.toUpperCase()}`, bubbles: true }))
      }
      field.value = words
    }, text)
    expect((await scripted.send()).frame?.counters.untrusted).toBeGreaterThanOrEqual(text.length)
  })

  test('without a script the form goes all the same, the page says what that means, and there is another way', async () => {
    const { page, send } = await atSentence({ javaScriptEnabled: false })
    expect(await page.content()).toMatch(/<noscript>.*Without JavaScript we cannot hear how you type/)
    expect(await page.getByRole('link', { name: 'Prove it another way' }).getAttribute('href')).toContain('max_age=0')
    await page.locator('#phrase').fill(text)
    expect(await send()).toEqual({ text, frame: undefined })
  })
})
