// What every page has in common.

import { once } from 'node:events'
import { createServer } from 'node:http'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorTable, VigilError, type ErrorCode } from '../../../src/errors.ts'
import { createPages, problemPages } from '../../../src/provider/pages/pages.ts'
import { en } from '../../../src/provider/pages/languages/en.ts'
import { publicWords } from '../../../src/provider/pages/public-errors.ts'
import type { AddressInfo } from 'node:net'

const pages = createPages({ issuer: 'https://id.example/op', brand: 'Example & Sons' })
let url = ''
let close = (): void => {}
let reported: unknown

beforeAll(async () => {
  const app = new Koa()
  app.on('error', (error) => {
    reported = error
  })
  app.use(problemPages(pages))
  app.use((ctx) => {
    if (ctx.path.startsWith('/assets/')) return pages.asset(ctx, ctx.path.slice(8))
    if (ctx.path === '/form') {
      const formAction = [
        'https://rp.example/back?x=1',
        'com.example.app:/back',
        'nonsense',
        "https://a.example;script-src 'unsafe-inline'"
      ]
      return pages.render(
        ctx,
        'error',
        { title: 'A', words: '<b>B</b>' },
        { formAction, connect: [pages.socketOrigin] }
      )
    }
    if (ctx.path === '/bug') throw new Error('select * from secrets')
    throw new VigilError(ctx.path.slice(1) as ErrorCode, 'for the log only')
  })
  const server = createServer()
  const answer = app.callback()
  server.on('request', (request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => close())

const html = { headers: { accept: 'text/html' } }

describe('a page', () => {
  test('lets nothing of others in and is kept by nobody', async () => {
    const { headers } = await fetch(`${url}/form`, html)
    const policy = Object.fromEntries(
      headers
        .get('content-security-policy')!
        .split('; ')
        .map((line) => [line.split(' ')[0]!, line])
    )
    expect(policy['default-src']).toBe("default-src 'none'")
    expect(policy['script-src']).toMatch(/^script-src 'nonce-[\w+/]{22}=='$/)
    expect(policy['frame-ancestors']).toBe("frame-ancestors 'none'")
    expect(policy['base-uri']).toBe("base-uri 'none'")
    expect(policy['connect-src']).toBe("connect-src 'self' wss://id.example")
    expect(policy['form-action']).toBe("form-action 'self' https://rp.example com.example.app:")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  })

  test('shows data as text and finds its files under the issuer’s path', async () => {
    const text = await (await fetch(`${url}/form`, html)).text()
    expect(text).toContain('&lt;b&gt;B&lt;/b&gt;')
    expect(text).toContain('Example &amp; Sons')
    expect(text).toMatch(/href="\/op\/vigil\/assets\/style\.css\?v=[0-9a-f]{16}"/)
  })
})

describe('files of pages', () => {
  test('may be kept for ever under the name of their version, and are asked for again otherwise', async () => {
    const text = await (await fetch(`${url}/form`, html)).text()
    const version = /style\.css\?v=(\w+)/.exec(text)![1]!
    const versioned = await fetch(`${url}/assets/style.css?v=${version}`)
    expect(versioned.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(versioned.headers.get('cache-control')).toContain('immutable')
    const plain = await fetch(`${url}/assets/style.css`)
    expect(plain.headers.get('cache-control')).toBe('no-cache')
    // Without a word of its own about caching, fetch asks for a fresh copy.
    const again = await fetch(`${url}/assets/style.css`, {
      headers: { 'if-none-match': plain.headers.get('etag')!, 'cache-control': 'max-age=0' }
    })
    expect(again.status).toBe(304)
  })

  test.each(['layout.eta', 'constructor.js', '..%2fpackage.json', 'constructor'])(
    '%s is not one of them',
    async (name) => {
      expect((await fetch(`${url}/assets/${name}`)).status).toBe(404)
    }
  )
})

describe('an error', () => {
  test('has its own status and words, and its message stays in the log', async () => {
    const response = await fetch(`${url}/invitation_invalid`, html)
    expect(response.status).toBe(410)
    const text = await response.text()
    expect(text).toContain('This link no longer works')
    expect(text).not.toContain('for the log only')
  })

  test('is JSON for whoever asks for that', async () => {
    const response = await fetch(`${url}/not_signed_in`, { headers: { accept: 'application/json' } })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      error: 'not_signed_in',
      error_description: errorTable.not_signed_in.meaning
    })
  })

  test('that is a bug is reported, and shown without saying what it is', async () => {
    const response = await fetch(`${url}/bug`, html)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secrets')
    expect(reported).toBeInstanceOf(Error)
  })

  test('of a form or an account has words of its own', () => {
    const onPages: ErrorCode[] = [
      'form_expired',
      'form_invalid',
      'body_too_large',
      'username_taken',
      'credentials_invalid',
      'too_many_attempts',
      'overloaded',
      'fresh_login_required',
      'consent_required',
      'invitation_invalid',
      'interaction_lost',
      'not_found',
      'storage_unavailable',
      'conflict'
    ]
    const fallback = publicWords(en, 'internal').title
    for (const code of onPages) expect([code, publicWords(en, code).title]).not.toContain(fallback)
  })
})
