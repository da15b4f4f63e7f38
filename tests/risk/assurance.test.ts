// What a session is worth: which methods carry which level, for how long, and what a cap leaves of it.

import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Authentication } from '../../src/ports.ts'
import { reachable, standingOf } from '../../src/risk/assurance.ts'
import { belowAll, defaultLadder, type Ladder, lowerAcr, rankOf } from '../../src/risk/ladder.ts'

const [one, two, three] = defaultLadder.map(({ acr }) => acr) as [string, string, string]
const at = 1_000_000

function standing(authentications: readonly Authentication[], now = at, cap?: string) {
  return standingOf(
    { authentications, ...(cap !== undefined && { cap: { acr: cap, since: at, reason: 'a test' } }) },
    defaultLadder,
    now
  )
}

describe('the level of what was passed', () => {
  it.each([
    ['nothing', [], belowAll],
    ['a password', ['pwd'], one],
    ['a password and a PIN, two things known', ['pwd', 'pin'], one],
    ['a one-time code alone', ['otp'], one],
    ['a password and a one-time code', ['pwd', 'otp'], two],
    ['a fingerprint and a one-time code', ['fpt', 'otp'], two],
    ['a key whose holder was not verified', ['hwk'], one],
    ['a password and a key whose holder was not verified', ['pwd', 'hwk'], two],
    ['a key that verified its holder', ['hwk', 'user'], three],
    ['a synced key that verified its holder', ['swk', 'user'], three],
    ['the verified holder of no key', ['user'], belowAll],
    ['the word of the risk engine', ['rba'], belowAll],
    ['the claim of two factors', ['mfa'], belowAll],
    ['a password and the claim of two factors', ['pwd', 'mfa'], one],
    ['words that nobody registered', ['keystrokes', '__proto__'], belowAll]
  ])('%s gives the level it should', (_, amr, acr) => {
    expect(standing([{ amr, at }]).acr).toBe(acr)
  })

  it('two factors count together however far apart they were passed', () => {
    const result = standing([
      { amr: ['pwd'], at: at - 3600 },
      { amr: ['otp'], at }
    ])
    expect(result).toMatchObject({ acr: two, authTime: at })
    expect(new Set(result.amr)).toEqual(new Set(['pwd', 'otp', 'mfa']))
  })

  it('says mfa only for factors of different kinds, never for a password asked twice', () => {
    const twice = standing([
      { amr: ['pwd'], at: at - 60 },
      { amr: ['pwd', 'rba'], at }
    ])
    expect(twice.amr).toEqual(['pwd', 'rba'])
    expect(standing([{ amr: ['pwd', 'mfa'], at }]).amr).toEqual(['pwd'])
    expect(standing([{ amr: ['pwd', 'pin'], at }]).amr).not.toContain('mfa')
  })

  it('ignores what is said to have happened in the future', () => {
    const result = standing([
      { amr: ['pwd'], at },
      { amr: ['hwk', 'user'], at: at + 1 }
    ])
    expect(result).toMatchObject({ acr: one, amr: ['pwd'], authTime: at })
  })

  it('a session without any authentication has no auth_time and no end', () => {
    expect(standing([])).toEqual({ acr: belowAll, amr: [] })
  })
})

describe('ageing', () => {
  const loggedIn: Authentication[] = [{ amr: ['pwd', 'otp'], at }]

  it.each([
    ['just passed', 0, two],
    ['a second before eight hours', 8 * 3600 - 1, two],
    ['at eight hours', 8 * 3600, one],
    ['a second before twelve hours', 12 * 3600 - 1, one],
    ['at twelve hours', 12 * 3600, belowAll]
  ])('two factors, %s', (_, age, acr) => {
    expect(standing(loggedIn, at + age).acr).toBe(acr)
  })

  it('tells when the present level ends, and nothing below the ladder', () => {
    expect(standing(loggedIn).acrExpiresAt).toBe(at + 8 * 3600)
    expect(standing(loggedIn, at + 9 * 3600).acrExpiresAt).toBe(at + 12 * 3600)
    expect(standing(loggedIn, at + 13 * 3600)).not.toHaveProperty('acrExpiresAt')
  })

  it('repeating the second factor moves auth_time, while the level counts from the older factor that it needs', () => {
    const result = standing([...loggedIn, { amr: ['otp'], at: at + 7 * 3600 }], at + 7 * 3600)
    expect(result).toMatchObject({ acr: two, authTime: at + 7 * 3600, acrExpiresAt: at + 8 * 3600 })
  })

  it('repeating both brings the full time back', () => {
    const later = at + 7 * 3600
    expect(standing([...loggedIn, { amr: ['pwd', 'otp'], at: later }], later).acrExpiresAt).toBe(later + 8 * 3600)
  })

  it('a key that verified its holder long ago and is only touched now does not count as verified now', () => {
    const key: Authentication[] = [
      { amr: ['hwk', 'user'], at },
      { amr: ['hwk'], at: at + 3 * 3600 }
    ]
    expect(standing(key, at + 3 * 3600)).toMatchObject({ acr: three, acrExpiresAt: at + 4 * 3600 })
    expect(standing(key, at + 5 * 3600)).toMatchObject({ acr: two, acrExpiresAt: at + 8 * 3600 })
    expect(standing(key.slice(1), at + 3 * 3600).acr).toBe(one)
  })

  it('password and code passed now count from now, however old a key is', () => {
    const later = at + 9 * 3600
    const both: Authentication[] = [
      { amr: ['hwk', 'user'], at },
      { amr: ['pwd', 'otp'], at: later }
    ]
    expect(standing(both, later)).toMatchObject({ acr: two, acrExpiresAt: later + 8 * 3600 })
  })

  it('an authentication that was listed late counts by its time', () => {
    const shuffled = [
      { amr: ['pwd'], at },
      { amr: ['pwd'], at: at - 5 * 3600 }
    ]
    expect(standing(shuffled)).toMatchObject({ authTime: at, acrExpiresAt: at + 12 * 3600 })
  })
})

