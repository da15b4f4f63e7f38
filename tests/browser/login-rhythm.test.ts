// What a login form tells of how the password was typed, in a real browser: times by position where hands typed it, and nothing otherwise.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseTypedRhythm, type TypedSecret } from '../../src/biometrics/fixed-text/index.ts'
import { agentScript } from '../../src/browser/bundle.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { typeByHand } from '../support/typing-by-hand.ts'
import { typist } from '../support/typists.ts'

const form = `<!doctype html><title>Sign in</title>
<script src="/agent.js" nonce="n" data-vigil-login defer></script>
<form method="post" action="/">
<input type="hidden" name="vigil_rhythm" value="">
<input name="username" id="username">
<input type="password" name="password" id="password" data-vigil-secret>
<button id="go">Sign in</button>
<button id="cancel" formaction="/?cancelled">Cancel</button>
</form>`

inBrowser(() => {
  let browser: Browser
  let server: Server
  const posted: URLSearchParams[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
    const script = await agentScript()
    server = createServer((request, response) => void serve(request, response, script)).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  async function serve(request: IncomingMessage, response: ServerResponse, script: string): Promise<void> {
    if (request.url === '/agent.js') return void response.setHeader('content-type', 'text/javascript').end(script)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.method === 'POST') posted.push(new URLSearchParams(Buffer.concat(chunks).toString('utf8')))
    response.setHeader('content-type', 'text/html')
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'nonce-n'; form-action 'self'")
    response.end(form)
  }

  async function visit(work: (page: Page) => Promise<void>, options = {}): Promise<string> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    const before = posted.length
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await work(page)
    await expect.poll(() => posted.length).toBe(before + 1)
    await context.close()
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
    return posted.at(-1)!.get('vigil_rhythm') ?? 'no field'
  }

  function told(field: string): TypedSecret {
    const typed = parseTypedRhythm(field)
    if (!typed) throw new Error('nothing was told')
    return typed
  }

  const secret = 'quietgardens'

  test('typed by hand: when each key went down and for how long, Enter left out, and nothing that names a key', async () => {
    const typing = typist(1).type()
    const field = await visit(async (page) => {
      await page.locator('#password').focus()
      await typeByHand(page, secret, typing)
      await page.keyboard.press('Enter')
    })
    const { repetition, grainMs } = told(field)
    expect(repetition.pressMs).toHaveLength(secret.length)
    expect(grainMs).toBeGreaterThan(0)
    expect(grainMs).toBeLessThan(5)
    const most = Math.max(
      ...repetition.pressMs.map((t, i) => Math.abs(t - typing.pressMs[i]!)),
      ...repetition.holdMs.map((held, i) => Math.abs(held - typing.holdMs[i]!))
    )
    expect(most).toBeLessThan(1)
    // Numbers, and the six names of the format.
    expect(field.replaceAll(/"(?:v|grain|untrusted|press|hold)"|null/g, '')).toMatch(/^[\d.,:[\]{}-]*$/)
  })

  test('Shift counts as a key, and what was shown for a moment is still a password', async () => {
    const field = await visit(async (page) => {
      await page.locator('#password').focus()
      await page.evaluate(() => ((document.querySelector('#password') as HTMLInputElement).type = 'text'))
      await page.keyboard.type('aB', { delay: 5 })
      await page.keyboard.down('Shift')
      await page.keyboard.press('KeyC')
      await page.keyboard.up('Shift')
      await page.keyboard.type('def', { delay: 5 })
      await page.locator('#go').click()
    })
    expect(told(field).repetition.pressMs).toHaveLength(7)
  })

  test('typed, emptied and typed anew: the last typing alone', async () => {
    const field = await visit(async (page) => {
      await page.locator('#password').focus()
      await page.keyboard.type('wrong one', { delay: 5 })
      await page.keyboard.press('Control+A')
      await page.keyboard.press('Backspace')
      await page.keyboard.type(secret, { delay: 5 })
      await page.keyboard.press('Enter')
    })
    expect(told(field).repetition.pressMs).toHaveLength(secret.length)
  })

  test('a slip that was mended is told as the keys that it took', async () => {
    const field = await visit(async (page) => {
      await page.locator('#password').focus()
      await page.keyboard.type('quiz', { delay: 5 })
      await page.keyboard.press('Backspace', { delay: 5 })
      await page.keyboard.type('et', { delay: 5 })
      await page.keyboard.press('Enter')
    })
    expect(told(field).repetition.pressMs).toHaveLength(7)
  })

  test.each<[string, (page: Page) => Promise<void>]>([
    [
      'pasted',
      async (page) => {
        await page.locator('#username').focus()
        await page.keyboard.type(secret)
        await page.keyboard.press('Control+A')
        await page.keyboard.press('Control+X')
        await page.locator('#password').focus()
        await page.keyboard.press('Control+V')
        expect(await page.locator('#password').inputValue()).toBe(secret)
      }
    ],
    ['filled in by a password manager', (page) => page.locator('#password').fill(secret)],
    [
      'filled in, and a letter typed after it',
      async (page) => {
        await page.locator('#password').fill(secret)
        await page.keyboard.type('s', { delay: 5 })
      }
    ],
    [
      'written by an input method',
      async (page) => {
        await page.locator('#password').focus()
        const devtools = await page.context().newCDPSession(page)
        await devtools.send('Input.insertText', { text: secret })
      }
    ],
    [
      'too long for a secret',
      async (page) => {
        await page.locator('#password').focus()
        await page.keyboard.type('x'.repeat(130))
      }
    ],
    ['left empty', () => Promise.resolve()]
  ])('%s: nothing is told', async (_, work) => {
    const field = await visit(async (page) => {
      await work(page)
      await page.locator('#go').click()
    })
    expect(field).toBe('')
  })

  test('whoever cancels tells nothing', async () => {
    const field = await visit(async (page) => {
      await page.locator('#password').focus()
      await page.keyboard.type(secret, { delay: 5 })
      await page.locator('#cancel').click()
    })
    expect(field).toBe('')
  })

  test('without a script the form works and tells nothing', async () => {
    const field = await visit(
      async (page) => {
        await page.locator('#password').focus()
        await page.keyboard.type(secret)
        await page.locator('#go').click()
      },
      { javaScriptEnabled: false }
    )
    expect(field).toBe('')
    expect(posted.at(-1)!.get('password')).toBe(secret)
  })

  test('keys that a script makes up are told as such', async () => {
    const field = await visit(async (page) => {
      await page.evaluate((text) => {
        const box = document.querySelector<HTMLInputElement>('#password')!
        for (const key of text) {
          box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
          box.value += key
          box.dispatchEvent(new InputEvent('input', { inputType: 'insertText', bubbles: true }))
          box.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true }))
        }
      }, secret)
      await page.locator('#go').click()
    })
    expect(JSON.parse(field)).toMatchObject({ untrusted: secret.length })
  })
})
