// The promises of a provider under risk (`src/testing/under-risk-contract.ts`) as a suite of vitest.

import { describe, it } from 'vitest'
import { underRiskContract as checksOf, type UnderRiskSetting } from '../../src/testing/index.ts'

/** `open` runs when the checks do: a provider starts in a hook. */
export function underRiskContract(name: string, open: () => UnderRiskSetting): void {
  // The checks are named before there is a provider: nothing of the setting is used until one runs.
  const named = checksOf({ issuer: '', client: { clientId: '', redirectUri: '' }, acrs: [], proves: '', newSubject })
  describe(`under risk, ${name}`, () => {
    it.each(named.map((one, index) => ({ name: one.name, index })))('$name', ({ index }) =>
      checksOf(open())[index]!.check()
    )
  })
}

function newSubject(): never {
  throw new Error('only names are asked for')
}
