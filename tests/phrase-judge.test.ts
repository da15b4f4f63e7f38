// What the hands at a sentence are held against: the person's own, on the class of device, and what was typed before.

import { expect, test } from 'vitest'
import type { Liveness } from '../src/watch/liveness.ts'
import { handsWritten, openPhraseHouse } from './support/phrase-hands.ts'

const sentence =
  'The old sailor paints the round mirror in the rain and the quiet baker carries the green ladder at noon.'

async function ana(liveness?: Liveness) {
  const house = await openPhraseHouse({ liveness })
  await house.teach('ana', 'ana')
  const state = { accountId: 'ana', sentence, shownAt: house.now() - 60 }
  return { ...house, typed: (typing: string, accountId = 'ana') => house.judge.judge({ ...state, accountId }, typing) }
}

test('a device on which the person is not known says nothing', async () => {
  const { typed, judge } = await ana()
  expect(await judge.has('ben')).toBe(false)
  expect(await typed(handsWritten(sentence, 'ben', 3), 'ben')).toEqual({
    verdict: 'unclear',
    because: { evidence: 'not_known', device: 'keyboard' }
  })
})

test.each(['replay', 'automation'] as const)(
  'hands that are suspected of %s say nothing, however well they fit',
  async (kind) => {
    let closed = 0
    const finding = { kind, strength: 7, reasons: [] }
    const liveness: Liveness = {
      open: () =>
        Promise.resolve({
          take: () => Promise.resolve(finding),
          startAnew: () => undefined,
          left: () => undefined,
          close: () => void closed++
        }),
      erase: () => Promise.resolve(),
      settled: () => Promise.resolve()
    }
    const { typed } = await ana(liveness)
    expect(await typed(handsWritten(sentence, 'ana', 3))).toEqual({
      verdict: 'unclear',
      because: { evidence: kind, strength: 7 }
    })
    expect(closed).toBe(1)
  }
)

test('an answer says what it rests on, and no text of it', async () => {
  const { typed } = await ana()
  const { verdict, because } = await typed(handsWritten(sentence, 'ben', 3))
  expect(verdict).toBe('stranger')
  expect(Object.keys(because).sort()).toEqual(['detectors', 'device', 'keystrokes', 'llr'])
  expect(JSON.stringify(because)).not.toMatch(/sailor|mirror/)
})
