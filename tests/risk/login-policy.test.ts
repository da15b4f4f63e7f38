// What a policy may say about logins, and what becomes of the session whose login is doubted.

import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { rhythmVerdicts } from '../../src/biometrics/fixed-text/index.ts'
import { livenessKinds } from '../../src/biometrics/liveness/index.ts'
import { VigilError } from '../../src/errors.ts'
import { standingOf } from '../../src/risk/assurance.ts'
import { belowAll, defaultLadder, rankOf } from '../../src/risk/ladder.ts'
import { mayBeDoubted } from '../../src/risk/login-doubt.ts'
import {
  decide,
  defaultPolicyDocument,
  type Facts,
  type LoginFacts,
  otherwises,
  parsePolicy
} from '../../src/risk/policy.ts'
import { authenticated, demanded, loginDoubted, newSession, riskMoved } from '../../src/risk/session-risk.ts'

const acrs = defaultLadder.map(({ acr }) => acr)
const [one, two] = acrs as [string, string]
const shipped = parsePolicy(defaultPolicyDocument, acrs)
const usual: LoginFacts = { rhythm: 'owner', newDevice: false }
const at = (login: Partial<LoginFacts>, more: Partial<Facts> = {}): Facts => ({
  risk: 'LOW',
  watch: 'not_watched',
  clients: ['shop'],
  login: { ...usual, ...login },
  ...more
})

describe('the policy that ships', () => {
  test.each<[string, Partial<LoginFacts>, string, object]>([
    ['the owner', {}, 'allow', {}],
    ['an unsure rhythm', { rhythm: 'unsure' }, 'allow', {}],
    ['somebody who pastes', { rhythm: 'none' }, 'allow', {}],
    ['a new device', { newDevice: true }, 'allow', {}],
    ['a stranger', { rhythm: 'stranger' }, 'step_up', { otherwise: 'cap', doubt: 'login_rhythm' }],
    ['a replay', { liveness: 'replay' }, 'step_up', { otherwise: 'cap', doubt: 'login_replay' }],
    ['a script', { liveness: 'automation' }, 'step_up', { otherwise: 'notify', doubt: 'login_automation' }],
    [
      'a script that types as a stranger',
      { rhythm: 'stranger', liveness: 'automation' },
      'step_up',
      { otherwise: 'cap', doubt: 'login_rhythm' }
    ]
  ])('%s', (_, login, action, more) => {
    expect(decide(shipped, at(login))).toMatchObject({ action, ...more })
  })

  it('decides sessions as before', () => {
    expect(decide(shipped, { risk: 'HIGH', watch: 'watched', clients: [] })).toMatchObject({ action: 'reauthenticate' })
    expect(decide(shipped, { risk: 'LOW', watch: 'unobserved', clients: [] })).toMatchObject({ action: 'step_up' })
  })
})

