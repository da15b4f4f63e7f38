// Every POST that our routers know is tried without its token and from a foreign page, by somebody who is in the right place to send it.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { authenticatorOf } from '../support/authenticator.ts'
import { openPagesHouse, shopRequest, type PagesHouse } from './pages-house.ts'
import { formsOf, visitor, type Page, type Visitor } from './visitor.ts'

const password = 'seven green bottles'
let house: PagesHouse

beforeAll(async () => {
  house = await openPagesHouse()
})
afterAll(() => house.close())

/** A page with the form that leads to a path, on a browser that may send it. */
const stages: Readonly<Record<string, (name: string) => Promise<{ person: Visitor; page: Page; to: string }>>> = {
  '/interaction/:uid/login': (name) => onInteraction(name, 'login', false),
  '/interaction/:uid/signup': async (name) => {
    const { person, page, to } = await onInteraction(name, 'signup', false)
    return { person, to, page: await person.get(page.url.replace(/\/?$/, '/signup')) }
  },
  '/interaction/:uid/abort': (name) => onInteraction(name, 'abort', false),
  '/interaction/:uid/signout': (name) => onInteraction(name, 'signout', false),
  '/interaction/:uid/consent': (name) => onInteraction(name, 'consent', true),
  '/signup': async () => onPage(visitor(house.issuer), '/signup', '/signup'),
  '/account/sessions/:uid/end': (name) => withSession(name, `/account/sessions/s-${name}/end`),
  '/account/sessions/end': (name) => withSession(name, '/account/sessions/end'),
  '/account/totp': async (name) => onPage(await signedUp(name), '/account/totp', '/account/totp'),
  '/account/totp/remove': (name) => withApp(name, '/account/totp/remove'),
  '/account/recovery-codes': async (name) => {
    const { person } = await withApp(name, '/account/totp')
    await house.provedByTwo(person.cookies.get('/ _session'))
    return onPage(person, '/account/recovery-codes', '/account/recovery-codes')
  },
  '/account/password': async (name) => onPage(await signedUp(name), '/account/password', '/account/password'),
  '/account/activity/:id/answer': async (name) => {
    const person = await signedUp(name)
    const id = house.heart.decisions.length + 1
    house.heart.decisions.push({ id, at: 1, type: 'risk.changed', to: 'HIGH', answerable: true })
    return onPage(person, '/account/activity', `/account/activity/${id}/answer`)
  },
  '/account/erase': async (name) => onPage(await signedUp(name), '/account/data', '/account/erase'),
  '/recover': async () => onPage(visitor(house.issuer), '/recover', '/recover'),
  '/account/email': async (name) => onPage(await signedUp(name), '/account/email', '/account/email'),
  '/account/email/send': async (name) => onPage(await signedUp(name), '/account/email', '/account/email/send'),
  '/account/passkeys': async (name) => onPage(await signedUp(name), '/account/passkeys', '/account/passkeys'),
  '/account/passkeys/name': async (name) => onPage(await signedUp(name), '/account/passkeys', '/account/passkeys/name'),
  '/account/passkeys/remove': async (name) =>
    onPage(await signedUp(name), '/account/passkeys', '/account/passkeys/remove'),
  '/invitation/:token': async (name) => {
    await signedUp(name)
    const { id } = (await house.storage.accounts.findByUsername(name))!
    const { pathname } = new URL(await house.invitations.create(id))
    return onPage(visitor(house.issuer), pathname, pathname)
  },
  '/vigil/consent': async (name) => onPage(await signedUp(name), '/vigil/consent', '/vigil/consent'),
  '/vigil/consent/later': async (name) => onPage(await signedUp(name), '/vigil/consent', '/vigil/consent/later'),
  '/vigil/consent/withdraw': async (name) => onPage(await signedUp(name), '/vigil/consent', '/vigil/consent/withdraw'),
  '/vigil/phrase': async (name) => {
    const person = await signedUp(name)
    house.heart.phrase = 'open'
    return onPage(person, '/vigil/phrase', '/vigil/phrase')
  },
  '/vigil/phrase/:uid': (name) => onPhrase(name, ''),
  '/vigil/phrase/:uid/later': (name) => onPhrase(name, '/later'),
  '/vigil/phrase/:uid/other': (name) => onPhrase(name, '/other')
}

