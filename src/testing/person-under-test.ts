// A person at a browser, and the relying party that sends them to the provider: what the under-risk contract looks at a provider with. Everything
// goes over HTTP, by the standard endpoints, so that any OpenID Connect provider can be looked at.

import assert from 'node:assert/strict'
import { createHeadlessBrowser, type HeadlessPage } from '../replay/headless-browser.ts'
import { relyingParty, type RelyingPartyOptions, type Tokens } from '../replay/relying-party.ts'

export type { Tokens } from '../replay/relying-party.ts'

export type ClientUnderTest = RelyingPartyOptions

/** How an authorization request went. */
export interface Outcome {
  /** Pages that were shown and answered. */
  readonly pages: number
  /** `error` of the answer to the client; undefined where a code came, or nothing at all. */
  readonly error: string | undefined
  /** Status of the page on which it ended, where the browser did not come back to the client. */
  readonly stuck: number | undefined
  /** Buys the tokens. Throws openid-client's errors. */
  redeem(): Promise<Tokens>
}

export interface PersonUnderTest {
  /** `between` runs when the first page is on the screen, before it is answered. */
  authorize(parameters?: Readonly<Record<string, string>>, between?: () => Promise<unknown>): Promise<Outcome>
  signIn(parameters?: Readonly<Record<string, string>>): Promise<Tokens>
  refresh(tokens: Tokens): Promise<Tokens>
  userinfo(tokens: Tokens): Promise<Readonly<Record<string, unknown>>>
  introspect(tokens: Tokens): Promise<Readonly<Record<string, unknown>>>
  /** Signs out where the relying party sends people to sign out (OpenID Connect RP-Initiated Logout). */
  signOut(tokens: Tokens): Promise<void>
}

/** Fields by which the person answers a page that the provider shows. */
export type Answering = (page: HeadlessPage) => Readonly<Record<string, string>>

const mostRedirects = 2
const mostTimesAPage = 3
const mostPages = 8

/** Limits are checked on the way: a browser that is sent in circles fails the check that it is on, with what it saw. */
export async function personUnderTest(
  issuer: string,
  options: ClientUnderTest,
  answering: Answering
): Promise<PersonUnderTest> {
  const party = await relyingParty(issuer, options)
  const browser = createHeadlessBrowser([options.redirectUri])

  async function walk(url: URL, between: (() => Promise<unknown>) | undefined) {
    const shown = new Map<string, number>()
    let page = await browser.open(url)
    for (let pages = 0; ; pages++) {
      assert.ok(page.redirects <= mostRedirects, `${page.redirects} redirects before ${page.url.pathname}`)
      if (page.status !== 200) return { page, pages }
      const title = titleOf(page)
      shown.set(title, (shown.get(title) ?? 0) + 1)
      assert.ok(shown.get(title)! <= mostTimesAPage, `the page "${title}" came ${mostTimesAPage + 1} times`)
      assert.ok(pages < mostPages, `more than ${mostPages} pages, the last one "${title}"`)
      if (pages === 0) await between?.()
      page = await browser.submit(page, answering(page))
    }
  }

  const authorize: PersonUnderTest['authorize'] = async (parameters = {}, between) => {
    const request = await party.request(parameters)
    const { page, pages } = await walk(request.url, between)
    const back = page.status === 0
    return {
      pages,
      error: back ? (page.url.searchParams.get('error') ?? undefined) : undefined,
      stuck: back ? undefined : page.status,
      async redeem() {
        assert.ok(back, `the browser did not come back to the client, but to a page with status ${page.status}`)
        return request.redeem(page.url)
      }
    }
  }

  return {
    authorize,
    signIn: async (parameters) => (await authorize(parameters)).redeem(),
    async refresh({ refreshToken }) {
      assert.ok(refreshToken !== undefined, 'the client gets a refresh token')
      return { refreshToken, ...(await party.refresh(refreshToken)) }
    },
    userinfo: party.userinfo,
    introspect: ({ accessToken }) => party.introspect(accessToken),
    async signOut(tokens) {
      const page = await browser.open(party.signOutUrl(tokens))
      if (page.status === 200) await browser.submit(page, {}, { logout: 'yes' })
    }
  }
}

/** The OAuth error code of whatever was thrown, or the status of the answer. Fails where nothing was. */
export async function errorOf(work: Promise<unknown>): Promise<string> {
  const refusal = await work.then(
    () => undefined,
    (error: unknown) => error as Error & { readonly error?: string; readonly status?: number }
  )
  assert.ok(refusal, 'it was answered, and should have been refused')
  if (refusal.error !== undefined) return refusal.error
  const answered = refusal.cause instanceof Response ? refusal.cause.status : refusal.status
  if (answered === undefined) throw refusal
  return `HTTP ${answered}`
}

function titleOf({ html, url }: HeadlessPage): string {
  return /<h1[^>]*>([^<]*)</.exec(html)?.[1]?.trim() ?? url.pathname
}
