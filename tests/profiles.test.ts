// Profiles at rest: what was tampered with counts as no profile, is audited, and is never an error on a page.

import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import {
  createEngine,
  noCourse,
  decodeProfile,
  encodeProfile,
  type Profile,
  syntheticRecordings,
  windowsOf
} from '../src/biometrics/index.ts'
import type { StoredProfile } from '../src/ports.ts'
import { decodeCourse } from '../src/people/profile-course.ts'
import { packProfile, unpackProfile } from '../src/people/profile-pack.ts'
import { createProfiles } from '../src/people/profiles.ts'
import { keysFrom, unseal } from '../src/secrets.ts'
import { nobody, secret, silent, startHost, visitorOf } from './support/server.ts'

const [one, two] = [1, 2].map((seed) =>
  createEngine(nobody).enrol(windowsOf(syntheticRecordings(seed, 1, { sessions: 2, keystrokes: 300 })))
) as [Profile, Profile]
/** What is left of a profile after it was written: numbers are kept as 32 bits. */
const kept = (profile: Profile): Profile => decodeProfile(encodeProfile(profile))

function shelf(bend: (stored: StoredProfile) => StoredProfile | undefined = (stored) => stored) {
  const storage = memoryStorage()
  const store = {
    ...storage.profiles,
    async find(accountId: string, kind: string) {
      const stored = await storage.profiles.find(accountId, kind)
      return stored && bend(stored)
    }
  }
  return { storage, profiles: createProfiles(store, keysFrom(secret)('profiles'), storage.audit, silent) }
}

