// `vigil recover`: a person who has lost the password and the app gets back in by whoever runs the service, and nobody else does.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { visitor } from '../provider/visitor.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { endAll, vigil } from '../support/process.ts'

const secret = randomBytes(48).toString('base64url')
const patient = { timeout: 180_000 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-recover-'))
})
afterAll(() => {
  endAll()
  rmSync(folder, { recursive: true, force: true })
})

const start = (): Promise<VigilServer> =>
  startServer({ port: 0, secret, database: join(folder, 'db'), logger: pino({ level: 'silent' }) })

const recover = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  vigil(['recover', ...args], { SECRET_KEY: secret, DATABASE_URL: join(folder, 'db'), ...env }).ended

it('takes lost factors off an account and gives out a link that sets a password once', patient, async () => {
  const before = await start()
  const ana = visitor(before.issuer)
  const account = { username: 'ana', email: 'ana@example.test', password: 'seven green bottles' }
  await ana.submit(await ana.get('/signup'), account)
  const setUp = await ana.get('/account/totp')
  await ana.submit(setUp, { code: authenticatorOf(setUp.text).code() })
  const { id: accountId } = (await before.storage.accounts.findByUsername('ana'))!
  await before.close()

  expect(await recover(['nobody'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('no account "nobody"') as string
  })
  const stranger = await recover(['ana', '--without-factors'], { SECRET_KEY: `${secret}x` })
  expect(stranger).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(secret_weak)') as string })
  const { code, stdout, stderr } = await recover(['Ana', '--without-factors'], {
    VIGIL_ISSUER: 'https://login.example'
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^https:\/\/login\.example\/invitation\/[\w-]{43}\n$/)

  const after = await start()
  const again = visitor(after.issuer)
  const { pathname } = new URL(stdout.trim())
  const inside = await again.submit(await again.get(pathname), { password: 'nine brown bottles' })
  expect(new URL(inside.url).pathname).toBe('/account')
  expect((await again.get('/account/totp')).text).toContain('Set up an authenticator app')
  expect((await again.get(pathname)).status).toBe(410)
  const noted = async (type: string) => (await after.storage.audit.list({ accountId, type })).map(({ data }) => data)
  expect(await noted('factor.removed')).toEqual([{ factor: 'totp', by: 'operator' }])
  expect(await noted('recovery.given')).toHaveLength(1)
  await after.close()
})

it.each([[[]], [['ana', 'ben']], [['ana', '--all']]])('%j is not understood', async (args) => {
  const { code, stdout, stderr } = await recover(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/see "vigil help recover" \(usage\)\n$/)
})
