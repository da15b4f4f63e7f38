// Ten kinds of people who give no rhythm, or an odd one, sign up, sign in and answer a doubt: nobody is left outside (attack 14 of the threat list).
// Each way of filling in a form is done as the browser or the device would do it.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Router from '@koa/router'
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { openPagesHouse } from '../provider/pages-house.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { relyingParty } from '../support/oidc.ts'
import { nobody } from '../support/server.ts'

const password = 'a long walk in the rain'

interface Kind {
  readonly name: string
  readonly context?: BrowserContextOptions
  /** Puts a text into the field of this name. */
  fill(hands: Hands, field: string, text: string): Promise<void>
  /** Goes on with the first button of the form. */
  goOn(hands: Hands): Promise<void>
}

interface Hands {
  readonly page: Page
  readonly cdp: CDPSession
}

const kinds: readonly Kind[] = [
  {
    name: 'somebody who pastes',
    context: { permissions: ['clipboard-read', 'clipboard-write'] },
    async fill({ page }, field, text) {
      await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
      const input = page.locator(`[name=${field}]`)
      await input.click()
      // They see whether something has come, and paste once more over whatever is there where it has not.
      const pasted = async (): Promise<string> => {
        if ((await input.inputValue()) === text) return text
        await page.keyboard.press('Control+A')
        await page.keyboard.press('Control+V')
        return input.inputValue()
      }
      await expect.poll(pasted, { timeout: 10_000 }).toBe(text)
    },
    goOn: click
  },
  {
    name: 'somebody whose browser fills forms in',
    async fill({ page }, field, text) {
      // As Chromium does it: the value is there, and `input` and `change` say so; no key was pressed.
      await page.locator(`[name=${field}]`).evaluate((input: HTMLInputElement, value) => {
        input.value = value
        for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }))
      }, text)
    },
    goOn: click
  },
  {
    name: 'somebody who writes with an input method',
    async fill({ page, cdp }, field, text) {
      await page.locator(`[name=${field}]`).focus()
      for (const word of text.split(/(?<= )/)) {
        await cdp.send('Input.imeSetComposition', {
          text: word,
          selectionStart: word.length,
          selectionEnd: word.length
        })
        await cdp.send('Input.insertText', { text: word })
      }
    },
    goOn: click
  },
  {
    name: 'somebody on a telephone’s keyboard, which tells keyCode 229',
    async fill({ page, cdp }, field, text) {
      await page.locator(`[name=${field}]`).focus()
      for (const character of text) {
        const unknown = { key: 'Unidentified', windowsVirtualKeyCode: 229 }
        await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...unknown })
        await cdp.send('Input.insertText', { text: character })
        await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...unknown })
      }
    },
    goOn: click
  },
  {
    name: 'somebody with a keyboard and nothing else',
    async fill({ page }, field, text) {
      await tabTo(page, (name) => name === field)
      await page.keyboard.type(text)
    },
    async goOn({ page }) {
      await tabTo(page, (_, first) => first)
      await page.keyboard.press('Enter')
    }
  },
  {
    name: 'somebody without a pointer, who presses one switch',
    async fill({ page, cdp }, field, text) {
      await tabTo(page, (name) => name === field)
      await cdp.send('Input.insertText', { text })
    },
    async goOn({ page }) {
      await tabTo(page, (_, first) => first)
      await page.keyboard.press('Space')
    }
  },
  {
    name: 'somebody who has only the accessibility tree',
    async fill({ page, cdp }, field, text) {
      const label = { username: 'User name', email: 'E-mail address', password: 'Password' }[field]!
      await cdp.send('DOM.focus', { backendNodeId: await inTree(cdp, 'textbox', (name) => name === label) })
      await cdp.send('Input.insertText', { text })
      expect(await page.locator(`[name=${field}]`).inputValue()).toBe(text)
    },
    async goOn({ cdp }) {
      const backendNodeId = await inTree(cdp, 'button', () => true)
      const { object } = await cdp.send('DOM.resolveNode', { backendNodeId })
      await cdp.send('Runtime.callFunctionOn', {
        objectId: object.objectId!,
        functionDeclaration: 'function () { this.click() }'
      })
    }
  },
  {
    name: 'somebody who wants no motion',
    context: { reducedMotion: 'reduce' },
    async fill({ page }, field, text) {
      await page.locator(`[name=${field}]`).click()
      await page.keyboard.type(text)
      expect(await page.evaluate(() => matchMedia('(prefers-reduced-motion: reduce)').matches)).toBe(true)
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    },
    goOn: click
  },
  {
    name: 'somebody with a finger on a screen',
    context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
    async fill({ page, cdp }, field, text) {
      await page.locator(`[name=${field}]`).tap()
      await cdp.send('Input.insertText', { text })
    },
    goOn: ({ page }) => firstButton(page).tap()
  },
  {
    name: 'somebody with a password manager',
    async fill({ page }, field, text) {
      // It knows fields by `autocomplete` alone, and finds the hidden user name where only the password is asked.
      const purposes = { username: ['username'], email: ['email'], password: ['current-password', 'new-password'] }[
        field
      ]!
      const selector = purposes.map((purpose) => `input[autocomplete=${purpose}]`).join()
      expect(await page.locator('input[autocomplete=username]').count()).toBe(1)
      await page.locator(selector).fill(text)
    },
    async goOn({ page }) {
      await page.evaluate(() => document.querySelector<HTMLFormElement>('main form')!.requestSubmit())
    }
  }
]

