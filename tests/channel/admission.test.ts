import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issuePageToken, readPageToken } from '../../src/channel/page-token.ts'
import { appOrigin, closing, connect, listen, offer, refusal, until } from './listening.ts'
import type { Listening } from './listening.ts'

let here: Listening
beforeAll(async () => {
  here = await listen()
})
afterAll(() => here.close())

describe('a page of the relying party', () => {
  test('opens the channel with a ticket, and the server answers with vigil.v1 alone', async () => {
    const socket = await connect(here, 'session-of-ana')
    expect(socket.protocol).toBe('vigil.v1')
    expect(here.seen.at(-1)!.session).toEqual({
      uid: 'session-of-ana',
      accountId: 'ana',
      clientId: 'app',
      origin: appOrigin,
      purpose: 'watch'
    })
    socket.close()
    await closing(socket)
  })

  test('cannot use a ticket twice', async () => {
    const protocols = ['vigil.v1', `vigil.ticket.${here.ticket()}`]
    const first = offer(here, protocols, { origin: appOrigin })
    await new Promise((resolve) => void first.once('open', resolve))
    const second = await refusal(offer(here, protocols, { origin: appOrigin }))
    expect(second).toEqual({
      status: 401,
      body: { error: 'ticket_invalid', error_description: expect.stringContaining('ticket') as string }
    })
    first.terminate()
  })

  test('cannot use a ticket that somebody made up', async () => {
    const made = await refusal(offer(here, ['vigil.v1', 'vigil.ticket.AAAA'], { origin: appOrigin }))
    expect(made.status).toBe(401)
    expect(made.body.error).toBe('ticket_invalid')
  })

  test('uses the ticket up when it shows it from a foreign Origin', async () => {
    const protocols = ['vigil.v1', `vigil.ticket.${here.ticket()}`]
    expect((await refusal(offer(here, protocols, { origin: 'https://evil.example' }))).status).toBe(403)
    expect((await refusal(offer(here, protocols, { origin: appOrigin }))).status).toBe(401)
  })

  test('is refused when its session has ended', async () => {
    here.ended.add('session-gone')
    const protocols = ['vigil.v1', `vigil.ticket.${here.ticket('session-gone')}`]
    expect((await refusal(offer(here, protocols, { origin: appOrigin }))).body.error).toBe('channel_unauthenticated')
  })

  test('must speak vigil.v1', async () => {
    const old = await refusal(offer(here, ['vigil.v0', `vigil.ticket.${here.ticket()}`], { origin: appOrigin }))
    expect(old.status).toBe(400)
    expect(old.body.error).toBe('subprotocol_missing')
  })

  test('leaves no trace of its ticket in the log, used or refused', async () => {
    const ticket = here.ticket('session-log')
    const protocols = ['vigil.v1', `vigil.ticket.${ticket}`]
    const socket = offer(here, protocols, { origin: appOrigin })
    await new Promise((resolve) => void socket.once('open', resolve))
    socket.close()
    await refusal(offer(here, protocols, { origin: appOrigin }))
    expect(here.log.join('\n')).toContain('session-log')
    expect(here.log.join('\n')).not.toContain(ticket)
  })
})

// What a page on another site, or something that is no page, might present.
const hostileOrigins: readonly [string, string | undefined][] = [
  ['absent', undefined],
  ['null', 'null'],
  ['empty', ''],
  ['a star', '*'],
  ['another site', 'https://evil.example'],
  ['a suffix added', 'https://app.example.evil.example'],
  ['a prefix added', 'https://evilapp.example'],
  ['a subdomain', 'https://www.app.example'],
  ['the parent domain', 'https://example'],
  ['another scheme', 'http://app.example'],
  ['a scheme of WebSockets', 'wss://app.example'],
  ['another port', 'https://app.example:444'],
  ['the default port spelt out', 'https://app.example:443'],
  ['upper case', 'https://APP.example'],
  ['a trailing dot', 'https://app.example.'],
  ['a trailing slash', 'https://app.example/'],
  ['a path', 'https://app.example/continuous'],
  ['a user name', 'https://app.example@evil.example'],
  ['a fragment', 'https://evil.example#https://app.example'],
  ['a list', 'https://app.example, https://evil.example'],
  ['a space in front of the port', 'https://app.example :8443'],
  ['a wildcard host', 'https://*.example'],
  ['a file', 'file://']
]

