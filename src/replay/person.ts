// Somebody who uses the provider without a screen: signs up, teaches it how they type, signs in at an application, and answers when asked to
// prove who they are. Everything goes through the pages and endpoints that a browser uses.

import { VigilError } from '../errors.ts'
import { attribute, createHeadlessBrowser, type HeadlessBrowser, type HeadlessPage } from './headless-browser.ts'
import { relyingParty, type Tokens } from './relying-party.ts'
import { openStream, type PlayClock, type ReplayStream } from './replay-stream.ts'

export type { Tokens } from './relying-party.ts'

export interface PersonOptions {
  readonly issuer: string
  readonly username: string
  readonly password: string
  /** The application through which the person signs in; its redirect address needs nobody behind it. */
  readonly clientId: string
  readonly clientSecret?: string
  readonly redirectUri: string
  readonly clock: PlayClock
}

export interface HeadlessPerson {
  readonly browser: HeadlessBrowser
  /** Creates the account and agrees to being watched; ends on the calibration page. */
  signUp(): Promise<void>
  /** Opens the channel of the calibration page. */
  calibrate(): Promise<ReplayStream>
  trainingStatus(): Promise<{ state: string; progress: number; keystrokes: number; keystrokesNeeded: number }>
  /**
   * An authorization request with more parameters, answered with the password wherever a page asks. With `prompt=none` no page is shown,
   * and the error that comes back is thrown as an openid-client AuthorizationResponseError.
   */
  signIn(parameters?: Readonly<Record<string, string>>): Promise<Tokens>
  /** What a page of the application needs to open the channel: good for once, and for half a minute. */
  way(accessToken: string): Promise<{ readonly url: string; readonly credential: string; readonly origin: string }>
  /** Opens the channel as a page of the application does. */
  watch(accessToken: string): Promise<ReplayStream>
  userinfo(tokens: Tokens): Promise<Readonly<Record<string, unknown>>>
}

const maximumForms = 6

export async function createHeadlessPerson(options: PersonOptions): Promise<HeadlessPerson> {
  const { issuer, username, password, redirectUri } = options
  const browser = createHeadlessBrowser([redirectUri])
  const answers = { username, password, email: `${username}@example.test` }
  const party = await relyingParty(issuer, options)

  /** Answers forms until the walk ends at a page for which `done` holds. */
  async function goThrough(start: HeadlessPage, done: (page: HeadlessPage) => boolean): Promise<HeadlessPage> {
    let page = start
    for (let forms = 0; !done(page); forms++) {
      if (page.status >= 400 || forms === maximumForms) throw new VigilError('interaction_lost', problemOf(page))
      page = await browser.submit(page, answers)
    }
    return page
  }

  async function pageToken(): Promise<string> {
    const page = await goThrough(await browser.open(`${issuer}/vigil/calibration`), hasPageToken)
    return attribute(tokenTag(page.html)!, 'data-vigil-page-token')!
  }

  async function way(accessToken: string): ReturnType<HeadlessPerson['way']> {
    const response = await fetch(new URL('/continuous/ticket', issuer), {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` }
    })
    if (response.status >= 500) throw new VigilError('overloaded', `no ticket: ${response.status}`)
    const answer = (await response.json()) as { ticket?: string; url?: string; error?: string }
    if (answer.ticket === undefined || answer.url === undefined) {
      throw new VigilError('ticket_invalid', `no ticket: ${answer.error ?? response.status}`)
    }
    return { url: answer.url, credential: `vigil.ticket.${answer.ticket}`, origin: new URL(redirectUri).origin }
  }

  return {
    browser,

    async signUp() {
      await goThrough(await browser.open(`${issuer}/signup`), hasPageToken)
    },

    async calibrate() {
      const token = await pageToken()
      const url = new URL('/continuous', issuer)
      return openStream({
        url: url.href.replace(/^http/, 'ws'),
        credential: `vigil.page.${token}`,
        origin: new URL(issuer).origin,
        cookie: browser.cookiesFor(url),
        clock: options.clock
      })
    },

    async trainingStatus() {
      const url = `${issuer}/api/training-status`
      const response = await fetch(url, { headers: { cookie: browser.cookiesFor(url), accept: 'application/json' } })
      if (!response.ok) throw new VigilError('not_signed_in', `training status answered ${response.status}`)
      return (await response.json()) as Awaited<ReturnType<HeadlessPerson['trainingStatus']>>
    },

    async signIn(parameters = {}) {
      const request = await party.request({ scope: 'openid profile', ...parameters })
      const page = await goThrough(await browser.open(request.url), ({ status }) => status === 0)
      return request.redeem(page.url)
    },

    way,

    async watch(accessToken) {
      return openStream({ ...(await way(accessToken)), clock: options.clock })
    },

    userinfo: party.userinfo
  }
}

function hasPageToken(page: HeadlessPage): boolean {
  return tokenTag(page.html) !== undefined
}

function tokenTag(html: string): string | undefined {
  return /<script\b([^>]*\bdata-vigil-page-token=[^>]*)>/.exec(html)?.[1]
}

function problemOf({ url, status, html }: HeadlessPage): string {
  const [, title = ''] = /<h1[^>]*>([^<]*)</.exec(html) ?? []
  return `${url.pathname} answered ${status}${title ? `: ${title.trim()}` : ''}`
}
