// What comes from outside and is wrong, at a server that runs: each gets its one coded answer, nothing is lost, and the next person is served
// as if nothing had happened.

import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ErrorCode } from '../src/errors.ts'
import { errorTable } from '../src/errors.ts'
import { en } from '../src/provider/pages/languages/en.ts'
import { publicWords } from '../src/provider/pages/public-errors.ts'
import { createHeadlessPerson, type HeadlessPerson, type Tokens } from '../src/replay/person.ts'
import { runningClock } from '../src/replay/replay-stream.ts'
import { startServer, type VigilServer } from '../src/server.ts'
import { type Answer, createBrowser, errorOf, titleOf } from './support/oidc.ts'
import { nobody, secret, silent } from './support/server.ts'

const origin = 'https://notes.example.test'
const redirectUri = `${origin}/callback`
const notes = { client_id: 'notes', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
const password = 'seven green bottles'

let house: VigilServer
let ana: HeadlessPerson
let tokens: Tokens

beforeAll(async () => {
  house = await startServer({
    secret,
    database: 'memory://',
    port: 0,
    population: nobody,
    logger: silent,
    clients: [notes]
  })
  ana = await personAt(house.issuer, 'ana')
  await ana.signUp()
})
afterAll(() => house.close())
beforeEach(async () => {
  tokens = await ana.signIn()
})

function personAt(issuer: string, username: string): Promise<HeadlessPerson> {
  return createHeadlessPerson({ issuer, username, password, clientId: 'notes', redirectUri, clock: runningClock() })
}

/** Ana's session, tokens and channel are what they were, and somebody new is served. */
async function expectUnharmed(): Promise<void> {
  expect(await ana.userinfo(tokens)).toMatchObject({ preferred_username: 'ana', risk_level: 'LOW' })
  expect((await ana.signIn({ prompt: 'none' })).idToken['sub']).toBe(tokens.idToken['sub'])
  const stream = await ana.watch(tokens.accessToken)
  expect(stream.closed).toBeUndefined()
  await stream.close()
  expect((await fetch(`${house.issuer}/healthz`)).status).toBe(200)
}

async function ticket(): Promise<{ readonly url: string; readonly protocols: string[] }> {
  const response = await fetch(`${house.issuer}/continuous/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.accessToken}` }
  })
  const { ticket: value, url } = (await response.json()) as { ticket: string; url: string }
  return { url, protocols: ['vigil.v1', `vigil.ticket.${value}`] }
}

/** What an attempt to open a channel is answered: the open socket, or status and code of the refusal. */
async function open(
  { url, protocols }: Awaited<ReturnType<typeof ticket>>,
  from = origin
): Promise<WebSocket | { readonly status: number; readonly error: unknown }> {
  const socket = new WebSocket(url, protocols, { origin: from, perMessageDeflate: false })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket))
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => {
        const { error } = JSON.parse(body) as { error: unknown }
        resolve({ status: response.statusCode ?? 0, error })
      })
    })
  })
}

function refusal(code: ErrorCode): { readonly status: number | undefined; readonly error: ErrorCode } {
  return { status: errorTable[code].status, error: code }
}

