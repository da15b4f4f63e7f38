// A second factor from the account page to the application: the stand-alone server with everything real in it.

import { createHash, randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { type Authenticator, authenticatorOf, laterBy } from '../support/authenticator.ts'
import { passkeyFormOn, type SoftPasskey, softPasskey } from '../support/soft-passkey.ts'
import { formsOf, visitor } from './visitor.ts'
import type { Page, Visitor } from './visitor.ts'

let house: VigilServer
const password = 'seven green bottles'
const [loa1, loa2] = ['urn:vigil:loa:1', 'urn:vigil:loa:2']

beforeAll(async () => {
  house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    logger: pino({ level: 'silent' }),
    clients: [{ client_id: 'shop', client_secret: 'a secret of the shop that is long enough', redirect_uris: [back] }],
    policy: [
      'version: 1',
      'rules:',
      '  - { name: a new device, when: { login: { newDevice: true } }, then: step_up }',
      '  - { name: somebody else, when: { risk: HIGH }, then: reauthenticate }',
      '  - { name: everything else, then: allow }'
    ].join('\n')
  })
})
afterAll(async () => {
  vi.useRealTimers()
  await house.close()
})

const back = 'http://rp.example.test/back'

function shopRequest(more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: back,
    code_challenge: createHash('sha256').update('a verifier').digest('base64url'),
    code_challenge_method: 'S256',
    ...more
  })
  return `${house.issuer}/auth?${query}`
}

interface Somebody {
  readonly person: Visitor
  readonly accountId: string
}

async function newcomer(username: string): Promise<Somebody> {
  const person = visitor(house.issuer)
  await person.submit(await person.get('/signup'), { username, email: 'a@example.test', password })
  const { id: accountId } = (await house.storage.accounts.findByUsername(username))!
  await atShop(person, await person.get(shopRequest()))
  return { person, accountId }
}

async function withApp(username: string): Promise<Somebody & { app: Authenticator; codes: readonly string[] }> {
  const { person, accountId } = await newcomer(username)
  const page = await person.get('/account/totp')
  const app = authenticatorOf(page.text)
  const shown = await person.submit(page, { code: app.code() })
  return { person, accountId, app, codes: codesOn(shown) }
}

function codesOn(page: Page): readonly string[] {
  return page.text.match(/\b([A-Z2-7]{4}-){5}[A-Z2-7]{4}\b/g) ?? []
}

/** Allows the shop what it asks, if it asks, and arrives with a code. */
async function atShop(person: Visitor, page: Page): Promise<void> {
  const last = page.text.includes('Allow access?') ? await person.submit(page) : page
  expect(last.headers.get('location')).toContain(`${back}?code=`)
}

async function doubt({ accountId }: Somebody): Promise<void> {
  for (const { uid } of await house.vigil.sessionsOf(accountId)) await house.vigil.reportRisk(uid, 'HIGH', 'a test')
}

/** Of the session of this very browser: two that began in one second have no order. */
async function standing({ person }: Pick<Somebody, 'person'>) {
  const session = await house.provider.Session.find(person.cookies.get('/ _session') ?? '')
  return house.vigil.standing(session!.uid)
}

const fieldOf = (page: Page): string | undefined => formsOf(page)[0]?.fields['factor']

test('Ana sets an app up, sees her recovery codes once, and her account says so', async () => {
  const { person, accountId } = await newcomer('ana')
  expect((await person.get('/account')).text).toContain('You have only your password')
  const page = await person.get('/account/totp')
  expect(page.text).toMatch(/href="otpauth:\/\/totp\/[^"]+ana\?secret=[A-Z2-7]{32}&amp;issuer=/)
  const wrong = await person.submit(page, { code: '000000' })
  expect(wrong.status).toBe(401)
  const app = authenticatorOf(wrong.text)
  expect(authenticatorOf(page.text).code()).toBe(app.code())
  const shown = await person.submit(wrong, { code: app.code() })
  expect(new Set(codesOn(shown)).size).toBe(10)
  expect(codesOn(await person.get('/account/totp'))).toEqual([])
  expect((await person.get('/account')).text).toContain('10 recovery codes are left')
  expect(await house.storage.audit.list({ accountId, type: 'factor.enrolled' })).toHaveLength(1)
})

