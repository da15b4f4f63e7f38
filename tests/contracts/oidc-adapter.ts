// What every adapter for oidc-provider promises, beside what the library asks for: codes that are used once, time by the process's
// clock, and ended sessions that stay dead.

import { array, assert, asyncProperty, constantFrom, string } from 'fast-check'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TombstoneStore } from '../../src/ports.ts'

export interface OpenedAdapter {
  readonly oidc: AdapterFactory
  readonly tombstones: TombstoneStore
  cleanup(): Promise<void>
}

/** `open` gives an adapter without data that reads the time, in seconds, from `now`. */
export function oidcAdapterContract(
  name: string,
  open: (options: { now: () => number }) => Promise<OpenedAdapter>
): void {
  describe(`oidc adapter: ${name}`, () => {
    let clock = 1_800_000_000
    let opened: OpenedAdapter
    let count = 0
    const fresh = (what: string) => `${what}-${++count}`
    const adapter = (model: string): Adapter => opened.oidc(model)

    async function signedIn(): Promise<{ id: string; uid: string; payload: AdapterPayload }> {
      const [id, uid] = [fresh('id'), fresh('uid')]
      const payload = { jti: id, uid, accountId: 'ana' }
      await adapter('Session').upsert(id, payload, 600)
      return { id, uid, payload }
    }

    beforeAll(async () => {
      opened = await open({ now: () => clock })
    })
    afterAll(async () => opened?.cleanup())

    it('gives back what was put in, under its own model only', async () => {
      const id = fresh('id')
      const payload = { kind: 'AccessToken', jti: id, scope: 'openid', extra: { n: 1, deep: [true, null, 'ü'] } }
      await adapter('AccessToken').upsert(id, payload, 60)
      expect(await adapter('AccessToken').find(id)).toEqual(payload)
      expect(await adapter('RefreshToken').find(id)).toBeUndefined()
      expect(await adapter('AccessToken').find(fresh('id'))).toBeUndefined()
    })

    it('keeps any text that a stranger can send in a parameter', async () => {
      await assert(
        asyncProperty(string({ unit: 'binary', maxLength: 40 }), async (state) => {
          const id = fresh('id')
          const payload = { jti: id, params: { state, lone: '\ud800', nul: '\0' } }
          await adapter('Interaction').upsert(id, payload, 60)
          expect(await adapter('Interaction').find(id)).toEqual(payload)
        }),
        { numRuns: 30 }
      )
    })

    it('answers a key with any text in it, without an error', async () => {
      for (const key of ['\0', 'a\0b', '', "'; drop table vigil_oidc; --", '?', '\ud800']) {
        const model = adapter('AuthorizationCode')
        expect(await model.find(key)).toBeUndefined()
        expect(await model.findByUid(key)).toBeUndefined()
        expect(await model.findByUserCode(key)).toBeUndefined()
        await model.destroy(key)
        await model.revokeByGrantId(key)
      }
    })

    it('a second upsert replaces the first, and moves the expiry', async () => {
      const id = fresh('id')
      await adapter('Interaction').upsert(id, { jti: id, returnTo: '/a' }, 10)
      await adapter('Interaction').upsert(id, { jti: id, returnTo: '/b' }, 100)
      clock += 50
      expect(await adapter('Interaction').find(id)).toEqual({ jti: id, returnTo: '/b' })
    })

    it('nothing is found once its time is over, and what has no expiry stays', async () => {
      const id = fresh('id')
      const payload = { jti: id, uid: fresh('uid'), userCode: fresh('code') }
      await adapter('DeviceCode').upsert(id, payload, 60)
      await adapter('Session').upsert(id, payload, 60)
      await adapter('Client').upsert(id, { clientId: id })
      clock += 59
      expect(await adapter('DeviceCode').find(id)).toBeDefined()
      clock += 1
      expect(await adapter('DeviceCode').find(id)).toBeUndefined()
      expect(await adapter('DeviceCode').findByUserCode(payload.userCode)).toBeUndefined()
      expect(await adapter('Session').find(id)).toBeUndefined()
      expect(await adapter('Session').findByUid(payload.uid)).toBeUndefined()
      expect(await adapter('Client').find(id)).toEqual({ clientId: id })
    })

    it('a device code is found by what the person types, a session by its uid', async () => {
      const [id, uid, userCode] = [fresh('id'), fresh('uid'), fresh('code')]
      await adapter('DeviceCode').upsert(id, { jti: id, userCode }, 60)
      await adapter('Session').upsert(id, { jti: id, uid }, 60)
      expect(await adapter('DeviceCode').findByUserCode(userCode)).toMatchObject({ jti: id })
      expect(await adapter('Session').findByUid(uid)).toMatchObject({ jti: id })
    })

    it('a session whose identifier rotates is found by its uid under the new identifier', async () => {
      const [before, after, uid] = [fresh('id'), fresh('id'), fresh('uid')]
      const sessions = adapter('Session')
      await sessions.upsert(before, { jti: before, uid }, 60)
      await sessions.destroy(before)
      await sessions.upsert(after, { jti: after, uid }, 60)
      expect(await sessions.find(before)).toBeUndefined()
      expect(await sessions.findByUid(uid)).toMatchObject({ jti: after })
    })

    it('what is destroyed is gone, and nothing else', async () => {
      const [one, other] = [fresh('id'), fresh('id')]
      for (const id of [one, other]) await adapter('Grant').upsert(id, { jti: id }, 60)
      await adapter('Grant').destroy(one)
      expect(await adapter('Grant').find(one)).toBeUndefined()
      expect(await adapter('Grant').find(other)).toBeDefined()
    })

    it('revoking a grant takes every token of the model that came from it', async () => {
      const [grantId, otherGrant] = [fresh('grant'), fresh('grant')]
      const mine = [fresh('id'), fresh('id')]
      const other = fresh('id')
      for (const id of mine) await adapter('AccessToken').upsert(id, { jti: id, grantId }, 60)
      await adapter('AccessToken').upsert(other, { jti: other, grantId: otherGrant }, 60)
      await adapter('AccessToken').revokeByGrantId(grantId)
      for (const id of mine) expect(await adapter('AccessToken').find(id)).toBeUndefined()
      expect(await adapter('AccessToken').find(other)).toBeDefined()
    })

    it('a used code says when it was used', async () => {
      const id = fresh('id')
      await adapter('AuthorizationCode').upsert(id, { jti: id }, 60)
      await adapter('AuthorizationCode').consume(id)
      expect(await adapter('AuthorizationCode').find(id)).toEqual({ jti: id, consumed: clock })
    })

    it('of twenty who use a code at once, one wins and the others hear invalid_grant', async () => {
      const id = fresh('id')
      await adapter('AuthorizationCode').upsert(id, { jti: id }, 60)
      const settled = await Promise.allSettled(
        Array.from({ length: 20 }, () => adapter('AuthorizationCode').consume(id))
      )
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refused = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      for (const reason of refused) expect(reason).toBeInstanceOf(errors.InvalidGrant)
    })

    it('a used code stays used, though a copy read before is saved again', async () => {
      const id = fresh('id')
      const copy = { jti: id, userCode: fresh('code') }
      await adapter('DeviceCode').upsert(id, copy, 60)
      await adapter('DeviceCode').consume(id)
      await adapter('DeviceCode').upsert(id, copy, 60)
      expect(await adapter('DeviceCode').find(id)).toMatchObject({ consumed: clock })
    })

    describe('a session that was ended', () => {
      it('stays dead though a request was in flight', async () => {
        const { id, uid, payload } = await signedIn()
        await opened.tombstones.add(uid, clock + 1000)
        await adapter('Session').destroy(id)
        await adapter('Session').upsert(id, payload, 600)
        expect(await adapter('Session').find(id)).toBeUndefined()
        expect(await adapter('Session').findByUid(uid)).toBeUndefined()
      })

      it('stays dead though the request in flight rotates its identifier', async () => {
        const { uid, payload } = await signedIn()
        await opened.tombstones.add(uid, clock + 1000)
        const rotated = fresh('id')
        await adapter('Session').upsert(rotated, { ...payload, jti: rotated }, 600)
        expect(await adapter('Session').find(rotated)).toBeUndefined()
        expect(await adapter('Session').findByUid(uid)).toBeUndefined()
      })

      it('is not found from the moment of its tombstone, before anybody destroys it', async () => {
        const { id, uid } = await signedIn()
        await opened.tombstones.add(uid, clock + 1000)
        expect(await adapter('Session').find(id)).toBeUndefined()
        expect(await adapter('Session').findByUid(uid)).toBeUndefined()
      })

      it('does not return when its tombstone is pruned', async () => {
        const { id, uid, payload } = await signedIn()
        await opened.tombstones.add(uid, clock + 10)
        await adapter('Session').destroy(id)
        await adapter('Session').upsert(id, payload, 600)
        await opened.tombstones.prune(clock + 10)
        expect(await adapter('Session').find(id)).toBeUndefined()
      })

      it('leaves other sessions and other models alone', async () => {
        const { uid } = await signedIn()
        const { id } = await signedIn()
        await opened.tombstones.add(uid, clock + 1000)
        expect(await adapter('Session').find(id)).toBeDefined()
        const other = fresh('id')
        await adapter('Interaction').upsert(other, { jti: other, uid }, 60)
        expect(await adapter('Interaction').find(other)).toBeDefined()
      })

      it('never comes back, in whatever order saves, rotations, destructions and the tombstone arrive', async () => {
        const act = constantFrom('save', 'rotate', 'destroy', 'bury')
        await assert(
          asyncProperty(array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
            const { id, uid, payload } = await signedIn()
            const ids = [id]
            const sessions = adapter('Session')
            await Promise.all(
              [...acts, 'bury'].map(async (what) => {
                if (what === 'bury') return opened.tombstones.add(uid, clock + 1000)
                if (what === 'destroy') return sessions.destroy(id)
                const savedAs = what === 'save' ? id : fresh('id')
                ids.push(savedAs)
                return sessions.upsert(savedAs, { ...payload, jti: savedAs }, 600)
              })
            )
            for (const each of ids) expect(await sessions.find(each)).toBeUndefined()
            expect(await sessions.findByUid(uid)).toBeUndefined()
          }),
          { numRuns: 40 }
        )
      })
    })
  })
}
