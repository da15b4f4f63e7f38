// Requests that no browser sends: NUL, half of a surrogate pair, escapes that are none, names of every object's properties, texts of any length. Each
// gets an answer that says whose mistake it was, and none reaches the log as a failure of the server.

import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { type Visitor, visitor } from '../provider/visitor.ts'
import { api, app, nobody, redirectUri, secret } from '../support/server.ts'

const resource = 'https://api.example.test'
const password = 'seven green bottles'
const optional =
  'nonce acr_values claims prompt max_age id_token_hint login_hint ui_locales resource request_uri request code_challenge response_mode display __proto__ constructor'.split(
    ' '
  )
/** As they stand in an address. */
const hostile = [
  '%00',
  'ana%00',
  '%ED%A0%80',
  '%C0%AF',
  '%',
  '%zz',
  '%E0%A4%A',
  '__proto__',
  'constructor',
  'toString',
  '%27%20or%20%271%27%3D%271',
  '%22;drop%20table%20vigil_account;--',
  '..%2F..%2Fetc%2Fpasswd',
  'a'.repeat(5000),
  '%F0%9F%98%80'.repeat(300),
  'NaN',
  '-1',
  '1e309',
  '99999999999999999999'
]

let folder: string
let server: VigilServer
let ana: Visitor
const failures: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-hostile-'))
  const log = { write: (line: string) => void failures.push(line.slice(0, 2000)) }
  server = await startServer({
    port: 0,
    secret,
    database: join(folder, 'data'),
    population: nobody,
    logger: pino({ level: 'error' }, log),
    clients: [app, { ...api, token_endpoint_auth_method: 'client_secret_post' }],
    resources: [{ resource, scope: 'read' }],
    mailer: { send: () => Promise.resolve() }
  })
  ana = visitor(server.issuer)
  await ana.submit(await ana.get('/signup'), { username: 'ana', email: 'ana@example.test', password })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Byte for byte, as `fetch` would not send it. Resolves to the status. */
