// What every storage promises, as one suite for all of them. Whoever writes a storage can run it on theirs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isVigilError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import type { SessionRecord } from '../../src/ports.ts'
import type { Account, CountedAttempt, ServerStorage } from '../../src/provider/ports.ts'

export interface OpenedStorage {
  readonly storage: ServerStorage
  cleanup(): Promise<void>
}

/** `open` gives an empty storage that reads the time, in seconds, from `now`. */
export function storageContract(
  storageName: string,
  open: (options: { now: () => number }) => Promise<OpenedStorage>
): void {
  describe(`storage: ${storageName}`, () => {
    let clock = 1_800_000_000
    let opened: OpenedStorage
    let storage: ServerStorage
    let count = 0
    const fresh = (what: string) => `${what}-${++count}`

    beforeAll(async () => {
      opened = await open({ now: () => clock })
      storage = opened.storage
    })
    afterAll(async () => opened?.cleanup())

    const newSession = (uid: string, rest: Partial<SessionRecord> = {}): SessionRecord => ({
      uid,
      accountId: 'ana',
      authentications: [{ amr: ['pwd'], at: clock, interaction: 'i-1' }],
      risk: 'LOW',
      watch: 'not_watched',
      alarms: 0,
      expiresAt: clock + 1000,
      version: 0,
      ...rest
    })

    const newProfile = (accountId: string, version: number, kind = 'free-text/desktop') => ({
      accountId,
      kind,
      version,
      blob: Uint8Array.of(0, 1, version, 255),
      createdAt: clock
    })

    const newAccount = (username: string, rest: Partial<Account> = {}): Account => ({
      id: fresh('id'),
      username,
      email: 'ana@example.org',
      passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
      role: 'person',
      createdAt: clock,
      ...rest
    })

    const newInvitation = () => ({
      tokenHash: fresh('hash'),
      accountId: 'ana',
      purpose: 'set_password' as const,
      expiresAt: clock + 60
    })

    describe('sessions', () => {
      it('a session is found as it was written, with version 1', async () => {
        const uid = fresh('uid')
        const full = newSession(uid, {
          risk: 'HIGH',
          reason: 'somebody else — “Zoë” \u0000 \ud800 ?',
          watch: 'watched',
          cap: { acr: 'urn:vigil:loa:1', since: clock, reason: 'risk' },
          demand: { action: 'step_up', rule: 'r', policyVersion: 3, since: clock, acr: 'urn:vigil:loa:2' },
          alarms: 2,
          answeredWith: ['otp'],
          revokedAt: clock
        })
        const written = await storage.sessions.update(uid, () => full)
        expect(written).toEqual({ ...full, version: 1 })
        expect(await storage.sessions.find(uid)).toEqual(written)
      })

      it('nobody knows a session that was never written', async () => {
        expect(await storage.sessions.find(fresh('uid'))).toBeUndefined()
        expect(await storage.sessions.find('\0')).toBeUndefined()
      })

      it('the change sees what is there, and each write raises the version', async () => {
        const uid = fresh('uid')
        const seen: (number | undefined)[] = []
        for (let round = 0; round < 3; round++) {
          await storage.sessions.update(uid, (present) => {
            seen.push(present?.version)
            return { ...(present ?? newSession(uid)), alarms: round }
          })
        }
        expect(seen).toEqual([undefined, 1, 2])
        expect(await storage.sessions.find(uid)).toMatchObject({ alarms: 2, version: 3 })
      })

      it('a change that returns the record it was given writes nothing', async () => {
        const uid = fresh('uid')
        await storage.sessions.update(uid, () => newSession(uid))
        expect(await storage.sessions.update(uid, (present) => present)).toMatchObject({ version: 1 })
        expect(await storage.sessions.find(uid)).toMatchObject({ version: 1 })
      })

      it('a change that returns nothing for an unknown session creates none', async () => {
        const uid = fresh('uid')
        expect(await storage.sessions.update(uid, () => undefined)).toBeUndefined()
        expect(await storage.sessions.find(uid)).toBeUndefined()
      })

      it('a change is made to what is known where nobody has written since, and else to what is there', async () => {
        const uid = fresh('uid')
        const isNew = { record: undefined }
        const add = (present: SessionRecord | undefined) => ({
          ...(present ?? newSession(uid)),
          alarms: (present?.alarms ?? 0) + 1
        })
        const first = await storage.sessions.update(uid, add, isNew)
        expect(first).toMatchObject({ alarms: 1, version: 1 })
        expect(await storage.sessions.update(uid, add, { record: first })).toMatchObject({ alarms: 2, version: 2 })
        expect(await storage.sessions.update(uid, add, { record: first })).toMatchObject({ alarms: 3, version: 3 })
        expect(await storage.sessions.update(uid, add, isNew)).toMatchObject({ alarms: 4, version: 4 })
      })

      it('a change that throws writes nothing and the next one goes through', async () => {
        const uid = fresh('uid')
        await storage.sessions.update(uid, () => newSession(uid))
        const refused = storage.sessions.update(uid, () => {
          throw new Error('no')
        })
        await expect(refused).rejects.toThrow('no')
        expect(await storage.sessions.update(uid, (present) => present && { ...present, alarms: 5 })).toMatchObject({
          alarms: 5,
          version: 2
        })
      })

      it('fifty at once all count', async () => {
        const uid = fresh('uid')
        await storage.sessions.update(uid, () => newSession(uid))
        await Promise.all(Array.from({ length: 50 }, () => storage.sessions.update(uid, oneAlarmMore)))
        expect(await storage.sessions.find(uid)).toMatchObject({ alarms: 50, version: 51 })
      })

      it('fifty who create the same session at once all count', async () => {
        const uid = fresh('uid')
        const add = (present: SessionRecord | undefined) => ({
          ...(present ?? newSession(uid)),
          alarms: (present?.alarms ?? 0) + 1
        })
        await Promise.all(Array.from({ length: 50 }, () => storage.sessions.update(uid, add)))
        expect(await storage.sessions.find(uid)).toMatchObject({ alarms: 50, version: 50 })
      })

      it('what a caller does to a record afterwards does not reach the storage', async () => {
        const uid = fresh('uid')
        const mine = { ...newSession(uid), answeredWith: ['otp'] }
        await storage.sessions.update(uid, () => mine)
        mine.answeredWith.push('pwd')
        expect(await storage.sessions.find(uid)).toMatchObject({ answeredWith: ['otp'] })
      })

      it('an expired session is gone from every reading, and its number is not given twice', async () => {
        const uid = fresh('uid')
        const accountId = fresh('account')
        await storage.sessions.update(uid, () => newSession(uid, { accountId, expiresAt: clock + 10 }))
        clock += 10
        expect(await storage.sessions.find(uid)).toBeUndefined()
        expect(await storage.sessions.findByAccount(accountId)).toEqual([])
        const reborn = await storage.sessions.update(uid, (present) => present ?? newSession(uid, { accountId }))
        expect(reborn).toMatchObject({ version: 2 })
      })

      it('a person sees all live sessions of their own, revoked ones too, and nobody else’s', async () => {
        const accountId = fresh('account')
        const [present, revoked, other] = [fresh('uid'), fresh('uid'), fresh('uid')]
        await storage.sessions.update(present, () => newSession(present, { accountId }))
        await storage.sessions.update(revoked, () => newSession(revoked, { accountId, revokedAt: clock }))
        await storage.sessions.update(other, () => newSession(other, { accountId: fresh('account') }))
        const found = await storage.sessions.findByAccount(accountId)
        expect(found.map(({ uid }) => uid).sort()).toEqual([present, revoked].sort())
        const beside = await storage.sessions.findByAccount(accountId, other)
        expect(beside.map(({ uid }) => uid).sort()).toEqual([present, revoked, other].sort())
        expect(await storage.sessions.findByAccount(accountId, present)).toHaveLength(2)
      })

      it('pruning removes the expired and tells how many', async () => {
        await storage.sessions.prune(clock)
        const [dies, lives] = [fresh('uid'), fresh('uid')]
        await storage.sessions.update(dies, () => newSession(dies, { expiresAt: clock + 5 }))
        await storage.sessions.update(lives, () => newSession(lives, { expiresAt: clock + 50 }))
        expect(await storage.sessions.prune(clock + 5)).toBe(1)
        expect(await storage.sessions.find(dies)).toBeUndefined()
        expect(await storage.sessions.find(lives)).toBeDefined()
      })
    })

    describe('sessions behind signed tokens', () => {
      const noted = async (rest: { uid?: string; expiresAt?: number; sid?: string } = {}) => {
        const session = {
          audience: 'https://api.example',
          sid: fresh('sid'),
          uid: fresh('uid'),
          expiresAt: clock + 100,
          ...rest
        }
        await storage.signedTokens.note(session)
        return session
      }

      it('are told, once ended, to the API that their tokens are for, and to no other', async () => {
        const [living, dead] = [await noted(), await noted()]
        await storage.tombstones.add(dead.uid, clock + 1000)
        expect(await storage.signedTokens.ended('https://api.example', clock)).toEqual([dead.sid])
        expect(await storage.signedTokens.ended('https://mail.example', clock)).toEqual([])
        expect(await storage.signedTokens.ended('\0', clock)).toEqual([])
        await storage.tombstones.add(living.uid, clock + 1000)
        expect(await storage.signedTokens.ended('https://api.example', clock)).toEqual([living.sid, dead.sid].sort())
      })

      it('are told when the token was issued while its session was being ended', async () => {
        const uid = fresh('uid')
        await storage.tombstones.add(uid, clock + 1000)
        const { sid } = await noted({ uid })
        expect(await storage.signedTokens.ended('https://api.example', clock)).toContain(sid)
      })

      it('are forgotten with their last token', async () => {
        const { sid, uid } = await noted({ expiresAt: clock + 10 })
        await noted({ sid, uid, expiresAt: clock + 20 })
        await noted({ sid, uid, expiresAt: clock + 5 })
        await storage.tombstones.add(uid, clock + 1000)
        expect(await storage.signedTokens.ended('https://api.example', clock + 19)).toContain(sid)
        expect(await storage.signedTokens.ended('https://api.example', clock + 20)).not.toContain(sid)
        expect(await storage.signedTokens.prune(clock + 20)).toBe(1)
      })
    })

    describe('logouts to be told', () => {
      const notice = (clientId: string, accountId: string) => ({
        clientId,
        accountId,
        sid: fresh('sid'),
        expiresAt: clock + 1000
      })
      const taken = async (most = 100) => storage.logouts.take(clock, clock + 15, most)

      it('are taken in order, one at a time for a client and a person, and again when nobody says what became of them', async () => {
        const [first, second, other] = [notice('app', 'olga'), notice('app', 'olga'), notice('mail', 'olga')]
        await storage.logouts.add([first, second, other], clock)
        const [one, two, ...rest] = await taken()
        expect([one, two, rest]).toMatchObject([{ ...first, attempts: 1 }, { ...other, attempts: 1 }, []])
        expect(await taken()).toEqual([])
        await storage.logouts.remove(one!.id)
        const [next] = await taken()
        expect(next).toMatchObject({ ...second, attempts: 1 })
        clock += 15
        const again = await taken()
        expect(again.map(({ sid, attempts }) => [sid, attempts])).toEqual([
          [second.sid, 2],
          [other.sid, 2]
        ])
        for (const { id } of again) await storage.logouts.remove(id)
      })

      it('are not taken before they are due, nor more than asked for, and one that is put off holds back the next', async () => {
        const mine = [notice('app', 'paul'), notice('app', 'paul'), notice('app', 'quinn')]
        await storage.logouts.add(mine, clock + 5)
        expect(await taken()).toEqual([])
        clock += 5
        const [one, ...more] = await taken(1)
        expect(more).toEqual([])
        await storage.logouts.postpone(one!.id, clock + 60)
        const rest = await taken()
        expect(rest.map(({ accountId }) => accountId)).toEqual(['quinn'])
        clock += 60
        const later = await taken()
        for (const { id } of later) await storage.logouts.remove(id)
        const last = await taken()
        expect(last.map(({ sid }) => sid)).toEqual([mine[1]!.sid])
        await storage.logouts.remove(last[0]!.id)
        await storage.logouts.add([], clock)
        expect(await taken()).toEqual([])
      })

      it('of twenty takers each logout goes to one', async () => {
        const many = Array.from({ length: 30 }, (_, index) => notice('app', `person-${index}`))
        await storage.logouts.add(many, clock)
        const got = (await Promise.all(Array.from({ length: 20 }, () => taken(5)))).flat()
        const rest = await taken()
        const sids = [...got, ...rest].map(({ sid }) => sid)
        expect(new Set(sids).size).toBe(sids.length)
        expect(sids).toHaveLength(30)
        for (const { id } of [...got, ...rest]) await storage.logouts.remove(id)
      })
    })

    describe('tombstones', () => {
      it('an ended session has one, any other has none', async () => {
        const uid = fresh('uid')
        expect(await storage.tombstones.has(uid)).toBe(false)
        await storage.tombstones.add(uid, clock + 10)
        expect(await storage.tombstones.has(uid)).toBe(true)
        expect(await storage.tombstones.has(fresh('uid'))).toBe(false)
        expect(await storage.tombstones.has('\0')).toBe(false)
      })

      it('setting it again never shortens it', async () => {
        const uid = fresh('uid')
        await storage.tombstones.add(uid, clock + 100)
        await storage.tombstones.add(uid, clock + 10)
        await storage.tombstones.prune(clock + 50)
        expect(await storage.tombstones.has(uid)).toBe(true)
        await storage.tombstones.prune(clock + 100)
        expect(await storage.tombstones.has(uid)).toBe(false)
      })

      it('a session that nobody destroyed goes with its tombstone, and no other', async () => {
        const [ended, other] = [fresh('uid'), fresh('uid')]
        const sessions = storage.oidc('Session')
        for (const uid of [ended, other]) await sessions.upsert(uid, { jti: uid, uid }, 600)
        await storage.tombstones.add(ended, clock + 10)
        await storage.tombstones.prune(clock + 10)
        expect(await storage.tombstones.has(ended)).toBe(false)
        expect(await sessions.find(ended)).toBeUndefined()
        expect(await sessions.find(other)).toBeDefined()
      })

      it('a clock that jumps ahead revives nobody: it holds until it is pruned', async () => {
        const uid = fresh('uid')
        await storage.tombstones.add(uid, clock + 10)
        clock += 90 * 24 * 3600
        expect(await storage.tombstones.has(uid)).toBe(true)
        clock -= 90 * 24 * 3600
      })
    })

    describe('people and profiles', () => {
      it('consent and its withdrawal are remembered', async () => {
        const accountId = fresh('account')
        expect(await storage.people.find(accountId)).toBeUndefined()
        await storage.people.save({ accountId, consentedAt: clock })
        expect(await storage.people.find(accountId)).toEqual({ accountId, consentedAt: clock })
        await storage.people.save({ accountId, withdrawnAt: clock + 1 })
        expect(await storage.people.find(accountId)).toEqual({ accountId, withdrawnAt: clock + 1 })
      })

      it('the newest version of a profile is the one that is found, byte for byte', async () => {
        const accountId = fresh('account')
        for (const version of [1, 2, 3]) await storage.profiles.add(newProfile(accountId, version))
        const found = await storage.profiles.find(accountId, 'free-text/desktop')
        expect(found).toEqual(newProfile(accountId, 3))
        expect(found?.blob).toBeInstanceOf(Uint8Array)
        expect(await storage.profiles.find(accountId, 'pointer/desktop')).toBeUndefined()
      })

      it('a version that is not one above the newest is a conflict', async () => {
        const accountId = fresh('account')
        await expectCode(storage.profiles.add(newProfile(accountId, 2)), 'conflict')
        await storage.profiles.add(newProfile(accountId, 1))
        await expectCode(storage.profiles.add(newProfile(accountId, 1)), 'conflict')
        await expectCode(storage.profiles.add(newProfile(accountId, 3)), 'conflict')
      })

      it('of two who learn from the same version at once, one wins', async () => {
        const accountId = fresh('account')
        const adding = Array.from({ length: 10 }, () => storage.profiles.add(newProfile(accountId, 1)))
        const settled = await Promise.allSettled(adding)
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        for (const result of settled) {
          if (result.status === 'rejected') expect(isVigilError(result.reason, 'conflict')).toBe(true)
        }
      })

      it('versions are listed newest first, and each is found as it was stored', async () => {
        const accountId = fresh('account')
        for (const version of [1, 2, 3]) await storage.profiles.add(newProfile(accountId, version))
        const kind = 'free-text/desktop'
        const listed = await storage.profiles.list(accountId, kind)
        expect(listed).toEqual(
          [3, 2, 1].map((version) => ({ version, createdAt: newProfile(accountId, version).createdAt }))
        )
        expect(await storage.profiles.get(accountId, kind, 2)).toEqual(newProfile(accountId, 2))
        expect(await storage.profiles.get(accountId, kind, 4)).toBeUndefined()
        expect(await storage.profiles.get('\0', kind, 1)).toBeUndefined()
        expect(await storage.profiles.list(fresh('nobody'), kind)).toEqual([])
        expect(await storage.profiles.list('\0', kind)).toEqual([])
      })

      it('of the versions the newest are kept, and the numbers go on', async () => {
        const accountId = fresh('account')
        const bystander = fresh('account')
        await storage.profiles.add(newProfile(bystander, 1))
        for (const version of [1, 2, 3, 4]) await storage.profiles.add(newProfile(accountId, version))
        await storage.profiles.keep(accountId, 'free-text/desktop', 2)
        const kept = await storage.profiles.list(accountId, 'free-text/desktop')
        expect(kept.map(({ version }) => version)).toEqual([4, 3])
        await storage.profiles.add(newProfile(accountId, 5))
        await storage.profiles.keep(accountId, 'pointer/desktop', 1)
        expect(await storage.profiles.list(accountId, 'free-text/desktop')).toHaveLength(3)
        expect(await storage.profiles.list(bystander, 'free-text/desktop')).toHaveLength(1)
        await storage.profiles.keep(accountId, 'free-text/desktop', 0)
        expect(await storage.profiles.list(accountId, 'free-text/desktop')).toEqual([])
      })

      it('a population is the newest profile of everybody of one kind', async () => {
        const newKind = fresh('kind')
        const [ana, ben] = [fresh('account'), fresh('account')]
        await storage.profiles.add(newProfile(ana, 1, newKind))
        await storage.profiles.add(newProfile(ana, 2, newKind))
        await storage.profiles.add(newProfile(ben, 1, newKind))
        await storage.profiles.add(newProfile(ben, 1, fresh('kind')))
        const everybody = await storage.profiles.all(newKind)
        expect(Object.fromEntries(everybody.map(({ accountId, version }) => [accountId, version]))).toEqual({
          [ana]: 2,
          [ben]: 1
        })
      })

      it('kinds of one person have versions of their own, are trimmed apart, and are erased together', async () => {
        const accountId = fresh('account')
        const kinds = ['session', 'session/touch'] as const
        for (const kind of kinds)
          for (const version of [1, 2]) await storage.profiles.add(newProfile(accountId, version, kind))
        await storage.profiles.keep(accountId, 'session', 1)
        const kept = await Promise.all(kinds.map((kind) => storage.profiles.list(accountId, kind)))
        expect(kept.map((list) => list.map(({ version }) => version))).toEqual([[2], [2, 1]])
        await storage.profiles.erase(accountId)
        for (const kind of kinds) expect(await storage.profiles.find(accountId, kind)).toBeUndefined()
      })

      it('erasing the profiles keeps the person; erasing the person takes the profiles along', async () => {
        const accountId = fresh('account')
        const bystander = fresh('account')
        await storage.people.save({ accountId, consentedAt: clock })
        await storage.profiles.add(newProfile(bystander, 1))
        await storage.profiles.add(newProfile(accountId, 1))
        await storage.profiles.erase(accountId)
        expect(await storage.profiles.find(accountId, 'free-text/desktop')).toBeUndefined()
        expect(await storage.people.find(accountId)).toBeDefined()
        await storage.profiles.add(newProfile(accountId, 1))
        await storage.people.erase(accountId)
        expect(await storage.profiles.find(accountId, 'free-text/desktop')).toBeUndefined()
        expect(await storage.people.find(accountId)).toBeUndefined()
        expect(await storage.profiles.find(bystander, 'free-text/desktop')).toBeDefined()
      })
    })

    describe('sketches', () => {
      const newSketch = (accountId: string, id: string, at = clock) => ({
        accountId,
        id,
        blob: Uint8Array.of(7, 0, 255),
        createdAt: at,
        expiresAt: at + 100
      })
      const ids = async (accountId: string) => (await storage.sketches.list(accountId)).map(({ id }) => id)

      it('come back byte for byte, the oldest first, and nobody else’s', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        await storage.sketches.add(newSketch(ana, 'b', clock + 1), 5)
        await storage.sketches.add(newSketch(ana, 'a', clock + 2), 5)
        await storage.sketches.add(newSketch(ben, 'a'), 5)
        const [first, second] = await storage.sketches.list(ana)
        expect(first).toEqual(newSketch(ana, 'b', clock + 1))
        expect(first?.blob).toBeInstanceOf(Uint8Array)
        expect(second?.id).toBe('a')
        expect(await storage.sketches.list('\0')).toEqual([])
      })

      it('are bounded: the newest of a person stay', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        await storage.sketches.add(newSketch(ben, 'old', clock - 50), 3)
        for (let n = 1; n <= 5; n++) await storage.sketches.add(newSketch(ana, `${n}`, clock + n), 3)
        expect(await ids(ana)).toEqual(['3', '4', '5'])
        expect(await ids(ben)).toEqual(['old'])
      })

      it('have an end, and are pruned after it', async () => {
        const accountId = fresh('account')
        await storage.sketches.add(newSketch(accountId, 'short', clock - 90), 5)
        await storage.sketches.add(newSketch(accountId, 'long'), 5)
        clock += 20
        expect(await ids(accountId)).toEqual(['long'])
        expect(await storage.sketches.prune(clock)).toBeGreaterThan(0)
        clock -= 20
        expect(await ids(accountId)).toEqual(['long'])
      })

      it('go with the person, or before', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        for (const accountId of [ana, ben]) {
          await storage.people.save({ accountId, consentedAt: clock })
          await storage.sketches.add(newSketch(accountId, 'a'), 5)
        }
        await storage.sketches.erase(ana)
        expect(await ids(ana)).toEqual([])
        expect(await storage.people.find(ana)).toBeDefined()
        expect(await ids(ben)).toEqual(['a'])
        await storage.people.erase(ben)
        expect(await ids(ben)).toEqual([])
      })
    })

    describe('login templates', () => {
      const template = (accountId: string, version: number) => ({
        accountId,
        version,
        blob: new Uint8Array([0, 255, 10, version]),
        learntAt: clock
      })

      it('come back byte for byte, one a person, and nobody else’s', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        expect(await storage.loginTemplates.find(ana)).toBeUndefined()
        await storage.loginTemplates.save(template(ana, 1))
        await storage.loginTemplates.save(template(ana, 2))
        const found = await storage.loginTemplates.find(ana)
        expect(found).toEqual(template(ana, 2))
        expect(found?.blob).toBeInstanceOf(Uint8Array)
        expect(await storage.loginTemplates.find(ben)).toBeUndefined()
        expect(await storage.loginTemplates.find('\0')).toBeUndefined()
      })

      it('are written in turn: of ten who saw the same one, one writes', async () => {
        const ana = fresh('account')
        await expectCode(storage.loginTemplates.save(template(ana, 2)), 'conflict')
        for (const version of [1, 2]) {
          const settled = await Promise.allSettled(
            Array.from({ length: 10 }, () => storage.loginTemplates.save(template(ana, version)))
          )
          expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        }
        await expectCode(storage.loginTemplates.save(template(ana, 2)), 'conflict')
        await expectCode(storage.loginTemplates.save(template(ana, 4)), 'conflict')
        await expectCode(storage.loginTemplates.save(template(ana, 1)), 'conflict')
        expect((await storage.loginTemplates.find(ana))?.version).toBe(2)
      })

      it('go alone, and begin anew; and go with the person', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        for (const accountId of [ana, ben]) {
          await storage.people.save({ accountId, consentedAt: clock })
          await storage.loginTemplates.save(template(accountId, 1))
          await storage.loginTemplates.save(template(accountId, 2))
        }
        expect(await storage.loginTemplates.erase(ana)).toBe(true)
        expect(await storage.loginTemplates.erase(ana)).toBe(false)
        expect(await storage.loginTemplates.find(ana)).toBeUndefined()
        expect(await storage.people.find(ana)).toBeDefined()
        await storage.loginTemplates.save(template(ana, 1))
        await storage.people.erase(ben)
        expect(await storage.loginTemplates.find(ben)).toBeUndefined()
        expect(await storage.loginTemplates.find(ana)).toBeDefined()
      })
    })

    describe('second factors', () => {
      const factors = (accountId: string, version: number) => ({
        accountId,
        version,
        blob: Uint8Array.of(0, 7, version, 255),
        changedAt: clock
      })

      it('come back byte for byte, one record a person, and nobody else’s', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        expect(await storage.factors.find(ana)).toBeUndefined()
        await storage.factors.save(factors(ana, 1))
        await storage.factors.save(factors(ana, 2))
        const found = await storage.factors.find(ana)
        expect(found).toEqual(factors(ana, 2))
        expect(found?.blob).toBeInstanceOf(Uint8Array)
        expect(await storage.factors.find(ben)).toBeUndefined()
        expect(await storage.factors.find('\0')).toBeUndefined()
      })

      it('are written in turn: of ten who saw the same record, one writes', async () => {
        const ana = fresh('account')
        await expectCode(storage.factors.save(factors(ana, 2)), 'conflict')
        for (const version of [1, 2]) {
          const settled = await Promise.allSettled(
            Array.from({ length: 10 }, () => storage.factors.save(factors(ana, version)))
          )
          expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        }
        for (const version of [1, 2, 4]) await expectCode(storage.factors.save(factors(ana, version)), 'conflict')
        expect((await storage.factors.find(ana))?.version).toBe(2)
      })

      it('go with the person', async () => {
        const [ana, ben] = [fresh('account'), fresh('account')]
        for (const accountId of [ana, ben]) await storage.factors.save(factors(accountId, 1))
        await storage.people.erase(ben)
        expect(await storage.factors.find(ben)).toBeUndefined()
        expect(await storage.factors.find(ana)).toBeDefined()
      })
    })

    describe('audit', () => {
      it('entries come newest first with what was said, numbered and dated', async () => {
        const sessionUid = fresh('uid')
        await storage.audit.append({ type: 'risk.changed', sessionUid, accountId: 'ana', data: { to: 'HIGH', n: [1] } })
        await storage.audit.append({ type: 'session.revoked', sessionUid })
        const [second, first] = await storage.audit.list({ sessionUid })
        const seq = first?.seq ?? 0
        expect(seq).toBeGreaterThan(0)
        const data = { to: 'HIGH', n: [1] }
        expect(first).toEqual({ type: 'risk.changed', sessionUid, accountId: 'ana', data, seq, at: clock })
        expect(second).toEqual({ type: 'session.revoked', sessionUid, seq: seq + 1, at: clock })
      })

      it('a list can be narrowed by person, session and kind, and cut', async () => {
        const [accountId, sessionUid] = [fresh('account'), fresh('uid')]
        await storage.audit.append({ type: 'a', accountId, sessionUid })
        await storage.audit.append({ type: 'b', accountId, sessionUid })
        await storage.audit.append({ type: 'b', accountId })
        expect(await storage.audit.list({ accountId })).toHaveLength(3)
        expect(await storage.audit.list({ accountId, type: 'b' })).toHaveLength(2)
        expect(await storage.audit.list({ accountId, type: 'b', sessionUid })).toHaveLength(1)
        expect(await storage.audit.list({ accountId, limit: 2 })).toHaveLength(2)
        expect(await storage.audit.list({ accountId: '\0' })).toEqual([])
      })

      it('numbers rise without a gap, whoever writes at the same time', async () => {
        const accountId = fresh('account')
        await Promise.all(Array.from({ length: 50 }, () => storage.audit.append({ type: 'a', accountId })))
        const seqs = (await storage.audit.list({ accountId })).map(({ seq }) => seq)
        expect(seqs).toEqual(Array.from({ length: 50 }, (_, index) => seqs[0]! - index))
      })
    })

    describe('policies', () => {
      it('none is in force at first; each one activated is the next version', async () => {
        expect(await storage.policies.current()).toBeUndefined()
        expect(await storage.policies.activate('rules: []\n')).toEqual({
          version: 1,
          document: 'rules: []\n',
          activatedAt: clock
        })
        await storage.policies.activate('rules: [one]\n')
        expect(await storage.policies.current()).toEqual({
          version: 2,
          document: 'rules: [one]\n',
          activatedAt: clock
        })
      })

      it('several activated at once get versions of their own', async () => {
        const activated = await Promise.all(
          Array.from({ length: 5 }, (_, index) => storage.policies.activate(`# ${index}`))
        )
        expect(new Set(activated.map(({ version }) => version)).size).toBe(5)
      })
    })

    describe('accounts', () => {
      it('a person is found by id and by name, however the name is capitalised', async () => {
        const ana = newAccount(`Ana Ünal ?"'\\ ${fresh('n')}`)
        await storage.accounts.create(ana)
        expect(await storage.accounts.find(ana.id)).toEqual(ana)
        expect(await storage.accounts.findByUsername(ana.username.toUpperCase())).toEqual(ana)
        expect(await storage.accounts.findByUsername(fresh('nobody'))).toBeUndefined()
        expect(await storage.accounts.findByUsername('\0')).toBeUndefined()
        expect(await storage.accounts.find('\0')).toBeUndefined()
      })

      it('a name is taken in every capitalisation, for a new account and for a new name', async () => {
        const name = fresh('Ana')
        const ben = newAccount(fresh('Ben'))
        await storage.accounts.create(newAccount(name))
        await storage.accounts.create(ben)
        await expectCode(storage.accounts.create(newAccount(name.toUpperCase())), 'username_taken')
        await expectCode(storage.accounts.update({ ...ben, username: name.toLowerCase() }), 'username_taken')
        expect(await storage.accounts.find(ben.id)).toEqual(ben)
      })

      it('of ten who choose the same name at once, one gets it', async () => {
        const name = fresh('ana')
        const settled = await Promise.allSettled(
          Array.from({ length: 10 }, () => storage.accounts.create(newAccount(name)))
        )
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      })

      it('an account changes in place; one that is not there cannot', async () => {
        const ana = newAccount(fresh('ana'))
        await storage.accounts.create(ana)
        const changed = { ...ana, username: ana.username.toUpperCase(), passwordHash: 'new' }
        await storage.accounts.update(changed)
        expect(await storage.accounts.find(ana.id)).toEqual(changed)
        await expectCode(storage.accounts.update(newAccount(fresh('nobody'))), 'not_found')
      })

      it('are removed once, and their name is free again', async () => {
        const ana = newAccount(fresh('leaves'))
        await storage.accounts.create(ana)
        expect(await storage.accounts.remove(ana.id)).toBe(true)
        expect(await storage.accounts.find(ana.id)).toBeUndefined()
        expect(await storage.accounts.remove(ana.id)).toBe(false)
        expect(await storage.accounts.remove('\0')).toBe(false)
        await storage.accounts.create(newAccount(ana.username))
      })

      it('tells whether there is an administrator', async () => {
        expect(await storage.accounts.hasAdministrator()).toBe(false)
        await storage.accounts.create(newAccount(fresh('root'), { role: 'administrator' }))
        expect(await storage.accounts.hasAdministrator()).toBe(true)
      })
    })

    describe('invitations', () => {
      it('can be looked at often and taken once, by one of many at once', async () => {
        const invitation = newInvitation()
        await storage.invitations.add(invitation)
        expect(await storage.invitations.find(invitation.tokenHash)).toEqual(invitation)
        expect(await storage.invitations.find(invitation.tokenHash)).toEqual(invitation)
        const taken = await Promise.all(
          Array.from({ length: 10 }, () => storage.invitations.take(invitation.tokenHash))
        )
        expect(taken.filter((one) => one !== undefined)).toEqual([invitation])
        expect(await storage.invitations.find(invitation.tokenHash)).toBeUndefined()
      })

      it('takes the other links of the account along, and nobody else’s', async () => {
        const [lost, used, strangers] = [newInvitation(), newInvitation(), newInvitation()]
        await storage.invitations.add(lost)
        await storage.invitations.add({ ...used, accountId: lost.accountId })
        await storage.invitations.add({ ...strangers, accountId: fresh('account') })
        expect(await storage.invitations.take(used.tokenHash)).toMatchObject({ tokenHash: used.tokenHash })
        expect(await storage.invitations.find(lost.tokenHash)).toBeUndefined()
        expect(await storage.invitations.take(lost.tokenHash)).toBeUndefined()
        expect(await storage.invitations.find(strangers.tokenHash)).toBeDefined()
      })

      it('is taken back with all others of the account, and nobody else’s', async () => {
        const [one, another, strangers] = [newInvitation(), newInvitation(), newInvitation()]
        await storage.invitations.add(one)
        await storage.invitations.add({ ...another, accountId: one.accountId })
        await storage.invitations.add({ ...strangers, accountId: fresh('account') })
        await storage.invitations.removeOf(one.accountId)
        expect(await storage.invitations.take(one.tokenHash)).toBeUndefined()
        expect(await storage.invitations.find(another.tokenHash)).toBeUndefined()
        expect(await storage.invitations.find(strangers.tokenHash)).toBeDefined()
      })

      it('is of no use once it has expired', async () => {
        const invitation = newInvitation()
        await storage.invitations.add(invitation)
        clock += 60
        expect(await storage.invitations.find(invitation.tokenHash)).toBeUndefined()
        expect(await storage.invitations.take(invitation.tokenHash)).toBeUndefined()
      })
    })

    describe('what works once', () => {
      it('is used up by one of many at once, and by nobody later', async () => {
        const id = fresh('challenge')
        const all = await Promise.all(Array.from({ length: 50 }, () => storage.used.useUp(id, clock + 600)))
        expect(all.filter(Boolean)).toHaveLength(1)
        expect(await storage.used.useUp(id, clock + 600)).toBe(false)
        expect(await storage.used.useUp(fresh('challenge'), clock + 600)).toBe(true)
      })
    })

    describe('attempts', () => {
      const attempt = (key: string, rest: Partial<CountedAttempt> = {}): CountedAttempt => ({
        key,
        limit: 3,
        seconds: 900,
        grows: false,
        ...rest
      })

      it('are counted however many come at once, each of its own', async () => {
        const [one, other] = [attempt(fresh('key')), attempt(fresh('key'))]
        const counts = await Promise.all(
          Array.from({ length: 50 }, (_, index) => storage.attempts.take(index % 2 ? [one, other] : [other, one]))
        )
        const seen = counts.map(([first]) => first!.count).sort((a, b) => a - b)
        expect(seen.at(-1)).toBe(50)
        for (const [first, second] of counts) expect(first!.expiresAt).toBe(second!.expiresAt)
        await storage.attempts.giveBack([one.key, fresh('nobody')])
        expect(await storage.attempts.take([one, other])).toMatchObject([{ count: 50 }, { count: 51 }])
      })

      it('begin anew when the time is over, and never fall below none', async () => {
        const one = attempt(fresh('key'))
        expect(await storage.attempts.take([one])).toEqual([{ count: 1, expiresAt: clock + 900 }])
        await storage.attempts.giveBack([one.key])
        await storage.attempts.giveBack([one.key])
        expect(await storage.attempts.take([one])).toMatchObject([{ count: 1 }])
        await storage.attempts.take([one])
        clock += 900
        expect(await storage.attempts.take([one])).toEqual([{ count: 1, expiresAt: clock + 900 }])
      })

      it('last twice as long each time that the limit was reached, where they grow, up to sixteen times', async () => {
        const one = attempt(fresh('key'), { grows: true })
        const lengths: number[] = []
        for (let round = 0; round < 7; round++) {
          for (let time = 0; time < 3; time++) await storage.attempts.take([one])
          const [last] = await storage.attempts.take([one])
          await storage.attempts.giveBack([one.key])
          lengths.push((last!.expiresAt - clock) / 900)
          clock = last!.expiresAt
        }
        expect(lengths).toEqual([1, 2, 4, 8, 16, 16, 16])
        await storage.attempts.take([one])
        clock += 16 * 900
        expect(await storage.attempts.take([one])).toEqual([{ count: 1, expiresAt: clock + 900 }])
      })
    })

    describe('keys', () => {
      it('the first value stays, and everybody who puts one learns which it was', async () => {
        const name = fresh('key')
        expect(await storage.keys.get(name)).toBeUndefined()
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) => storage.keys.put(name, Uint8Array.of(index, 0, 255)))
        )
        const stored = await storage.keys.get(name)
        expect(stored).toHaveLength(3)
        for (const answer of answers) expect(answer).toEqual(stored)
        expect(await storage.keys.put(name, Uint8Array.of(9))).toEqual(stored)
      })
    })
  })
}

function oneAlarmMore(present: SessionRecord | undefined): SessionRecord | undefined {
  return present && { ...present, alarms: present.alarms + 1 }
}

async function expectCode(act: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(act).rejects.toMatchObject({ name: 'VigilError', code })
}
