// A record that is carried from the proof of a login to the request that goes on with it.

import { expect, it } from 'vitest'
import { recordsInHand } from '../../../src/provider/sessions/records-in-hand.ts'
import { newSession } from '../../../src/risk/session-risk.ts'

const record = newSession('s', 'ana', 4_000_000_000)

it('is given once, to its own interaction and for its own session', () => {
  const inHand = recordsInHand()
  inHand.keep('one', record)
  expect(inHand.take('two', 's')).toBeUndefined()
  expect(inHand.take('one', 's')).toBe(record)
  expect(inHand.take('one', 's')).toBeUndefined()
  inHand.keep('one', record)
  expect(inHand.take('one', 'another')).toBeUndefined()
  expect(inHand.take('one', 's')).toBeUndefined()
})

it('is let go where hundreds of sign-ins are begun and not gone on with', () => {
  const inHand = recordsInHand()
  for (let number = 0; number <= 500; number++) inHand.keep(`${number}`, record)
  expect(inHand.take('0', 's')).toBeUndefined()
  expect(inHand.take('1', 's')).toBe(record)
  expect(inHand.take('500', 's')).toBe(record)
})
