// Codes of authenticator apps and codes on paper, as the specifications have them.

import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { plainRecoveryCode, recoveryCode, recoveryCodeBytes, withoutCode } from '../../src/challenge/recovery-codes.ts'
import { acceptedStep, base32, hotp, inGroups, otpauthUri } from '../../src/challenge/totp.ts'

const rfcKey = Buffer.from('12345678901234567890')

describe('a code is what the specifications say', () => {
  it('RFC 4226 appendix D', () => {
    const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
    expect(codes.map((_, counter) => hotp(rfcKey, counter))).toEqual(codes)
  })

  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130']
  ])('RFC 6238 appendix B, SHA-1, second %i: %s', (seconds, code) => {
    expect(hotp(rfcKey, Math.floor(seconds / 30), 8)).toBe(code)
    expect(acceptedStep(rfcKey, code.slice(2), seconds)).toBe(Math.floor(seconds / 30))
  })

  it('base32 of RFC 4648 §10, without padding', () => {
    const vectors = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI'
    }
    for (const [plain, coded] of Object.entries(vectors)) expect(base32(Buffer.from(plain))).toBe(coded)
  })
})

describe('which codes count', () => {
  const now = 1_800_000_015
  const step = Math.floor(now / 30)

  it('those of the present half-minute and of its neighbours, and no others', () => {
    const accepted = [-3, -2, -1, 0, 1, 2, 3].map((offset) => acceptedStep(rfcKey, hotp(rfcKey, step + offset), now))
    expect(accepted).toEqual([undefined, undefined, step - 1, step, step + 1, undefined, undefined])
  })

  it('each once, and none from before one that was used', () => {
    expect(acceptedStep(rfcKey, hotp(rfcKey, step), now, step)).toBeUndefined()
    expect(acceptedStep(rfcKey, hotp(rfcKey, step - 1), now, step)).toBeUndefined()
    expect(acceptedStep(rfcKey, hotp(rfcKey, step + 1), now, step)).toBe(step + 1)
  })

  it('however they are spaced, and in the digits of other keyboards', () => {
    const code = hotp(rfcKey, step)
    const wide = Array.from(code, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
    for (const typed of [
      `${code.slice(0, 3)} ${code.slice(3)}`,
      ` ${code}\n`,
      `${code.slice(0, 3)}–${code.slice(3)}`,
      wide
    ])
      expect(acceptedStep(rfcKey, typed, now)).toBe(step)
  })

  test('whatever else is typed is no code and no crash', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
        const text = String.fromCharCode(...units)
        fc.pre(!/\d{6}/.test(text.normalize('NFKC')))
        expect(acceptedStep(rfcKey, text.replaceAll(/\d/g, 'x'), now)).toBeUndefined()
      })
    )
    expect(acceptedStep(Buffer.alloc(20), '\0\0\0\0\0\0', now)).toBeUndefined()
  })
})

test('an app gets issuer, name and key in an address that it can read', () => {
  const uri = new URL(otpauthUri(rfcKey, 'Vigil: of & for', 'ana:b@c'))
  expect(uri.protocol).toBe('otpauth:')
  expect(decodeURIComponent(uri.pathname)).toContain('Vigil  of & for:ana b@c')
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    issuer: 'Vigil  of & for',
    algorithm: 'SHA1',
    digits: '6',
    period: '30'
  })
  expect(inGroups('GEZDGNBVGY')).toBe('GEZD GNBV GY')
})

describe('codes on paper', () => {
  it('are long, differ, and are read however they are typed', () => {
    const codes = Array.from({ length: 200 }, () => recoveryCode(randomBytes(recoveryCodeBytes)))
    expect(new Set(codes).size).toBe(200)
    for (const code of codes) {
      expect(code).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/)
      const plain = code.replaceAll('-', '')
      const careless = code.toLowerCase().replaceAll('o', '0').replaceAll('i', '1').replaceAll('-', ' ')
      for (const typed of [code, plain, careless, `  ${code} `]) expect(plainRecoveryCode(typed)).toBe(plain)
    }
  })

  it('what cannot be one is none', () => {
    for (const typed of ['', 'ABCD', '9'.repeat(24), 'A'.repeat(25), 'ABCD-EFGH-IJKL-MNOP-QRST-UVW!']) {
      expect(plainRecoveryCode(typed)).toBeUndefined()
    }
  })

  it('one that was used is gone, and the others stay', () => {
    expect(withoutCode(['aa', 'bb', 'cc'], 'bb')).toEqual(['aa', 'cc'])
    expect(withoutCode(['aa', 'cc'], 'bb')).toBeUndefined()
    expect(withoutCode(['aa', 'cc'], 'longer')).toBeUndefined()
  })
})