inBrowser(() => {
  let browser: Browser
  let house: VigilServer
  let redirectUri: string
  const shop = createServer((_, answer) => answer.end('back'))

  beforeAll(async () => {
    browser = await launchBrowser()
    await once(shop.listen(0, '127.0.0.1'), 'listening')
    redirectUri = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/callback`
    const client = { client_id: 'shop', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    house = await startServer({
      port: 0,
      secret: randomBytes(48).toString('base64url'),
      database: 'memory://',
      population: nobody,
      clients: [{ ...client, vigil_watch: 'optional' }],
      logger: pino({ level: 'silent' })
    })
  }, 240_000)
  afterAll(async () => {
    await browser.close()
    await house.close()
    shop.close()
  })

  test('every form that the real server takes is one that is tried without its token', async () => {
    const tried = await openPagesHouse()
    await tried.close()
    const routers = (house.provider as unknown as { middleware: readonly { router?: Router }[] }).middleware.flatMap(
      ({ router }) => router ?? []
    )
    const taken = routers.flatMap(({ stack }) =>
      stack.filter(({ methods }) => methods.some((method) => unsafe.has(method))).map(({ path }) => String(path))
    )
    expect(taken.length).toBeGreaterThan(12)
    // An authorization request may come as a form from anywhere (OpenID Connect Core §3.1.2.1): it is answered with the same request by GET.
    expect(taken.filter((path) => !tried.postPaths.includes(path))).toEqual(['/auth'])
  })

  test('they are ten', () => expect(new Set(kinds.map(({ name }) => name)).size).toBe(10))

  test.each(kinds.map((kind, index) => ({ ...kind, username: `person${index}` })))(
    '$name signs up, signs in, and shows that it is them when there is a doubt',
    async ({ username, context: options = {}, fill, goOn }) => {
      const context = await browser.newContext({ ...options, baseURL: house.issuer })
      const page = await context.newPage()
      const hands = { page, cdp: await context.newCDPSession(page) }

      await page.goto('/signup')
      await fill(hands, 'username', username)
      await fill(hands, 'email', `${username}@example.test`)
      await fill(hands, 'password', password)
      await goOn(hands)
      await page.waitForURL('**/vigil/consent**')
      // They agree to being looked after, and need not teach anything to go on.
      await goOn(hands)
      await page.waitForURL('**/vigil/calibration**')
      await context.clearCookies()

      const application = await relyingParty(house.issuer, { clientId: 'shop', redirectUri })
      const first = await application.request({})
      await page.goto(first.url.href)
      await fill(hands, 'username', username)
      await fill(hands, 'password', password)
      await goOn(hands)
      await page.waitForFunction(() => document.body.dataset['page'] === 'consent')
      await goOn(hands)
      await page.waitForURL(`${redirectUri}**`)
      const before = (await first.redeem(new URL(page.url()))).idToken
      expect(before).toMatchObject({ acr: 'urn:vigil:loa:1', amr: ['pwd'] })

      const { id } = (await house.storage.accounts.findByUsername(username))!
      for (const { uid } of await house.vigil.sessionsOf(id)) await house.vigil.reportRisk(uid, 'HIGH', 'reported')
      const second = await application.request({})
      await page.goto(second.url.href)
      await page.waitForFunction(() => document.body.dataset['page'] === 'challenge')
      await fill(hands, 'password', password)
      await goOn(hands)
      await page.waitForURL(`${redirectUri}**`)
      const after = (await second.redeem(new URL(page.url()))).idToken
      expect(after).toMatchObject({ acr: 'urn:vigil:loa:1', sub: id })
      expect(after['amr']).toEqual(expect.arrayContaining(['pwd', 'rba']))
      await context.close()
    },
    120_000
  )
})

const unsafe: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

function firstButton(page: Page) {
  return page.locator('main form button[type=submit]').first()
}

function click({ page }: Hands): Promise<void> {
  return firstButton(page).click()
}

/** Presses Tab until the focus is where it is wanted: by the field's name, or on the first button that goes on. */
async function tabTo(page: Page, wanted: (field: string | null, isFirstButton: boolean) => boolean): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    const at = await page.evaluate(() => {
      const focused = document.activeElement
      return {
        name: focused?.getAttribute('name') ?? null,
        first: focused !== null && focused === document.querySelector('main form button[type=submit]')
      }
    })
    if (wanted(at.name, at.first)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('no way there by keyboard')
}

/** The first node of a role in the accessibility tree. */
async function inTree(cdp: CDPSession, role: string, wanted: (name: string) => boolean): Promise<number> {
  const { nodes } = await cdp.send('Accessibility.getFullAXTree')
  const node = nodes.find((one) => one.role?.value === role && wanted(String(one.name?.value)))
  if (node?.backendDOMNodeId === undefined) throw new Error(`the tree has no such ${role}`)
  return node.backendDOMNodeId
}
