// One secret of the operator, a key for each purpose, and what is sealed with one opens in no other way.

import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isVigilError } from '../src/errors.ts'
import { keysFrom, sameText, seal, sign, unseal } from '../src/secrets.ts'

const secret = 'Nq7-fV2xL0aW9uZkT4cRb8sYhE1mJp6d'

describe('a secret that protects nothing is refused', () => {
  it.each([
    ['none', ''],
    ['a short one', 'tooShort-0123456789abcdefghijkl'],
    ['one letter many times', 'a'.repeat(64)],
    ['a pattern', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
    ['a default', 'changeme-0123456789-abcdefghijklmnop'],
    ['a default in capitals', 'CHANGE_ME-0123456789-abcdefghijklmnop'],
    ['a word from an example', 'secret-0123456789-abcdefghijklmnopqrst'],
    ['a word from a README', 'please-set-me-0123456789-abcdefghijkl'],
    ['the name of the product', 'vigil-0123456789-abcdefghijklmnopqrst']
  ])('%s', (_, weak) => {
    expect(() => keysFrom(weak)).toThrow(/^SECRET_KEY/)
    try {
      keysFrom(weak)
    } catch (error) {
      expect(isVigilError(error, 'secret_weak')).toBe(true)
      // The message goes to a log: what was given must not.
      if (weak) expect((error as Error).message).not.toContain(weak)
    }
  })

  it('a random one is taken', () => {
    for (let n = 0; n < 50; n++) expect(() => keysFrom(randomBytes(24).toString('base64'))).not.toThrow()
  })
})

describe('keys', () => {
  it('are the same for the same secret and purpose, and differ between purposes and secrets', () => {
    const key = keysFrom(secret)
    expect(key('cookies')).toEqual(keysFrom(secret)('cookies'))
    const purposes = ['cookies', 'forms', 'page-token', 'profiles', 'signing-keys', 'sign-up'] as const
    const keys = [...purposes.map(key), keysFrom(`${secret}x`)('cookies')]
    expect(new Set(keys.map((one) => Buffer.from(one).toString('hex'))).size).toBe(keys.length)
    for (const one of keys) expect(one).toHaveLength(32)
  })
})

describe('what is sealed', () => {
  const key = keysFrom(secret)('profiles')
  const refusal = /authenticate data|not a sealed record/
  const plain = Buffer.from('forty numbers')
  const sealed = seal(key, plain, 'ana')

  it('opens with the same key and binding', () => {
    expect(Buffer.from(unseal(key, sealed, 'ana')).toString()).toBe('forty numbers')
  })

  it('keeps no more memory than its bytes, sealed and opened', () => {
    expect(sealed.buffer.byteLength).toBe(sealed.length)
    expect(unseal(key, sealed, 'ana').buffer.byteLength).toBe(plain.length)
  })

  it('says nothing of itself, and never twice the same', () => {
    expect(Buffer.from(sealed).includes('forty')).toBe(false)
    expect(Buffer.from(seal(key, plain, 'ana'))).not.toEqual(Buffer.from(sealed))
  })

  it('does not open for somebody else, nor with another key', () => {
    expect(() => unseal(key, sealed, 'ben')).toThrow(refusal)
    expect(() => unseal(keysFrom(secret)('cookies'), sealed, 'ana')).toThrow(refusal)
  })

  it('does not open when one bit is another', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bent = Uint8Array.from(sealed)
      bent[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => unseal(key, bent, 'ana')).toThrow(refusal)
    }
  })

  test('any bytes at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => unseal(key, bytes, 'ana')).toThrow(refusal)
      })
    )
  })

  test('anything comes back as it went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (bytes, binding) => {
        expect(Uint8Array.from(unseal(key, seal(key, bytes, binding), binding))).toEqual(Uint8Array.from(bytes))
      })
    )
  })
})

test('a signature depends on the key and every character', () => {
  const key = keysFrom(secret)
  expect(sign(key('forms'), 'a text')).toBe(sign(key('forms'), 'a text'))
  expect(sign(key('forms'), 'a text')).not.toBe(sign(key('forms'), 'a test'))
  expect(sign(key('forms'), 'a text')).not.toBe(sign(key('cookies'), 'a text'))
})

test.each([
  ['', '', true],
  ['ana', 'ana', true],
  ['ana', 'anb', false],
  ['ana', 'anan', false],
  ['é', 'e', false]
])('%j and %j are the same: %s', (a, b, same) => {
  expect(sameText(a, b)).toBe(same)
})