describe('a cap', () => {
  it.each([
    [three, two, two],
    [three, one, one],
    [three, belowAll, belowAll],
    [one, two, one],
    [three, 'urn:nobody:knows', belowAll]
  ])('at %s under a cap of %s tells %s', (passed, cap, acr) => {
    const amr = passed === one ? ['pwd'] : ['hwk', 'user']
    expect(standing([{ amr, at }], at, cap).acr).toBe(acr)
  })

  it('takes the level and not the memory: amr and auth_time stay true', () => {
    expect(standing([{ amr: ['pwd'], at }], at, belowAll)).toEqual({ acr: belowAll, amr: ['pwd'], authTime: at })
  })

  test('no cap ever tells more than none', () => {
    fc.assert(
      fc.property(histories(), fc.constantFrom(belowAll, one, two, three), fc.nat(20 * 3600), (history, cap, age) => {
        const free = standing(history, at + age).acr
        const capped = standing(history, at + age, cap).acr
        expect(rankOf(defaultLadder, capped)).toBe(Math.min(rankOf(defaultLadder, free), rankOf(defaultLadder, cap)))
      })
    )
  })

  test('time alone never raises a level', () => {
    fc.assert(
      fc.property(histories(), fc.nat(20 * 3600), fc.nat(20 * 3600), (history, first, more) => {
        const before = rankOf(defaultLadder, standing(history, at + first).acr)
        expect(rankOf(defaultLadder, standing(history, at + first + more).acr)).toBeLessThanOrEqual(before)
      })
    )
  })
})

describe('the ladder', () => {
  it('knows below all, and tells an unknown acr from it when asked strictly', () => {
    expect(rankOf(defaultLadder, belowAll)).toBe(-1)
    expect(rankOf(defaultLadder, belowAll, true)).toBe(-1)
    expect(rankOf(defaultLadder, 'urn:nobody:knows')).toBe(-1)
    expect(rankOf(defaultLadder, 'urn:nobody:knows', true)).toBeUndefined()
    expect(rankOf(defaultLadder, three, true)).toBe(2)
  })

  it('finds the lower of two, an unknown one being the lowest', () => {
    expect(lowerAcr(defaultLadder, three, one)).toBe(one)
    expect(lowerAcr(defaultLadder, one, three)).toBe(one)
    expect(lowerAcr(defaultLadder, 'urn:nobody:knows', one)).toBe('urn:nobody:knows')
  })

  it.each([
    [one, ['pwd'], true],
    [two, ['pwd'], false],
    [two, ['pwd', 'otp'], true],
    [three, ['pwd', 'otp'], false],
    [three, ['hwk', 'user'], true],
    [belowAll, [], true],
    ['urn:nobody:knows', ['hwk', 'user'], false]
  ])('%s with %j is reachable: %s', (acr, methods, expected) => {
    expect(reachable(defaultLadder, acr, methods)).toBe(expected)
  })

  it('may have one rung only', () => {
    const ladder: Ladder = [{ acr: 'in', factors: 1, phishingResistant: false, maxAgeSeconds: 60 }]
    expect(standingOf({ authentications: [{ amr: ['pwd'], at }] }, ladder, at + 59).acr).toBe('in')
    expect(standingOf({ authentications: [{ amr: ['pwd'], at }] }, ladder, at + 60).acr).toBe(belowAll)
  })
})

function histories() {
  const methods = fc.uniqueArray(fc.constantFrom('pwd', 'pin', 'otp', 'hwk', 'swk', 'user', 'fpt', 'rba', 'mfa'), {
    maxLength: 4
  })
  return fc.array(fc.record({ amr: methods, at: fc.integer({ min: at - 20 * 3600, max: at }) }), { maxLength: 5 })
}
