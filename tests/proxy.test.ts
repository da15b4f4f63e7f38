// Behind a proxy that ends TLS: what the proxy says about the person is believed as far as the operator said, and not a hop further. The
// proxy is a real one, with a certificate of its own.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request as forward, type RequestOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHeadlessBrowser } from '../src/replay/headless-browser.ts'
import { createHeadlessPerson } from '../src/replay/person.ts'
import { runningClock } from '../src/replay/replay-stream.ts'
import { startServer, type VigilServer } from '../src/server.ts'
import { available } from './support/available.ts'
import { createBrowser, upgradeStatus } from './support/oidc.ts'
import { nobody, secret, silent } from './support/server.ts'

const redirectUri = 'https://notes.example.test/callback'
const notes = { client_id: 'notes', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
const options = { secret, database: 'memory://', port: 0, population: nobody, logger: silent, clients: [notes] }
const password = 'seven green bottles'

/** Wrong passwords for one name from one address that are answered before the rest are put off. */
const guesses = 10

/** Signs up `username` on the page itself. */
async function signUp(issuer: string, username: string): Promise<void> {
  const browser = createHeadlessBrowser()
  const consent = await browser.submit(await browser.open(`${issuer}/signup`), {
    username,
    email: `${username}@example.test`,
    password
  })
  expect(consent).toMatchObject({ status: 200, url: { pathname: '/vigil/consent' } })
}

/** Status of a wrong guess by somebody who was never here, with a header of the guesser's choice. */
async function guess(issuer: string, username: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const browser = createBrowser([])
  const page = await browser.get(`${issuer}/account`)
  const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(page.text) ?? []
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? []
  const url = new URL(action, page.url)
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, cookie: browser.cookiesFor(url), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrf, username, password: 'six green bottles' })
  })
  await response.body?.cancel()
  return response.status
}

const proxies = available().openssl ? ['one TLS proxy'] : []

describe.each(proxies)('behind %s', () => {
  let folder: string
  let proxy: Proxy
  let house: VigilServer
  const authorities = getCACertificates('default')

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vigil-proxy-'))
    const { key, cert } = certificate(folder)
    setDefaultCACertificates([...authorities, cert])
    proxy = await startProxy(key, cert)
    house = await startServer({ ...options, issuer: proxy.address, proxyHops: 1 })
    proxy.target = (house.server.address() as AddressInfo).port
  })
  afterAll(async () => {
    await house.close()
    proxy.close()
    setDefaultCACertificates(authorities)
    rmSync(folder, { recursive: true, force: true })
  })

  test('a person signs up, agrees, signs in at an application and is watched, all over TLS', async () => {
    const ana = await createHeadlessPerson({
      issuer: proxy.address,
      username: 'ana',
      password,
      clientId: 'notes',
      redirectUri,
      clock: runningClock()
    })
    await ana.signUp()
    const lesson = await ana.calibrate()
    await lesson.close()
    const tokens = await ana.signIn()
    expect(tokens.idToken).toMatchObject({ iss: proxy.address, aud: 'notes', amr: ['pwd'] })
    expect(await ana.userinfo(tokens)).toMatchObject({ preferred_username: 'ana', risk_level: 'LOW' })
    const watched = await ana.watch(tokens.accessToken)
    expect(watched.closed).toBeUndefined()
    await watched.close()

    expect(proxy.upgrades).toEqual(['101 Switching Protocols', '101 Switching Protocols'])
    expect(proxy.cookies.length).toBeGreaterThan(5)
    expect(proxy.cookies.filter((cookie) => !/; ?secure/i.test(cookie))).toEqual([])
    expect(proxy.cookies.filter((cookie) => !/; ?httponly/i.test(cookie))).toEqual([])
  })

  test('every address of the provider is one that a browser reaches', async () => {
    const response = await fetch(`${proxy.address}/.well-known/openid-configuration`)
    const metadata = (await response.json()) as Record<string, unknown>
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$|^issuer$/.test(name))
    expect(endpoints.length).toBeGreaterThan(5)
    for (const [, address] of endpoints) expect(new URL(String(address)).origin).toBe(proxy.address)
  })

  test('a channel is refused to the page of another origin', async () => {
    const how = { protocols: ['vigil.v1', 'vigil.page.x'] }
    expect(await upgradeStatus(proxy.address, { ...how, origin: 'https://evil.example.test' })).toBe(403)
    // The provider's own name without TLS is another origin.
    expect(await upgradeStatus(proxy.address, { ...how, origin: proxy.address.replace('https', 'http') })).toBe(403)
    expect(await upgradeStatus(proxy.address, { ...how, origin: proxy.address })).toBe(401)
  })

  test('guessers are told apart by the address that the proxy saw, not by one that they made up', async () => {
    await signUp(proxy.address, 'bea')
    proxy.peer = '203.0.113.7'
    for (let number = 0; number < guesses; number++) {
      expect(await guess(proxy.address, 'bea', { 'x-forwarded-for': `198.51.100.${number}` })).toBe(401)
    }
    expect(await guess(proxy.address, 'bea', { 'x-forwarded-for': '198.51.100.99' })).toBe(429)
    proxy.peer = '203.0.113.8'
    expect(await guess(proxy.address, 'bea', {})).toBe(401)
  })
})

