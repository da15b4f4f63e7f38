// Rules that demand a method: what they say, what a pass has to have, and that nobody is asked for ever for what they do not have.

import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/ports.ts'
import { allOf, factorsIn, meetsDemand } from '../../src/risk/demand.ts'
import { decide, parsePolicy } from '../../src/risk/policy.ts'
import {
  authenticated,
  demanded,
  loginDoubted,
  newSession,
  riskMoved,
  watchChanged
} from '../../src/risk/session-risk.ts'

const methods = ['passkey', 'password', 'totp', 'recovery-code']
const read = (rule: string) => parsePolicy(`version: 1\nrules:\n  - ${rule}`, ['low', 'high'], 3, methods)
const calm = { risk: 'HIGH', watch: 'watched', clients: [] } as const
const complaintOf = (rule: string): string => {
  try {
    read(rule)
    return 'nothing'
  } catch (error) {
    expect(error).toMatchObject({ code: 'policy_invalid' })
    return (error as Error).message
  }
}

describe('a rule', () => {
  it.each([
    ['one method', '{ when: { risk: HIGH }, then: step_up, methods: passkey }', ['passkey']],
    ['several', '{ when: { risk: HIGH }, then: reauthenticate, methods: [passkey, totp] }', ['passkey', 'totp']],
    ['another one', '{ when: { risk: HIGH }, then: step_up, methods: other }', ['other']],
    ['one beside a level', '{ when: { risk: HIGH }, then: step_up, acr: high, methods: totp }', ['totp']]
  ])('may demand %s', (_, rule, wanted) => expect(decide(read(rule), calm).methods).toEqual(wanted))

  it('that demands none decides as before', () => {
    expect(decide(read('{ then: step_up }'), calm)).not.toHaveProperty('methods')
  })

  it.each([
    [
      'a method that nobody here can have',
      '{ then: step_up, methods: [passkey, fingerprint] }',
      'policy.rules[0].methods[1] must be one of passkey, password, totp, recovery-code, other, got "fingerprint"'
    ],
    ['an empty list', '{ then: step_up, methods: [] }', 'policy.rules[0].methods must be at least 1 entries, got []'],
    [
      'a method where nothing is asked',
      '{ then: notify, methods: totp }',
      'policy.rules[0].methods is only for "then: step_up" and "then: reauthenticate"'
    ],
    [
      'another one and a named one',
      '{ then: step_up, methods: [other, totp] }',
      'policy.rules[0].methods must be "other" alone, or names of methods'
    ],
    [
      'a phrase, which is no method',
      '{ then: step_up, methods: typed-phrase }',
      'must be one of passkey, password, totp, recovery-code, other, got "typed-phrase"'
    ]
  ])('is refused with %s', (_, rule, complaint) => expect(complaintOf(rule)).toContain(complaint))
})

describe('a phrase', () => {
  it('is for a doubt', () => {
    expect(decide(read('{ when: { risk: MEDIUM }, then: phrase }'), { ...calm, risk: 'MEDIUM' }).action).toBe('phrase')
  })

  it.each([
    '{ then: phrase }',
    '{ when: { risk: HIGH }, then: phrase }',
    '{ when: { risk: [MEDIUM, HIGH] }, then: phrase }',
    '{ when: { watch: unobserved }, then: phrase }'
  ])('answers nothing elsewhere: %s', (rule) => {
    expect(complaintOf(rule)).toContain('policy.rules[0].then may be "phrase" only where "when" has "risk: MEDIUM"')
  })

  it('is for no login and has no level', () => {
    expect(complaintOf('{ when: { risk: MEDIUM, login: { rhythm: unsure } }, then: phrase }')).toContain(
      'then must be one of'
    )
    expect(complaintOf('{ when: { risk: MEDIUM }, then: phrase, acr: high }')).toContain(
      'acr is only for "then: step_up"'
    )
    expect(complaintOf('{ when: { risk: MEDIUM }, then: phrase, methods: totp }')).toContain('methods is only for')
  })
})

describe('a pass', () => {
  it('has what is demanded when one of it is there', () => {
    const demand = { methods: ['passkey', 'totp'] }
    expect(meetsDemand(demand, { amr: ['otp'], factors: ['totp'] })).toBe(true)
    expect(meetsDemand(demand, { amr: ['pwd', 'otp'], factors: ['password', 'totp'] })).toBe(true)
    expect(meetsDemand(demand, { amr: ['otp'], factors: ['recovery-code'] })).toBe(false)
    expect(meetsDemand(demand, { amr: ['otp'] })).toBe(false)
    expect(meetsDemand({}, { amr: [] })).toBe(true)
  })

  it('is another one when its own value is new: how a key was used is none', () => {
    expect(meetsDemand({ except: ['pwd'] }, { amr: ['otp'] })).toBe(true)
    expect(meetsDemand({ except: ['otp'] }, { amr: ['otp'], factors: ['recovery-code'] })).toBe(false)
    expect(meetsDemand({ except: ['swk'] }, { amr: ['swk', 'user', 'mfa', 'rba'] })).toBe(false)
  })

  it('of a page that names no factors has those whose values are all there', () => {
    const factors = [
      { id: 'key', amr: ['hwk', 'user'] },
      { id: 'code', amr: ['otp'] },
      { id: 'mail', amr: [] }
    ]
    expect(factorsIn(['otp', 'pwd'], factors)).toEqual(['code'])
    expect(factorsIn(['hwk'], factors)).toEqual([])
    expect(factorsIn(['hwk', 'user'], factors)).toEqual(['key'])
    expect(allOf(factors)).toEqual({ amr: ['hwk', 'user', 'otp'], factors: ['key', 'code', 'mail'] })
  })
})

