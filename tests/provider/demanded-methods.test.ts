// A policy that demands a method, from the doubt to the application: the stand-alone server with everything real in it. Whoever has the method is asked
// for it and for nothing else; whoever has not is told who can help, and goes round in no circle.

import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { type Authenticator, authenticatorOf } from '../support/authenticator.ts'
import { oneTimeCode, startHost, visitorOf } from '../support/server.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { formsOf, type Page, visitor, type Visitor } from './visitor.ts'

const password = 'seven green bottles'
const back = 'http://rp.example.test/back'
const secret = randomBytes(32).toString('base64url')
const undo: (() => Promise<unknown> | void)[] = []
let house: VigilServer

/** What each application demands after a doubt, by its client id. */
const demands = {
  named: 'methods: [passkey, totp]',
  levelled: 'acr: "urn:vigil:loa:2", methods: recovery-code',
  another: 'methods: other',
  key: 'methods: passkey',
  app: 'methods: totp',
  plain: ''
} as const
type Shop = keyof typeof demands | 'door'

const policy = [
  'version: 1',
  'rules:',
  '  - { when: { client: door, login: { newDevice: true } }, then: step_up, methods: recovery-code }',
  ...Object.entries(demands).map(
    ([client, wanted]) => `  - { when: { client: ${client}, risk: HIGH }, then: step_up${wanted && `, ${wanted}`} }`
  ),
  '  - { then: allow }'
].join('\n')

beforeAll(async () => {
  house = await open(policy, { mail: true })
}, 60_000)
afterAll(() => house.close())
afterEach(async () => {
  vi.useRealTimers()
  for (const step of undo.splice(0).toReversed()) await step()
})

/** Its applications must be watched, so that a rule sees which of them a session is used by. */
function open(document: string, { database = 'memory://', mail = false, port = 0 } = {}): Promise<VigilServer> {
  return startServer({
    port,
    secret,
    database,
    logger: pino({ level: 'silent' }),
    graceSeconds: 3600,
    clients: [...Object.keys(demands), 'door'].map((id) => ({
      client_id: id,
      client_secret: 'a secret of the shop that is long enough',
      redirect_uris: [back],
      vigil_watch: 'required'
    })),
    policy: document,
    ...(mail && { mailer: { send: async () => undefined } })
  })
}

function shopRequest(shop: Shop, at = house): string {
  const query = new URLSearchParams({
    client_id: shop,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: back,
    code_challenge: createHash('sha256').update('a verifier').digest('base64url'),
    code_challenge_method: 'S256'
  })
  return `${at.issuer}/auth?${query}`
}

interface Somebody {
  readonly person: Visitor
  readonly username: string
  readonly accountId: string
  readonly app: Authenticator
  readonly codes: readonly string[]
}

let people = 0

async function somebody(shop: Shop, { withApp = true, at = house } = {}): Promise<Somebody> {
  const person = visitor(at.issuer)
  const username = `ana${++people}`
  await person.submit(await person.get('/signup'), { username, email: 'a@example.test', password })
  const { id: accountId } = (await at.storage.accounts.findByUsername(username))!
  await atShop(person, await person.get(shopRequest(shop, at)))
  if (!withApp) return { person, username, accountId, codes: [], app: undefined as never }
  const page = await person.get('/account/totp')
  const app = authenticatorOf(page.text)
  const shown = await person.submit(page, { code: app.code() })
  return { person, username, accountId, app, codes: shown.text.match(/\b([A-Z2-7]{4}-){5}[A-Z2-7]{4}\b/g) ?? [] }
}

async function atShop(person: Visitor, page: Page): Promise<void> {
  const last = page.text.includes('Allow access?') ? await person.submit(page) : page
  expect(last.headers.get('location')).toContain(`${back}?code=`)
}

async function doubt({ accountId }: Somebody, at = house): Promise<void> {
  for (const { uid } of await at.vigil.sessionsOf(accountId)) await at.vigil.reportRisk(uid, 'HIGH', 'a test')
}

async function standing({ accountId }: Somebody, at = house) {
  const [newest] = await at.vigil.sessionsOf(accountId)
  return at.vigil.standing(newest!.uid)
}

const fieldOf = (page: Page): string | undefined => formsOf(page)[0]?.fields['factor']

