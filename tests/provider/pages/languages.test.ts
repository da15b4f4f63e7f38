// A page speaks the language that the person has asked for, all of it.

import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { de } from '../../../src/provider/pages/languages/de.ts'
import { en } from '../../../src/provider/pages/languages/en.ts'
import { languages, wordsOf } from '../../../src/provider/pages/languages/index.ts'
import { rich } from '../../../src/provider/pages/rich-text.ts'
import { openPagesHouse, shopRequest, type PagesHouse } from '../pages-house.ts'
import { visitor } from '../visitor.ts'

describe('the languages', () => {
  test.each(languages)('have the same texts, and none of them is empty: $tag', (language) => {
    expect(textsOf(language).map(([place]) => place)).toEqual(textsOf(en).map(([place]) => place))
    // A password has nothing to be hinted at.
    const empty = textsOf(language).filter(
      ([place, text]) => text.trim() === '' && place !== 'challenge.factors.password.hint'
    )
    expect(empty).toEqual([])
  })

  test('say nothing in English where they are another', () => {
    const english = new Map(textsOf(en))
    const same = textsOf(de).filter(([place, text]) => text.includes(' ') && english.get(place) === text)
    expect(same).toEqual([])
  })

  test('name what they are given', () => {
    const english = new Map(textsOf(en))
    for (const [place, text] of textsOf(de)) {
      expect([place, [...text.matchAll(/«\d»/g)].map(String).sort()]).toEqual([
        place,
        [...english.get(place)!.matchAll(/«\d»/g)].map(String).sort()
      ])
    }
  })
})

describe('a view', () => {
  const folder = new URL('../../../views/', import.meta.url)

  test('has no text of its own', async () => {
    const views = (await readdir(folder)).filter((name) => name.endsWith('.eta'))
    expect(views.length).toBeGreaterThan(10)
    for (const name of views)
      expect([name, ownTexts(await readFile(new URL(name, folder), 'utf8'))]).toEqual([name, []])
  })

  test.each([
    ['<p>Hello</p>', 'Hello'],
    ['<p><%= it.t.x %> or</p>', 'or'],
    ['<input placeholder="Your name">', 'Your name'],
    ['<a aria-label="Close" href="/x">×</a>', 'Close'],
    [`<%~ include('./field', { label: 'Code' }) %>`, 'Code'],
    [`<% layout('./layout', { title: 'Sign in' }) %>`, 'Sign in'],
    [`<%= it.on ? 'On' : it.t.off %>`, 'On']
  ])('with one is found out: %s', (view, text) => {
    expect(ownTexts(view)).toEqual([text])
  })

  test('shows a name strong and never as markup', () => {
    expect(rich('to **<b>Bob & Co</b>**')).toBe('to <strong>&lt;b&gt;Bob &amp; Co&lt;/b&gt;</strong>')
  })
})