describe('without a proxy', () => {
  let house: VigilServer
  beforeAll(async () => {
    house = await startServer(options)
  })
  afterAll(() => house.close())

  test('an address in a header is not believed', async () => {
    await signUp(house.issuer, 'cleo')
    for (let number = 0; number < guesses; number++) {
      expect(await guess(house.issuer, 'cleo', { 'x-forwarded-for': `198.51.100.${number}` })).toBe(401)
    }
    expect(await guess(house.issuer, 'cleo', { 'x-forwarded-for': '198.51.100.99' })).toBe(429)
  })

  test('neither is a protocol or a host', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example.test' }
    const answer = await fetch(`${house.issuer}/.well-known/openid-configuration`, { headers })
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ issuer: house.issuer, token_endpoint: `${house.issuer}/token` })
    expect(text).not.toContain('evil')
    const page = await fetch(`${house.issuer}/signup`, { headers })
    expect(page.headers.getSetCookie().join()).toContain('vigil_form=')
    expect(page.headers.getSetCookie().join()).not.toMatch(/secure|__Host-/i)
    // A page of the host that was made up may not send our forms.
    const origin = {
      ...headers,
      origin: 'https://evil.example.test',
      'content-type': 'application/x-www-form-urlencoded'
    }
    expect(
      (await fetch(`${house.issuer}/signup`, { method: 'POST', headers: origin, body: 'username=x' })).status
    ).toBe(403)
  })

  test('an issuer with TLS and nobody to end it is warned of', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
    const issuer = 'https://login.example.test'
    const lost = await startServer({ ...options, issuer, logger })
    await lost.close()
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ issuer, msg: expect.stringContaining('VIGIL_PROXY_HOPS') as string })
    ])
  })
})

interface Proxy {
  readonly address: string
  /** Port of the provider. */
  target: number
  /** What the proxy takes the other side's address to be. */
  peer: string
  /** Every cookie that passed. */
  readonly cookies: string[]
  /** Status of every upgrade that was answered. */
  readonly upgrades: string[]
  close(): void
}

async function startProxy(key: string, cert: string): Promise<Proxy> {
  const server: Server = createServer({ key, cert })
  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const proxy: Proxy = {
    address: '',
    target: 0,
    peer: '203.0.113.1',
    cookies: [],
    upgrades: [],
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }

  /** Appends what it saw to what it was told, as nginx and others do. */
  function onward({ method, url, headers }: IncomingMessage): RequestOptions {
    const told = headers['x-forwarded-for']
    return {
      host: '127.0.0.1',
      port: proxy.target,
      method: method!,
      path: url!,
      headers: {
        ...headers,
        'x-forwarded-for': told === undefined ? proxy.peer : `${String(told)}, ${proxy.peer}`,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': headers.host
      }
    }
  }

  server.on('request', (incoming, outgoing) => {
    const upstream = forward(onward(incoming), (answer) => {
      proxy.cookies.push(...(answer.headers['set-cookie'] ?? []))
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(upstream)
  })

  server.on('upgrade', (incoming, socket, head) => {
    const upstream = forward(onward(incoming))
    socket.on('error', () => upstream.destroy())
    upstream.on('upgrade', (answer, through, rest) => {
      proxy.upgrades.push(`${answer.statusCode} ${answer.statusMessage}`)
      socket.write(headOf(answer))
      if (rest.length > 0) socket.write(rest)
      if (head.length > 0) through.write(head)
      socket.pipe(through).pipe(socket)
      through.on('error', () => socket.destroy())
    })
    upstream.on('response', (answer) => {
      socket.write(headOf(answer))
      answer.pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    upstream.end()
  })

  server.listen(0, 'localhost')
  await once(server, 'listening')
  return Object.assign(proxy, { address: `https://localhost:${(server.address() as AddressInfo).port}` })
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A key and a certificate for `localhost` that nobody else vouches for. */
function certificate(folder: string): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
