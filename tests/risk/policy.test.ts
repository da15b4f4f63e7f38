// The administrator's policy: what a good document decides, and that a bad one is refused with the place, the expectation and the value.

import { describe, expect, it, test } from 'vitest'
import { VigilError } from '../../src/errors.ts'
import { decide, defaultPolicyDocument, type Facts, parsePolicy } from '../../src/risk/policy.ts'

const acrs = ['low', 'high']
const calm: Facts = { risk: 'LOW', watch: 'watched', clients: [] }

function policy(rules: string) {
  return parsePolicy(`version: 1\nrules:\n${rules}`, acrs, 7)
}

function complaintOf(text: string): string {
  try {
    parsePolicy(text, acrs)
  } catch (error) {
    expect(error).toBeInstanceOf(VigilError)
    expect((error as VigilError).code).toBe('policy_invalid')
    return (error as VigilError).message
  }
  throw new Error('the document was taken')
}

describe('deciding', () => {
  test('the first rule that matches decides, and says who and which version it is', () => {
    const rules = policy(
      '  - { name: a, when: { risk: HIGH }, then: revoke }\n  - { name: b, when: { risk: [HIGH, MEDIUM] }, then: step_up, acr: high }'
    )
    expect(decide(rules, { ...calm, risk: 'HIGH' })).toEqual({ action: 'revoke', rule: 'a', policyVersion: 7 })
    expect(decide(rules, { ...calm, risk: 'MEDIUM' })).toEqual({
      action: 'step_up',
      rule: 'b',
      policyVersion: 7,
      acr: 'high'
    })
  })

  test('where no rule matches, nothing is asked', () => {
    expect(decide(policy('  - { when: { risk: HIGH }, then: revoke }'), calm)).toMatchObject({
      action: 'allow',
      rule: 'no rule'
    })
  })

  test('all conditions of a rule must hold; of a list, one', () => {
    const rules = policy(
      '  - { when: { risk: [MEDIUM, HIGH], watch: unobserved, client: [bank, shop] }, then: revoke }'
    )
    const all: Facts = { risk: 'HIGH', watch: 'unobserved', clients: ['shop', 'mail'] }
    expect(decide(rules, all).action).toBe('revoke')
    expect(decide(rules, { ...all, risk: 'LOW' }).action).toBe('allow')
    expect(decide(rules, { ...all, watch: 'watched' }).action).toBe('allow')
    expect(decide(rules, { ...all, clients: ['mail'] }).action).toBe('allow')
    expect(decide(rules, { ...all, clients: [] }).action).toBe('allow')
  })

  test('a device on which nobody knows the person can be asked about; where none was told, no such rule decides', () => {
    const rules = policy(
      '  - { when: { device: { known: false }, risk: MEDIUM }, then: step_up }\n  - { when: { device: { known: true } }, then: notify }'
    )
    const at = (device: Facts['device']) => decide(rules, { ...calm, risk: 'MEDIUM', device }).action
    expect([at({ known: false }), at({ known: true }), at(undefined)]).toEqual(['step_up', 'notify', 'allow'])
    expect(complaintOf('version: 1\nrules:\n  - { when: { device: { known: maybe } }, then: notify }')).toContain(
      'policy.rules[0].when.device.known'
    )
  })

  test('how long a silence may last can be said, in whole seconds', () => {
    const rules = '\nrules:\n  - { then: allow }'
    expect(parsePolicy(`version: 1${rules}`, acrs)).not.toHaveProperty('graceSeconds')
    expect(parsePolicy(`version: 1\ngrace: 20${rules}`, acrs).graceSeconds).toBe(20)
    expect(complaintOf(`version: 1\ngrace: 0${rules}`)).toBe('policy.grace must be at least 1, got 0')
    expect(complaintOf(`version: 1\ngrace: soon${rules}`)).toContain('policy.grace')
  })

  test('a rule without a name is called by its place', () => {
    const rules = policy('  - { name: first, when: { risk: HIGH }, then: revoke }\n  - { then: notify }')
    expect(decide(rules, calm).rule).toBe('rule 2')
  })

  test('the default policy asks for the password at HIGH, says so at MEDIUM, steps up when the watch is gone, and allows else', () => {
    const rules = parsePolicy(defaultPolicyDocument, acrs)
    expect(rules.version).toBe(0)
    expect(decide(rules, { ...calm, risk: 'HIGH' }).action).toBe('reauthenticate')
    expect(decide(rules, { ...calm, risk: 'MEDIUM' }).action).toBe('notify')
    expect(decide(rules, { ...calm, watch: 'unobserved' }).action).toBe('step_up')
    // A stranger about whom there is a doubt must not get away by pulling the plug.
    expect(decide(rules, { ...calm, risk: 'MEDIUM', watch: 'unobserved' }).action).toBe('step_up')
    expect(decide(rules, { ...calm, watch: 'not_watched' }).action).toBe('allow')
    expect(decide(rules, calm).action).toBe('allow')
    expect(decide(rules, { risk: 'HIGH', watch: 'unobserved', clients: [] }).action).toBe('reauthenticate')
  })
})