test('an application that asks for more gets it with the code alone, and the session says what happened', async () => {
  const ana = await withApp('bela')
  const page = await ana.person.get(shopRequest({ acr_values: loa2 }))
  expect(fieldOf(page)).toBe('totp')
  expect(page.text).not.toContain('with=password')
  expect((await ana.person.submit(page, { code: '000000' })).text).toContain('That code did not match')
  await atShop(ana.person, await ana.person.submit(page, { code: ana.app.nextCode() }))
  expect(await standing(ana)).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })
  await atShop(ana.person, await ana.person.get(shopRequest({ acr_values: loa2 })))
})

test('who signs in for such an application is asked for both, one after the other', async () => {
  const { app } = await withApp('cora')
  const person = visitor(house.issuer)
  const code = await person.submit(await person.get(shopRequest({ acr_values: loa2 })), { username: 'cora', password })
  expect(fieldOf(code)).toBe('totp')
  expect(code.text).toContain('Your password is right')
  // The way back into the request ends nothing: one proof is not two.
  const uid = new URL(code.url).pathname.split('/').at(-1)
  const resumed = await person.raw(`/auth/${uid}`)
  expect(resumed.headers.get('location') ?? '').not.toContain('code=')
  const again = await person.submit(await person.get(shopRequest({ acr_values: loa2 })), {
    username: 'cora',
    password
  })
  await atShop(person, await person.submit(again, { code: app.nextCode() }))
  expect(await standing({ person })).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })
})

test('somebody who has only a password is not asked for what they cannot give', async () => {
  const ana = await newcomer('dora')
  await atShop(ana.person, await ana.person.get(shopRequest({ acr_values: loa2 })))
  expect(await standing(ana)).toMatchObject({ acr: loa1, amr: ['pwd'] })
})