describe('at the channel', () => {
  test.each<[string, string | Buffer, ErrorCode, number]>([
    ['bytes that are no frame', Buffer.from([1, 1, 255, 255, 255, 255]), 'frame_malformed', 1007],
    ['no bytes at all', Buffer.alloc(0), 'frame_malformed', 1007],
    ['a frame of another version', Buffer.alloc(64, 9), 'frame_unsupported', 1003],
    ['text', '{"type":"behavioral_data"}', 'frame_unsupported', 1003]
  ])('%s: the channel ends with the code', async (_, bytes, code, closeCode) => {
    const socket = await open(await ticket())
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${JSON.stringify(socket)}`)
    socket.send(bytes)
    const [gotCode, reason] = (await once(socket, 'close')) as [number, Buffer]
    expect([gotCode, reason.toString()]).toEqual([closeCode, code])
    expect(errorTable[code].close).toBe(closeCode)
    await expectUnharmed()
  })

  test('a frame that is larger than any: the channel ends with 1009', async () => {
    const socket = await open(await ticket())
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${JSON.stringify(socket)}`)
    socket.send(Buffer.alloc(1 << 20))
    expect((await once(socket, 'close'))[0]).toBe(1009)
    await expectUnharmed()
  })

  test('a page of a foreign Origin is refused before the upgrade', async () => {
    const url = (await ticket()).url
    expect(await open({ url, protocols: ['vigil.v1'] }, 'https://evil.example.test')).toEqual(
      refusal('origin_not_allowed')
    )
    // Not even with a ticket that leaked.
    expect(await open(await ticket(), 'https://evil.example.test')).toEqual(refusal('origin_not_allowed'))
    await expectUnharmed()
  })

  test('a ticket opens one channel, and the one that it opened stays', async () => {
    const used = await ticket()
    const socket = await open(used)
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${JSON.stringify(socket)}`)
    expect(await open(used)).toEqual(refusal('ticket_invalid'))
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
    await expectUnharmed()
  })

  test('a ticket is for an access token that lives', async () => {
    const answer = await fetch(`${house.issuer}/continuous/ticket`, {
      method: 'POST',
      headers: { authorization: 'Bearer made-up' }
    })
    expect({ status: answer.status, ...((await answer.json()) as object) }).toMatchObject(refusal('token_invalid'))
    await expectUnharmed()
  })
})

describe('at the pages', () => {
  /** The login page of the application, in a browser that was never here. */
  async function loginPage(): Promise<{ browser: ReturnType<typeof createBrowser>; page: Answer }> {
    const browser = createBrowser([redirectUri])
    const page = await browser.get(`${house.issuer}/account`)
    expect(titleOf(page)).toBe('Sign in')
    return { browser, page }
  }

  test.each([
    ['a wrong password', { username: 'ana', password: 'six green bottles' }],
    ['a wrong password of somebody who does not exist', { username: 'nobody-here', password: 'six green bottles' }],
    ['no password', { username: 'ana', password: '' }],
    ['a name with a NUL in it', { username: 'a\0na', password }]
  ])('%s: the same page again, with the same words', async (_, fields) => {
    const { browser, page } = await loginPage()
    const answer = await browser.submit(page, fields)
    expect(answer.status).toBe(401)
    expect(answer.text).toContain(publicWords(en, 'credentials_invalid').words)
    expect(answer.text).not.toContain(fields.password || 'value="seven')
    // The page that came back still works.
    const right = await browser.submit(answer, { username: 'ana', password }, 4)
    expect(right).toMatchObject({ status: 200, url: { pathname: '/account' } })
    await expectUnharmed()
  })

  test('a form without its token changes nothing', async () => {
    for (const csrf of ['', 'forged', 'A'.repeat(43)]) {
      const { browser } = await loginPage()
      await browser.get(`${house.issuer}/signup`)
      const fields = { csrf, username: 'mallory', email: 'mallory@example.test', password }
      const answer = await browser.post(`${house.issuer}/signup`, fields)
      expect(answer.status).toBe(errorTable.form_expired.status)
      expect(answer.text).toContain(publicWords(en, 'form_expired').words)
    }
    expect(await house.storage.accounts.findByUsername('mallory')).toBeUndefined()
    await expectUnharmed()
  })

  test('a megabyte in a form is not taken in', async () => {
    const { browser, page } = await loginPage()
    const signup = await createBrowser([]).get(`${house.issuer}/signup`)
    for (const form of [page, signup]) {
      const answer = await browser.submit(form, { username: 'ana', password: 'a'.repeat(1 << 20) })
      expect(answer.status).toBe(errorTable.body_too_large.status)
      expect(answer.text).toContain(publicWords(en, 'body_too_large').words)
    }
    await expectUnharmed()
  })

  test('a megabyte to the token endpoint is an invalid request', async () => {
    const answer = await fetch(`${house.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `code=${'a'.repeat(1 << 20)}`
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    await expectUnharmed()
  })

  test('what only the demo has is not here', async () => {
    const answer = await fetch(`${house.issuer}/demo/risk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ana', level: 'HIGH' })
    })
    expect(answer.status).toBe(404)
    await expectUnharmed()
  })
})

describe('at the authorization endpoint', () => {
  const unknownLevel = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:made:up' } } })
  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'an unknown level that is demanded',
      { claims: unknownLevel, prompt: 'login' },
      'unmet_authentication_requirements'
    ],
    ['an unknown level, silently', { claims: unknownLevel, prompt: 'none' }, 'unmet_authentication_requirements'],
    ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request'],
    ['an age that is no number', { max_age: 'soon' }, 'invalid_request'],
    ['a scope that nobody has', { scope: 'profile' }, 'invalid_request']
  ])('%s: the application is told', async (_, parameters, error) => {
    expect(await errorOf(ana.signIn(parameters))).toBe(error)
    await expectUnharmed()
  })
})