describe('a document that breaks the rules', () => {
  const rule = (text: string) => `version: 1\nrules:\n  - ${text}`

  it.each([
    ['nothing at all', '', 'policy must be an object, got null'],
    ['a sentence', 'be nice', 'policy must be an object, got "be nice"'],
    ['a list', '- a', 'policy must be an object, got ["a"]'],
    ['no version', 'rules: [{ then: allow }]', 'policy.version must be 1, got nothing'],
    ['another version', 'version: 2\nrules: [{ then: allow }]', 'policy.version must be 1, got 2'],
    ['no rules', 'version: 1', 'policy.rules must be an array, got nothing'],
    ['an empty list of rules', 'version: 1\nrules: []', 'policy.rules must be at least 1 entries, got []'],
    ['a rule that is a word', rule('revoke'), 'policy.rules[0] must be an object, got "revoke"'],
    [
      'a rule that does nothing',
      rule('{ name: a }'),
      'policy.rules[0].then must be one of allow, notify, phrase, step_up, reauthenticate, revoke, got nothing'
    ],
    [
      'an action that does not exist',
      rule('{ then: explode }'),
      'policy.rules[0].then must be one of allow, notify, phrase, step_up, reauthenticate, revoke, got "explode"'
    ],
    [
      'a risk that does not exist',
      rule('{ when: { risk: hgih }, then: revoke }'),
      'policy.rules[0].when.risk must be one of LOW, MEDIUM, HIGH, got "hgih"'
    ],
    [
      'a risk in a list that does not exist',
      rule('{ when: { risk: [HIGH, hgih] }, then: revoke }'),
      'policy.rules[0].when.risk[1] must be one of LOW, MEDIUM, HIGH, got "hgih"'
    ],
    [
      'a watch state that does not exist',
      rule('{ when: { watch: gone }, then: revoke }'),
      'policy.rules[0].when.watch must be one of watched, unobserved, not_watched, got "gone"'
    ],
    [
      'a client that is a number',
      rule('{ when: { client: 7 }, then: revoke }'),
      'policy.rules[0].when.client must be a string, got 7'
    ],
    [
      'an empty list of clients, which could never match',
      rule('{ when: { client: [] }, then: revoke }'),
      'policy.rules[0].when.client must be at least 1 entries, got []'
    ],
    [
      'a condition that does not exist',
      rule('{ when: { score: 9 }, then: revoke }'),
      'policy.rules[0].when has no option "score"'
    ],
    [
      'an option that does not exist',
      rule('{ then: revoke, unless: sunday }'),
      'policy.rules[0] has no option "unless"'
    ],
    [
      'an option of the document that does not exist',
      'version: 1\nrules: [{ then: allow }]\nfinal: true',
      'policy has no option "final"'
    ],
    [
      'a level that does not exist',
      rule('{ then: step_up, acr: higher }'),
      'policy.rules[0].acr must be one of low, high, got "higher"'
    ],
    [
      'a level where no step-up is asked',
      rule('{ then: revoke, acr: high }'),
      'policy.rules[0].acr is only for "then: step_up", got "high"'
    ],
    [
      'a proof asked for because nobody is watched, which no proof changes',
      rule('{ when: { watch: [unobserved, not_watched], risk: [LOW, HIGH] }, then: step_up }'),
      'policy.rules[0] ("rule 1") would ask again for ever'
    ],
    [
      'a name without letters',
      rule('{ name: "", then: allow }'),
      'policy.rules[0].name must be at least 1 characters, got ""'
    ],
    ['YAML that is none', 'version: 1\nrules: [', 'policy line 2, column'],
    ['a key twice', 'version: 1\nversion: 1\nrules: [{ then: allow }]', 'policy line 2, column 1'],
    [
      'an alias',
      'version: 1\nrules: [&a { then: allow, when: { risk: LOW } }, *a]',
      'policy must not use YAML aliases'
    ],
    ['a bomb of aliases', bombOfAliases(), 'policy must not use YAML aliases'],
    ['more text than a person writes', `version: 1 #${'x'.repeat(70_000)}`, 'policy must be at most 65536 characters']
  ])('%s is refused: %s', (_, text, complaint) => {
    expect(complaintOf(text)).toContain(complaint)
  })

  it.each([
    '{ when: { watch: not_watched }, then: notify }',
    '{ when: { watch: not_watched }, then: revoke }',
    '{ when: { watch: unobserved }, then: step_up }',
    '{ when: { watch: not_watched, risk: [MEDIUM, HIGH] }, then: step_up }',
    '{ when: { watch: not_watched, device: { known: false } }, then: reauthenticate }',
    '{ when: { watch: not_watched, unanswered: 3 }, then: step_up }',
    '{ when: { watch: not_watched, login: { newDevice: true } }, then: step_up }'
  ])('what a proof or nobody answers is taken: %s', (text) => {
    expect(parsePolicy(rule(text), acrs).rules).toHaveLength(1)
  })

  it('a rule behind one that matches everything is refused, with both named', () => {
    const text =
      'version: 1\nrules:\n  - { name: open, then: allow }\n  - { name: late, when: { risk: HIGH }, then: revoke }'
    expect(complaintOf(text)).toBe(
      'policy.rules[1] can never decide: policy.rules[0] ("open") has no "when" and matches everything'
    )
    const empty = 'version: 1\nrules:\n  - { when: {}, then: allow }\n  - { then: revoke }'
    expect(complaintOf(empty)).toContain('policy.rules[1] can never decide')
  })

  it('the words of a hostile document do not reach the prototype of anything', () => {
    expect(complaintOf('version: 1\nrules: [{ then: allow, __proto__: { polluted: yes } }]')).toContain('__proto__')
    expect(complaintOf('version: 1\nrules: [{ then: allow, constructor: 1 }]')).toContain('constructor')
    expect('polluted' in {}).toBe(false)
  })

  it('two hundred rules are enough', () => {
    const many = (count: number) =>
      `version: 1\nrules:\n${'  - { when: { risk: HIGH }, then: notify }\n'.repeat(count)}`
    expect(parsePolicy(many(200), acrs).rules).toHaveLength(200)
    expect(complaintOf(many(201))).toContain('policy.rules must be at most 200 entries')
  })
})

function bombOfAliases(): string {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map(([one, two]) => [one, two])) {
    levels.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`)
  }
  return levels.join('\n')
}