test('a doubt asks for the app first, a second one for another factor, and a third finds none that is new', async () => {
  const ana = await withApp('emma')
  await doubt(ana)
  const first = await ana.person.get(shopRequest())
  expect(fieldOf(first)).toBe('totp')
  expect(first.text).toMatch(/with=password[\s\S]*with=recovery-code/)
  expect(fieldOf(await ana.person.get(`${first.url}?with=password`))).toBe('password')
  await atShop(ana.person, await ana.person.submit(first, { code: ana.app.nextCode() }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW', acr: loa2 })

  await doubt(ana)
  const second = await ana.person.get(shopRequest())
  expect(fieldOf(second)).toBe('password')
  expect(second.text).not.toContain('with=totp')
  const stale = { factor: 'totp', code: ana.app.nextCode() }
  expect((await ana.person.submit(second, stale)).status).toBe(403)
  await atShop(ana.person, await ana.person.submit(second, { password }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW' })

  await doubt(ana)
  const third = await ana.person.get(shopRequest())
  await atShop(ana.person, await ana.person.submit(third, { factor: 'totp', code: ana.app.nextCode() }))
  expect(await standing(ana)).toMatchObject({ risk: 'HIGH', acr: '0' })
})

test('a doubted login is asked for the app before the first code; the thief with the password stays outside', async () => {
  const { app } = await withApp('fina')
  const thief = visitor(house.issuer)
  const asked = await thief.submit(await thief.get(shopRequest()), { username: 'fina', password })
  expect(fieldOf(asked)).toBe('totp')
  expect(asked.text).not.toContain('with=password')
  expect((await thief.submit(asked, { factor: 'password', password })).status).toBe(403)
  expect((await thief.submit(asked, { code: '000000' })).status).toBe(401)
  await atShop(thief, await thief.submit(asked, { code: app.nextCode() }))
  expect(await standing({ person: thief })).toMatchObject({ risk: 'LOW', acr: loa2 })
})

test('a recovery code stands in for a lost phone, once, and removes the app; a password does not', async () => {
  const ana = await withApp('gina')
  const step = await ana.person.get(shopRequest({ acr_values: loa2 }))
  const paper = await ana.person.get(`${step.url}?with=recovery-code`)
  expect(fieldOf(paper)).toBe('recovery-code')
  await atShop(ana.person, await ana.person.submit(paper, { code: ana.codes[0]! }))
  expect(await standing(ana)).toMatchObject({ acr: loa2 })
  const manage = await ana.person.get('/account/totp')
  expect(manage.text).toContain('<dd>9</dd>')
  for (const code of [password, '', ana.codes[0]!, '000000']) {
    expect((await ana.person.submit(manage, { code }, '/account/totp/remove')).status).toBe(401)
  }
  await ana.person.submit(manage, { code: ana.codes[1]! }, '/account/totp/remove')
  expect((await ana.person.get('/account')).text).toContain('You have only your password')
  expect((await house.storage.audit.list({ accountId: ana.accountId, type: 'factor.removed' })).length).toBe(1)
})

test('fifty who send one right code at the same moment: one gets in', async () => {
  const ana = await withApp('hana')
  const page = await ana.person.get(shopRequest({ acr_values: loa2 }))
  const [form] = formsOf(page)
  const body = (): URLSearchParams => new URLSearchParams({ ...form!.fields, code })
  const code = ana.app.nextCode()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ana.person.raw(form!.targets[0]!, { method: 'POST', body: body() }))
  )
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  for (const { status } of answers) expect([303, 401, 410, 429]).toContain(status)
})

test('a stranger at an open session sets no app up: it wants a login of the last minutes', async () => {
  const ana = await newcomer('ida')
  const early = await ana.person.get('/account/totp')
  const app = authenticatorOf(early.text)
  laterBy(11 * 60)
  expect((await ana.person.submit(early, { code: app.code() })).status).toBe(403)
  expect(await house.storage.audit.list({ accountId: ana.accountId, type: 'factor.refused' })).toHaveLength(1)
  const login = await ana.person.get('/account/totp')
  expect(login.text).toContain('confirm that you are still there')
  const page = await ana.person.submit(login, { password })
  expect(page.text).toContain('Set up an authenticator app')
  const shown = await ana.person.submit(page, { code: authenticatorOf(page.text).code() })
  expect(codesOn(shown)).toHaveLength(10)
})

test('the answer in another browser is no answer', async () => {
  const ana = await withApp('jana')
  const page = await ana.person.get(shopRequest({ acr_values: loa2 }))
  const thief = visitor(house.issuer)
  const stolen = await thief.raw(formsOf(page)[0]!.targets[0]!, {
    method: 'POST',
    body: new URLSearchParams({ ...formsOf(page)[0]!.fields, code: ana.app.nextCode() })
  })
  expect(stolen.status).toBe(410)
  expect(await standing(ana)).toMatchObject({ acr: loa1 })
})

async function withPasskey(username: string): Promise<Somebody & { key: SoftPasskey }> {
  const { person, accountId } = await newcomer(username)
  const page = await person.get('/account/passkeys')
  const { options } = passkeyFormOn(page)
  const key = softPasskey(new URL(house.issuer).origin, options)
  const shown = await person.submit(page, { passkey: key.created, name: '  my phone\u0007 ' })
  expect(codesOn(shown)).toHaveLength(10)
  return { person, accountId, key }
}

test('a passkey leads to level 3, and one answer of it counts once, on however many tabs it is sent', async () => {
  const ana = await withPasskey('kira')
  const page = await ana.person.get(shopRequest({ acr_values: 'urn:vigil:loa:3' }))
  expect(fieldOf(page)).toBe('passkey')
  const { options, fields } = passkeyFormOn(page)
  const { pathname } = new URL(page.url)
  const send = (more: Readonly<Record<string, string>>): Promise<Page> =>
    ana.person.raw(`${pathname}/login`, { method: 'POST', body: new URLSearchParams({ ...fields, ...more }) })
  expect((await send({ passkey: '' })).text).toContain('That passkey did not match')
  expect((await send({ passkey: ana.key.answer(options, { userVerified: false }) })).status).toBe(401)
  expect((await send({ passkey: ana.key.answer(options), challenge: `A${fields['challenge']}` })).status).toBe(410)
  // A synced passkey counts nothing: only the challenge tells a second answer from the first.
  const passkey = ana.key.answer(options)
  const answers = await Promise.all(Array.from({ length: 50 }, () => send({ passkey })))
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  for (const { status } of answers) expect([303, 410, 429]).toContain(status)
  await atShop(ana.person, await ana.person.get(answers.find(({ status }) => status === 303)!.headers.get('location')!))
  expect(await standing(ana)).toMatchObject({ acr: 'urn:vigil:loa:3', amr: ['pwd', 'swk', 'user', 'mfa'] })
})

test('who signs in with a passkey alone types nothing; a challenge of another sign-in is none of this one', async () => {
  const { key } = await withPasskey('lena')
  const person = visitor(house.issuer)
  const login = await person.get(shopRequest())
  const { options, fields } = passkeyFormOn(login)
  expect(options['allowCredentials'] ?? []).toEqual([])
  const { pathname } = new URL(login.url)
  const other = passkeyFormOn(await visitor(house.issuer).get(shopRequest()))
  const send = async (more: Readonly<Record<string, string>>): Promise<Page> =>
    person.raw(`${pathname}/login`, { method: 'POST', body: new URLSearchParams({ ...fields, ...more }) })
  const stolen = { passkey: key.answer(other.options), challenge: other.fields['challenge']! }
  expect((await send(stolen)).status).toBe(410)
  const nobody = { userHandle: Buffer.from('nobody').toString('base64url') }
  expect((await send({ passkey: key.answer(options, nobody) })).status).toBe(401)
  const passed = await send({ passkey: key.answer(options) })
  await atShop(person, await person.get(passed.headers.get('location')!))
  expect(await standing({ person })).toMatchObject({ acr: 'urn:vigil:loa:3', amr: ['swk', 'user', 'mfa'] })
})

test('a thief with the password plants no passkey and no app on an account that has a second factor', async () => {
  const { accountId, app } = await withApp('mona')
  const thief = visitor(house.issuer)
  const asked = await thief.submit(await thief.get('/account/passkeys'), { username: 'mona', password })
  expect(fieldOf(asked)).toBe('totp')
  expect((await thief.get(`${asked.url}?with=password`)).text).not.toContain('name="password"')
  const { text } = await thief.submit(asked, { code: app.nextCode() })
  expect(text).toContain('Your passkeys')
  // An hour later the session still stands at level 2, by a code that is old: the password alone does not do.
  laterBy(3600)
  const login = await thief.get('/account/passkeys')
  const again = await thief.submit(await thief.get(`${login.url}?with=password`), { password })
  expect(fieldOf(again)).toBe('totp')
  expect(await house.storage.audit.list({ accountId, type: 'factor.enrolled' })).toHaveLength(1)
})

test('without a script a passkey is no dead end: the page says so and leads to the other ways', async () => {
  const ana = await withPasskey('nora')
  await doubt(ana)
  const page = await ana.person.get(shopRequest())
  expect(page.text).toMatch(/<noscript>[\s\S]*JavaScript[\s\S]*<\/noscript>/)
  await atShop(ana.person, await ana.person.submit(await ana.person.get(`${page.url}?with=password`), { password }))
})
