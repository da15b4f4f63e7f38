// Goal 11: from the moment at which a session's risk is decided to the moment at which the relying party has ended its own session: a policy that
// revokes, the real provider on PGlite, and a relying party over HTTP that checks the logout token before it forgets.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { openStorage } from '../../src/adapters/index.ts'
import { app, startHost, visitorOf } from '../support/server.ts'
import type { Goal } from './goal.ts'

/** `VIGIL_BENCH_SESSIONS` makes it short: a handful shows that it runs. */
const sessions = Number(process.env['VIGIL_BENCH_SESSIONS'] ?? 200)
const atOnce = 10
const patienceMs = 30_000

export const goal11: Goal = {
  number: 11,
  work: 'risk decided to the relying party’s session dead, by back-channel logout, p99',
  limits: { of: 'value', better: 'lower', must: 2000, aim: 500 },
  async measure() {
    const ended = new Map<string, PromiseWithResolvers<number>>()
    const party = await relyingParty((sid) => ended.get(sid)?.resolve(performance.now()))
    const storage = await openStorage({ database: 'memory://' })
    const host = await startHost({
      storage,
      clients: [{ ...app, backchannel_logout_uri: party.url, backchannel_logout_session_required: true }],
      vigil: { policy: 'version: 1\nrules:\n  - { name: out, when: { risk: HIGH }, then: revoke }' }
    })
    party.trust(host.issuer)
    const tookMs: number[] = []
    for (let from = 0; from < sessions; from += atOnce) {
      const group = Array.from({ length: Math.min(atOnce, sessions - from) }, (_, index) => `person-${from + index}`)
      const people = await Promise.all(
        group.map(async (account) => {
          const person = await visitorOf(host, { account })
          const { idToken } = await person.signIn()
          return { uid: await person.uid(), sid: String(idToken['sid']) }
        })
      )
      const measured = people.map(async ({ uid, sid }) => {
        const end = Promise.withResolvers<number>()
        ended.set(sid, end)
        const late = setTimeout(() => end.reject(new Error(`session ${sid} still lives`)), patienceMs)
        const decidedAt = performance.now()
        await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
        tookMs.push((await end.promise) - decidedAt)
        clearTimeout(late)
      })
      await Promise.all(measured)
    }
    await host.close()
    await storage.close()
    party.close()
    tookMs.sort((a, b) => a - b)
    const at = (share: number): number => tookMs[Math.min(tookMs.length - 1, Math.floor(share * tookMs.length))]!
    return {
      value: at(0.99),
      unit: 'ms',
      note: `${tookMs.length} sessions, ${atOnce} at once, median ${at(0.5).toFixed(0)} ms, longest ${at(1).toFixed(0)} ms`
    }
  }
}

/** Ends a session when the token for it is good (OpenID Connect Back-Channel Logout 1.0 §2.6). */
async function relyingParty(end: (sid: string) => void) {
  let issuer = ''
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      jwtVerify(new URLSearchParams(body).get('logout_token') ?? '', keys!, {
        issuer,
        audience: 'app',
        typ: 'logout+jwt'
      }).then(
        ({ payload }) => {
          end(String(payload['sid']))
          return response.writeHead(200).end()
        },
        () => response.writeHead(400).end()
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
    trust(provider: string) {
      issuer = provider
      keys = createRemoteJWKSet(new URL(`${provider}/jwks`))
    },
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
}
