// The levels of a deployment: any names in rising order, and a list that makes no sense is refused with the place and what would do.

import { describe, expect, it } from 'vitest'
import { VigilError } from '../../src/errors.ts'
import { standingOf } from '../../src/risk/assurance.ts'
import { defaultLadder, type Ladder, ladderFrom, lowerAcr, rankOf } from '../../src/risk/ladder.ts'

const bronze = { acr: 'bronze', factors: 1, maxAgeSeconds: 3600 }
const silver = { acr: 'https://bank.example/silver', factors: 2, maxAgeSeconds: 1800 }
const gold = { acr: 'gold', factors: 2, phishingResistant: true, maxAgeSeconds: 600 }

describe('a ladder', () => {
  it('has any names, and what it does not say of a level is the default', () => {
    const ladder = ladderFrom([bronze, silver, gold])
    expect(ladder.map(({ acr, phishingResistant }) => [acr, phishingResistant])).toEqual([
      ['bronze', false],
      ['https://bank.example/silver', false],
      ['gold', true]
    ])
    expect(lowerAcr(ladder, 'gold', 'bronze')).toBe('bronze')
    expect(rankOf(ladder, silver.acr)).toBe(1)
  })

  it('that ships is one', () => expect(ladderFrom(defaultLadder)).toEqual(defaultLadder))

  it('may have a level that asks for the same and lasts shorter: a fresh login', () => {
    const ladder: Ladder = ladderFrom([bronze, { ...bronze, acr: 'fresh', maxAgeSeconds: 60 }])
    const at = 1_000_000
    const acrAt = (now: number) => standingOf({ authentications: [{ amr: ['pwd'], at }] }, ladder, now).acr
    expect([acrAt(at + 59), acrAt(at + 60), acrAt(at + 3599), acrAt(at + 3600)]).toEqual([
      'fresh',
      'bronze',
      'bronze',
      '0'
    ])
  })

  it.each([
    ['nothing', undefined, 'ladder must be an array, got nothing'],
    ['no level', [], 'ladder must be at least 1 entries, got []'],
    ['a name with a space', [{ ...bronze, acr: 'two words' }], /^ladder\[0\]\.acr must be a name .*got "two words"$/],
    ['the name of nothing at all', [{ ...bronze, acr: '0' }], /^ladder\[0\]\.acr must not be "0"/],
    [
      'one name twice',
      [bronze, { ...silver, acr: 'bronze' }],
      'ladder[1].acr must be unique, and [0] has it, got "bronze"'
    ],
    ['three factors', [{ ...bronze, factors: 3 }], 'ladder[0].factors must be one of 1, 2, got 3'],
    ['no age', [{ acr: 'a', factors: 1 }], 'ladder[0].maxAgeSeconds must be a number, got nothing'],
    ['an age of nothing', [{ ...bronze, maxAgeSeconds: 0 }], 'ladder[0].maxAgeSeconds must be at least 1, got 0'],
    ['a word too many', [{ ...bronze, maxAge: 1 }], 'ladder[0] has no option "maxAge"'],
    [
      'fewer factors above',
      [silver, { ...bronze, maxAgeSeconds: 60 }],
      /^ladder\[1\]\.factors must be at least .*\(2\).*got 1$/
    ],
    ['less resistance above', [gold, silver], /^ladder\[1\]\.phishingResistant must be true/],
    [
      'a level that swallows the one below',
      [bronze, { ...bronze, acr: 'brass' }],
      /^ladder\[1\]\.maxAgeSeconds must be below 3600 .*got 3600$/
    ]
  ])('with %s is refused', (_, value, words) => {
    let complaint: unknown
    try {
      ladderFrom(value)
    } catch (error) {
      complaint = error
    }
    expect(complaint).toBeInstanceOf(VigilError)
    expect(complaint).toMatchObject({ code: 'config_invalid', exitCode: 2 })
    expect((complaint as Error).message).toMatch(typeof words === 'string' ? new RegExp(`^${escaped(words)}$`) : words)
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
