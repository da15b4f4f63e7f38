// `npm start` as a newcomer meets it: what it prints, the administrator's one-time link, a forced risk, clients of one's own. Every start is
// a real process on a folder of its own.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorage } from '../src/adapters/index.ts'
import { createHeadlessBrowser } from '../src/replay/headless-browser.ts'
import { createHeadlessPerson, type HeadlessPerson } from '../src/replay/person.ts'
import { runningClock } from '../src/replay/replay-stream.ts'
import { startServer } from '../src/server.ts'
import { errorOf } from './support/oidc.ts'
import { demo, endAll, type Env, freePorts, type Running, startPatienceMs } from './support/process.ts'
import { nobody } from './support/server.ts'

const password = 'seven green bottles'
const lastLine = /^4\. .*\n/m

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-demo-'))
})
afterAll(() => {
  endAll()
  rmSync(folder, { recursive: true, force: true })
})

interface Started {
  readonly running: Running
  readonly issuer: string
  readonly rpPort: number
}

async function start(env: Env): Promise<Started> {
  const [port = 0, rpPort = 0] = await freePorts(2)
  const running = demo({ PORT: String(port), RP_PORT: String(rpPort), ...env })
  await running.saw(lastLine)
  return { running, issuer: `http://localhost:${port}`, rpPort }
}

function person(
  issuer: string,
  username: string,
  application = { clientId: 'replay', redirectUri: 'http://127.0.0.1/replay' }
): Promise<HeadlessPerson> {
  return createHeadlessPerson({ issuer, username, password, ...application, clock: runningClock() })
}

function outboxOf(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the first start', () => {
  test(
    'shows what to do, and gives the administrator a link until a password is set',
    { timeout: 3 * startPatienceMs },
    async () => {
      const VIGIL_DATA = join(folder, 'first')
      const VIGIL_OUTBOX = join(folder, 'first.outbox')

      const first = await start({ VIGIL_DATA, VIGIL_OUTBOX })
      const lines = first.running.stdout().trim().split('\n')
      const lost = /https?:\S+$/.exec(lines[0]!)![0]
      expect(lines.map((line) => line.slice(0, 3))).toEqual(['The', '', '1. ', '2. ', '3. ', '4. '])
      expect(lines[2]).toContain(`${first.issuer}/signup`)
      expect(lines[3]).toContain(`http://localhost:${first.rpPort}`)
      expect(outboxOf(VIGIL_OUTBOX)).toEqual([{ to: 'administrator', subject: 'Set your password', link: lost }])

      // Before there is a password none is right, and nobody learns that the name exists.
      const refused = await refusalOf(await person(first.issuer, 'administrator'))
      expect(refused).toMatch(/answered 401/)
      expect(await refusalOf(await person(first.issuer, 'nobody-here'))).toBe(refused)

      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        expect((await fetch(`http://${host}:${new URL(first.issuer).port}/healthz`)).status).toBe(200)
        expect((await fetch(`http://${host}:${first.rpPort}/`)).status).toBe(200)
      }
      expect(await first.running.stop('SIGTERM')).toMatchObject({ code: 0, signal: null, stderr: '' })

      const second = await start({ VIGIL_DATA, VIGIL_OUTBOX })
      const link = String(outboxOf(VIGIL_OUTBOX)[1]?.['link'])
      expect(second.running.stdout()).toContain(link)
      expect(link).toMatch(new RegExp(`^${second.issuer}/invitation/[\\w-]{43}$`))

      const browser = createHeadlessBrowser()
      const form = await browser.open(link)
      const other = await createHeadlessBrowser().open(link)
      expect([form.status, other.status]).toEqual([200, 200])
      const account = await browser.submit(form, { password })
      expect(account).toMatchObject({ status: 200, html: expect.stringContaining('administrator') as string })
      expect(account.url.pathname).toBe('/account')
      // Used up, and so is the one that was printed before.
      const tokenOfLost = new URL(lost).pathname
      for (const spent of [link, `${second.issuer}${tokenOfLost}`]) {
        expect((await createHeadlessBrowser().open(spent)).status).toBe(410)
      }

      const administrator = await (await person(second.issuer, 'administrator')).signIn()
      expect(administrator.idToken['amr']).toEqual(['pwd'])
      expect(await second.running.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' })

      const third = await startServer({
        secret: readFileSync(join(VIGIL_DATA, 'secret'), 'utf8'),
        database: join(VIGIL_DATA, 'db'),
        port: 0,
        population: nobody,
        logger: pino({ level: 'silent' })
      })
      expect(third.administratorLink).toBeUndefined()
      expect(await third.storage.accounts.find(String(administrator.idToken['sub']))).toMatchObject({
        username: 'administrator',
        role: 'administrator'
      })
      await third.close()
    }
  )
})

