// A copy of the database in the wrong hands: a backup, a replica, a disk. Nothing in it opens anything without SECRET_KEY, and what somebody typed is
// not in it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Database, openPglite } from '../../src/adapters/database.ts'
import { openStorage } from '../../src/adapters/index.ts'
import { type Mail, startServer } from '../../src/server.ts'
import { visitor } from '../provider/visitor.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { createBrowser, personAt, relyingParty, titleOf } from '../support/oidc.ts'
import { app, nobody, redirectUri, secret, silent } from '../support/server.ts'

const password = 'seven green bottles'
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-at-rest-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Every value of every row, by table. */
async function everything(database: Database): Promise<Map<string, string>> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`
  )
  const found = new Map<string, string>()
  for (const { name } of tables) {
    const rows = await database.query<Record<string, unknown>>(`select * from "${name}"`)
    const texts = rows.flatMap((row) =>
      Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
      )
    )
    found.set(name, texts.join('\n'))
  }
  return found
}

test('holds no password, code, key, link or token that somebody could use', { timeout: 120_000 }, async () => {
  const database = join(folder, 'data')
  const mails: Mail[] = []
  const server = await startServer({
    port: 0,
    secret,
    database,
    population: nobody,
    logger: silent,
    clients: [app],
    mailer: { send: async (mail) => void mails.push(mail) }
  })
  const secrets: Record<string, string> = { secret, password }
  try {
    const ana = visitor(server.issuer)
    await ana.submit(await ana.get('/signup'), { username: 'ana', email: 'ana@example.test', password })
    await ana.submit(await ana.get('/account/email'))
    secrets['code by mail'] = await vi.waitFor(() => mails.find(({ code }) => code)!.code!)
    await ana.submit(await ana.get('/recover'), { username: 'ana' })
    const link = await vi.waitFor(() => mails.find(({ link: one }) => one?.includes('/invitation/'))!.link!)
    secrets['link'] = new URL(link).pathname.split('/').at(-1)!

    const browser = createBrowser([redirectUri])
    const party = await relyingParty(server.issuer, { clientId: 'app', redirectUri })
    const person = personAt(party, browser, (page) =>
      browser.submit(page, titleOf(page).includes('Sign in') ? { username: 'ana', password } : {})
    )
    const visit = await person.visit({ scope: 'openid offline_access', prompt: 'consent' })
    const tokens = await visit.redeem()
    const renewed = await party.refresh(tokens.refreshToken!)
    const waiting = await person.visit({ prompt: 'none' })
    Object.assign(secrets, {
      'access token': tokens.accessToken,
      'used refresh token': tokens.refreshToken,
      'refresh token': renewed.refreshToken,
      'access token after it': renewed.accessToken,
      'used code': visit.end.url.searchParams.get('code'),
      code: waiting.end.url.searchParams.get('code')
    })

    const setUp = await ana.get('/account/totp')
    const [key = ''] = /\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(setUp.text) ?? []
    const codes = (await ana.submit(setUp, { code: authenticatorOf(setUp.text).code() })).text
    secrets['key of the app'] = key.replaceAll(' ', '')
    const shown = [...codes.matchAll(/<code[^>]*>([^<]+)<\/code>/g)].map(([, code]) => code!)
    expect(shown.length).toBeGreaterThanOrEqual(10)
    shown.forEach((code, number) => (secrets[`recovery code ${number}`] = code))
  } finally {
    await server.close()
  }

  const opened = await openPglite(join(database, 'pg'))
  const tables = await everything(opened)
  await opened.close()
  expect(tables.size).toBeGreaterThan(15)
  expect(tables.get('vigil_account')).toContain('ana@example.test')
  const found = Object.entries(secrets).flatMap(([name, text]) => {
    expect([name, text.length >= 6]).toEqual([name, true])
    return [...tables].flatMap(([table, content]) => (content.includes(text) ? [`${name} in ${table}`] : []))
  })
  expect(found).toEqual([])
})

test(
  'tokens of a database from before they were hashed go on to work, and are no longer in it',
  { timeout: 120_000 },
  async () => {
    const data = join(folder, 'before')
    await (await openStorage({ database: data })).close()
    const first = await openPglite(join(data, 'pg'))
    const plain = { jti: 'a-refresh-token', kind: 'RefreshToken', nonce: '\u0000', grantId: 'g' }
    await first.query('insert into vigil_oidc (model, id, payload, grant_id, expires_at) values ($1, $2, $3, $4, $5)', [
      'RefreshToken',
      plain.jti,
      JSON.stringify(plain),
      'g',
      4_000_000_000
    ])
    await first.query('delete from vigil_migration where name = $1', ['0008-token-hashes'])
    await first.close()
    const storage = await openStorage({ database: data })
    expect(await storage.oidc('RefreshToken').find(plain.jti)).toEqual(plain)
    await storage.close()
    const after = await openPglite(join(data, 'pg'))
    expect((await everything(after)).get('vigil_oidc')).not.toContain(plain.jti)
    await after.close()
  }
)
