// What goes by mail: an address that is proved, a password that was forgotten, a mail server that does not answer; the stand-alone server with
// everything real in it.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { smtpMailer } from '../../src/adapters/smtp-mailer.ts'
import type { Mail } from '../../src/provider/ports.ts'
import { startServer, type VigilServer, VigilError } from '../../src/server.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { visitor } from './visitor.ts'

const password = 'seven green bottles'

describe('a provider that sends mail', () => {
  let house: VigilServer
  let broken = false
  const mails: Mail[] = []

  beforeAll(async () => {
    house = await startServer({
      port: 0,
      secret: randomBytes(32).toString('base64url'),
      database: 'memory://',
      administratorName: 'nobody',
      logger: pino({ level: 'silent' }),
      mailer: {
        async send(mail) {
          if (broken) throw new VigilError('mail_unavailable')
          mails.push(mail)
        }
      }
    })
  })
  afterAll(async () => {
    vi.useRealTimers()
    await house.close()
  })

  async function newcomer(username: string) {
    const person = visitor(house.issuer)
    await person.submit(await person.get('/signup'), { username, email: `${username}@example.test`, password })
    return person
  }

  const lastTo = (to: string): Mail | undefined => mails.findLast((mail) => mail.to === `${to}@example.test`)

  test('Ana proves her address with a code that works once, and it raises nothing', async () => {
    const person = await newcomer('ana')
    const sent = await person.submit(await person.get('/account/email'))
    const code = lastTo('ana')!.code!
    expect(code).toMatch(/^\d{6}$/)
    expect((await person.submit(sent, { code: code === '000000' ? '000001' : '000000' })).status).toBe(401)
    const done = await person.submit(sent, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })
    expect(new URL(done.url).pathname).toBe('/account')
    expect((await person.get('/account/email')).text).toContain('You have shown that it is yours')
    const { id } = (await house.storage.accounts.findByUsername('ana'))!
    const [session] = await house.vigil.sessionsOf(id)
    expect(await house.vigil.standing(session!.uid)).toMatchObject({ acr: 'urn:vigil:loa:1', amr: ['pwd'] })
    expect((await person.submit(sent, { code })).status).toBe(401)
  })

  test('a page that is loaded again sends no second mail, and five wrong codes end the one that is out', async () => {
    const person = await newcomer('bea')
    const sent = await person.submit(await person.get('/account/email'))
    await person.submit(await person.get('/account/email'))
    expect(mails.filter(({ to, code }) => to === 'bea@example.test' && code !== undefined)).toHaveLength(1)
    const { code } = lastTo('bea')!
    for (let wrong = 0; wrong < 5; wrong++) await person.submit(sent, { code: code === '999999' ? '1' : '999999' })
    expect((await person.submit(sent, { code: code! })).status).toBe(401)
  })

  test('a mail that cannot be sent is said at once, and nothing is lost', async () => {
    const person = await newcomer('cora')
    broken = true
    const answer = await person.submit(await person.get('/account/email'))
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('We cannot send mail now')
    broken = false
    await person.submit(await person.get('/account/email'))
    expect(lastTo('cora')?.code).toMatch(/^\d{6}$/)
  })

  test('who forgot the password gets a link that works once; sessions end, and the app is still asked for', async () => {
    const person = await newcomer('dora')
    const setUp = await person.get('/account/totp')
    const app = authenticatorOf(setUp.text)
    await person.submit(setUp, { code: app.code() })
    const stranger = visitor(house.issuer)
    const page = await stranger.get('/recover')
    const known = await stranger.submit(page, { username: 'DORA' })
    const unknown = await stranger.submit(page, { username: 'who is that' })
    expect([known.status, known.text.replaceAll(/nonce="[^"]*"/g, '')]).toEqual([
      unknown.status,
      unknown.text.replaceAll(/nonce="[^"]*"/g, '')
    ])
    await vi.waitFor(() => expect(lastTo('dora')?.link).toBeDefined(), { timeout: 20_000 })
    const { pathname } = new URL(lastTo('dora')!.link!)
    await stranger.submit(await stranger.get(pathname), { password: 'another way in the rain' })
    expect((await visitor(house.issuer).get(pathname)).status).toBe(410)
    const { id } = (await house.storage.accounts.findByUsername('dora'))!
    // The session in which the password was set is the only one, and it is worth what a password is worth.
    const sessions = await house.vigil.sessionsOf(id)
    expect(sessions).toHaveLength(1)
    expect(await house.vigil.standing(sessions[0]!.uid)).toMatchObject({ acr: 'urn:vigil:loa:1' })
    expect((await stranger.get('/account')).text).toContain('10 recovery codes are left')
  })

  test('a link that was out when the password was changed on the account page is worth nothing', async () => {
    const person = await newcomer('finn')
    const stranger = visitor(house.issuer)
    await stranger.submit(await stranger.get('/recover'), { username: 'finn' })
    const link = await vi.waitFor(() => lastTo('finn')!.link!, { timeout: 20_000 })
    const { pathname } = new URL(link)
    const open = await stranger.get(pathname)
    expect(open.status).toBe(200)
    const changed = await person.submit(await person.get('/account/password'), { password: 'a third way in the rain' })
    expect(changed.text).toContain('Your password is changed')
    expect((await stranger.submit(open, { password: 'the way of a stranger' })).status).toBe(410)
    expect((await visitor(house.issuer).get(pathname)).status).toBe(410)
  })

  test('nobody fills a mailbox: three links an hour', async () => {
    await newcomer('emma')
    const stranger = visitor(house.issuer)
    for (let time = 0; time < 6; time++) await stranger.submit(await stranger.get('/recover'), { username: 'emma' })
    await vi.waitFor(
      () =>
        expect(
          mails.filter(({ to, link }) => to === 'emma@example.test' && link?.includes('/invitation/'))
        ).toHaveLength(3),
      { timeout: 20_000 }
    )
  })
})

