// Profiles at rest: what was tampered with counts as no profile, is audited, and is never an error on a page.

import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import {
  createEngine,
  decodeProfile,
  encodeProfile,
  type Profile,
  syntheticRecordings,
  windowsOf
} from '../src/biometrics/index.ts'
import type { StoredProfile } from '../src/ports.ts'
import { createProfiles } from '../src/profiles.ts'
import { keysFrom } from '../src/secrets.ts'
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
    expect(await profiles.find('ana')).toEqual({ version: 2, profile: kept(two) })
  })

  it('lies in the database as bytes that say nothing', async () => {
    const { profiles, storage } = shelf()
    await profiles.add('ana', one, 1000)
    const { blob } = (await storage.profiles.find('ana', 'session'))!
    // Words of at least six letters: three would be found by chance in these 100,000 random bytes once in two hundred runs.
    const words = ['nobody', 'population', 'isolation-forest']
    expect(words.filter((word) => Buffer.from(encodeProfile(one)).includes(word))).toEqual(words)
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
