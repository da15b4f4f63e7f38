// THREATS.md 12 on the real heart: two people are signed in at a real provider, and one of them tries to speak on the other's session.

import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { seededRandom } from '../../src/biometrics/random.ts'
import { upgradeStatus } from '../support/oidc.ts'
import { redirectUri, startHost, type TestHost, visitorOf } from '../support/server.ts'

const origin = new URL(redirectUri).origin
let host: TestHost
beforeAll(async () => {
  host = await startHost()
})
afterAll(() => host.close())

async function signedIn(account: string) {
  const person = await visitorOf(host, { account })
  await host.vigil.giveConsent(account)
  const { accessToken } = await person.signIn()
  const uid = await person.uid()
  const ticket = async (): Promise<string> => {
    const response = await fetch(`${host.issuer}/continuous/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` }
    })
    return ((await response.json()) as { ticket: string }).ticket
  }
  return { uid, ticket, cookie: person.browser.cookiesFor(`${host.issuer}/continuous`) }
}

function listenerOf(ticket: string, stream: string): { readonly socket: WebSocket; readonly heard: string[] } {
  const url = `${host.issuer.replace('http', 'ws')}/continuous`
  const socket = new WebSocket(url, ['vigil.v1', `vigil.ticket.${ticket}`, `vigil.stream.${stream}`], { origin })
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push(data.toString()))
  return { socket, heard }
}

test(
  'a thousand swaps of ticket, page token, cookie and Origin: nobody gets in, and nothing of it reaches the other',
  { timeout: 120_000 },
  async () => {
    const [ana, mallory] = [await signedIn('ana'), await signedIn('mallory')]
    const used = await ana.ticket()
    const stream = 'the-stream-that-ana-has-named'
    const hers = listenerOf(used, stream)
    await once(hers.socket, 'open')
    const before = await host.storage.sessions.find(ana.uid)
    const ticketOf = async ({ ticket }: typeof ana) => `vigil.ticket.${await ticket()}`
    const pageOf = ({ uid }: typeof ana) => `vigil.page.${host.vigil.pageToken(uid, 'watch')}`
    const swaps = [
      // The page token of one session with the cookie of another, for a lesson as well.
      async () => ({ protocols: ['vigil.v1', pageOf(ana)], origin: host.issuer, cookie: mallory.cookie }),
      async () => ({
        protocols: ['vigil.v1', `vigil.page.${host.vigil.pageToken(ana.uid, 'calibration')}`],
        origin: host.issuer,
        cookie: mallory.cookie
      }),
      // A ticket that she has used, with either cookie.
      async () => ({ protocols: ['vigil.v1', `vigil.ticket.${used}`], origin, cookie: mallory.cookie }),
      async () => ({ protocols: ['vigil.v1', `vigil.ticket.${used}`, `vigil.stream.${stream}`], origin }),
      // A ticket of hers on a page of somebody else.
      async () => ({ protocols: ['vigil.v1', await ticketOf(ana)], origin: 'https://mallory.example' }),
      // Two sessions at once.
      async () => ({
        protocols: ['vigil.v1', await ticketOf(mallory), pageOf(ana)],
        origin: host.issuer,
        cookie: ana.cookie
      })
    ]
    const random = seededRandom(12)
    const outcomes = new Set<number>()
    for (let n = 0; n < 1000; n++)
      outcomes.add(await upgradeStatus(host.issuer, await swaps[Math.floor(swaps.length * random())]!()))
    expect(outcomes).toEqual(new Set([401, 403]))
    // The audit of either session says so, and says it a few times and not a thousand.
    const told = async ({ uid }: typeof ana) =>
      (await host.storage.audit.list({ sessionUid: uid, type: 'channel.refused' })).map(({ data }) => data)
    await expect
      .poll(async () => ({ ana: await told(ana), mallory: await told(mallory) }))
      .toEqual({
        ana: expect.arrayContaining([
          { reason: 'other_session', as: 'owner' },
          { reason: 'used_ticket', as: 'owner' },
          { reason: 'other_origin', as: 'owner' }
        ]) as unknown,
        mallory: expect.arrayContaining([
          { reason: 'other_session', as: 'bearer' },
          { reason: 'used_ticket', as: 'bearer' }
        ]) as unknown
      })
    expect((await told(ana)).length).toBeLessThan(10)

    // A stream that has the name of hers is another one: hers goes on, and his knows nothing of it.
    const his = listenerOf(await mallory.ticket(), stream)
    await once(his.socket, 'open')
    await expect.poll(() => his.heard).toContain('{"type":"received","next":0}')
    await host.vigil.reportRisk(ana.uid, 'HIGH', 'a test')
    await expect.poll(() => hers.heard.join()).toContain('challenge_required')
    expect(hers.socket.readyState).toBe(WebSocket.OPEN)
    expect(his.heard.join()).not.toContain('challenge_required')
    expect(before).toMatchObject({ risk: 'LOW', watch: 'watched' })
    his.socket.terminate()
    hers.socket.terminate()
  }
)