function send({ method, path, body, headers = {} }: Sent): Promise<number> {
  const { port } = new URL(server.issuer)
  const cookie = [...ana.cookies].map(([key, value]) => `${key.split(' ')[1]}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: 'localhost',
        port,
        method,
        path,
        headers: {
          cookie,
          accept: 'text/html',
          ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers
        }
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      }
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends each, and says which of them the server took for a failure of its own. */
async function failed(all: readonly Sent[]): Promise<string[]> {
  const bad: string[] = []
  for (const one of all) {
    failures.length = 0
    const status = await send(one)
    if (status >= 500 || failures.length > 0)
      bad.push(
        `${one.method} ${one.path.slice(0, 80)} ${(one.body ?? '').slice(0, 80)}: ${status} ${failures.join(' ')}`
      )
  }
  return bad
}

test('in an address', { timeout: 120_000 }, async () => {
  const places = [
    ['GET', '/interaction/*'],
    ['POST', '/interaction/*/login'],
    ['POST', '/interaction/*/abort'],
    ['GET', '/invitation/*'],
    ['POST', '/account/sessions/*/end'],
    ['POST', '/account/activity/*/answer'],
    ['GET', '/vigil/phrase/*'],
    ['GET', '/vigil/assets/*'],
    ['GET', '/vigil/revocations?audience=*'],
    ['GET', `/vigil/revocations?audience=${encodeURIComponent(resource)}/*`],
    ['GET', '/vigil/revocations?audience[__proto__]=*'],
    ['GET', '/auth/*'],
    ['GET', '/session/end?id_token_hint=*&client_id=*'],
    ['GET', '/account?state=*'],
    ['GET', '/vigil/calibration?state=*']
  ] as const
  expect(
    await failed(
      places.flatMap(([method, path]) => hostile.map((text) => ({ method, path: path.replaceAll('*', text) })))
    )
  ).toEqual([])
})

test('in a parameter of an authorization request', { timeout: 120_000 }, async () => {
  const good = { client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, state: 's' }
  const names = [...Object.keys(good), ...optional]
  const requests = names.flatMap((name) =>
    hostile.map((text) => {
      const { [name]: _left, ...rest } = {
        ...good,
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256'
      } as Record<string, string>
      return `${new URLSearchParams(rest)}&${name}=${text}`
    })
  )
  const claims = [
    '{"id_token":{"acr":{"essential":true,"value":"\\u0000"}}}',
    '{"id_token":{"acr":{"values":["\\ud800"]},"__proto__":{"value":"x"}}}',
    '{"__proto__":{"id_token":{}}}',
    '{"id_token":{"acr":"x","sid":{"value":"\\u0000"}},"userinfo":{"email":{"value":"\\ud800"}}}',
    '{"id_token":{"acr":{"essential":true,"values":[null]}}}',
    '{"id_token":{"acr":{"essential":true,"values":{}}}}',
    '{"id_token":[]}'
  ].map(
    (text) =>
      `${new URLSearchParams({ ...good, claims: text, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })}`
  )
  const all = [...requests, ...claims]
  expect(
    await failed([
      ...all.map((query) => ({ method: 'GET', path: `/auth?${query}` })),
      ...all.filter((query) => query.length < 8000).map((body) => ({ method: 'POST', path: '/auth', body }))
    ])
  ).toEqual([])
})

test('in a field of a form, whether or not its token is right', { timeout: 120_000 }, async () => {
  const pages = ['/signup', '/recover', '/account', '/account/email', '/account/data', '/account/activity'] as const
  const tokens = new Map<string, string>()
  // Something to be asked about, or the page of it has no form.
  const { id } = (await server.storage.accounts.findByUsername('ana'))!
  for (const { uid } of await server.vigil.sessionsOf(id)) {
    await server.vigil.reportRisk(uid, 'MEDIUM', 'behaviour')
    await server.vigil.reportRisk(uid, 'LOW', 'behaviour')
  }
  for (const place of pages)
    tokens.set(place, /name="csrf" value="([^"]*)"/.exec((await ana.get(place)).text)?.[1] ?? '')
  expect([...tokens.values()].every((token) => token.length > 20)).toBe(true)
  const places = [
    ['/signup', '/signup', ['username', 'email', 'password']],
    ['/recover', '/recover', ['username']],
    ['/account/email', '/account/email', ['code']],
    ['/account/erase', '/account/data', ['confirm']],
    ['/account/activity/1/answer', '/account/activity', ['was']],
    ['/account/sessions/%00/end', '/account', ['csrf']]
  ] as const
  expect(
    await failed(
      places.flatMap(([path, scope, names]) =>
        hostile.flatMap((text) =>
          names.map((name) => ({
            method: 'POST',
            path,
            body: `csrf=${name === 'csrf' ? text : tokens.get(scope)}&${name}=${text}`
          }))
        )
      )
    )
  ).toEqual([])
})

test('at the endpoints of applications', { timeout: 120_000 }, async () => {
  const client = `client_id=api&client_secret=${encodeURIComponent(api.client_secret)}`
  const places = [
    ['/token', 'grant_type=authorization_code&client_id=app&code=*&redirect_uri=*'],
    ['/token', 'grant_type=refresh_token&client_id=app&refresh_token=*'],
    ['/token', 'grant_type=*&client_id=*&client_secret=*'],
    ['/token/introspection', `${client}&token=*`],
    ['/token/revocation', `${client}&token=*`],
    ['/request', 'client_id=*&redirect_uri=*&state=*'],
    ['/me', 'access_token=*']
  ] as const
  const bodies = places.flatMap(([path, body]) =>
    hostile.map((text) => ({ method: 'POST', path, body: body.replaceAll('*', text) }))
  )
  const headers = [
    'Bearer __proto__',
    `Bearer ${'a'.repeat(8000)}`,
    'Bearer \u00ff',
    'DPoP x',
    'Basic JTAwOiUwMA=='
  ].map((authorization) => ({ authorization }))
  const asked = ['/me', '/continuous/ticket', '/token/introspection'].flatMap((path) =>
    headers.map((one) => ({ method: 'POST', path, body: '', headers: one }))
  )
  expect(await failed([...bodies, ...asked])).toEqual([])
})

test('in a cookie', async () => {
  const names = [
    '_session',
    '_session.sig',
    '_interaction',
    '_interaction.sig',
    'vigil_form',
    'vigil_device',
    'vigil_signed_up'
  ]
  const sent = names.flatMap((name) =>
    ['__proto__', '%00', '%', 'a.b.c', Buffer.from('null').toString('base64url'), 'a'.repeat(4000)].map((value) => ({
      headers: { cookie: `${name}=${value}` }
    }))
  )
  const paths = ['/account', '/auth?client_id=app', '/api/user-stats', '/interaction/x', '/signup']
  expect(await failed(sent.flatMap((one) => paths.map((path) => ({ method: 'GET', path, ...one }))))).toEqual([])
})