describe('an Origin that is not exactly on the list', () => {
  test.each(hostileOrigins)('is refused with a ticket: %s', async (_, origin) => {
    const options = origin === undefined ? {} : { headers: { Origin: origin } }
    const answer = await refusal(offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], options))
    expect(answer.status).toBe(403)
    expect(answer.body.error).toBe('origin_not_allowed')
  })

  test.each(hostileOrigins)('is refused with the cookie and a page token: %s', async (_, origin) => {
    const protocols = ['vigil.v1', `vigil.page.${here.pageToken('session-1')}`]
    const headers = { Cookie: 'session=session-1', ...(origin !== undefined && { Origin: origin }) }
    const answer = await refusal(offer(here, protocols, { headers }))
    expect(answer.status).toBe(403)
    expect(answer.body.error).toBe('origin_not_allowed')
  })
})

describe("a page of the provider's own", () => {
  const cookie = { Cookie: 'a=1; session=session-1' }

  test('opens the channel with the session cookie and its page token', async () => {
    const protocols = ['vigil.v1', `vigil.page.${here.pageToken('session-1', 'calibration')}`]
    const socket = offer(here, protocols, { origin: here.origin, headers: cookie })
    await new Promise((resolve) => void socket.once('open', resolve))
    expect(here.seen.at(-1)!.session).toEqual({
      uid: 'session-1',
      accountId: 'ana',
      origin: here.origin,
      purpose: 'calibration'
    })
    socket.terminate()
  })

  test.each([
    ['the cookie alone', () => ['vigil.v1'], cookie],
    ['the page token alone', () => ['vigil.v1', `vigil.page.${here.pageToken('session-1')}`], {}],
    ['the page token of another session', () => ['vigil.v1', `vigil.page.${here.pageToken('session-2')}`], cookie],
    ['a page token that was changed', () => ['vigil.v1', `vigil.page.x${here.pageToken('session-1')}`], cookie],
    ['a page token that is not one', () => ['vigil.v1', 'vigil.page.x'], cookie],
    [
      'a page token and a ticket at once',
      () => ['vigil.v1', `vigil.page.${here.pageToken('session-1')}`, `vigil.ticket.${here.ticket()}`],
      cookie
    ]
  ])('is refused with %s', async (_, protocols, headers) => {
    const answer = await refusal(offer(here, protocols(), { origin: here.origin, headers }))
    expect(answer.status).toBe(401)
    expect(answer.body.error).toBe('channel_unauthenticated')
  })
})

describe('a page token', () => {
  const key = new Uint8Array(32).fill(1)
  const claims = { uid: 'session-1', purpose: 'watch', expiresAt: 1_000 } as const

  test('says what it was made for until it expires', () => {
    const token = issuePageToken(key, claims)
    expect(readPageToken(key, token, 999)).toEqual(claims)
    expect(readPageToken(key, token, 1_000)).toBeUndefined()
  })

  test('is worthless under another key, and with any character changed', () => {
    const token = issuePageToken(key, claims)
    expect(readPageToken(new Uint8Array(32).fill(2), token, 0)).toBeUndefined()
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A'
      expect(
        readPageToken(key, `${token.slice(0, i)}${other}${token.slice(i + 1)}`, 0),
        `character ${i}`
      ).toBeUndefined()
    }
    expect(readPageToken(key, `${token}.x`, 0)).toBeUndefined()
    expect(readPageToken(key, '', 0)).toBeUndefined()
  })
})

test('another path is left to others', async () => {
  const socket = new (await import('ws')).WebSocket(`${here.url}/else`, ['vigil.v1'])
  const error = await new Promise<Error>((resolve) => void socket.once('error', resolve))
  expect(error.message).toContain('hang up')
})

test('a handshake that is no WebSocket handshake is answered with 400 and leaves no stream behind', async () => {
  const before = here.seen.length
  const socket = connectTcp(Number(new URL(here.origin).port), '127.0.0.1')
  socket.write(
    'GET /continuous HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: short\r\nOrigin: ${appOrigin}\r\n` +
      `Sec-WebSocket-Protocol: vigil.v1, vigil.ticket.${here.ticket()}\r\n\r\n`
  )
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  await until(() => here.seen.slice(before).every(({ closed }) => closed), 'the stream is closed')
})