describe('a session', () => {
  const asked = (rule: string): SessionRecord => {
    const first = authenticated(newSession('s', 'ana', 9_000), {
      amr: ['pwd'],
      factors: ['password'],
      at: 10,
      interaction: 'login'
    })
    return demanded(riskMoved(first, 'HIGH', 'behaviour'), decide(read(rule), calm), 20)
  }
  const pass = (record: SessionRecord, factor: string, amr: string, how?: { possible: boolean }) =>
    authenticated(record, { amr: [amr], factors: [factor], at: 30, interaction: `by ${factor}` }, how)

  it('remembers which methods were asked for', () => {
    expect(asked('{ when: { risk: HIGH }, then: step_up, methods: [passkey, totp] }').demand).toMatchObject({
      methods: ['passkey', 'totp']
    })
    const other = asked('{ when: { risk: HIGH }, then: step_up, methods: other }').demand
    expect(other).toMatchObject({ except: ['pwd'] })
    expect(other).not.toHaveProperty('methods')
  })

  it.each(['methods: [passkey, totp]', 'methods: other'])('goes on after the right one: %s', (which) => {
    const after = pass(asked(`{ when: { risk: HIGH }, then: step_up, ${which} }`), 'totp', 'otp')
    expect(after).toMatchObject({ risk: 'LOW' })
    expect(after).not.toHaveProperty('demand')
    expect(after).not.toHaveProperty('cap')
  })

  it.each(['methods: [passkey, totp]', 'methods: other'])('is still asked after a wrong one: %s', (which) => {
    const before = asked(`{ when: { risk: HIGH }, then: step_up, ${which} }`)
    const after = pass(before, 'password', 'pwd')
    expect(after).toMatchObject({ risk: 'HIGH', demand: before.demand, cap: before.cap })
    expect(after.authentications).toHaveLength(2)
  })

  it('of somebody who has none of them is not asked for ever, and gets nothing back', () => {
    const after = pass(asked('{ when: { risk: HIGH }, then: step_up, methods: passkey }'), 'password', 'pwd', {
      possible: false
    })
    expect(after).not.toHaveProperty('demand')
    expect(after).toMatchObject({ risk: 'HIGH', cap: { acr: '0' } })
  })

  it.each(['methods: passkey', 'methods: other'])('does not get it back for the same proof once more: %s', (which) => {
    const again = (record: SessionRecord, amr: string, at: number) =>
      authenticated(record, { amr: [amr], factors: [amr], at, interaction: `at ${at}` }, { possible: false })
    const before = asked(`{ when: { risk: HIGH }, then: step_up, ${which} }`)
    const twice = again(again(before, 'pwd', 30), 'pwd', 40)
    expect(twice).toMatchObject({ risk: 'HIGH', cap: { acr: '0' } })
    // Another one is what the document promises.
    expect(again(twice, 'otp', 50)).not.toHaveProperty('cap')
  })

  it('that nobody sees, of somebody who has none of them, does not get it back for the same proof once more', () => {
    const first = authenticated(newSession('s', 'ana', 9_000), { amr: ['pwd'], at: 10, interaction: 'login' })
    const rule = read('{ when: { watch: unobserved }, then: step_up, methods: passkey }')
    const unseen = watchChanged(first, 'unobserved')
    const before = demanded(unseen, decide(rule, { ...calm, watch: 'unobserved' }), 20)
    expect(before).toMatchObject({ demand: { methods: ['passkey'] }, cap: { reason: 'unobserved' } })
    const again = (record: SessionRecord, at: number) =>
      authenticated(record, { amr: ['pwd'], at, interaction: `at ${at}` }, { possible: false })
    expect(again(again(before, 30), 40)).toMatchObject({ cap: { acr: '0' } })
  })

  it('keeps to what was asked when the policy changes meanwhile', () => {
    const before = asked('{ when: { risk: HIGH }, then: step_up, methods: totp }')
    const again = demanded(before, decide(read('{ then: step_up, methods: passkey }'), calm), 40)
    expect(again.demand).toEqual(before.demand)
    // A stronger demand takes its place, with its own methods.
    const stronger = demanded(before, decide(read('{ then: reauthenticate, methods: passkey }'), calm), 40)
    expect(stronger.demand).toMatchObject({ action: 'reauthenticate', methods: ['passkey'] })
  })
})

describe('a doubted login', () => {
  const login = authenticated(newSession('s', 'ana', 9_000), {
    amr: ['pwd'],
    factors: ['password'],
    at: 10,
    interaction: 'login'
  })
  const signs = { rhythm: 'stranger', newDevice: false } as const
  const decided = (methodsWanted: string) => {
    const decision = decide(
      read(`{ when: { login: { rhythm: stranger } }, then: step_up, methods: ${methodsWanted} }`),
      { ...calm, risk: 'LOW', login: signs }
    )
    return { ...decision, doubt: decision.doubt! }
  }

  it('is asked for the method where the person has it, and is capped where they have not', () => {
    const can = { passed: ['pwd'], usable: ['otp'], factors: ['totp'], now: 12 }
    expect(loginDoubted(login, decided('totp'), can).demand).toMatchObject({ methods: ['totp'] })
    const capped = loginDoubted(login, decided('passkey'), can)
    expect(capped).toMatchObject({ cap: { acr: '0' } })
    expect(capped).not.toHaveProperty('demand')
    expect(loginDoubted(login, decided('other'), can).demand).toMatchObject({ except: ['pwd'] })
  })
})
