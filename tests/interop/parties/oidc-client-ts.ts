// oidc-client-ts in Chromium: an application that is a page, a public client with PKCE, whose tokens are in the browser. It renews in a hidden
// frame, and nobody can reach it by a back channel.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { chromiumPath, launchBrowser } from '../../support/browser.ts'
import type { Answering, Claims, Party, PartyOptions, Visit } from '../party.ts'
import { listen } from './listen.ts'

export const oidcClientTs: Party = {
  name: 'oidc-client-ts',
  backChannel: false,
  renewsSilently: true,
  available: chromiumPath() !== undefined,
  metadata: (origin) => ({
    redirect_uris: [`${origin}/callback`, `${origin}/silent`],
    post_logout_redirect_uris: [`${origin}/`],
    token_endpoint_auth_method: 'none'
  }),
  async start(options) {
    const close = await listen((request, response) => {
      const path = new URL(request.url ?? '/', options.origin).pathname
      const script = path === '/oidc-client-ts.js'
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
      response.end(script ? library : pageAt(path, options))
    }, options.port)
    const browser = await launchBrowser()
    return {
      visit: (person) => pageVisit(browser, options, person),
      async close() {
        await browser.close()
        await close()
      }
    }
  }
}

const library = readFileSync(
  fileURLToPath(new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts')))
)

function pageAt(path: string, { issuer, clientId, origin }: PartyOptions): string {
  const settings = {
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${origin}/callback`,
    silent_redirect_uri: `${origin}/silent`,
    post_logout_redirect_uri: `${origin}/`,
    scope: 'openid',
    automaticSilentRenew: false,
    // Else it drops acr, amr and auth_time from what it tells the application.
    filterProtocolClaims: false
  }
  const acts: Readonly<Record<string, string>> = {
    '/callback':
      'manager.signinCallback().then(() => location.replace("/"), (error) => { document.title = error.message })',
    '/silent': 'manager.signinSilentCallback()'
  }
  return `<!doctype html><title>An application</title><script src="/oidc-client-ts.js"></script>
<script>window.manager = new oidc.UserManager(${JSON.stringify(settings)}); ${acts[path] ?? 'document.title = "ready"'}</script>`
}

/** What the page's script made. */
interface Manager {
  signinRedirect(ask: object): Promise<void>
  signinSilent(): Promise<unknown>
  signoutRedirect(): Promise<void>
  getUser(): Promise<{ readonly profile: Claims } | null>
}
type Application = typeof globalThis & { readonly manager: Manager }

const patienceMs = 30_000

async function pageVisit(browser: Browser, { issuer, origin }: PartyOptions, person: Answering): Promise<Visit> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)

  async function home(): Promise<void> {
    await page.goto(`${origin}/`)
  }

  /** Answers pages until the application is back, and ready. */
  async function throughPages(): Promise<void> {
    for (;;) {
      await page.waitForURL((url) => url.origin === new URL(issuer).origin || url.href === `${origin}/`)
      if (new URL(page.url()).origin === origin) break
      await answerPage(page, person)
    }
    await page.waitForFunction(() => document.title === 'ready')
  }

  return {
    async signIn({ acrValues, maxAgeSeconds } = {}) {
      await home()
      const ask = { acr_values: acrValues, max_age: maxAgeSeconds }
      // The page leaves while it still answers.
      await page.evaluate((asked) => void (globalThis as Application).manager.signinRedirect(asked), ask)
      await page.waitForURL((url) => url.href !== `${origin}/`)
      await throughPages()
    },
    async claims() {
      await home()
      return page.evaluate(async () => (await (globalThis as Application).manager.getUser())?.profile)
    },
    async renew() {
      await home()
      return page.evaluate(() =>
        (globalThis as Application).manager.signinSilent().then(
          () => undefined,
          (error: { readonly error?: string; readonly message: string }) => error.error ?? error.message
        )
      )
    },
    async signOut() {
      await home()
      await page.evaluate(() => void (globalThis as Application).manager.signoutRedirect())
      await page.waitForURL((url) => url.href !== `${origin}/`)
      await throughPages()
    },
    close: () => context.close()
  }
}

async function answerPage(page: Page, person: Answering): Promise<void> {
  const shown = page.url()
  await page.locator('button[type=submit]').first().waitFor()
  const inputs = await page
    .locator('form input[name]:visible')
    .evaluateAll((all) => all.map((one) => one.getAttribute('name')!))
  const values = await person.answer(inputs)
  for (const name of inputs) {
    if (values[name] !== undefined) await page.locator(`input[name=${name}]`).first().fill(values[name])
  }
  await page.locator('button[type=submit]').first().click()
  await page.waitForURL((url) => url.href !== shown)
}
