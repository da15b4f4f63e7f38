// Whoever owns an account hears by mail of what happened to it: every change of what proves who they are, and what strangers try; the real server with a
// mailbox, and two of them on one database.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { createNotices, type Notice } from '../../src/provider/accounts/notices.ts'
import { languages } from '../../src/provider/pages/languages/index.ts'
import type { Mail, Mailer } from '../../src/provider/ports.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { serverDatabases } from '../support/databases.ts'
import { nobody } from '../support/server.ts'
import { passkeyFormOn, type SoftPasskey, softPasskey } from '../support/soft-passkey.ts'
import { type Page, visitor, type Visitor } from './visitor.ts'

const password = 'seven green bottles'
const logger = pino({ level: 'silent' })
const shared = { port: 0, logger, administratorName: 'nobody', population: nobody }

/** Subjects of the mails to somebody, as notices; what is no notice is left out. */
function noticesTo(mails: readonly Mail[], to: string): readonly Notice[] {
  const known = Object.entries(languages[0]!.mails.notices) as [Notice, { subject: string }][]
  return mails
    .filter((mail) => mail.to === `${to}@example.test`)
    .flatMap((mail) => known.find(([, { subject }]) => mail.subject.startsWith(subject))?.[0] ?? [])
}

describe('a provider that sends mail', () => {
  let house: VigilServer
  const mails: Mail[] = []
  const hear = (name: string, notices: readonly Notice[]): Promise<void> =>
    vi.waitFor(() => expect(noticesTo(mails, name)).toEqual(notices))

  beforeAll(async () => {
    const mailer: Mailer = { send: async (mail) => void mails.push(mail) }
    const secret = randomBytes(32).toString('base64url')
    house = await startServer({ ...shared, secret, database: 'memory://', mailer })
  })
  afterAll(async () => {
    vi.useRealTimers()
    await house.close()
  })

  async function newcomer(username: string): Promise<Visitor> {
    const person = visitor(house.issuer)
    await person.submit(await person.get('/signup'), { username, email: `${username}@example.test`, password })
    return person
  }

  test('Ana hears of an app that is set up, of a recovery code that is used, of new ones, and of the app’s end', async () => {
    const person = await newcomer('ana')
    const setUp = await person.get('/account/totp')
    const app = authenticatorOf(setUp.text)
    const codes = codesOn(await person.submit(setUp, { code: app.code() }))
    await hear('ana', ['app_added'])
    const asked = await person.get('/account/recovery-codes')
    const paper = await person.get(`${asked.url}?with=recovery-code`)
    const renew = await person.submit(paper, { code: codes[0]! })
    await hear('ana', ['app_added', 'code_used'])
    const fresh = codesOn(await person.submit(renew))
    expect(fresh).toHaveLength(10)
    await hear('ana', ['app_added', 'code_used', 'codes_made'])
    await person.submit(await person.get('/account/totp'), { code: app.nextCode() })
    await hear('ana', ['app_added', 'code_used', 'codes_made', 'app_removed'])
    expect(mails.at(-1)!.text).toMatch(
      /Hello ana,[\s\S]*no longer count[\s\S]*\/account\/activity[\s\S]*Guten Tag ana,/
    )
  })

  test('Bea hears of each passkey that comes and goes, and her codes are renewed by whoever has no app', async () => {
    const person = await newcomer('bea')
    const first = await addPasskey(person, 'phone')
    await hear('bea', ['passkey_added'])
    await proveBy(first, person, await person.get('/account/passkeys'))
    await addPasskey(person, 'laptop')
    await hear('bea', ['passkey_added', 'passkey_added'])
    const renew = await person.get('/account/recovery-codes')
    expect(codesOn(await person.submit(renew))).toHaveLength(10)
    const list = await person.get('/account/passkeys')
    const named = await person.submit(list, { name: 'the good phone' }, '/account/passkeys/name')
    expect(named.text).toContain('the good phone')
    expect(named.text).not.toContain('>phone<')
    await person.submit(list, {}, '/account/passkeys/remove')
    await hear('bea', ['passkey_added', 'passkey_added', 'codes_made', 'passkey_removed'])
  })

  test('Cora hears of a proved address and of a new password', async () => {
    const person = await newcomer('cora')
    const sent = await person.submit(await person.get('/account/email'))
    await person.submit(sent, { code: mails.findLast(({ code }) => code)!.code! })
    await hear('cora', ['email_proved'])
    const stranger = visitor(house.issuer)
    await stranger.submit(await stranger.get('/recover'), { username: 'cora' })
    const mailed = await vi.waitFor(() => mails.findLast(({ link }) => link?.includes('/invitation/'))!.link!)
    await stranger.submit(await stranger.get(new URL(mailed).pathname), { password: 'another way in the rain' })
    await hear('cora', ['email_proved', 'password_set'])
    const page = await stranger.get('/account/password')
    expect((await stranger.submit(page, { password: 'short' })).status).toBe(422)
    const done = await stranger.submit(page, { password: 'a third way in the rain' })
    expect(done.text).toContain('Your password is changed')
    await hear('cora', ['email_proved', 'password_set', 'password_set'])
    expect((await stranger.get('/account')).text).toContain('cora')
    const { id } = (await house.storage.accounts.findByUsername('cora'))!
    expect(await house.vigil.sessionsOf(id)).toHaveLength(1)
  })

  test('Dora hears once that somebody who knows her password guesses codes, however many they try', async () => {
    const person = await newcomer('dora')
    const setUp = await person.get('/account/totp')
    await person.submit(setUp, { code: authenticatorOf(setUp.text).code() })
    const thief = visitor(house.issuer)
    let page = await thief.submit(await thief.get('/account/recovery-codes'), { username: 'dora', password })
    for (let guess = 0; guess < 14; guess++) page = await thief.submit(page, { code: String(guess).padStart(6, '0') })
    expect(page.status).toBe(429)
    await hear('dora', ['app_added', 'code_guessing'])
  })

  async function addPasskey(person: Visitor, name: string): Promise<SoftPasskey> {
    const page = await person.get('/account/passkeys')
    const { options } = passkeyFormOn(page)
    const key = softPasskey(new URL(house.issuer).origin, options)
    await person.submit(page, { passkey: key.created, name }, '/account/passkeys')
    return key
  }

  async function proveBy(key: SoftPasskey, person: Visitor, page: Page): Promise<Page> {
    return person.submit(page, { passkey: key.answer(passkeyFormOn(page).options) })
  }
})

