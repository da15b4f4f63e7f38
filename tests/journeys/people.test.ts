// A stranger on Ana's session is asked to prove it: twenty fixed pairs of people, on every storage and on a host's own provider. The table
// is printed; the bounds are those that the product promises at one needless challenge in two watched hours.

import { describe, expect, test } from 'vitest'
import { startHost } from '../../examples/existing-provider/host.ts'
import { serverDatabases } from '../support/databases.ts'
import { hasRecordedPeople } from '../support/recordings.ts'
import { client, type Journey, type OpenProvider, playJourney, standAlone } from './people-journey.ts'

const pairs = 20

const providers: readonly { readonly name: string; run<T>(use: (open: OpenProvider) => Promise<T>): Promise<T> }[] = [
  ...serverDatabases().map(({ name, withUrl }) => ({
    name: `the stand-alone server on ${name}`,
    run: <T>(use: (open: OpenProvider) => Promise<T>) => withUrl((url) => use(standAlone(url)))
  })),
  {
    name: "a host's own provider",
    run: (use) =>
      use((options) =>
        startHost({
          ...options,
          port: 0,
          clients: [{ ...client, redirect_uris: [...client.redirect_uris], grant_types: [...client.grant_types] }]
        })
      )
  }
]

describe(`a stranger on somebody's session (${hasRecordedPeople ? 'recorded' : 'invented'} people)`, () => {
  test.each(providers)(
    'is asked to prove it, at $name',
    async ({ name, run }) => {
      holds(await run((open) => play(name, open)), pairs)
    },
    600_000
  )
})

async function play(name: string, open: OpenProvider): Promise<Journey> {
  const journey = await playJourney({ open, pairs })
  process.stdout.write(
    `\n${name}, ${hasRecordedPeople ? 'recorded' : 'invented'} people, seed 1, budget 1/2h\n${journey.table}\n\n`
  )
  return journey
}

function holds({ results }: Journey, count: number): void {
  expect(results).toHaveLength(count)
  expect(results.filter(({ ownerChallengedAt }) => ownerChallengedAt !== undefined).length).toBeLessThanOrEqual(2)
  const caught = results.filter(({ strangerChallengedAt }) => strangerChallengedAt !== undefined)
  expect(caught.length).toBeGreaterThanOrEqual(15)
  for (const one of caught) {
    expect(one.silent).toBe('interaction_required')
    expect(one.authTime!.after).toBeGreaterThan(one.authTime!.before)
    expect(one.acr!.silenced).toBe('0')
    if (one.ownerChallengedAt === undefined) {
      expect(one.acr!.after).toBe('urn:vigil:loa:1')
      expect(one.amr).toEqual(expect.arrayContaining(['pwd', 'rba']))
    } else {
      // The second alarm of a session, answered by the password again: it proves too little to give the level back.
      expect(one.acr!.after).toBe('0')
    }
  }
}
