// What is known and decided about a person is theirs to see, to answer, to take along and to have erased; with the real heart behind the pages.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createInvitations } from '../../src/provider/accounts/invitations.ts'
import { type Mail, startServer, type VigilServer } from '../../src/server.ts'
import { nobody } from '../support/server.ts'
import { formsOf, visitor, type Page, type Visitor } from './visitor.ts'

const password = 'seven green bottles'
const mails: Mail[] = []
let house: VigilServer
let number = 0
let name = ''
let person: Visitor
let accountId = ''

beforeAll(async () => {
  house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    population: nobody,
    logger: pino({ level: 'silent' }),
    mailer: { send: async (mail) => void mails.push(mail) }
  })
}, 180_000)
afterAll(() => house.close())

beforeEach(async () => {
  name = `owner${++number}`
  mails.length = 0
  person = visitor(house.issuer)
  await person.submit(await person.get('/signup'), { username: name, email: `${name}@example.test`, password })
  accountId = (await house.storage.accounts.findByUsername(name))!.id
})

describe('decisions', () => {
  test('are told with their reason and their rule, and by mail to the owner', async () => {
    await doubted()
    const page = await person.get('/account/activity')
    for (const text of ['We doubted that it was you', 'it was reported to us', 'Rule “', 'It was not me'])
      expect(page.text).toContain(text)
    await vi.waitFor(() => expect(mails).toHaveLength(1))
    expect(mails[0]).toMatchObject({ to: `${name}@example.test`, link: `${house.issuer}/account/activity` })
    expect(mails[0]!.text).toContain(`Hello ${name}`)
    expect(mails[0]!.text).toContain(`Guten Tag ${name}`)
    // A second doubt in the same hour is no second mail.
    await proved()
    await doubted()
    expect(mails).toHaveLength(1)
  })

  test('“not me” ends the other sessions, keeps this one, and is said once', async () => {
    const elsewhere = visitor(house.issuer)
    await elsewhere.submit(await elsewhere.get('/account'), { username: name, password })
    await doubted()
    await proved()
    const page = await person.get('/account/activity')
    const after = await answer(page, 'not_me')
    expect(after.status).toBe(200)
    expect(after.text).toContain('You said: it was not me.')
    expect((await elsewhere.get('/account')).text).toContain('<h1>Sign in</h1>')
    expect((await person.get('/account')).text).toContain(`<h1>${name}</h1>`)
    const [entry] = await house.storage.audit.list({ accountId, type: 'decision.answered' })
    expect(entry?.data).toMatchObject({ was: 'not_me', type: 'risk.changed' })
    expect((await answer(page, 'me')).status).toBe(409)
    expect(await house.storage.audit.list({ accountId, type: 'decision.answered' })).toHaveLength(1)
  })

  test('cannot be answered from the doubted session itself: it must prove itself first', async () => {
    await doubted()
    const page = await person.get('/account/activity')
    expect(page.text).toContain('To answer you sign in once more')
    const { fields, targets } = formsOf(page).find((form) => form.targets[0]!.includes('/activity/'))!
    const body = new URLSearchParams({ ...fields, was: 'me' })
    const sent = await person.raw(targets[0]!, { method: 'POST', body })
    const login = new URL(sent.headers.get('location')!, house.issuer)
    expect([sent.status, login.pathname, login.searchParams.get('max_age')]).toEqual([303, '/auth', '0'])
    expect(await house.storage.audit.list({ accountId, type: 'decision.answered' })).toEqual([])
  })

  test('of somebody else are nobody’s to answer', async () => {
    await doubted()
    await proved()
    const page = await person.get('/account/activity')
    const other = visitor(house.issuer)
    await other.submit(await other.get('/signup'), { username: `${name}x`, email: 'x@example.test', password })
    await doubt((await house.storage.accounts.findByUsername(`${name}x`))!.id)
    const theirs = formsOf(await other.get('/account/activity')).at(-1)!.targets[0]!
    const { fields } = formsOf(page).find((form) => form.targets[0]!.includes('/activity/'))!
    const sent = await person.raw(theirs, { method: 'POST', body: new URLSearchParams({ ...fields, was: 'me' }) })
    expect(sent.status).toBe(404)
  })

  test('are answered six times a day at most', async () => {
    for (let doubts = 0; doubts < 7; doubts++) {
      await house.storage.audit.append({ type: 'device.new', accountId, data: { class: 'touch' } })
    }
    const page = await person.get('/account/activity')
    const targets = formsOf(page).flatMap((form) => form.targets.filter((target) => target.includes('/activity/')))
    const statuses: number[] = []
    for (const target of targets) statuses.push((await answer(page, 'me', target)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
  })
})

describe('what is known', () => {
  test('is told in words, and nothing is known of who was never taught', async () => {
    const page = await person.get('/account/behaviour')
    expect(page.text).toContain('You have not agreed to it')
    expect(page.text).toContain('Nothing is known of your hands')
  })

  test.each(['/account/behaviour', '/account/export'])('%s is not for a doubted session', async (path) => {
    await doubted()
    const sent = await person.raw(path)
    expect(new URL(sent.headers.get('location')!, house.issuer).pathname).toBe('/auth')
  })

  test('is handed over whole, and no secret with it', async () => {
    await house.vigil.giveConsent(accountId)
    await doubted()
    await proved()
    const file = await person.get('/account/export')
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="vigil-export.json"')
    const known = JSON.parse(file.text) as Record<string, unknown>
    expect(known).toMatchObject({
      account: { username: name, email: `${name}@example.test` },
      consent: { given_at: expect.any(Number) as number },
      behaviour: [],
      sessions: [{ acr: expect.any(String) as string }]
    })
    expect(JSON.stringify(known['activity'])).toContain('risk.changed')
    expect(file.text).not.toContain('argon2')
    expect(await house.storage.audit.list({ accountId, type: 'data.exported' })).toHaveLength(1)
  })
})

describe('erasing', () => {
  test('wants the user name, and nothing happens without it', async () => {
    const page = await person.get('/account/data')
    const refused = await person.submit(page, { confirm: 'somebody' }, '/account/erase')
    expect([refused.status, refused.text.includes('Nothing was erased')]).toEqual([422, true])
    expect(await house.storage.accounts.find(accountId)).toBeDefined()
  })

  test('leaves no account, no agreement and no session, and says so by mail', async () => {
    await house.vigil.giveConsent(accountId)
    const elsewhere = visitor(house.issuer)
    await elsewhere.submit(await elsewhere.get('/account'), { username: name, password })
    const page = await person.get('/account/data')
    const gone = await person.submit(page, { confirm: name }, '/account/erase')
    expect(gone.text).toContain('Your account is erased')
    expect(await house.storage.accounts.find(accountId)).toBeUndefined()
    expect(await house.storage.people.find(accountId)).toBeUndefined()
    expect(await house.vigil.sessionsOf(accountId)).toEqual([])
    for (const browser of [person, elsewhere])
      expect((await browser.get('/account')).text).toContain('<h1>Sign in</h1>')
    const [entry] = await house.storage.audit.list({ accountId, type: 'person.erased' })
    expect(entry).toBeDefined()
    await vi.waitFor(() => expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('erased')]))
    // The name is free again, and whoever takes it is somebody else.
    const next = visitor(house.issuer)
    await next.submit(await next.get('/signup'), { username: name, email: 'next@example.test', password })
    expect((await house.storage.accounts.findByUsername(name))!.id).not.toBe(accountId)
  })
})

