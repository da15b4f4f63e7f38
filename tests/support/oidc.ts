// A browser and a relying party at the level of fetch. The browser counts: more than two redirects between one page and the next, or one
// page more than three times in one sign-in, is a loop, and a test that meets it fails.

import { WebSocket } from 'ws'
import { attribute } from '../../src/replay/headless-browser.ts'
import type { RelyingParty, Tokens } from '../../src/replay/relying-party.ts'

export { relyingParty, type RelyingParty, type Tokens } from '../../src/replay/relying-party.ts'

export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** True when the redirect leads to the relying party; it is not followed. */
  readonly left: boolean
  /** Redirects between the request and this answer. */
  readonly redirects: number
}

export interface Browser {
  get(url: string | URL, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(
    url: string | URL,
    fields: Readonly<Record<string, string>>,
    limit?: number,
    headers?: Readonly<Record<string, string>>
  ): Promise<Answer>
  /** Sends the first form of a page with its hidden fields. A sign-up takes more redirects than a sign-in. */
  submit(
    page: Answer,
    fields: Readonly<Record<string, string>>,
    limit?: number,
    headers?: Readonly<Record<string, string>>
  ): Promise<Answer>
  /** `Cookie` header for an address. */
  cookiesFor(url: string | URL): string
}

const mostRedirects = 2
const mostTimesAPage = 3

export function createBrowser(stopAt: readonly string[]): Browser {
  const jar = new Map<string, { readonly value: string; readonly path: string }>()

  function cookiesFor(url: string | URL): string {
    const { pathname } = new URL(url)
    return [...jar]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([key, { value }]) => `${key.slice(key.indexOf(' ') + 1)}=${value}`)
      .join('; ')
  }

  function keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(name.length + 1)
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      const gone = value === '' || attributes.some((one) => /^expires=thu, 01 jan 1970/i.test(one))
      if (gone) jar.delete(`${path} ${name}`)
      else jar.set(`${path} ${name}`, { value, path })
    }
  }

  async function request(start: string | URL, init: RequestInit, limit = mostRedirects): Promise<Answer> {
    let url = new URL(start)
    let options = init
    for (let redirects = 0; ; redirects++) {
      if (redirects > limit) throw new Error(`more than ${limit} redirects without a page, now at ${url.href}`)
      const headers = new Headers(options.headers)
      if (!headers.has('accept')) headers.set('accept', 'text/html')
      const cookie = cookiesFor(url)
      if (cookie) headers.set('cookie', cookie)
      const response = await fetch(url, { ...options, headers, redirect: 'manual' })
      keep(response.headers)
      const text = await response.text()
      const { status } = response
      const location = response.headers.get('location')
      if (location === null) return { url, status, headers: response.headers, text, left: false, redirects }
      url = new URL(location, url)
      if (stopAt.some((prefix) => url.href.startsWith(prefix))) {
        return { url, status, headers: response.headers, text, left: true, redirects: redirects + 1 }
      }
      // A browser says what it is with each request.
      const agent = headers.get('user-agent')
      options = { method: 'GET', ...(agent !== null && { headers: { 'user-agent': agent } }) }
    }
  }

  const post: Browser['post'] = (url, fields, limit, more = {}) => {
    const headers = { origin: new URL(url).origin, 'content-type': 'application/x-www-form-urlencoded', ...more }
    return request(url, { method: 'POST', headers, body: new URLSearchParams(fields) }, limit)
  }

  return {
    get: (url, headers = {}) => request(url, { method: 'GET', headers }),
    post,
    submit(page, fields, limit, headers) {
      const [, tag = '', inside = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page.text) ?? []
      const hidden: Record<string, string> = {}
      for (const [, input = ''] of inside.matchAll(/<input\b([^>]*)>/g)) {
        const name = attribute(input, 'name')
        if (name !== undefined) hidden[name] = attribute(input, 'value') ?? ''
      }
      return post(new URL(attribute(tag, 'action') ?? '', page.url), { ...hidden, ...fields }, limit, headers)
    },
    cookiesFor
  }
}

/** How somebody answers the pages of a sign-in. */
export type Answering = (page: Answer) => Promise<Answer>

/** Answers pages until the browser is back at the relying party, or a page says that it went wrong. */
export async function goThrough(start: Answer, answering: Answering): Promise<Answer> {
  const shown = new Map<string, number>()
  let page = start
  while (!page.left && page.status === 200) {
    const title = titleOf(page)
    const times = (shown.get(title) ?? 0) + 1
    shown.set(title, times)
    if (times > mostTimesAPage) throw new Error(`the page "${title}" was shown ${times} times`)
    page = await answering(page)
  }
  return page
}

export function titleOf({ text }: Answer): string {
  return /<h1[^>]*>([^<]*)</.exec(text)?.[1]?.trim() ?? ''
}

/** Error code of whatever openid-client threw, else the status of the answer, else what came instead. */
export async function errorOf(work: Promise<unknown>): Promise<string> {
  try {
    return `no error: ${JSON.stringify(await work)}`
  } catch (error) {
    const { error: code, status, cause } = error as { error?: string; status?: number; cause?: unknown }
    const answered = status ?? (cause instanceof Response ? cause.status : undefined)
    return code ?? (answered === undefined ? String(error) : `HTTP ${answered}`)
  }
}

/** Status of an attempt to open a channel; 101 when it opened. The socket is closed again. */
export async function upgradeStatus(
  issuer: string,
  how: { readonly protocols: readonly string[]; readonly origin: string; readonly cookie?: string }
): Promise<number> {
  const socket = new WebSocket(`${issuer.replace(/^http/, 'ws')}/continuous`, [...how.protocols], {
    origin: how.origin,
    perMessageDeflate: false,
    ...(how.cookie !== undefined && { headers: { cookie: how.cookie } })
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  })
}

/** `auth_time` counts whole seconds: a later one needs a later second. */
export function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000) + 20))
}

/** Claims of a JWT, unverified. */
export function claimsOf(jwt: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString('utf8')) as Record<string, unknown>
}

export interface Visit {
  /** Where the browser ended: back at the relying party, or at a page that says that it went wrong. */
  readonly end: Answer
  /** Titles of the pages on the way. */
  readonly pages: readonly string[]
  /** `error` of the callback. */
  readonly error: string | null
  redeem(): Promise<Tokens>
}

export interface PersonAtBrowser {
  readonly browser: Browser
  /** Goes to the relying party, which sends an authorization request. `answering` replaces the person's own way for this once. */
  visit(parameters?: Readonly<Record<string, string>>, answering?: Answering): Promise<Visit>
  signIn(parameters?: Readonly<Record<string, string>>, answering?: Answering): Promise<Tokens>
}

export function personAt(party: RelyingParty, browser: Browser, usually: Answering): PersonAtBrowser {
  const visit: PersonAtBrowser['visit'] = async (parameters = {}, answering = usually) => {
    const request = await party.request(parameters)
    const pages: string[] = []
    const end = await goThrough(await browser.get(request.url), (page) => {
      pages.push(titleOf(page))
      return answering(page)
    })
    return { end, pages, error: end.url.searchParams.get('error'), redeem: () => request.redeem(end.url) }
  }
  return { browser, visit, signIn: async (parameters, answering) => (await visit(parameters, answering)).redeem() }
}
