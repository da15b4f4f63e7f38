// What a policy may say about liveness, and how the suspicion stands in a session until somebody proves who they are.

import { describe, expect, it } from 'vitest'
import { defaultLadder } from '../../src/risk/ladder.ts'
import { decide, defaultPolicyDocument, parsePolicy } from '../../src/risk/policy.ts'
import { authenticated, demanded, newSession, suspected } from '../../src/risk/session-risk.ts'

const acrs = defaultLadder.map(({ acr }) => acr)
const strict = parsePolicy(
  `version: 1
rules:
  - name: a replay
    when: { liveness: replay }
    then: revoke
  - name: a script
    when: { liveness: [automation] }
    then: notify
  - then: allow
`,
  acrs
)
const facts = { risk: 'HIGH', watch: 'watched', clients: [] } as const

describe('a rule over liveness', () => {
  it('decides by what the stream is suspected of', () => {
    expect(decide(strict, { ...facts, liveness: 'replay' })).toMatchObject({ action: 'revoke', rule: 'a replay' })
    expect(decide(strict, { ...facts, liveness: 'automation' })).toMatchObject({ action: 'notify' })
    expect(decide(strict, facts)).toMatchObject({ action: 'allow' })
  })

  it('names nothing that liveness cannot say', () => {
    expect(() => parsePolicy('version: 1\nrules: [{ when: { liveness: robot }, then: revoke }]', acrs)).toThrow(
      /policy\.rules\[0\]\.when\.liveness.*automation.*robot/
    )
  })
})

describe('a suspicion', () => {
  const first = authenticated(newSession('s', 'ana', 100), { amr: ['pwd'], at: 1, interaction: 'login' })

  it('is as much reason to ask as any alarm, at the default policy', () => {
    const session = suspected(first, 'automation')
    expect(session).toMatchObject({ risk: 'HIGH', reason: 'automation_suspected', liveness: 'automation' })
    expect(decide(parsePolicy(defaultPolicyDocument, acrs), { ...facts, liveness: 'automation' }).action).toBe(
      'reauthenticate'
    )
  })

  it('is told to the policy even where the risk was high already', () => {
    const before = { ...first, risk: 'HIGH', reason: 'behaviour' } as const
    expect(suspected(before, 'replay')).toEqual({ ...before, liveness: 'replay' })
    expect(suspected(suspected(before, 'replay'), 'replay')).toEqual({ ...before, liveness: 'replay' })
  })

  it('ends when the person proves who they are, and changes nothing of a session that was revoked', () => {
    const session = suspected(first, 'replay')
    const asked = demanded(
      session,
      decide(parsePolicy(defaultPolicyDocument, acrs), { ...facts, liveness: 'replay' }),
      2
    )
    const proved = authenticated(asked, { amr: ['pwd'], at: 3, interaction: 'answer' })
    expect(proved).not.toHaveProperty('liveness')
    expect(proved.risk).toBe('LOW')
    const ended = { ...first, revokedAt: 5 }
    expect(suspected(ended, 'replay')).toBe(ended)
  })
})
