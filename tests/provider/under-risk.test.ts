// Risk that rises at every step of the protocol: the same promises of a provider that a host has put Vigil into, of the stand-alone server, and of
// a provider that knows nothing of risk, which has to fail them.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostPassword } from '../../src/challenge/password.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import { type SubjectUnderTest, underRiskContract as checksOf, type UnderRiskSetting } from '../../src/testing/index.ts'
import type { Vigil } from '../../src/provider/vigil-api.ts'
import { underRiskContract } from '../contracts/under-risk.ts'
import { createBrowser } from '../support/oidc.ts'
import {
  app,
  loa1,
  loa2,
  loa3,
  nobody,
  oneTimeCode,
  redirectUri,
  secret,
  silent,
  startHost,
  type TestHost
} from '../support/server.ts'

const clientSecret = 'a secret of the application that nobody guesses'
const confidential = {
  ...app,
  client_id: 'notes',
  client_secret: clientSecret,
  token_endpoint_auth_method: 'client_secret_basic'
} as const
const shared = {
  client: { clientId: 'notes', clientSecret, redirectUri },
  acrs: [loa1, loa2, loa3],
  proves: loa1
}

function behindTheScenes(vigil: Vigil, accountId: () => string): Omit<SubjectUnderTest, 'answer'> {
  const ofEach = async (act: (uid: string) => Promise<void>): Promise<void> => {
    for (const { uid } of await vigil.sessionsOf(accountId())) await act(uid)
  }
  return {
    raiseRisk: () => ofEach((uid) => vigil.reportRisk(uid, 'HIGH', 'behaviour')),
    calmDown: () => ofEach((uid) => vigil.reportRisk(uid, 'LOW', 'all is well')),
    revoke: () => ofEach((uid) => vigil.revoke(uid, 'a test'))
  }
}

describe('on a host', () => {
  let host: TestHost
  beforeAll(async () => {
    host = await startHost({ clients: [confidential], vigil: { factors: [hostPassword, oneTimeCode] } })
  })
  afterAll(() => host.close())

  underRiskContract('a provider of a host with Vigil plugged in', () => ({
    ...shared,
    issuer: host.issuer,
    async newSubject() {
      const account = randomUUID()
      return { answer: () => ({ account, amr: 'pwd' }), ...behindTheScenes(host.vigil, () => account) }
    }
  }))

  it('a provider that knows nothing of risk fails every promise about it', async () => {
    const setting: UnderRiskSetting = {
      ...shared,
      issuer: host.issuer,
      async newSubject() {
        const account = randomUUID()
        const nothing = (): Promise<void> => Promise.resolve()
        return { answer: () => ({ account, amr: 'pwd' }), raiseRisk: nothing, calmDown: nothing, revoke: nothing }
      }
    }
    const kept: string[] = []
    for (const { name, check } of checksOf(setting)) {
      await check().then(
        () => kept.push(name),
        () => undefined
      )
    }
    // Without risk there is nothing to see where the person proves who they are anyway, and leaves.
    expect(kept).toEqual([
      'before a request that asks for more than the person can show: an error, and no circle',
      'while a page is shown: it ends, and what it gives is what was proved',
      'after sign-out: risk brings nothing back, and a new login starts with nothing of the old session'
    ])
  })
})

describe('on the stand-alone server', () => {
  let server: VigilServer
  beforeAll(async () => {
    server = await startServer({
      port: 0,
      secret,
      database: 'memory://',
      population: nobody,
      logger: silent,
      clients: [confidential]
    })
  })
  afterAll(() => server.close())

  underRiskContract('the stand-alone server', () => ({
    ...shared,
    issuer: server.issuer,
    firstLogin: { scope: 'openid offline_access', prompt: 'consent' },
    async newSubject() {
      const username = `person-${randomUUID().slice(0, 8)}`
      const password = 'seven green bottles'
      const browser = createBrowser([redirectUri])
      const form = { username, email: `${username}@example.test`, password }
      await browser.submit(await browser.get(`${server.issuer}/signup`), form, 6)
      const { id } = (await server.storage.accounts.findByUsername(username))!
      return { answer: () => ({ username, password }), ...behindTheScenes(server.vigil, () => id) }
    }
  }))
})
