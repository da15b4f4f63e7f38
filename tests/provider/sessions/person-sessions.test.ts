// What a person sees of their sessions, and that what they end is ended.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { relyingParty } from '../../support/oidc.ts'
import { app, loa1, redirectUri, startHost, type TestHost, visitorOf } from '../../support/server.ts'

let host: TestHost
beforeAll(async () => {
  host = await startHost({
    clients: [
      { ...app, client_name: 'The App' },
      { ...app, client_id: 'mail' }
    ]
  })
})
afterAll(() => host.close())

it('Ana sees each browser that she is signed in on, and with what', async () => {
  const laptop = await visitorOf(host)
  await laptop.signIn()
  const mail = await relyingParty(host.issuer, { clientId: 'mail', redirectUri })
  await laptop.browser.get((await mail.request({ prompt: 'none' })).url)
  const phone = await visitorOf(host)
  await phone.signIn()
  const sessions = await host.vigil.personSessions('ana')
  expect(sessions).toHaveLength(2)
  const named = sessions.map(({ applications }) => applications.map(({ name }) => name).sort())
  expect(named.sort((a, b) => a.length - b.length)).toEqual([['The App'], ['The App', 'mail']])
  for (const session of sessions) {
    expect(session).toMatchObject({ acr: loa1, amr: ['pwd'], risk: 'LOW', signedInAt: expect.any(Number) as number })
  }
})

it('ends one, and it is gone from that browser alone', async () => {
  const [first, second] = [await visitorOf(host, { account: 'ben' }), await visitorOf(host, { account: 'ben' })]
  await first.signIn()
  const uid = await first.uid()
  await second.signIn()
  await host.vigil.endSession('ben', uid)
  expect((await first.visit({ prompt: 'none' })).error).toBe('login_required')
  expect((await second.visit({ prompt: 'none' })).error).toBeNull()
  expect((await host.storage.audit.list({ type: 'session.revoked', sessionUid: uid }))[0]?.data).toEqual({
    reason: 'ended_by_person'
  })
})

it('nobody ends the session of somebody else, or one that has ended', async () => {
  const cleo = await visitorOf(host, { account: 'cleo' })
  await cleo.signIn()
  const uid = await cleo.uid()
  await expect(host.vigil.endSession('ben', uid)).rejects.toMatchObject({ code: 'not_found' })
  expect((await cleo.visit({ prompt: 'none' })).error).toBeNull()
  await host.vigil.endSession('cleo', uid)
  await expect(host.vigil.endSession('cleo', uid)).rejects.toMatchObject({ code: 'not_found' })
})

it('"sign out everywhere" leaves nothing, or the present browser where she says so', async () => {
  const browsers = await Promise.all([1, 2, 3].map(() => visitorOf(host, { account: 'dora' })))
  for (const browser of browsers) await browser.signIn()
  const [kept] = await host.vigil.personSessions('dora')
  expect(await host.vigil.endSessions('dora', { except: kept!.uid })).toBe(2)
  expect((await host.vigil.personSessions('dora')).map(({ uid }) => uid)).toEqual([kept!.uid])
  expect(await host.vigil.endSessions('dora')).toBe(1)
  for (const browser of browsers) expect((await browser.visit({ prompt: 'none' })).error).toBe('login_required')
  expect(await host.vigil.endSessions('dora')).toBe(0)
})