test('who has the method is asked for it alone, and for no other by whatever link', async () => {
  const ana = await somebody('named')
  await doubt(ana)
  const page = await ana.person.get(shopRequest('named'))
  expect(fieldOf(page)).toBe('totp')
  expect(page.text).not.toMatch(/with=(?:password|recovery-code)/)
  expect(fieldOf(await ana.person.get(`${page.url}?with=password`))).toBe('totp')
  expect((await ana.person.submit(page, { factor: 'password', password })).status).toBe(403)
  const paper = await ana.person.submit(page, { factor: 'recovery-code', code: ana.codes[0]! })
  expect(paper.status).toBe(403)
  expect(await standing(ana)).toMatchObject({ risk: 'HIGH', acr: '0' })
  await atShop(ana.person, await ana.person.submit(page, { code: ana.app.nextCode() }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW' })
  const [entry] = await house.storage.audit.list({ accountId: ana.accountId, type: 'challenge.required' })
  expect(entry?.data).toMatchObject({ methods: ['passkey', 'totp'] })
})

test('a method beside a level: what is missing of both is asked for, and nothing else', async () => {
  const ana = await somebody('levelled')
  await doubt(ana)
  const page = await ana.person.get(shopRequest('levelled'))
  expect(fieldOf(page)).toBe('recovery-code')
  await atShop(ana.person, await ana.person.submit(page, { code: ana.codes[0]! }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW', acr: 'urn:vigil:loa:2' })
})

test('another method than the last: the password that opened the session does not do', async () => {
  const ana = await somebody('another')
  await doubt(ana)
  const first = await ana.person.get(shopRequest('another'))
  expect(fieldOf(first)).toBe('totp')
  expect(first.text).not.toContain('with=password')
  await atShop(ana.person, await ana.person.submit(first, { code: ana.app.nextCode() }))
  // Now the code was the last, and a code on paper is one of its kind.
  await doubt(ana)
  const second = await ana.person.get(shopRequest('another'))
  expect(fieldOf(second)).toBe('password')
  expect(second.text).not.toMatch(/with=(?:totp|recovery-code)/)
  await atShop(ana.person, await ana.person.submit(second, { password }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW' })
})

test.each<[string, Shop, string]>([
  ['a named one', 'key', 'a passkey'],
  ['another than the only one', 'another', 'another proof than the one that you used last']
])('who has none of them, %s, is told who can help, and is in no circle', async (_, shop, words) => {
  const ana = await somebody(shop, { withApp: false })
  await doubt(ana)
  const page = await ana.person.get(shopRequest(shop))
  expect([page.status, page.text]).toEqual([403, expect.stringContaining(words)])
  expect(page.text).toContain('href="/recover"')
  expect(page.text).toContain('Ask whoever runs this service')
  // A form that was kept, or made up, gets no further.
  const { csrf = '' } = formsOf(page)[0]!.fields
  const uid = new URL(page.url).pathname.split('/')[2]
  const body = new URLSearchParams({ csrf, password, factor: 'password' })
  const forced = await ana.person.raw(`/interaction/${uid}/login`, { method: 'POST', body })
  expect(forced.status).toBe(403)
  expect(await standing(ana)).toMatchObject({ risk: 'HIGH', acr: '0' })
  // Back to the application, which hears that it did not work, at once.
  const left = await ana.person.submit(page)
  expect(left.headers.get('location')).toContain('error=access_denied')
  // Or signed out and in again: the account is nobody's prisoner.
  const again = await ana.person.get(shopRequest(shop))
  const login = await ana.person.submit(again, {}, `/interaction/${new URL(again.url).pathname.split('/')[2]}/signout`)
  await atShop(ana.person, await ana.person.submit(login, { username: ana.username, password }))
  expect(await standing(ana)).toMatchObject({ risk: 'LOW', acr: 'urn:vigil:loa:1' })
})

test('who has the method and has lost it finds the same page from a link', async () => {
  const ana = await somebody('app')
  await doubt(ana)
  const page = await ana.person.get(shopRequest('app'))
  expect(page.text).toContain('with=none')
  const out = await ana.person.get(`${page.url}?with=none`)
  expect([out.status, out.text]).toEqual([403, expect.stringContaining('You are not shut out')])
  // It is no answer.
  expect(fieldOf(await ana.person.get(page.url))).toBe('totp')
})

test('an ordinary challenge has no such link, and its address shows nothing else', async () => {
  const ana = await somebody('plain')
  await doubt(ana)
  const page = await ana.person.get(shopRequest('plain'))
  expect(page.text).not.toContain('with=none')
  expect(fieldOf(await ana.person.get(`${page.url}?with=none`))).toBe('totp')
})

test('a doubted login is asked for the method before the first code', async () => {
  const ana = await somebody('door')
  const elsewhere = visitor(house.issuer)
  const asked = await elsewhere.submit(await elsewhere.get(shopRequest('door')), { username: ana.username, password })
  expect(fieldOf(asked)).toBe('recovery-code')
  expect(asked.text).not.toContain('with=totp')
  await atShop(elsewhere, await elsewhere.submit(asked, { code: ana.codes[0]! }))
})

test(
  'a policy that changes while a challenge stands: what was asked stays asked, and the next doubt is asked anew',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-methods-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const database = join(folder, 'data')
    const before = await open(policy.replace('methods: totp', 'methods: recovery-code'), { database })
    undo.push(() => before.close())
    const ana = await somebody('app', { at: before })
    await doubt(ana, before)
    expect(fieldOf(await ana.person.get(shopRequest('app', before)))).toBe('recovery-code')
    await undo.pop()!()
    // The same people at the same address, under other rules, and without mail.
    const after = await open(policy, { database, port: Number(new URL(before.issuer).port) })
    undo.push(() => after.close())
    const page = await ana.person.get(shopRequest('app', after))
    expect(fieldOf(page)).toBe('recovery-code')
    expect((await ana.person.get(`${page.url}?with=none`)).text).not.toContain('/recover"')
    await atShop(ana.person, await ana.person.submit(page, { code: ana.codes[0]! }))
    expect(await standing(ana, after)).toMatchObject({ risk: 'LOW' })
    await doubt(ana, after)
    expect(fieldOf(await ana.person.get(shopRequest('app', after)))).toBe('totp')
  }
)

test('a method that the deployment has given up is demanded of nobody for ever: a host’s page asks once, and the level stays away', async () => {
  const rule = '{ when: { risk: HIGH }, then: step_up, methods: one-time-code }'
  const rules = `version: 1\nrules:\n  - ${rule}\n  - { then: allow }`
  const first = await startHost({ vigil: { policy: rules, factors: [hostPassword, oneTimeCode] } })
  undo.push(() => first.close())
  const ana = await visitorOf(first)
  await ana.signIn()
  await first.vigil.reportRisk(await ana.uid(), 'HIGH', 'a test')
  const record = await first.storage.sessions.find(await ana.uid())
  expect(record?.demand).toMatchObject({ methods: ['one-time-code'] })

  const none = { ...oneTimeCode, available: () => Promise.resolve(false) }
  const second = await startHost({ storage: first.storage, vigil: { policy: rules, factors: [hostPassword, none] } })
  undo.push(() => second.close())
  const ben = await visitorOf(second, { account: 'ben' })
  await ben.signIn()
  await second.vigil.reportRisk(await ben.uid(), 'HIGH', 'a test')
  const { idToken } = await ben.signIn()
  expect(idToken['acr']).toBe('0')
  expect(await second.vigil.standing(await ben.uid())).toMatchObject({ risk: 'HIGH', acr: '0' })
})

test('a host’s page that passes the method answers, whether or not it names it; one that passes another is asked again', async () => {
  const rules =
    'version: 1\nrules:\n  - { when: { risk: HIGH }, then: step_up, methods: one-time-code }\n  - { then: allow }'
  const host = await startHost({ vigil: { policy: rules, factors: [hostPassword, oneTimeCode] } })
  undo.push(() => host.close())
  const ana = await visitorOf(host)
  await ana.signIn()
  await host.vigil.reportRisk(await ana.uid(), 'HIGH', 'a test')
  let tries = 0
  await ana.signIn({}, (page) => ana.by(tries++ === 0 ? 'pwd' : 'otp')(page))
  expect(tries).toBe(2)
  expect(await host.vigil.standing(await ana.uid())).toMatchObject({ risk: 'LOW' })
})

test('a policy that demands a method of no factor here stops the start with its place', async () => {
  const rules = 'version: 1\nrules:\n  - { when: { risk: HIGH }, then: step_up, methods: passkey }'
  await expect(startHost({ vigil: { policy: rules, factors: [hostPassword] } })).rejects.toMatchObject({
    code: 'policy_invalid',
    message: 'policy.rules[0].methods must be one of host-password, other, got "passkey"'
  })
})