describe.each(serverDatabases().filter(({ name }) => name !== 'PGlite'))('two nodes on $name', ({ withUrl }) => {
  test('tell of one kind of doubt once an hour, whichever of them had it', async () => {
    await withUrl(async (database) => {
      const mails: Mail[] = []
      const mailer: Mailer = { send: async (mail) => void mails.push(mail) }
      const secret = randomBytes(32).toString('base64url')
      const nodes = [
        await startServer({ ...shared, secret, database, mailer }),
        await startServer({ ...shared, secret, database, mailer })
      ] as const
      const heard: string[] = []
      for (const { vigil } of nodes) vigil.on('risk.changed', ({ accountId }) => heard.push(accountId))
      try {
        const [here, there] = nodes.map(({ issuer }) => visitor(issuer)) as [Visitor, Visitor]
        await here.submit(await here.get('/signup'), { username: 'emma', email: 'emma@example.test', password })
        await there.submit(await there.get('/account'), { username: 'emma', password })
        const { id } = (await nodes[0].storage.accounts.findByUsername('emma'))!
        const sessions = await nodes[0].vigil.sessionsOf(id)
        expect(sessions).toHaveLength(2)
        for (const [index, { uid }] of sessions.entries()) {
          await nodes[index]!.vigil.reportRisk(uid, 'HIGH', 'behaviour')
        }
        await vi.waitFor(() => expect(heard).toEqual([id, id]))
        await vi.waitFor(() => expect(noticesTo(mails, 'emma')).toEqual(['doubt']))
        await new Promise((resolve) => setTimeout(resolve, 500))
        expect(noticesTo(mails, 'emma')).toEqual(['doubt'])
      } finally {
        for (const node of nodes) await node.close()
      }
    })
  }, 120_000)
})

test('a notice that could not be sent does not count: the next of its kind goes out', async () => {
  const storage = memoryStorage()
  let broken = true
  const mails: Mail[] = []
  const mailer: Mailer = {
    async send(mail) {
      if (broken) throw new Error('no mail today')
      mails.push(mail)
    }
  }
  const account = { id: 'fina', username: 'fina', email: 'fina@example.test' }
  const notices = createNotices({
    ...storage,
    mailer,
    issuer: 'https://id.example.test',
    logger,
    find: async () => undefined
  })
  notices.send(account, 'doubt')
  await new Promise((resolve) => setTimeout(resolve, 50))
  broken = false
  notices.send(account, 'doubt')
  await vi.waitFor(() => expect(mails).toHaveLength(1))
  notices.send(account, 'doubt')
  for (let change = 0; change < 12; change++) notices.send(account, 'passkey_added')
  await vi.waitFor(() => expect(noticesTo(mails, 'fina').length).toBeGreaterThanOrEqual(11))
  await new Promise((resolve) => setTimeout(resolve, 50))
  // A second change in an hour may be somebody else's, and is told; a hundredth is not.
  expect(noticesTo(mails, 'fina').filter((notice) => notice === 'passkey_added')).toHaveLength(10)
  expect(noticesTo(mails, 'fina').filter((notice) => notice === 'doubt')).toHaveLength(1)
})

function codesOn(page: Page): readonly string[] {
  return page.text.match(/\b([A-Z2-7]{4}-){5}[A-Z2-7]{4}\b/g) ?? []
}