describe('the language of a page', () => {
  let house: PagesHouse
  beforeAll(async () => {
    house = await openPagesHouse()
  })
  afterAll(() => house.close())

  async function page(url: string, accept?: string) {
    const person = visitor(house.issuer)
    let at = await person.raw(url, { headers: accept === undefined ? {} : { 'accept-language': accept } })
    while (at.status >= 300 && at.status < 400) {
      const next = new URL(at.headers.get('location')!, at.url).href
      at = await person.raw(next, { headers: accept === undefined ? {} : { 'accept-language': accept } })
    }
    return { lang: /<html lang="([^"]*)">/.exec(at.text)?.[1], heading: /<h1[^>]*>([^<]*)/.exec(at.text)?.[1], ...at }
  }

  test.each([
    ['the application asks for German', { ui_locales: 'fr-CA de-AT en' }, 'en-GB', 'de'],
    ['the application asks for languages that nobody speaks here', { ui_locales: 'fr-CA fr' }, 'de-CH,de;q=0.9', 'de'],
    ['only the browser asks', {}, 'fr, de;q=0.8, en;q=0.7', 'de'],
    ['the browser would rather have English', {}, 'de;q=0.5, en-US;q=0.9', 'en'],
    ['nobody asks', {}, undefined, 'en'],
    ['what is asked for is no language', { ui_locales: '*-- ../../x' }, '*', 'en']
  ] as const)('%s', async (_, params: Record<string, string>, accept, tag) => {
    const login = await page(shopRequest(house, params), accept)
    expect([login.lang, login.heading]).toEqual([tag, wordsOf(tag)!.login.title])
    expect(login.headers.get('content-language')).toBe(tag)
    expect(login.headers.get('vary')).toContain('Accept-Language')
  })

  test('is asked for in the address where there is no application', async () => {
    expect((await page(`${house.issuer}/signup?ui_locales=de`)).heading).toBe(de.signUp.title)
  })

  test('is that of the name of the provider’s own pages, where somebody signs in for them', async () => {
    const login = await page(`${house.issuer}/account`, 'de')
    expect(login.heading).toBe(de.login.title)
    expect(login.text).toContain(`<strong>${de.common.ownPages}</strong>`)
    expect(login.text).not.toContain('your account')
  })

  test('is that of errors too, those of the provider included', async () => {
    expect((await page(`${house.issuer}/invitation/none`, 'de')).heading).toBe(de.errors.invitation_invalid.title)
    const broken = await page(shopRequest(house, { ui_locales: 'de', redirect_uri: 'https://evil.example/' }))
    expect([broken.status, broken.heading]).toEqual([400, de.requestRefused.title])
    const refused = await page(`${house.issuer}/interaction/unknown`, 'de')
    expect(refused.heading).toBe(de.errors.interaction_lost.title)
  })

  test('is that of what is wrong with a form', async () => {
    const person = visitor(house.issuer)
    const form = await person.get(`${house.issuer}/signup`)
    const csrf = /name="csrf" value="([^"]*)"/.exec(form.text)![1]!
    const again = await person.raw(`${house.issuer}/signup`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, username: 'a', email: 'a', password: 'short' }),
      headers: { 'accept-language': 'de' }
    })
    expect(again.status).toBe(422)
    for (const text of [de.problems.username_length, de.problems.email_malformed, de.problems.password_short(8)])
      expect(again.text).toContain(text)
  })
})

/** Every text with its place; texts that are given something get «0», «1». */
function textsOf(tree: unknown, place = ''): (readonly [string, string])[] {
  if (typeof tree === 'string') return [[place, tree]]
  if (typeof tree === 'function') {
    const given = Array.from({ length: tree.length }, (_, index) => `«${index}»`)
    return [[place, String((tree as (...given: string[]) => unknown)(...given))]]
  }
  // How many sentences there are to type is each language's own affair.
  if (Array.isArray(tree)) return [[place, tree.join(' ')]]
  return Object.entries(tree as object).flatMap(([key, value]) =>
    textsOf(value, place === '' ? key : `${place}.${key}`)
  )
}

/** What a view says without having it from a language: text, attributes that are read out, and texts in its code. */
function ownTexts(view: string): readonly string[] {
  const code = [...view.matchAll(/<%[\s\S]*?%>/g)].map(String)
  const markup = view.replaceAll(/<%[\s\S]*?%>/g, '')
  const read = [...markup.matchAll(/\b(?:alt|title|placeholder|aria-label|label|content)="([^"]*)"/g)].map(
    ([, text]) => text!
  )
  const shown = markup
    .replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .split(/<[^>]*>/)
    .map((text) => text.trim())
  const coded = code.flatMap((part) =>
    [...part.matchAll(/(?:\b(?:label|hint|title|words): |\? |: )'([^']*)'/g)].map(([, text]) => text!)
  )
  const letters = /\p{L}/u
  return [...shown, ...[...read, ...coded].filter((text) => !technical.test(text))].filter((text) => letters.test(text))
}

/** Values of attributes and options that nobody reads: class names, kinds of fields, contents of `<meta>`. */
const technical = /^(?:[a-z][a-z-]*|width=device-width, .*|light dark|\.\/[a-z-]+| wrong|<time .*)$/
