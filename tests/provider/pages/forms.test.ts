// The token that ties a form to a browser and a purpose.

import { once } from 'node:events'
import { createServer } from 'node:http'
import Koa from 'koa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VigilError } from '../../../src/errors.ts'
import { createForms } from '../../../src/provider/pages/forms.ts'
import type { AddressInfo } from 'node:net'

let url = ''
let close = (): void => {}

async function open(issuer?: string): Promise<void> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const forms = createForms({ key: Buffer.alloc(32, 1), issuer: issuer ?? url, maxBytes: 1000 })
  const app = new Koa()
  app.use(async (ctx) => {
    const scope = ctx.path
    if (ctx.method === 'GET') {
      ctx.body = `${forms.token(ctx, scope)} ${forms.token(ctx, scope)}`
      return
    }
    try {
      ctx.body = await forms.read(ctx, scope)
    } catch (error) {
      if (!(error instanceof VigilError)) throw error
      ctx.status = error.status
      ctx.body = error.code
    }
  })
  const answer = app.callback()
  server.on('request', (request, response) => void answer(request, response))
  close = () => {
    server.closeAllConnections()
    server.close()
  }
}

beforeEach(() => open())
afterEach(() => close())

async function visit(path: string): Promise<{ cookie: string; csrf: string; set: string }> {
  const response = await fetch(url + path)
  const set = response.headers.getSetCookie()
  const [first, second] = (await response.text()).split(' ')
  expect(set).toHaveLength(1)
  expect(first).toBe(second)
  return { set: set[0]!, cookie: set[0]!.split(';')[0]!, csrf: first! }
}

async function send(
  path: string,
  cookie: string,
  body: BodyInit,
  headers: Record<string, string> = {}
): Promise<[number, string]> {
  const response = await fetch(url + path, { method: 'POST', body, headers: { cookie, ...headers } })
  return [response.status, await response.text()]
}

test('a form that we gave this browser for this purpose is read', async () => {
  const { cookie, csrf, set } = await visit('/a')
  expect(set).toMatch(/; path=\/; samesite=lax; httponly$/i)
  expect(await send('/a', cookie, new URLSearchParams({ csrf, name: 'Ana' }))).toEqual([
    200,
    JSON.stringify({ csrf, name: 'Ana' })
  ])
})

test('another form, another browser, no cookie or no token is refused', async () => {
  const { cookie, csrf } = await visit('/a')
  const other = await visit('/a')
  const refused = [403, 'form_expired']
  expect(await send('/b', cookie, new URLSearchParams({ csrf }))).toEqual(refused)
  expect(await send('/a', other.cookie, new URLSearchParams({ csrf }))).toEqual(refused)
  expect(await send('/a', '', new URLSearchParams({ csrf }))).toEqual(refused)
  expect(await send('/a', cookie, new URLSearchParams({ name: 'Ana' }))).toEqual(refused)
  expect(
    await send(
      '/a',
      cookie,
      new URLSearchParams([
        ['csrf', csrf],
        ['csrf', csrf]
      ])
    )
  ).toEqual(refused)
  expect(await send('/a', cookie, JSON.stringify({ csrf }), { 'content-type': 'application/json' })).toEqual(refused)
  expect(await send('/a', 'vigil_form=', new URLSearchParams({ csrf }))).toEqual(refused)
})

test('the page that sends must be ours, under any of our names', async () => {
  const { cookie, csrf } = await visit('/a')
  const body = (): URLSearchParams => new URLSearchParams({ csrf })
  for (const origin of ['http://evil.example', 'null', `${url}.evil.example`, url.replace('http:', 'https:')]) {
    expect(await send('/a', cookie, body(), { origin })).toEqual([403, 'form_expired'])
  }
  expect((await send('/a', cookie, body(), { origin: url }))[0]).toBe(200)
})

test('a body that no form of ours makes is refused', async () => {
  const { cookie, csrf } = await visit('/a')
  const big = new URLSearchParams({ csrf, password: 'a'.repeat(1_000_000) })
  expect(await send('/a', cookie, big)).toEqual([413, 'body_too_large'])
})

test('names that make objects do not reach anybody', async () => {
  const { cookie, csrf } = await visit('/a')
  const body = new URLSearchParams({
    csrf,
    'a[b]': '1',
    '__proto__[polluted]': '1',
    'constructor[prototype][polluted]': '1'
  })
  const [status, text] = await send('/a', cookie, body)
  expect([status, text]).toEqual([200, JSON.stringify({ csrf })])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('behind TLS the cookie is for this host and secure connections only', async () => {
  close()
  await open('https://id.example')
  const { set } = await visit('/a')
  expect(set).toMatch(/^__Host-vigil_form=[\w-]{24}; path=\/; samesite=lax; secure; httponly$/i)
})