test('a code that cannot be mailed leads to the other ways that the person has, and to no others', async () => {
  let broken = false
  const mails: Mail[] = []
  const back = 'https://shop.example.test/back'
  const house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    administratorName: 'nobody',
    logger: pino({ level: 'silent' }),
    emailCodeCounts: true,
    clients: [{ client_id: 'shop', client_secret: 'long enough for a shop', redirect_uris: [back] }],
    mailer: {
      async send(mail) {
        if (broken) throw new VigilError('mail_unavailable')
        mails.push(mail)
      }
    }
  })
  try {
    const person = visitor(house.issuer)
    await person.submit(await person.get('/signup'), { username: 'ana', email: 'ana@example.test', password })
    const sent = await person.submit(await person.get('/account/email'))
    await person.submit(sent, { code: mails.findLast(({ code }) => code !== undefined)!.code! })
    const { id } = (await house.storage.accounts.findByUsername('ana'))!
    const [session] = await house.vigil.sessionsOf(id)
    await house.vigil.reportRisk(session!.uid, 'HIGH', 'behaviour')
    const query = new URLSearchParams({ client_id: 'shop', response_type: 'code', scope: 'openid', redirect_uri: back })
    const challenge = await person.get(`${house.issuer}/auth?${query}`)
    const address = new URL(challenge.url).pathname
    expect(challenge.text).toContain(`${address}?with=`)
    broken = true
    const refused = await person.get(`${address}?with=email-code`)
    expect(refused.status).toBe(503)
    expect(refused.text).toContain('We cannot send mail now')
    expect([...refused.text.matchAll(/\?with=([\w-]+)/g)].map(([, factor]) => factor)).toEqual(['password'])
    const other = await person.get(`${address}?with=password`)
    await person.submit(other, { password })
    expect(await house.vigil.standing(session!.uid)).toMatchObject({ risk: 'LOW' })
  } finally {
    await house.close()
  }
})

describe('a mail server', () => {
  const mail: Mail = { to: 'ana@example.test', subject: 'Ihr Code', text: 'Grüße, 123456' }

  /** Speaks as much of RFC 5321 as a sender needs; `silent` says nothing at all. */
  async function server(kind: 'good' | 'silent' | 'refusing') {
    const received: string[] = []
    const sockets = new Set<Socket>()
    const listening = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      if (kind === 'silent') return
      let data = false
      socket.write('220 here\r\n')
      socket.on('data', (bytes) => {
        const text = bytes.toString()
        received.push(text)
        if (data) {
          if (!text.includes('\r\n.\r\n')) return
          data = false
          socket.write('250 taken\r\n')
        } else if (text.startsWith('DATA')) {
          data = true
          socket.write('354 go on\r\n')
        } else if (text.startsWith('RCPT') && kind === 'refusing') socket.write('550 nobody of that name\r\n')
        else socket.write('250 fine\r\n')
      })
    })
    await once(listening.listen(0, '127.0.0.1'), 'listening')
    const { port } = listening.address() as AddressInfo
    return {
      received,
      mailer: smtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Vigil <vigil@example.test>', patienceMs: 1500 }),
      close: () => {
        for (const socket of sockets) socket.destroy()
        listening.close()
      }
    }
  }

  test('gets the mail as it was written', async () => {
    const { received, mailer, close } = await server('good')
    await mailer.send(mail)
    const all = received.join('')
    expect(all).toContain('RCPT TO:<ana@example.test>')
    expect(all).toContain('MAIL FROM:<vigil@example.test>')
    expect(all).toContain('Gr=C3=BC=C3=9Fe, 123456')
    close()
  })

  test.each(['silent', 'refusing'] as const)('that is %s is an error of ours within seconds', async (kind) => {
    const { mailer, close } = await server(kind)
    const began = performance.now()
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable' })
    expect(performance.now() - began).toBeLessThan(15_000)
    close()
  })

  test('takes no address that smuggles a second one in', async () => {
    const { received, mailer, close } = await server('good')
    await mailer.send({ ...mail, to: 'ana@example.test>\r\nRCPT TO:<eve@example.test' }).catch(() => undefined)
    expect(received.join('')).not.toMatch(/RCPT TO:<eve@example\.test/)
    close()
  })
})
