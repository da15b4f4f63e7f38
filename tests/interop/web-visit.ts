// A visit to a party that is a web server: addresses to begin a sign-in and to sign out, and one that says what the party holds.

import { createHeadlessBrowser, type HeadlessPage } from '../../src/replay/headless-browser.ts'
import { navigate } from './navigate.ts'
import type { Answering, Ask, Claims, Visit } from './party.ts'

export interface WebParty {
  readonly origin: string
  readonly issuer: string
  /** Where a sign-in begins; `ask` as the party takes it. */
  login(ask: Ask & { readonly prompt?: 'none' }): string
  /** Where the claims are shown. Default `/claims`: JSON, or 401. */
  readonly claimsPath?: string
  claimsOn?(page: HeadlessPage): Claims | undefined
  /** Where signing out begins; default `/logout`. `form`: by the first form of the page there. */
  readonly logout?: { readonly path: string; readonly form?: boolean }
}

/** More pages than any sign-in has: somebody is sent in circles. */
const mostPages = 8

export async function webVisit(party: WebParty, person: Answering): Promise<Visit> {
  const browser = createHeadlessBrowser([], navigate)
  const { origin, issuer, claimsPath = '/claims', claimsOn = claimsInJson } = party

  async function open(path: string): Promise<HeadlessPage> {
    return refreshed(await browser.open(new URL(path, origin)))
  }

  /** Some parties go on by a page that reloads itself elsewhere. */
  async function refreshed(page: HeadlessPage): Promise<HeadlessPage> {
    const [, target] = /<meta http-equiv="refresh" content="0; url=([^"]+)"/i.exec(page.html) ?? []
    if (target === undefined) return page
    return refreshed(await browser.open(new URL(target.replaceAll('&amp;', '&'), page.url)))
  }

  async function throughPages(start: HeadlessPage): Promise<HeadlessPage> {
    let page = start
    for (let shown = 0; page.url.origin === new URL(issuer).origin; shown++) {
      if (page.status >= 400 || shown === mostPages || !page.html.includes('<form')) {
        throw new Error(`the provider's page ${shown + 1}: ${page.status} ${textOf(page.html)}`)
      }
      const names = [...page.html.matchAll(/<input\b[^>]*\bname="([^"]+)"/g)].map(([, name]) => name!)
      page = await refreshed(await browser.submit(page, await person.answer(names)))
    }
    return page
  }

  return {
    async signIn(ask = {}) {
      const end = await throughPages(await open(party.login(ask)))
      if (end.status >= 400) throw new Error(`the party answered ${end.status}: ${textOf(end.html)}`)
    },
    async claims() {
      return claimsOn(await open(claimsPath))
    },
    async signOut() {
      const { path, form } = party.logout ?? { path: '/logout' }
      const page = await open(path)
      await throughPages(form ? await browser.submit(page, {}) : page)
    },
    async renew() {
      const page = await open(party.login({ prompt: 'none' }))
      if (page.url.origin !== new URL(origin).origin) throw new Error(`a page was shown: ${textOf(page.html)}`)
      return page.status < 400 ? undefined : errorIn(page.html)
    },
    close: () => Promise.resolve()
  }
}

function claimsInJson({ status, html }: HeadlessPage): Claims | undefined {
  return status === 200 ? (JSON.parse(html) as Claims) : undefined
}

function errorIn(text: string): string {
  return (
    /\b(?:login|interaction|consent|account_selection)_required\b|\bunmet_[a-z_]+\b/.exec(text)?.[0] ?? textOf(text)
  )
}

function textOf(html: string): string {
  return html
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300)
}