describe('a profile', () => {
  it('comes back as it was, in the newest of its versions', async () => {
    const { profiles } = shelf()
    expect(await profiles.find('ana')).toBeUndefined()
    expect(await profiles.add('ana', one, 1000)).toBe(1)
    expect(await profiles.add('ana', two, 2000)).toBe(2)
    const lineage = { anchorHops: two.person.hops.length }
    expect(await profiles.find('ana')).toEqual({
      device: 'keyboard',
      version: 2,
      profile: kept(two),
      lineage,
      enrolledAt: 2000
    })
  })

  it('is kept apart for each class of device, with versions and a course of its own, and erased with all of them', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    await profiles.add('ana', one, 1500)
    expect(await profiles.add('ana', two, 2000, 'touch')).toBe(1)
    expect(await profiles.devices('ana')).toEqual(['keyboard', 'touch'])
    expect((await profiles.findAll('ana')).map(({ device, version }) => `${device} ${version}`)).toEqual([
      'keyboard 2',
      'touch 1'
    ])
    const touch = (await profiles.find('ana', 'touch'))!
    expect(touch).toMatchObject({ device: 'touch', profile: kept(two), enrolledAt: 2000 })
    expect(await profiles.learn('ana', touch, touch, 3000)).toBe(2)
    expect(await profiles.restore('ana', 1, 4000, 'touch')).toBe(3)
    expect((await profiles.versions('ana')).map(({ version }) => version)).toEqual([2, 1])
    expect((await profiles.versions('ana', 'touch')).map(({ version }) => version)).toEqual([3, 2, 1])
    await profiles.saveCourse('ana', { course: noCourse, enrolledAt: 2000, cleanVersion: 3 }, 4000, 'touch')
    expect((await profiles.course('ana')).cleanVersion).toBe(0)
    expect((await profiles.course('ana', 'touch')).cleanVersion).toBe(3)
    expect(await profiles.all()).toHaveLength(1)
    await profiles.erase('ana')
    expect(await profiles.devices('ana')).toEqual([])
    expect(await storage.profiles.all('session/touch')).toEqual([])
  })

  it('of one class is not opened as one of another', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const stored = (await storage.profiles.find('ana', 'session'))!
    await storage.profiles.add({ ...stored, kind: 'session/touch' })
    expect(await profiles.find('ana', 'touch')).toBeUndefined()
    expect(await profiles.devices('ana')).toEqual(['keyboard', 'touch'])
  })

  it('that learnt stands on the version it learnt from, and remembers when the person enrolled', async () => {
    const { profiles } = shelf()
    await profiles.add('ana', one, 1000)
    const base = (await profiles.find('ana'))!
    const lineage = { anchorHops: base.lineage.anchorHops - 1, lastLesson: 3 }
    expect(await profiles.learn('ana', base, { profile: one, lineage }, 2000)).toBe(2)
    expect(await profiles.find('ana')).toMatchObject({ version: 2, lineage, enrolledAt: 1000 })
    await expect(profiles.learn('ana', base, { profile: one, lineage }, 3000)).rejects.toMatchObject({
      code: 'conflict'
    })
  })

  it('teaches a population what was enrolled, and not what was learnt since', async () => {
    const { profiles } = shelf()
    await profiles.add('ana', one, 1000)
    const base = (await profiles.find('ana'))!
    await profiles.learn('ana', base, { profile: one, lineage: { anchorHops: 5, lastLesson: 3 } }, 2000)
    const [teacher] = await profiles.all()
    expect(teacher?.person.hops).toEqual(kept(one).person.hops.slice(0, 5))
    expect(teacher?.person.rows).toEqual(kept(one).person.rows.slice(0, 5))
  })

  it('keeps fourteen versions', async () => {
    const { profiles } = shelf()
    for (let version = 1; version <= 16; version++) await profiles.add('ana', one, version)
    const versions = await profiles.versions('ana')
    expect(versions.map(({ version }) => version)).toEqual([16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
  })

  it('is put back byte for byte, as a version of its own', async () => {
    const { profiles, storage } = shelf()
    const plain = async (version: number) => {
      const { blob } = (await storage.profiles.get('ana', 'session', version))!
      return unseal(keysFrom(secret)('profiles'), blob, JSON.stringify(['ana', 'session', version]))
    }
    await profiles.add('ana', one, 1000)
    const before = await plain(1)
    await profiles.add('ana', two, 2000)
    expect(await profiles.restore('ana', 1, 3000)).toBe(3)
    expect(Buffer.compare(await plain(3), before)).toBe(0)
    expect(Buffer.compare(await plain(2), before)).not.toBe(0)
    expect(await profiles.find('ana')).toMatchObject({ version: 3, enrolledAt: 1000, profile: kept(one) })
  })

  it.each([
    ['ana', 2],
    ['ana', 0],
    ['ana', -1],
    ['ana', 1.5],
    ['ana', Number.NaN],
    ['ana', 2 ** 40],
    ['nobody', 1],
    ['\0', 1]
  ])('of %j in version %d is not there to be put back', async (accountId, version) => {
    const { profiles } = shelf()
    await profiles.add('ana', one, 1000)
    await expect(profiles.restore(accountId, version, 2000)).rejects.toMatchObject({ code: 'not_found' })
    expect(await profiles.versions('ana')).toHaveLength(1)
  })

  it('that cannot be read is not put back', async () => {
    const { profiles, storage } = shelf()
    await storage.profiles.add({
      accountId: 'ana',
      kind: 'session',
      version: 1,
      createdAt: 1,
      blob: new Uint8Array(500)
    })
    await profiles.add('ana', one, 1000)
    await expect(profiles.restore('ana', 1, 2000)).rejects.toMatchObject({ code: 'profile_corrupt' })
    expect((await profiles.find('ana'))?.version).toBe(2)
  })

  it('lies in the database as bytes that say nothing', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const { blob } = (await storage.profiles.find('ana', 'session'))!
    // Words of at least six letters: three would be found by chance in these 100,000 random bytes once in two hundred runs.
    const words = ['nobody', 'population', 'isolation-forest']
    expect(words.filter((word) => inflateRawSync(encodeProfile(one)).includes(word))).toEqual(words)
    expect(() => inflateRawSync(blob)).toThrow(/./)
    expect(words.filter((word) => Buffer.from(blob).includes(word))).toEqual([])
  })

  it('is gone when it is erased', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    await profiles.erase('ana')
    expect(await profiles.find('ana')).toBeUndefined()
    expect(await storage.profiles.all('session')).toEqual([])
  })
})

describe('the header of a stored profile', () => {
  const packed = packProfile({
    profile: new Uint8Array([1, 2]),
    lineage: { anchorHops: 3, lastLesson: 4 },
    enrolledAt: 5
  })

  it('comes back with the profile behind it', () => {
    const { profile, ...rest } = unpackProfile(packed)
    expect([...profile]).toEqual([1, 2])
    expect(rest).toEqual({ lineage: { anchorHops: 3, lastLesson: 4 }, enrolledAt: 5 })
    const fresh = packProfile({ profile: new Uint8Array(), lineage: { anchorHops: 3 }, enrolledAt: 5 })
    expect(unpackProfile(fresh).lineage).toEqual({ anchorHops: 3 })
  })

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['empty', () => new Uint8Array()],
    ['cut short', (bytes) => bytes.subarray(0, 24)],
    ['of another version', (bytes) => bytes.with(0, 9)],
    ['with hops that are no number of hops', (bytes) => bytes.with(8, 0xff)],
    ['with a time that is no time', (bytes) => bytes.with(24, 0xbf)]
  ])('is refused when it is %s', (_, bend) => {
    expect(() => unpackProfile(bend(packed))).toThrow(RangeError)
  })
})

