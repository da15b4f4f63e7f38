// A thief who waits: a refresh token of somebody who may be away for weeks (`offline_access`) outlives the cookie of its session. What was taken from
// the session, and that it was ended, must outlive the token.

import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { laterBy } from '../support/authenticator.ts'
import { errorOf, type PersonAtBrowser, type Tokens } from '../support/oidc.ts'
import { loa1, loa2, type HostOptions, startHost, type TestHost, visitorOf } from '../support/server.ts'

const day = 24 * 3600
const weeks = { scope: 'openid offline_access', prompt: 'login consent' }
const hosts: TestHost[] = []

afterEach(() => void vi.useRealTimers())
afterAll(() => Promise.all(hosts.map((host) => host.close())))

/** A host whose refresh tokens may lie unused for `refreshDays`, and whose people are asked to agree once a year. */
async function hostOfWeeks(refreshDays: number, vigil: HostOptions['vigil'] = {}): Promise<TestHost> {
  const host = await startHost({
    vigil,
    base: (base) => ({
      ...base,
      rotateRefreshToken: () => true,
      ttl: { ...base.ttl, Session: 14 * day, Grant: 365 * day, RefreshToken: refreshDays * day }
    })
  })
  hosts.push(host)
  return host
}

function signIn({ signIn: go, browser }: PersonAtBrowser, account: string): Promise<Tokens> {
  return go(weeks, (page) => browser.submit(page, { account, amr: 'pwd otp', merge: 'yes' }))
}

test('a level that risk took stays taken from a refresh token that is used every week for a month', async () => {
  // Levels that last: what is told later is then not lowered by its age.
  const ladder = [
    { acr: loa1, factors: 1, phishingResistant: false, maxAgeSeconds: 365 * day },
    { acr: loa2, factors: 2, phishingResistant: false, maxAgeSeconds: 365 * day }
  ] as const
  const host = await hostOfWeeks(14, { ladder })
  const ana = await visitorOf(host, { account: 'weekly' })
  let { refreshToken, idToken } = await signIn(ana, 'weekly')
  expect(idToken['acr']).toBe(loa2)
  for (const { uid } of await host.vigil.sessionsOf('weekly')) await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
  for (let week = 1; week <= 4; week++) {
    laterBy(7 * day)
    ;({ refreshToken, idToken } = await ana.party.refresh(refreshToken!))
    expect(idToken, `after ${week} weeks`).toMatchObject({ acr: '0', risk_level: 'HIGH' })
  }
})

test('a refresh token that nobody used for so long that its session is forgotten tells no level that has aged out', async () => {
  const host = await hostOfWeeks(60)
  const ana = await visitorOf(host, { account: 'forgotten' })
  const { refreshToken } = await signIn(ana, 'forgotten')
  laterBy(40 * day)
  expect((await ana.party.refresh(refreshToken!)).idToken['acr']).toBe('0')
})

test('a session that is ended after its cookie ran out takes its refresh token along for good', async () => {
  const host = await hostOfWeeks(14)
  const ana = await visitorOf(host, { account: 'away' })
  let { refreshToken } = await signIn(ana, 'away')
  laterBy(10 * day)
  ;({ refreshToken } = await ana.party.refresh(refreshToken!))
  // The provider has forgotten the session by now, and Vigil is about to.
  laterBy(4.5 * day)
  const sessions = await host.vigil.sessionsOf('away')
  expect(sessions).toHaveLength(1)
  await host.vigil.endSessions('away')
  expect(await errorOf(ana.party.refresh(refreshToken!))).toBe('invalid_grant')
  laterBy(2 * day)
  await host.storage.tombstones.prune(Math.floor(Date.now() / 1000))
  expect(await errorOf(ana.party.refresh(refreshToken!))).toBe('invalid_grant')
})
