// What every relying party must live through, as sentences: sign-in, step-up, re-authentication, silent renewal under risk, and the two ways
// to be signed out.

import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VigilServer } from '../../src/server.ts'
import type { Party, PartyOptions, RunningParty, Visit } from './party.ts'
import { newPerson, type Person } from './person.ts'

const loa1 = 'urn:vigil:loa:1'
const loa2 = 'urn:vigil:loa:2'
/** A machine under load is slow; how fast it is on a quiet one is a benchmark. */
const patienceMs = 60_000

/** The house's policy: a doubt asks again, somebody else at the keyboard ends it. */
export const policy = [
  'version: 1',
  'rules:',
  '  - { name: a doubt, when: { risk: MEDIUM }, then: reauthenticate }',
  '  - { name: somebody else, when: { risk: HIGH }, then: revoke }',
  '  - { name: everything else, then: allow }'
].join('\n')

export function relyingPartyContract(party: Party, where: () => PartyOptions & { readonly house: VigilServer }): void {
  describe(`${party.name} as a relying party`, { timeout: patienceMs }, () => {
    let running: RunningParty
    let house: VigilServer
    const visits: Visit[] = []

    beforeAll(async () => {
      const { house: server, ...options } = where()
      house = server
      running = await party.start(options)
    }, patienceMs)
    afterAll(async () => {
      for (const visit of visits) await visit.close()
      await running?.close()
    })

    /** Ana, signed in at the party in a browser of hers. */
    async function signedIn(): Promise<{ ana: Person; visit: Visit }> {
      const ana = await newPerson(house, `ana-${randomBytes(6).toString('hex')}`)
      const visit = await running.visit(ana)
      visits.push(visit)
      await visit.signIn()
      expect(ana.askedFor()).toEqual(['username', 'password'])
      return { ana, visit }
    }

    async function reportRisk({ accountId }: Person, level: 'MEDIUM' | 'HIGH'): Promise<void> {
      const sessions = await house.vigil.sessionsOf(accountId)
      expect(sessions).toHaveLength(1)
      await house.vigil.reportRisk(sessions[0]!.uid, level, 'a test')
    }

    it('signs Ana in and holds what she proved', async () => {
      const { visit } = await signedIn()
      expect(await visit.claims()).toMatchObject({ acr: loa1, amr: ['pwd'] })
    })

    it('asks for more by acr_values, and she gives the code alone', async () => {
      const { ana, visit } = await signedIn()
      await visit.signIn({ acrValues: loa2 })
      expect(ana.askedFor()).toEqual(['code'])
      expect(await visit.claims()).toMatchObject({ acr: loa2, amr: ['pwd', 'otp', 'mfa'] })
      await visit.signIn({ acrValues: loa2 })
      expect(ana.askedFor()).toEqual([])
    })

    it('asks again by max_age when her login has become too old, and not before', async () => {
      const { ana, visit } = await signedIn()
      const { auth_time: first } = (await visit.claims())!
      await visit.signIn({ maxAgeSeconds: 3600 })
      expect(ana.askedFor()).toEqual([])
      await setTimeout(Math.max(0, (first + 3) * 1000 - Date.now()))
      await visit.signIn({ maxAgeSeconds: 1 })
      expect(ana.askedFor()).not.toEqual([])
      expect((await visit.claims())!.auth_time).toBeGreaterThan(first)
    })

    const whereSilent = party.renewsSilently ? it : () => undefined
    whereSilent(
      'hears interaction_required under risk, keeps her, and renews silently again once she has proved it',
      async () => {
        const { ana, visit } = await signedIn()
        expect(await visit.renew()).toBeUndefined()
        await reportRisk(ana, 'MEDIUM')
        expect(await visit.renew()).toBe('interaction_required')
        expect(await visit.claims()).toBeDefined()
        await visit.signIn()
        expect(ana.askedFor()).toEqual(['code'])
        expect(await visit.renew()).toBeUndefined()
        expect(await visit.claims()).toMatchObject({ acr: loa2 })
      }
    )

    const wherePagesFollow = party.renewsSilently ? () => undefined : it
    wherePagesFollow('sends her through the proof under risk', async () => {
      const { ana, visit } = await signedIn()
      await reportRisk(ana, 'MEDIUM')
      await visit.signIn()
      expect(ana.askedFor()).toEqual(['code'])
      expect(await visit.claims()).toMatchObject({ acr: loa2 })
    })

    it('signs her out at the provider when she signs out here', async () => {
      const { ana, visit } = await signedIn()
      await visit.signOut()
      expect(await visit.claims()).toBeUndefined()
      expect(await house.vigil.sessionsOf(ana.accountId)).toEqual([])
      await visit.signIn()
      expect(ana.askedFor()).toEqual(['username', 'password'])
    })

    it('knows soon that risk has ended her session', async () => {
      const { ana, visit } = await signedIn()
      await reportRisk(ana, 'HIGH')
      await expect.poll(() => house.vigil.sessionsOf(ana.accountId), { timeout: patienceMs }).toEqual([])
      if (party.backChannel) await expect.poll(() => visit.claims(), { timeout: patienceMs }).toBeUndefined()
      else if (party.renewsSilently) expect(await visit.renew()).toBe('login_required')
      await visit.signIn()
      expect(ana.askedFor()).toEqual(['username', 'password'])
    })
  })
}