describe('the course of a profile', () => {
  const record = {
    course: { visits: 3, usualRatio: -5, usualSurprise: 1, drift: 0, takeover: 2.5 },
    enrolledAt: 1000,
    cleanVersion: 2
  }

  it('is remembered until it is written anew, and one is kept', async () => {
    const { profiles, storage } = shelf()
    expect((await profiles.course('ana')).course.visits).toBe(0)
    await profiles.saveCourse('ana', record, 1000)
    await profiles.saveCourse('ana', { ...record, cleanVersion: 3 }, 2000)
    expect(await profiles.course('ana')).toEqual({ ...record, cleanVersion: 3 })
    expect(await storage.profiles.list('ana', 'course')).toHaveLength(1)
  })

  it('begins anew when it cannot be read', async () => {
    const { profiles, storage } = shelf()
    await storage.profiles.add({ accountId: 'ana', kind: 'course', version: 1, createdAt: 1, blob: new Uint8Array(90) })
    expect((await profiles.course('ana')).course.visits).toBe(0)
    await profiles.saveCourse('ana', record, 1000)
    expect(await profiles.course('ana')).toEqual(record)
  })

  it.each(['', '{}', '[1,2]', '[1,2,3,4,5,6,"7"]', '[1,2,3,4,5,6,null]', '[1,2,3,4,5,6,7,8]'])(
    'is refused as %j',
    (text) => {
      expect(() => decodeCourse(new TextEncoder().encode(text))).toThrow(Error)
    }
  )
})

describe('a profile that is not what was stored', () => {
  const flipped = (at: number) => (stored: StoredProfile) => {
    const blob = Uint8Array.from(stored.blob)
    blob[(at + blob.length) % blob.length]! ^= 1
    return { ...stored, blob }
  }

  it.each<[string, (stored: StoredProfile) => StoredProfile]>([
    ['with a flipped bit at its beginning', flipped(0)],
    ['with a flipped bit in its middle', flipped(100)],
    ['with a flipped bit at its end', flipped(-1)],
    ['cut short', (stored) => ({ ...stored, blob: stored.blob.subarray(0, 20) })],
    ['empty', (stored) => ({ ...stored, blob: new Uint8Array() })],
    ['given out as another version', (stored) => ({ ...stored, version: stored.version + 1 })],
    ['given out as another person’s', (stored) => ({ ...stored, accountId: 'ben' })],
    ['given out as another kind', (stored) => ({ ...stored, kind: 'free-text/phone' })]
  ])('%s counts as none, and the audit says so', async (_, bend) => {
    const { profiles, storage } = shelf(bend)
    await profiles.add('ana', one, 1000)
    expect(await profiles.find('ana')).toBeUndefined()
    expect(await storage.audit.list({ type: 'profile.corrupt' })).toHaveLength(1)
  })

  it('moved to another person in the database opens for neither', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const stored = (await storage.profiles.find('ana', 'session'))!
    await storage.profiles.add({ ...stored, accountId: 'ben' })
    expect(await profiles.find('ben')).toBeUndefined()
    expect((await profiles.find('ana'))?.version).toBe(1)
  })

  it('an old one put back over a new one opens nothing', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const old = (await storage.profiles.find('ana', 'session'))!
    await profiles.add('ana', two, 2000)
    await storage.profiles.add({ ...old, version: 3 })
    expect(await profiles.find('ana')).toBeUndefined()
  })

  it('does not keep the others from teaching the population', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const stored = (await storage.profiles.find('ana', 'session'))!
    await storage.profiles.add({ ...stored, accountId: 'ben' })
    await profiles.add('cleo', two, 1000)
    expect(await profiles.all()).toHaveLength(2)
  })

  it('is opened by no other secret', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const other = createProfiles(storage.profiles, keysFrom(`${secret}2`)('profiles'), storage.audit, silent)
    expect(await other.find('ana')).toBeUndefined()
  })

  it('locks nobody out: the person signs in, and the pages say that there is nothing to know them by', async () => {
    const host = await startHost()
    try {
      const ana = await visitorOf(host)
      await ana.signIn()
      await host.vigil.giveConsent('ana')
      await host.storage.profiles.add({
        accountId: 'ana',
        kind: 'session',
        version: 1,
        createdAt: 1000,
        blob: new Uint8Array(500).fill(7)
      })
      expect(await host.vigil.trainingStatus('ana')).toMatchObject({ state: 'none' })
      const status = await ana.browser.get(`${host.issuer}/api/training-status`, { accept: 'application/json' })
      expect(status.status).toBe(200)
      expect((await ana.visit({ prompt: 'none' })).error).toBeNull()
      expect(await host.storage.audit.list({ type: 'profile.corrupt', accountId: 'ana' })).not.toEqual([])
    } finally {
      await host.close()
    }
  })
})
