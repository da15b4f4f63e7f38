// Markup in what people and applications write: a hundred payloads in every field that is stored or given back, read by a real browser, and no script
// of them runs (attack 29 of the threat list). The browser gets the pages without their content security policy, so that escaping alone has to hold.

import type { Browser, Page as BrowserPage } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPagesHouse, shopRequest, type PagesHouse } from '../provider/pages-house.ts'
import { formsOf, visitor, type Visitor } from '../provider/visitor.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { passkeyFormOn, softPasskey } from '../support/soft-passkey.ts'

/** Ways to run a script, twenty; each calls `alert`. */
const vectors = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x>',
  '<body onload=alert(1)>',
  '<iframe srcdoc="<script>parent.alert(1)</script>">',
  '<details open ontoggle=alert(1)>',
  '<video><source onerror=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>',
  '<math><mtext><img src=x onerror=alert(1)>',
  '<object data=javascript:alert(1)>',
  '<embed src=javascript:alert(1)>',
  '<style onload=alert(1)>',
  '<audio src=x onerror=alert(1)>',
  'onfocus=alert(1) autofocus x=',
  '<%= alert(1) %>',
  '${alert(1)}',
  '**<b onclick=alert(1)>**<img src=x onerror=alert(1)>',
  '<base href=javascript:alert(1)//>'
]
/** Ways out of where the text stands: text, two kinds of quotes, elements that hold text, a comment. */
const ways = ['', '">', "'>", '</title></textarea></script>', '--> ']
const payloads = ways.flatMap((way) => vectors.map((vector) => way + vector))

