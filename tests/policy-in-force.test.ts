// Which policy decides, and that every text gets a number of its own.

import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import { policyInForce } from '../src/policy-in-force.ts'
import { defaultLadder } from '../src/risk/ladder.ts'

const acrs = defaultLadder.map(({ acr }) => acr)
const strict = 'version: 1\nrules:\n  - when: { risk: [MEDIUM, HIGH] }\n    then: revoke\n'
const lenient = 'version: 1\nrules:\n  - then: notify\n'

describe('the policy in force', () => {
  test('is the one that ships until there is another', async () => {
    const { policies, audit } = memoryStorage()
    expect(await policyInForce(undefined, acrs, policies, audit)).toMatchObject({ version: 0, rules: { length: 8 } })
    expect(await policies.current()).toBeUndefined()
  })

  test('is the operator’s text, which gets the next number when it changes and keeps it when it does not', async () => {
    const { policies, audit } = memoryStorage()
    const versions: number[] = []
    for (const text of [strict, strict, lenient, strict]) {
      versions.push((await policyInForce(text, acrs, policies, audit)).version)
    }
    expect(versions).toEqual([1, 1, 2, 3])
    const activated = (await audit.list({ type: 'policy.activated' })).map(({ data }) => data?.['version'])
    expect(activated).toEqual([3, 2, 1])
  })

  test('stays when the next start gives none', async () => {
    const { policies, audit } = memoryStorage()
    await policyInForce(strict, acrs, policies, audit)
    const kept = await policyInForce(undefined, acrs, policies, audit)
    expect(kept).toMatchObject({ version: 1, rules: [{ action: 'revoke' }] })
  })

  test('stays when the new text is broken', async () => {
    const { policies, audit } = memoryStorage()
    await policyInForce(strict, acrs, policies, audit)
    const broken = 'version: 1\nrules:\n  - when: { risk: hgih }\n    then: revoke\n'
    await expect(policyInForce(broken, acrs, policies, audit)).rejects.toMatchObject({
      code: 'policy_invalid',
      message: 'policy.rules[0].when.risk must be one of LOW, MEDIUM, HIGH, got "hgih"'
    })
    expect((await policies.current())?.document).toBe(strict)
  })

  test('that a later release refuses is named with its number, what is wrong, how to replace it, and its text', async () => {
    const { policies, audit } = memoryStorage()
    const endless = 'version: 1\nrules:\n  - name: all of them\n    when: { risk: hgih }\n    then: revoke\n'
    await policies.activate(lenient)
    await policies.activate(endless)
    const start = policyInForce(undefined, acrs, policies, audit)
    await expect(start).rejects.toMatchObject({ code: 'policy_invalid', cause: { code: 'policy_invalid' } })
    const { message } = (await start.catch((error: Error) => error as Error & { message: string })) as Error
    expect(message).toMatch(/version 2 in the database.*policy\.rules\[0\]\.when\.risk must be.*VIGIL_POLICY/s)
    expect(message.endsWith(endless)).toBe(true)
    // As the message says: a mended text takes its place.
    expect(await policyInForce(strict, acrs, policies, audit)).toMatchObject({ version: 3 })
  })
})