test('no POST is taken without a token of ours or from another page, and none changes anything', async () => {
  expect([...house.postPaths].sort()).toEqual(Object.keys(stages).sort())
  for (const [index, path] of house.postPaths.entries()) {
    const { person, page, to } = await stages[path]!(`person${index}`)
    const before = await everything()
    const right = { username: `late${index}`, email: 'late@example.test', password, was: 'me' }
    const { csrf } = formsOf(page)[0]!.fields
    const attempts: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
      [right, {}],
      [{ ...right, csrf: 'AAAA' }, {}],
      [{ ...right, csrf: csrf! }, { origin: 'https://evil.example' }],
      [{ ...right, csrf: csrf! }, { origin: 'null' }]
    ]
    for (const [fields, headers] of attempts) {
      const answer = await person.raw(to, { method: 'POST', body: new URLSearchParams(fields), headers })
      expect([path, answer.status]).toEqual([path, 403])
      expect(await everything()).toBe(before)
    }
    const taken = await person.raw(to, { method: 'POST', body: new URLSearchParams({ ...right, csrf: csrf! }) })
    expect([path, taken.status]).not.toEqual([path, 403])
  }
})

test('the role of an administrator opens nothing: every POST answers one as it answers anybody, but that the account cannot be erased', async () => {
  const answers: Record<string, readonly number[]> = {}
  for (const [index, path] of house.postPaths.entries()) {
    const statuses: number[] = []
    for (const role of ['person', 'administrator'] as const) {
      const name = `${role}-${index}`
      const { person, page, to } = await stages[path]!(name)
      const account = await house.storage.accounts.findByUsername(name)
      if (account) await house.storage.accounts.update({ ...account, role })
      const { csrf } = formsOf(page)[0]!.fields
      const fields = {
        username: `new-${name}`,
        email: 'new@example.test',
        password,
        was: 'me',
        confirm: name,
        csrf: csrf!
      }
      statuses.push((await person.raw(to, { method: 'POST', body: new URLSearchParams(fields) })).status)
    }
    answers[path] = statuses
  }
  const different = Object.entries(answers).filter(([, [person, administrator]]) => person !== administrator)
  expect(different.map(([path]) => path)).toEqual(['/account/erase'])
  expect(answers['/account/erase']).toEqual([200, 422])
})

async function onPhrase(name: string, act: string): Promise<{ person: Visitor; page: Page; to: string }> {
  house.heart.phrase = 'none'
  const person = await signedUp(name)
  house.heart.phrase = 'open'
  const page = await person.get(shopRequest(house))
  return { person, page, to: `${new URL(page.url).pathname}${act}` }
}

async function withSession(name: string, to: string): Promise<{ person: Visitor; page: Page; to: string }> {
  const person = await signedUp(name)
  const { id } = (await house.storage.accounts.findByUsername(name))!
  const session = {
    uid: `s-${name}`,
    accountId: id,
    authentications: [],
    risk: 'LOW',
    watch: 'watched',
    alarms: 0
  } as const
  house.heart.sessions.push({ ...session, expiresAt: 4_000_000_000, version: 1 })
  return onPage(person, '/account', to)
}

async function everything(): Promise<string> {
  const names = house.postPaths.map((_, index) => house.storage.accounts.findByUsername(`late${index}`))
  const kept = house.postPaths.map((_, index) => house.storage.accounts.findByUsername(`person${index}`))
  const people = await Promise.all(kept)
  return JSON.stringify([
    await Promise.all(names),
    people,
    [...house.heart.people],
    house.heart.revoked,
    house.heart.sessions,
    house.heart.decisions,
    house.heart.erased,
    house.heart.phrases,
    await Promise.all(people.map(async (person) => person && (await house.factors.status(person.id))))
  ])
}

async function signedUp(name: string): Promise<Visitor> {
  const person = visitor(house.issuer)
  await person.submit(await person.get('/signup'), { username: name, email: 'a@example.test', password })
  return person
}

async function withApp(name: string, to: string): Promise<{ person: Visitor; page: Page; to: string }> {
  const person = await signedUp(name)
  const page = await person.get('/account/totp')
  await person.submit(page, { code: authenticatorOf(page.text).nextCode() })
  return onPage(person, '/account/totp', to)
}

async function onPage(person: Visitor, path: string, to: string): Promise<{ person: Visitor; page: Page; to: string }> {
  return { person, to, page: await person.get(path) }
}

async function onInteraction(
  name: string,
  act: string,
  signedIn: boolean
): Promise<{ person: Visitor; page: Page; to: string }> {
  const person = signedIn ? await signedUp(name) : visitor(house.issuer)
  const page = await person.get(shopRequest(house))
  return { person, page, to: `${new URL(page.url).pathname}/${act}` }
}