inBrowser(() => {
  let browser: Browser
  let house: PagesHouse
  let person: Visitor
  let accountId: string
  let passkeyId: string
  const password = 'seven green bottles'

  beforeAll(async () => {
    browser = await launchBrowser()
    house = await openPagesHouse()
    person = visitor(house.issuer)
    await person.submit(await person.get('/signup'), { username: 'ana', email: 'ana@example.test', password })
    accountId = (await house.storage.accounts.findByUsername('ana'))!.id
    const page = await person.get('/account/passkeys')
    const key = softPasskey(new URL(house.issuer).origin, passkeyFormOn(page).options)
    await person.submit(page, { passkey: key.created, name: 'a phone' })
    passkeyId = key.id
    // Her lists of proofs are shown to nobody who has not just given two.
    await house.provedByTwo(person.cookies.get('/ _session'))
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await house.close()
  })

  test('they are a hundred', () => expect(new Set(payloads).size).toBe(100))

  test('the browser would have run them: each vector that stands alone in a page does', async () => {
    const alone = vectors.filter((vector) => vector.startsWith('<img') || vector.startsWith('<script'))
    expect(
      await dialogsOf(
        browser,
        alone.map((vector) => `<!doctype html><body>${vector}`)
      )
    ).toBeGreaterThanOrEqual(2)
  })

  test('no script runs from a form that is shown again, or from an address', async () => {
    const shown = await eachPayload(async (payload) => {
      const stranger = visitor(house.issuer)
      const login = await stranger.get(shopRequest(house, { login_hint: payload, state: payload, ui_locales: payload }))
      const again = await stranger.submit(login, { username: payload, password: '' })
      const signUp = await stranger.get('/signup')
      const refused = await stranger.submit(signUp, { username: payload, email: payload, password: 'x' })
      const bad = await stranger.get(
        `${house.issuer}/auth?${new URLSearchParams({ client_id: payload, scope: payload, response_type: payload, redirect_uri: payload })}`
      )
      const lost = await stranger.get(`/interaction/${encodeURIComponent(payload)}`)
      house.heart.challenge = { kind: 'risk', reason: 'behaviour', words: '' }
      const asked = await person.get(shopRequest(house, { prompt: 'login' }))
      const other = await person.get(`${asked.url}?${new URLSearchParams({ with: payload })}`)
      const sent = { factor: payload, challenge: payload, code: payload, passkey: payload }
      const wrong = await person.submit(other, sent)
      delete house.heart.challenge
      return [login, again, refused, bad, lost, other, wrong].map(({ text }) => text)
    })
    // They stand in the pages, or this test would show nothing.
    expect(shown.filter((text) => text.includes('alert(1)')).length).toBeGreaterThan(payloads.length)
    expect(await dialogsOf(browser, shown)).toBe(0)
  }, 300_000)

  test('no script runs from a name, an address or a decision that was stored', async () => {
    const account = (await house.storage.accounts.find(accountId))!
    const shown = await eachPayload(async (payload) => {
      await house.storage.accounts.update({ ...account, username: payload, email: payload })
      house.heart.decisions = [
        { id: 1, at: 1, type: payload, reason: payload, rule: payload, to: payload, action: payload, answerable: true }
      ]
      house.heart.challenge = { kind: 'risk', reason: 'behaviour', words: payload }
      await house.factors.passkeys.rename({ accountId, sessionUid: 'here' }, passkeyId, payload)
      const pages = await Promise.all(
        ['/account', '/account/activity', '/account/data', '/account/totp', '/account/passkeys'].map((path) =>
          person.get(path)
        )
      )
      const challenge = await person.get(shopRequest(house, { prompt: 'login' }))
      delete house.heart.challenge
      return [...pages, challenge].map(({ text }) => text)
    })
    expect(shown.filter((text) => text.includes('alert(1)')).length).toBeGreaterThanOrEqual(5 * payloads.length)
    expect(await dialogsOf(browser, shown)).toBe(0)
  }, 300_000)

  test('no script runs from an application’s name or what it asks for', async () => {
    await house.storage.accounts.update({ ...(await house.storage.accounts.find(accountId))!, username: 'ana' })
    const shop = (await house.provider.Client.find('shop'))!
    const shown = await eachPayload(async (payload) => {
      Object.assign(shop, { clientName: payload })
      const consent = await person.get(
        shopRequest(house, { claims: JSON.stringify({ userinfo: { [payload]: null } }) })
      )
      const login = await visitor(house.issuer).get(shopRequest(house))
      return [consent.text, login.text]
    })
    expect(shown.filter((text) => text.includes('alert(1)')).length).toBeGreaterThanOrEqual(2 * payloads.length)
    expect(await dialogsOf(browser, shown)).toBe(0)
  }, 300_000)

  test('no script runs from the sentence of a phrase, or from what is sent in its place', async () => {
    house.heart.phrase = 'open'
    house.heart.outcome = 'unclear'
    const shown = await eachPayload(async (payload) => {
      house.heart.sentence = payload
      const page = await person.get('/vigil/phrase')
      const answered = await person.submit(page, { phrase: payload, vigil_typing: payload })
      const again = await person.submit(page, { phrase: payload, vigil_typing: payload, challenge: payload })
      const inside = await person.get(shopRequest(house, { state: payload }))
      return [page, answered, again, inside].map(({ text }) => text)
    })
    house.heart.phrase = 'none'
    expect(house.heart.phrases.map(({ text }) => text)).toEqual(payloads)
    expect(shown.filter((text) => text.includes('alert(1)')).length).toBe(4 * payloads.length)
    expect(await dialogsOf(browser, shown)).toBe(0)
  }, 300_000)

  test('a value that comes back in a hidden field stays in it', async () => {
    const [form] = formsOf(await person.get('/account/totp'))
    expect(form?.fields['offer']).toBeDefined()
    const shown = await eachPayload(async (payload) => {
      const app = await person.submit(await person.get('/account/totp'), { offer: payload, code: payload })
      const passkeys = await person.get('/account/passkeys')
      const made = { challenge: payload, passkey: payload, name: payload }
      const refused = await person.submit(passkeys, made, '/account/passkeys')
      const lost = await person.submit(passkeys, { id: payload, name: payload }, '/account/passkeys/name')
      expect([app.status, refused.status, lost.status]).toEqual([410, 410, 404])
      return [app.text, refused.text, lost.text]
    })
    expect(await dialogsOf(browser, shown)).toBe(0)
  }, 300_000)
})

async function eachPayload(pages: (payload: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const shown: string[] = []
  for (const payload of payloads) shown.push(...(await pages(payload)))
  return shown
}

/** How many dialogs open when a browser reads these pages, a few dozen at a time, each in a frame of its own. */
async function dialogsOf(browser: Browser, pages: readonly string[]): Promise<number> {
  const page = await browser.newPage()
  let dialogs = 0
  await page.exposeFunction('alerted', () => void dialogs++)
  for (let from = 0; from < pages.length; from += 50) {
    await readInFrames(page, pages.slice(from, from + 50))
  }
  await page.close()
  return dialogs
}

async function readInFrames(page: BrowserPage, documents: readonly string[]): Promise<void> {
  await page.goto('about:blank')
  await page.evaluate(async (all) => {
    const { alerted } = globalThis as unknown as { alerted: () => void }
    globalThis.alert = alerted
    await Promise.all(
      all.map(async (text) => {
        const frame = document.createElement('iframe')
        // Its own `alert` is told of before anything in it is read.
        frame.srcdoc = `<script>globalThis.alert = () => parent.alerted()</script>${text}`
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
        document.body.append(frame)
        await loaded
      })
    )
    // What fails to load says so a moment later.
    await new Promise((resolve) => setTimeout(resolve, 300))
  }, documents)
}
