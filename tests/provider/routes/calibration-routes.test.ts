// Being asked, teaching, and taking it back.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { languages } from '../../../src/provider/pages/languages/index.ts'
import { openPagesHouse } from '../pages-house.ts'
import { formsOf, visitor } from '../visitor.ts'
import type { PagesHouse } from '../pages-house.ts'
import type { Page, Visitor } from '../visitor.ts'

let house: PagesHouse
let ahead = 0

beforeAll(async () => {
  house = await openPagesHouse({ now: () => Math.floor(Date.now() / 1000) + ahead })
})
afterAll(() => house.close())

let number = 0
let name = ''
const password = 'seven green bottles'
let person: Visitor
let asked: Page
let accountId = ''

beforeEach(async () => {
  ahead = 0
  house.heart.training = { state: 'no_consent', progress: 0, keystrokes: 0, keystrokesNeeded: 500 }
  name = `teaches${++number}`
  person = visitor(house.issuer)
  asked = await person.submit(await person.get('/signup'), { username: name, email: 'a@example.test', password })
  accountId = (await house.storage.accounts.findByUsername(name))!.id
})

const { sentences } = languages[0]!.calibration

describe('the question', () => {
  test('says what is recorded, what never is, and that access does not depend on it', () => {
    for (const words of ['seven groups', 'Never which key', 'withdraw', 'Your access stays the same'])
      expect(asked.text).toContain(words)
  })

  test('yes is the first button and leads to the sentences', async () => {
    const page = await person.submit(asked)
    expect(house.heart.people.get(accountId)?.consentedAt).toBeTypeOf('number')
    expect(new URL(page.url).pathname).toBe('/vigil/calibration')
    expect(page.text).toContain(sentences[0])
    expect(page.text).toMatch(/data-vigil-page-token="calibration-[\w-]+"/)
    expect(page.text).toContain('data-vigil-state')
    expect(page.headers.get('content-security-policy')).toContain(
      `connect-src 'self' ${house.issuer.replace('http', 'ws')};`
    )
    for (const [tag] of page.text.matchAll(/<script[^>]*>/g)) expect(tag).toContain('nonce="')
  })

  test('not now leads to the account and records nothing', async () => {
    const page = await person.submit(asked, {}, '/vigil/consent/later')
    expect(new URL(page.url).pathname).toBe('/account')
    expect(house.heart.people.has(accountId)).toBe(false)
  })

  test('nobody but our own form can answer it', async () => {
    for (const path of ['/vigil/consent', '/vigil/consent/later', '/vigil/consent/withdraw']) {
      const answer = await person.raw(path, { method: 'POST', body: new URLSearchParams({ csrf: 'x' }) })
      expect(answer.status).toBe(403)
      const { fields } = formsOf(asked)[0]!
      const evil = { method: 'POST', body: new URLSearchParams(fields), headers: { origin: 'http://evil.example' } }
      expect((await person.raw(path, evil)).status).toBe(403)
      const stranger = await visitor(house.issuer).raw(path, { method: 'POST', body: new URLSearchParams(fields) })
      expect(stranger.status).toBe(401)
    }
    expect(house.heart.people.has(accountId)).toBe(false)
  })
})

describe('teaching', () => {
  test('without agreement leads to the question', async () => {
    const page = await person.get('/vigil/calibration')
    expect(new URL(page.url).pathname).toBe('/vigil/consent')
  })

  test('eleven minutes after the login asks for the password again', async () => {
    await person.submit(asked)
    ahead = 11 * 60
    const sent = await person.raw('/vigil/calibration')
    expect(sent.status).toBe(303)
    expect(new URL(sent.headers.get('location')!, house.issuer).searchParams.get('max_age')).toBe('600')
    expect((await person.raw('/vigil/calibration?state=proved')).status).toBe(403)
  })

  test('in a doubted session asks for the password again', async () => {
    await person.submit(asked)
    const session = await house.provider.Session.find(
      decodeURIComponent([...person.cookies].find(([key]) => key === '/ _session')![1])
    )
    const doubted = {
      uid: session!.uid,
      accountId,
      authentications: [],
      risk: 'MEDIUM',
      watch: 'watched',
      alarms: 2
    } as const
    house.heart.sessions.push({ ...doubted, expiresAt: 4_000_000_000, version: 1 })
    const sent = await person.raw('/vigil/calibration')
    expect(new URL(sent.headers.get('location')!, house.issuer).searchParams.get('max_age')).toBe('0')
    const stats: unknown = JSON.parse((await person.raw('/api/user-stats')).text)
    expect(stats).toMatchObject({
      sessions: 1,
      challenges: 2,
      standing: { risk_level: 'MEDIUM', acr: 'urn:vigil:loa:1' }
    })
  })
})

describe('taking it back', () => {
  test('erases and leaves the person signed in', async () => {
    await person.submit(asked)
    const page = await person.get('/vigil/consent')
    const after = await person.submit(page, {}, '/vigil/consent/withdraw')
    expect(house.heart.people.get(accountId)?.withdrawnAt).toBeTypeOf('number')
    expect(after.text).toContain('You have withdrawn')
    expect((await person.get('/account')).text).toContain(`<h1>${name}</h1>`)
  })

  test('needs a fresh login, so that a stranger at the keyboard cannot switch off who would notice them', async () => {
    await person.submit(asked)
    const page = await person.get('/vigil/consent')
    ahead = 11 * 60
    const body = new URLSearchParams(formsOf(page)[0]!.fields)
    const sent = await person.raw('/vigil/consent/withdraw', { method: 'POST', body })
    expect(new URL(sent.headers.get('location')!, house.issuer).pathname).toBe('/auth')
    expect(house.heart.people.get(accountId)?.consentedAt).toBeTypeOf('number')
  })
})

describe('the sentences', () => {
  test.each(languages)('are enough for a profile: $tag', ({ calibration }) => {
    expect(calibration.sentences.length).toBeGreaterThanOrEqual(12)
    expect(calibration.sentences.join('').length).toBeGreaterThanOrEqual(500)
    for (const sentence of calibration.sentences) expect(sentence).toMatch(/^[\x20-\x7eäöüßÄÖÜ]{40,70}$/)
  })
})