describe('a rule over logins', () => {
  const rules = (text: string) => parsePolicy(`version: 1\nrules:\n${text}`, acrs, 7)

  it('decides logins and nothing else, and a rule without it decides none', () => {
    const policy = rules(
      '  - { name: any risk, when: { risk: [LOW, MEDIUM, HIGH] }, then: revoke }\n  - { name: new, when: { login: { newDevice: true } }, then: step_up }'
    )
    expect(decide(policy, at({ newDevice: true }))).toMatchObject({
      rule: 'new',
      action: 'step_up',
      doubt: 'login_device'
    })
    expect(decide(policy, at({}))).toMatchObject({ rule: 'no rule', action: 'allow' })
    expect(decide(policy, { risk: 'LOW', watch: 'watched', clients: [] })).toMatchObject({ rule: 'any risk' })
  })

  it('holds when all of it holds, with the client and the session’s risk', () => {
    const policy = rules(
      `  - { when: { client: bank, risk: LOW, login: { rhythm: [unsure, none], newDevice: true } }, then: step_up, acr: "${two}" }`
    )
    const all = at({ rhythm: 'none', newDevice: true }, { clients: ['bank'] })
    expect(decide(policy, all)).toMatchObject({ action: 'step_up', acr: two })
    expect(decide(policy, { ...all, clients: ['shop'] }).action).toBe('allow')
    expect(decide(policy, { ...all, risk: 'HIGH' }).action).toBe('allow')
    expect(decide(policy, at({ rhythm: 'none' }, { clients: ['bank'] })).action).toBe('allow')
    expect(decide(policy, at({ rhythm: 'owner', newDevice: true }, { clients: ['bank'] })).action).toBe('allow')
  })

  it('may look for a device that is known', () => {
    const policy = rules('  - { when: { login: { newDevice: false } }, then: notify }')
    expect(decide(policy, at({})).action).toBe('notify')
    expect(decide(policy, at({ newDevice: true })).action).toBe('allow')
  })

  test.each([
    [
      'a rhythm that does not exist',
      '{ when: { login: { rhythm: thief } }, then: step_up }',
      'policy.rules[0].when.login.rhythm must be one of owner, unsure, stranger, none, got "thief"'
    ],
    [
      'a word for yes',
      '{ when: { login: { newDevice: maybe } }, then: step_up }',
      'policy.rules[0].when.login.newDevice must be a boolean, got "maybe"'
    ],
    ['a score', '{ when: { login: { llr: 3 } }, then: step_up }', 'policy.rules[0].when.login has no option "llr"'],
    [
      'a login of which nothing is asked',
      '{ when: { login: {} }, then: step_up }',
      'policy.rules[0].when.login must name rhythm, liveness or newDevice, got {}'
    ],
    [
      'shutting somebody out for a rhythm',
      '{ when: { login: { rhythm: stranger } }, then: revoke }',
      'policy.rules[0].then must be one of allow, notify, step_up where "when" has "login", got "revoke"'
    ],
    [
      'the password again',
      '{ when: { login: { rhythm: stranger } }, then: reauthenticate }',
      'policy.rules[0].then must be one of allow, notify, step_up where "when" has "login", got "reauthenticate"'
    ],
    [
      'another way out that does not exist',
      '{ when: { login: { rhythm: stranger } }, then: step_up, otherwise: revoke }',
      'policy.rules[0].otherwise must be one of notify, cap, got "revoke"'
    ],
    [
      'a way out where none is needed',
      '{ when: { risk: HIGH }, then: step_up, otherwise: notify }',
      'policy.rules[0].otherwise is only for "then: step_up" where "when" has "login", got "notify"'
    ],
    [
      'a way out of a note',
      '{ when: { login: { rhythm: stranger } }, then: notify, otherwise: notify }',
      'policy.rules[0].otherwise is only for "then: step_up" where "when" has "login", got "notify"'
    ]
  ])('%s is refused', (_, rule, complaint) => {
    expect(() => rules(`  - ${rule}\n`)).toThrow(new VigilError('policy_invalid', complaint))
  })
})

describe('whether a login may be doubted at all', () => {
  test('follows from the rules that ask, whatever else they name', () => {
    expect(mayBeDoubted(shipped, usual)).toBe(false)
    expect(mayBeDoubted(shipped, { ...usual, rhythm: 'none', newDevice: true })).toBe(false)
    expect(mayBeDoubted(shipped, { ...usual, rhythm: 'stranger' })).toBe(true)
    expect(mayBeDoubted(shipped, { ...usual, liveness: 'automation' })).toBe(true)
    const text = 'version: 1\nrules: [{ when: { client: bank, login: { rhythm: none } }, then: step_up }]'
    const bank = parsePolicy(text, acrs)
    expect(mayBeDoubted(bank, { ...usual, rhythm: 'none' })).toBe(true)
    expect(mayBeDoubted(bank, usual)).toBe(false)
    const noting = parsePolicy('version: 1\nrules: [{ when: { login: { rhythm: none } }, then: notify }]', acrs)
    expect(mayBeDoubted(noting, { ...usual, rhythm: 'none' })).toBe(false)
  })
})

