// Which login is strong enough to decide who somebody is later, and what a session that has none lacks.

import { describe, expect, it, test } from 'vitest'
import type { Factor } from '../../src/challenge/strategy.ts'
import { strongLogin } from '../../src/people/strong-login.ts'
import type { Authentication, SessionRecord } from '../../src/ports.ts'
import { type AssuranceLevel, defaultLadder } from '../../src/risk/ladder.ts'
import { newSession } from '../../src/risk/session-risk.ts'

const now = 1_800_000_000
const minute = 60
const hour = 60 * minute
const [, two] = defaultLadder.map(({ acr }) => acr)

const factor = (id: string, ...amr: string[]): Factor => ({ id, amr, available: () => Promise.resolve(true) })
const password = factor('password', 'pwd')
const app = factor('totp', 'otp')
const passkey = factor('passkey', 'swk', 'user')
const mailedCode = factor('email-code')

function strong(factors: readonly Factor[], ladder: readonly AssuranceLevel[] = defaultLadder) {
  return strongLogin({ ladder, factors, now: () => now })
}

/** A session with proofs so many seconds ago: `[['pwd', 60]]`. */
function session(proofs: readonly (readonly [string, number])[], more: Partial<SessionRecord> = {}): SessionRecord {
  const authentications = proofs.map(([amr, ago]): Authentication => ({ amr: amr.split(' '), at: now - ago }))
  return { ...newSession('s', 'ana', now + hour), authentications, ...more }
}

describe('a login is strong', () => {
  it.each([
    ['by the password of somebody who has nothing else', [password], [['pwd', minute]], true],
    ['for ten minutes', [password], [['pwd', 10 * minute]], true],
    ['and no longer', [password], [['pwd', 10 * minute + 1]], false],
    ['never by nothing', [password], [], false],
    ['never by a code by mail, which is no factor', [password, mailedCode], [['', minute]], false],
    ['not by the password of somebody who has an app', [password, app], [['pwd', minute]], false],
    [
      'by both',
      [password, app],
      [
        ['pwd', 2 * minute],
        ['otp', minute]
      ],
      true
    ],
    [
      'not by both when one of them is of this morning',
      [password, app],
      [
        ['otp', 3 * hour],
        ['pwd', minute]
      ],
      false
    ],
    [
      'not by two of a kind',
      [password, app],
      [
        ['pwd', minute],
        ['pin', minute]
      ],
      false
    ],
    ['by a passkey, which is two in one', [password, passkey], [['swk user', minute]], true],
    ['not by a key that was touched by nobody in particular', [password, passkey], [['swk', minute]], false],
    [
      'by password and app also for whoever has a passkey and has lost it',
      [password, app, passkey],
      [['pwd otp', minute]],
      true
    ]
  ] as const)('%s', async (_, factors, proofs, is) => {
    const { given, lacking } = strong(factors)
    expect(await given(session(proofs), now)).toBe(is)
    expect((await lacking(session(proofs))) === undefined).toBe(is)
  })

  it('at the time that is asked about: what was proved later does not count', async () => {
    const { given } = strong([password])
    expect(await given(session([['pwd', minute]]), now - 2 * minute)).toBe(false)
    expect(await given(session([['pwd', 20 * minute]]), now - 15 * minute)).toBe(true)
  })

  it('by one factor where no level asks for two: nobody can be sent for what no request can name', async () => {
    const one = [{ acr: 'any', factors: 1, phishingResistant: false, maxAgeSeconds: hour }] as const
    expect(await strong([password, app], one).given(session([['pwd', minute]]), now)).toBe(true)
  })
})

describe('what a session lacks', () => {
  const asked = (factors: readonly Factor[], ...about: Parameters<typeof session>) =>
    strong(factors).lacking(session(...about))

  test('is a login of the last ten minutes where the last one is old', async () => {
    expect(await asked([password], [['pwd', hour]])).toEqual({ maxAgeSeconds: 600 })
    expect(await asked([password, app], [['pwd', hour]])).toEqual({ acr: two, maxAgeSeconds: 600 })
  })

  test('is a login anew where something was passed a moment ago that does not count', async () => {
    expect(await asked([password, mailedCode], [['', minute]])).toEqual({ maxAgeSeconds: 0 })
  })

  test('is the second factor alone where the first is fresh', async () => {
    expect(await asked([password, app], [['pwd', minute]])).toEqual({ acr: two, maxAgeSeconds: 600 })
  })

  test('is a login anew where the level still stands by an older proof: to ask for the level would ask for nothing', async () => {
    const proofs = [
      ['otp', hour],
      ['pwd', minute]
    ] as const
    expect(await asked([password, app], proofs)).toEqual({ acr: two, maxAgeSeconds: 0 })
  })

  test('is a login anew where somebody doubts the session, however strong the last one was', async () => {
    const doubts = [
      { risk: 'HIGH' },
      { risk: 'MEDIUM' },
      { cap: { acr: '0', since: now, reason: 'unobserved' } },
      { demand: { action: 'step_up', rule: 'r', policyVersion: 0, since: now } }
    ] as const
    for (const doubt of doubts) expect(await asked([password], [['pwd', minute]], doubt)).toEqual({ maxAgeSeconds: 0 })
  })

  test('is a login where the session is unknown or has ended', async () => {
    expect(await strong([password]).lacking(undefined)).toEqual({ maxAgeSeconds: 600 })
    expect(await asked([password], [['pwd', minute]], { revokedAt: now })).toEqual({ maxAgeSeconds: 600 })
  })
})
