// Proofs of a sign-in in several steps belong to the person who gave them.

import { expect, it } from 'vitest'
import { stepsOfPerson, stepsResult } from '../../../src/provider/routes/interaction-steps.ts'

it('are not left to whoever signs in after the account that gave them is gone', () => {
  const steps = { accountId: 'ana', passed: ['swk', 'user'], by: ['passkey'], login: { accountId: 'ana' } }
  const details = { result: stepsResult(steps) }
  expect(stepsOfPerson(details, 'ana')).toEqual(steps)
  expect(stepsOfPerson(details, 'ben')).toBeUndefined()
  expect(stepsOfPerson({}, 'ana')).toBeUndefined()
})