describe('a doubted login', () => {
  const now = 1_000
  const proved = (amr: readonly string[]) =>
    authenticated(newSession('s', 'ana', 9_000), { amr, at: now, interaction: 'login' })
  const doubt = { action: 'step_up', rule: 'r', policyVersion: 1, otherwise: 'cap', doubt: 'login_rhythm' } as const
  const acrOf = (record: Parameters<typeof standingOf>[0]) => standingOf(record, defaultLadder, now + 50).acr

  it('asks for a factor that was not passed, until it passes', () => {
    const asked = loginDoubted(proved(['pwd']), doubt, { passed: ['pwd'], usable: ['pwd', 'otp'], now })
    expect(asked).toMatchObject({ risk: 'HIGH', alarms: 1, demand: { action: 'step_up', rule: 'r', since: now } })
    expect(acrOf(asked)).toBe(belowAll)
    const again = authenticated(asked, { amr: ['pwd'], at: now + 10, interaction: 'again' })
    expect(again).not.toHaveProperty('demand')
    expect(acrOf(again)).toBe(belowAll)
    const other = authenticated(asked, { amr: ['otp'], at: now + 10, interaction: 'other' })
    expect(acrOf(other)).toBe(two)
    expect(other).toMatchObject({ risk: 'LOW' })
  })

  it('begins without a level where there is nothing else to pass, and asks for nothing', () => {
    const capped = loginDoubted(proved(['pwd']), doubt, { passed: ['pwd'], usable: ['pwd'], now })
    expect(capped).toMatchObject({ risk: 'HIGH', reason: 'login_rhythm', alarms: 1, cap: { acr: belowAll } })
    expect(capped).not.toHaveProperty('demand')
    expect(riskMoved(capped, 'LOW', 'behaviour')).toBe(capped)
  })

  it('counts in full where the rule says so, or when more than something known was shown', () => {
    const record = proved(['pwd'])
    const kind = { ...doubt, otherwise: 'notify' } as const
    expect(loginDoubted(record, kind, { passed: ['pwd'], usable: ['pwd'], now })).toBe(record)
    const both = proved(['pwd', 'otp'])
    expect(loginDoubted(both, doubt, { passed: ['pwd', 'otp'], usable: ['pwd', 'otp'], now })).toBe(both)
    expect(acrOf(both)).toBe(two)
    expect(loginDoubted(record, { ...doubt, action: 'notify' }, { passed: ['pwd'], usable: ['otp'], now })).toBe(record)
  })

  it('adds nothing to a cap that the login did not lift', () => {
    const first = loginDoubted(proved(['pwd']), doubt, { passed: ['pwd'], usable: ['pwd', 'otp'], now })
    const again = authenticated(first, { amr: ['pwd'], at: now + 10, interaction: 'again' })
    expect(loginDoubted(again, doubt, { passed: ['pwd'], usable: ['pwd', 'otp'], now: now + 10 })).toBe(again)
  })

  test('whatever a login looks like, it is never worth more for it', () => {
    const methods = fc.uniqueArray(fc.constantFrom('pwd', 'otp', 'hwk', 'swk', 'user'), { minLength: 1 })
    fc.assert(
      fc.property(
        fc.constantFrom(...rhythmVerdicts),
        fc.option(fc.constantFrom(...livenessKinds), { nil: undefined }),
        fc.boolean(),
        methods,
        methods,
        fc.boolean(),
        fc.constantFrom(...otherwises),
        (rhythm, liveness, newDevice, passed, usable, alarmedBefore, otherwise) => {
          const plain = alarmedBefore
            ? authenticated(
                demanded(
                  riskMoved(proved(['pwd']), 'HIGH', 'behaviour'),
                  { action: 'reauthenticate', rule: 'b', policyVersion: 1 },
                  now + 5
                ),
                { amr: passed, at: now + 10, interaction: 'answer' }
              )
            : proved(passed)
          const decision = decide(shipped, at({ rhythm, liveness, newDevice }))
          const login = { passed, usable, now: now + 20 }
          const after = decision.doubt
            ? loginDoubted(plain, { ...decision, doubt: decision.doubt, otherwise }, login)
            : plain
          expect(rankOf(defaultLadder, acrOf(after))).toBeLessThanOrEqual(rankOf(defaultLadder, acrOf(plain)))
          expect(after.authentications).toEqual(plain.authentications)
          if (rhythm !== 'stranger' && !liveness) expect(after).toBe(plain)
        }
      )
    )
    expect(acrOf(proved(['pwd']))).toBe(one)
  })
})
