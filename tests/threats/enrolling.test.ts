// Somebody at an open screen who would teach the house their own hands (attack 6 of the threat list): without a login of the last minutes no way in
// takes a lesson, each try is in the audit, and a lesson that was taken is told to the owner.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { streamOf } from '../../src/biometrics/index.ts'
import type { Mail } from '../../src/provider/ports.ts'
import { createHeadlessPerson, type HeadlessPerson } from '../../src/replay/person.ts'
import { jumpingClock } from '../../src/replay/replay-stream.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import { client } from '../journeys/people-journey.ts'
import { laterBy } from '../support/authenticator.ts'
import { samplePeople } from '../support/recordings.ts'
import { nobody } from '../support/server.ts'

let house: VigilServer
const clock = jumpingClock()
const mails: Mail[] = []

beforeAll(async () => {
  house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    population: nobody,
    clock: clock.now,
    clients: [client],
    calibrationKeystrokes: 200,
    administratorName: 'nobody',
    logger: pino({ level: 'silent' }),
    mailer: { send: async (mail) => void mails.push(mail) }
  })
})
afterAll(async () => {
  vi.useRealTimers()
  await house.close()
})

test('an open session teaches nobody’s hands eleven minutes after the login, on the page, by the answers for scripts or on the channel', async () => {
  const ana = await createHeadlessPerson({
    issuer: house.issuer,
    username: 'ana',
    password: 'a long walk in the rain',
    clientId: client.client_id,
    redirectUri: client.redirect_uris[0],
    clock
  })
  await ana.signUp()
  const { id } = (await house.storage.accounts.findByUsername('ana'))!
  const [session] = await house.vigil.sessionsOf(id)
  // From a page that was left open: it is good for hours, and is not enough.
  const token = house.vigil.pageToken(session!.uid, 'calibration')
  const refused = async (): Promise<number> =>
    (await house.storage.audit.list({ accountId: id, type: 'calibration.refused' })).length

  laterBy(11 * 60)
  const page = await ana.browser.open(`${house.issuer}/vigil/calibration`)
  expect(page.html).toContain('confirm that you are still there')
  expect(page.html).not.toContain('data-vigil-page-token')
  for (const method of ['GET', 'DELETE']) {
    const answer = await asked(ana, method)
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ error: 'fresh_login_required' })
    ])
  }
  expect(await refused()).toBe(2)
  expect(await opened(ana, token)).toBe(403)
  expect(await refused()).toBe(3)
  expect(await house.storage.profiles.list(id, 'session')).toEqual([])
  expect(await house.storage.profiles.list(id, 'lesson')).toEqual([])
  expect(mails).toEqual([])

  // The owner proves it, teaches, and is told.
  const lesson = await ana.calibrate()
  for (const recording of samplePeople(1, 1)[0]!.recordings.slice(0, 12)) {
    const { events, counters } = streamOf(recording)
    await lesson.play(events, { counters })
  }
  await lesson.close()
  await expect.poll(async () => (await ana.trainingStatus()).state).toBe('ready')
  await vi.waitFor(() => expect(mails.map(({ subject }) => subject).join()).toContain('Your rhythm was taught'))
  expect(mails[0]!.to).toBe('ana@example.test')
}, 120_000)

function asked(ana: HeadlessPerson, method: string): Promise<Response> {
  const url = new URL('/api/calibration', house.issuer)
  return fetch(url, { method, headers: { cookie: ana.browser.cookiesFor(url), accept: 'application/json' } })
}

/** What the channel answers to a page token with the session's cookie. */
function opened(ana: HeadlessPerson, token: string): Promise<number> {
  const url = new URL('/continuous', house.issuer)
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.href.replace(/^http/, 'ws'), ['vigil.v1', `vigil.page.${token}`], {
      origin: url.origin,
      headers: { cookie: ana.browser.cookiesFor(url) }
    })
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('error', reject)
  })
}
