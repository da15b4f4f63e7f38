// A person with a browser that has cookies and forms and no script: follows redirects by hand so that a test can look at each step.

export interface Page {
  readonly status: number
  readonly url: string
  readonly headers: Headers
  readonly text: string
}

export interface Visitor {
  /** Follows redirects; stops, with the redirect as the page, before it leaves the origins that `stopAt` does not name. */
  get(url: string): Promise<Page>
  /** Fills the form of the page whose action or button leads to `to` (default: the first form and its first submit button) and sends it. */
  submit(page: Page, fields?: Readonly<Record<string, string>>, to?: string): Promise<Page>
  /** One request, no redirects followed. */
  raw(url: string, init?: RequestInit): Promise<Page>
  readonly cookies: Map<string, string>
}

export function visitor(own: string): Visitor {
  const cookies = new Map<string, string>()

  async function raw(url: string, init: RequestInit = {}): Promise<Page> {
    const target = new URL(url, own)
    const headers = new Headers(init.headers)
    const sent = [...cookies]
      .filter(([key]) => target.pathname.startsWith(key.split(' ')[0]!))
      .map(([key, value]) => `${key.split(' ')[1]}=${value}`)
    if (sent.length > 0) headers.set('cookie', sent.join('; '))
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(line)
    return { status: response.status, url: target.href, headers: response.headers, text: await response.text() }
  }

  function keep(line: string): void {
    const [pair = '', ...flags] = line.split(';').map((part) => part.trim())
    const path = flags.find((flag) => /^path=/i.test(flag))?.slice(5) ?? '/'
    const cut = pair.indexOf('=')
    const key = `${path} ${pair.slice(0, cut)}`
    const over = flags.some((flag) => /^expires=/i.test(flag) && Date.parse(flag.slice(8)) < Date.now())
    if (over) cookies.delete(key)
    else cookies.set(key, pair.slice(cut + 1))
  }

  async function follow(page: Page): Promise<Page> {
    for (let hops = 0; page.status >= 300 && page.status < 400 && hops < 12; hops++) {
      const next = new URL(page.headers.get('location') ?? '', page.url)
      if (next.origin !== new URL(own).origin) return page
      page = await raw(next.href)
    }
    return page
  }

  return {
    cookies,
    raw,
    get: async (url) => follow(await raw(url)),
    async submit(page, fields = {}, to) {
      const form = formsOf(page).find((one) => to === undefined || one.targets.includes(to))
      if (!form) throw new Error(`no form ${to ?? ''} on ${page.url}: ${page.text.slice(0, 200)}`)
      const body = new URLSearchParams({ ...form.fields, ...fields })
      const origin = new URL(own).origin
      const sent = await raw(new URL(to ?? form.targets[0]!, page.url).href, {
        method: 'POST',
        body,
        headers: { origin }
      })
      return follow(sent)
    }
  }
}

interface Form {
  /** The first is where the first submit button leads. */
  readonly targets: readonly string[]
  readonly fields: Readonly<Record<string, string>>
}

export function formsOf(page: Page): readonly Form[] {
  return [...page.text.matchAll(/<form[^>]*method="post"[^>]*>[\s\S]*?<\/form>/g)].map(([html]) => {
    const action = plain(/action="([^"]*)"/.exec(html)?.[1] ?? page.url)
    const buttons = [...html.matchAll(/<button[^>]*type="submit"[^>]*>/g)].map(([button]) =>
      plain(/formaction="([^"]*)"/.exec(button)?.[1] ?? action)
    )
    const fields: Record<string, string> = {}
    for (const [input] of html.matchAll(/<input[^>]*>/g)) {
      const name = /\bname="([^"]*)"/.exec(input)?.[1]
      if (name) fields[name] = plain(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? '')
    }
    return { targets: buttons.length > 0 ? [...new Set(buttons)] : [action], fields }
  })
}

function plain(escaped: string): string {
  return escaped
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
