// A browser without a screen: cookies, redirects and forms, enough to sign up and sign in as a person does, with the real pages and the
// real redirects.

import { VigilError } from '../errors.ts'

export interface HeadlessPage {
  readonly url: URL
  /** 0 when the walk stopped at a redirect that leaves for `stopAt`. */
  readonly status: number
  readonly html: string
  /** Between what was asked for and this page. */
  readonly redirects: number
}

export interface HeadlessBrowser {
  /** Follows redirects; a redirect to an address that begins with `stopAt` is not followed. */
  open(url: string | URL): Promise<HeadlessPage>
  /** Sends the first form of a page by its first button, with its hidden fields and those of `fields` that it has. */
  submit(
    page: HeadlessPage,
    fields: Readonly<Record<string, string>>,
    /** What a button elsewhere on the page would add. */
    added?: Readonly<Record<string, string>>
  ): Promise<HeadlessPage>
  /** `Cookie` header for an address. */
  cookiesFor(url: string | URL): string
}

/** How a request gets onto the network; redirects are left to the caller. */
export type Send = (url: URL, init: RequestInit) => Promise<Response>

const maximumRedirects = 20

export function createHeadlessBrowser(stopAt: readonly string[] = [], send: Send = fetch): HeadlessBrowser {
  const jar = new Map<string, Map<string, { value: string; path: string }>>()

  function cookiesFor(url: string | URL): string {
    const { hostname, pathname } = new URL(url)
    return [...(jar.get(hostname) ?? [])]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
  }

  function keep(url: URL, headers: Headers): void {
    const cookies = jar.get(url.hostname) ?? new Map<string, { value: string; path: string }>()
    jar.set(url.hostname, cookies)
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const [name = '', ...value] = pair.split('=')
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      const ended = value.join('=') === '' || attributes.some((one) => /^expires=thu, 01 jan 1970/i.test(one))
      if (ended) cookies.delete(name)
      else cookies.set(name, { value: value.join('='), path })
    }
  }

  async function request(start: URL, init: RequestInit): Promise<HeadlessPage> {
    let url = start
    let options = init
    for (let hop = 0; hop < maximumRedirects; hop++) {
      const headers = new Headers(options.headers)
      const cookie = cookiesFor(url)
      if (cookie) headers.set('cookie', cookie)
      headers.set('accept', 'text/html')
      const response = await send(url, { ...options, headers, redirect: 'manual' })
      keep(url, response.headers)
      const location = response.headers.get('location')
      if (!location) return { url, status: response.status, html: await response.text(), redirects: hop }
      await response.body?.cancel()
      url = new URL(location, url)
      if (stopAt.some((prefix) => url.href.startsWith(prefix))) return { url, status: 0, html: '', redirects: hop + 1 }
      options = { method: 'GET' }
    }
    throw new VigilError('interaction_lost', `more than ${maximumRedirects} redirects from ${start.pathname}`)
  }

  return {
    open: (url) => request(new URL(url), { method: 'GET' }),

    submit(page, fields, added = {}) {
      const form = firstForm(page)
      const body = new URLSearchParams({ ...form.values, ...added })
      for (const name of form.names) if (fields[name] !== undefined) body.set(name, fields[name])
      const headers = { origin: page.url.origin, 'content-type': 'application/x-www-form-urlencoded' }
      return request(form.action, { method: 'POST', headers, body })
    },

    cookiesFor
  }
}

interface Form {
  readonly action: URL
  readonly values: Record<string, string>
  readonly names: readonly string[]
}

function firstForm(page: HeadlessPage): Form {
  const [, attributes = '', inside = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page.html) ?? []
  if (!attributes)
    throw new VigilError('interaction_lost', `there is no form on ${page.url.pathname} (status ${page.status})`)
  const values: Record<string, string> = {}
  const names: string[] = []
  for (const [, tag] of inside.matchAll(/<(?:input|textarea|select)\b([^>]*)>/g)) {
    const name = attribute(tag!, 'name')
    if (name === undefined) continue
    names.push(name)
    if (attribute(tag!, 'value') !== undefined) values[name] = attribute(tag!, 'value')!
  }
  // A button may stand outside its form and name it.
  const id = attribute(attributes, 'id')
  const outside = [...page.html.matchAll(/<button\b([^>]*)>/g)].find(([, tag]) => id && attribute(tag!, 'form') === id)
  const [, button = ''] = /<button\b([^>]*)>/.exec(inside) ?? outside ?? []
  const name = attribute(button, 'name')
  if (name !== undefined) values[name] = attribute(button, 'value') ?? ''
  const action = attribute(button, 'formaction') ?? attribute(attributes, 'action') ?? page.url.href
  return { action: new URL(action, page.url), values, names }
}

/** Value of an attribute in the inside of a tag; '' for one without a value. */
export function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}(?:=(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+)))?(?=\\s|$|/)`).exec(tag)
  return found ? unescaped(found[1] ?? found[2] ?? found[3] ?? '') : undefined
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