describe('a demo that is driven', () => {
  test(
    'a named administrator, a client from a file, and a risk that is reported, seen and audited',
    { timeout: 2 * startPatienceMs },
    async () => {
      const VIGIL_DATA = join(folder, 'driven')
      const VIGIL_OUTBOX = join(folder, 'driven.outbox')
      const VIGIL_CLIENTS = join(folder, 'clients.json')
      const shop = {
        client_id: 'shop',
        redirect_uris: ['https://shop.example.test/cb'],
        token_endpoint_auth_method: 'none'
      }
      writeFileSync(VIGIL_CLIENTS, JSON.stringify([shop]))
      writeFileSync(VIGIL_OUTBOX, '')

      const { running, issuer } = await start({ VIGIL_DATA, VIGIL_OUTBOX, VIGIL_CLIENTS, VIGIL_ADMIN: 'Root' })
      expect(running.stdout()).toMatch(/^1\. /)
      expect(outboxOf(VIGIL_OUTBOX)).toEqual([])

      const root = await person(issuer, 'root', { clientId: 'shop', redirectUri: shop.redirect_uris[0]! })
      await root.signUp()
      const tokens = await root.signIn()
      expect(tokens.idToken['aud']).toBe('shop')
      const ana = await person(issuer, 'ana')
      await ana.signUp()
      const before = await ana.signIn()
      expect(await ana.userinfo(before)).toMatchObject({ risk_level: 'LOW' })

      const refusals: [unknown, number, string][] = [
        ['{"username":', 422, 'form_invalid'],
        [{ level: 'HIGH' }, 422, 'form_invalid'],
        [{ username: 'ana', level: 'high' }, 422, 'form_invalid'],
        [{ username: 'bob', level: 'HIGH' }, 404, 'not_found'],
        [{ username: 'ana', level: 'HIGH', more: 'a'.repeat(1 << 20) }, 413, 'body_too_large']
      ]
      for (const [body, status, error] of refusals) {
        expect(await report(issuer, body)).toMatchObject({ status, answer: { error } })
      }
      expect(await report(issuer, { username: 'ana', level: 'HIGH' }, { origin: issuer })).toMatchObject({
        status: 403,
        answer: { error: 'origin_not_allowed' }
      })
      expect(await ana.userinfo(before)).toMatchObject({ risk_level: 'LOW' })

      expect(await report(issuer, { username: 'ana', level: 'HIGH' })).toMatchObject({ status: 200 })
      expect(await ana.userinfo(before)).toMatchObject({ risk_level: 'HIGH' })
      expect(await errorOf(ana.signIn({ prompt: 'none' }))).toBe('interaction_required')
      // Somebody else's sessions are not touched, and Ana proves that it is she.
      expect((await root.signIn({ prompt: 'none' })).idToken['sub']).toBe(tokens.idToken['sub'])
      const after = await ana.signIn()
      expect(await ana.userinfo(after)).toMatchObject({ risk_level: 'LOW' })

      expect(await running.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' })
      const storage = await openStorage({ database: join(VIGIL_DATA, 'db') })
      const { role } = (await storage.accounts.findByUsername('root'))!
      const { role: anasRole, id: accountId } = (await storage.accounts.findByUsername('ana'))!
      const reported = await storage.audit.list({ accountId, type: 'risk.reported' })
      await storage.close()
      expect([role, anasRole]).toEqual(['administrator', 'person'])
      expect(reported.map(({ data }) => data)).toContainEqual({ level: 'HIGH', reason: 'reported' })
    }
  )
})

async function report(
  issuer: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): Promise<{ readonly status: number; readonly answer: unknown }> {
  const response = await fetch(`${issuer}/demo/risk`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body)
  })
  return { status: response.status, answer: await response.json() }
}

/** What a sign-in that fails ends with; every interaction has an id of its own, which is left out. */
async function refusalOf(who: HeadlessPerson): Promise<string> {
  try {
    return `no refusal: ${JSON.stringify(await who.signIn())}`
  } catch (error) {
    return String(error).replace(/\/interaction\/[\w-]+/, '/interaction/…')
  }
}