test('guessing at a password is told to the owner, who still gets in', async () => {
  const stranger = visitor(house.issuer)
  let page = await stranger.get('/account')
  for (let tries = 0; tries < 11; tries++)
    page = await stranger.submit(page, { username: name, password: `guess ${tries}` })
  expect(page.status).toBe(429)
  await vi.waitFor(() => expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('guessing')]))
  await person.submit(await person.get('/signout'), { logout: 'yes' })
  await person.submit(await person.get('/account'), { username: name, password })
  expect((await person.get('/account')).text).toContain(`<h1>${name}</h1>`)
})

describe('a device that is known for its owner is known no longer', () => {
  const newPassword = 'nine brown bottles'

  test('once another has a new password set, but for that other', async () => {
    const other = visitor(house.issuer)
    await other.submit(await other.get('/account'), { username: name, password })
    await person.submit(await person.get('/account/password'), { password: newPassword })
    await guessedAt()
    expect((await signInAgain(other)).status).toBe(429)
    expect((await signInAgain(person)).text).toContain(`<h1>${name}</h1>`)
  })

  test('once a link from whoever runs the service was used', async () => {
    const link = await createInvitations({ store: house.storage.invitations, issuer: house.issuer }).create(accountId)
    const other = visitor(house.issuer)
    await other.submit(await other.get(new URL(link).pathname), { password: newPassword })
    await guessedAt()
    expect((await signInAgain(person)).status).toBe(429)
    expect((await signInAgain(other)).text).toContain(`<h1>${name}</h1>`)
  })

  async function guessedAt(): Promise<void> {
    const stranger = visitor(house.issuer)
    let page = await stranger.get('/account')
    for (let tries = 0; tries < 11; tries++)
      page = await stranger.submit(page, { username: name, password: `guess ${tries}` })
    expect(page.status).toBe(429)
  }

  async function signInAgain(who: Visitor): Promise<Page> {
    const page = await who.get('/signout')
    if (page.text.includes('logout')) await who.submit(page, { logout: 'yes' })
    return who.submit(await who.get('/account'), { username: name, password: newPassword })
  }
})

async function doubt(id: string): Promise<void> {
  for (const { uid } of await house.vigil.sessionsOf(id)) await house.vigil.reportRisk(uid, 'HIGH', 'reported')
}

function doubted(): Promise<void> {
  return doubt(accountId)
}

/** Signs in once more, at a place that asks a doubted session for it. */
async function proved(): Promise<void> {
  await person.submit(await person.get('/account/behaviour'), { password })
}

async function answer(page: Page, was: 'me' | 'not_me', target?: string): Promise<Page> {
  const form = formsOf(page).find(({ targets }) => targets[0]!.includes(target ?? '/activity/'))!
  const body = new URLSearchParams({ ...form.fields, was })
  return person.raw(form.targets[0]!, { method: 'POST', body })
}
