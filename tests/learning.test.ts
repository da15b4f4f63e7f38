// Learning over time as a deployment lives it: real storage, real profiles and a real engine; visits of invented people come window by
// window as the watch hands them over. The clock is the test's.

import { describe, expect, it, onTestFinished } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import {
  decodeProfile,
  encodeProfile,
  syntheticRecordings,
  windowsOf,
  type Recording
} from '../src/biometrics/index.ts'
import type { Factor } from '../src/challenge/strategy.ts'
import { hostPassword } from '../src/challenge/password.ts'
import { createLearning } from '../src/people/learning.ts'
import type { SessionRecord } from '../src/ports.ts'
import { createProfiles } from '../src/people/profiles.ts'
import { strongLogin } from '../src/people/strong-login.ts'
import { defaultLadder } from '../src/risk/ladder.ts'
import type { RiskLevel } from '../src/risk/levels.ts'
import { authenticated, newSession } from '../src/risk/session-risk.ts'
import { keysFrom } from '../src/secrets.ts'
import { inventedDay } from './support/invented.ts'
import { secret, silent, startHost } from './support/server.ts'

const { engine, people } = inventedDay()
const [ana, ben] = people
const enrolled = engine.enrol(windowsOf(ana.recordings.slice(0, 8)))
const work = ana.recordings.slice(8, 13)
const day = 24 * 3600

interface VisitOptions {
  readonly recordings?: readonly Recording[]
  /** Seconds between the login and the first window. */
  readonly delay?: number
  readonly amr?: readonly string[]
  readonly level?: RiskLevel
  readonly ended?: (record: SessionRecord) => SessionRecord
}

async function house({ factors = [hostPassword] }: { factors?: readonly Factor[] } = {}) {
  let clock = 20_000 * day
  const now = () => clock
  const storage = memoryStorage({ now })
  const profiles = createProfiles(storage.profiles, keysFrom(secret)('profiles'), storage.audit, silent)
  const changed: number[] = []
  const learning = createLearning({
    ...storage,
    profiles,
    logger: silent,
    strong: strongLogin({ ladder: defaultLadder, factors, now }),
    engine: () => engine,
    changed: (_accountId, { keystrokes }) => changed.push(keystrokes),
    now
  })
  onTestFinished(() => learning.close())
  await storage.people.save({ accountId: 'ana', consentedAt: clock })
  await profiles.add('ana', enrolled, clock)
  let sessions = 0

  async function start(amr: readonly string[]): Promise<string> {
    const uid = `s${++sessions}`
    await storage.sessions.update(uid, () =>
      authenticated(newSession(uid, 'ana', clock + 14 * day), { amr, at: clock, interaction: uid })
    )
    return uid
  }

  async function begin({ recordings = work, delay = 0, amr = ['pwd'], level = 'LOW' }: VisitOptions = {}) {
    const uid = await start(amr)
    clock += delay
    const profile = (await profiles.find('ana'))!.profile
    for (const window of windowsOf(recordings)) {
      learning.observe(uid, 'ana', { device: 'keyboard', window, assessment: engine.assess(profile, window), level })
      clock += 10
    }
    return uid
  }

  /** A visit a day, from login to logout. */
  async function visit(options: VisitOptions = {}): Promise<void> {
    const uid = await begin(options)
    const { ended } = options
    if (ended) await storage.sessions.update(uid, (record) => record && ended(record))
    await learning.end(uid)
    clock += day
  }

  return {
    storage,
    profiles,
    learning,
    changed,
    start,
    begin,
    visit,
    pass: (seconds: number) => void (clock += seconds),
    version: async () => (await profiles.find('ana'))?.version,
    said: async (type: string) => (await storage.audit.list({ type, accountId: 'ana' })).map(({ data }) => data)
  }
}

describe('a visit that began with a login and is the owner’s all along', () => {
  it('teaches a little when it has ended, and the audit says what', async () => {
    const { begin, learning, version, said, changed, profiles } = await house()
    const uid = await begin()
    expect(await version()).toBe(1)
    await learning.end(uid)
    expect(await version()).toBe(2)
    const [learnt, ...others] = await said('profile.learnt')
    expect(learnt).toMatchObject({ version: 2, from: 1 })
    expect(learnt?.['hops']).toBeGreaterThanOrEqual(1)
    expect(learnt?.['hops']).toBeLessThanOrEqual(enrolled.person.hops.length / 8)
    expect(others).toEqual([])
    expect(changed).toHaveLength(1)
    const { lineage, profile } = (await profiles.find('ana'))!
    expect(profile.person.hops.slice(0, lineage.anchorHops)).toEqual(decodeProfile(encodeProfile(enrolled)).person.hops)
  })

  it('teaches once a day', async () => {
    const { begin, learning, version, pass } = await house()
    for (let visits = 0; visits < 3; visits++) {
      await learning.end(await begin())
      pass(600)
    }
    expect(await version()).toBe(2)
    pass(day)
    await learning.end(await begin())
    expect(await version()).toBe(3)
  })

  it('ends by itself after an hour without input', async () => {
    const { storage, profiles } = await house()
    const learning = createLearning({
      ...storage,
      profiles,
      logger: silent,
      strong: strongLogin({ ladder: defaultLadder, factors: [hostPassword], now: () => 20_001 * day }),
      engine: () => engine,
      changed: () => {},
      quietSeconds: 0.05,
      now: () => 20_001 * day
    })
    onTestFinished(() => learning.close())
    await storage.sessions.update('quiet', () =>
      authenticated(newSession('quiet', 'ana', 20_010 * day), { amr: ['pwd'], at: 20_001 * day })
    )
    for (const window of windowsOf(work)) {
      learning.observe('quiet', 'ana', {
        device: 'keyboard',
        window,
        assessment: engine.assess(enrolled, window),
        level: 'LOW'
      })
    }
    await expect.poll(async () => (await profiles.find('ana'))?.version).toBe(2)
  })

  it('never lets what was enrolled weigh less than half, however many there are', async () => {
    const { visit, profiles } = await house()
    for (let days = 0; days < 20; days++) await visit()
    const { profile, lineage, version } = (await profiles.find('ana'))!
    expect(version).toBeGreaterThan(10)
    expect(profile.person.hops.length).toBeLessThanOrEqual(2 * lineage.anchorHops)
    expect(profile.keystrokes).toBeLessThanOrEqual(2 * enrolled.keystrokes + 1)
    expect(profile.person.hops.slice(0, lineage.anchorHops)).toEqual(decodeProfile(encodeProfile(enrolled)).person.hops)
  })
})

describe('a visit teaches nothing', () => {
  const elsewhere: Factor = { id: 'key', amr: ['hwk', 'user'], available: () => Promise.resolve(true) }
  it.each<[string, VisitOptions, Parameters<typeof house>[0]?]>([
    ['when it began long after the login', { delay: 601 }],
    ['when the person could have proved more than they did', {}, { factors: [hostPassword, elsewhere] }],
    ['when its login is no level at all', { amr: ['rba'] }],
    ['when there was doubt in it', { level: 'MEDIUM' }],
    ['when an alarm was answered in its session', { ended: (record) => ({ ...record, alarms: 1 }) }],
    ['when its session was revoked', { ended: (record) => ({ ...record, revokedAt: 1 }) }],
    [
      'when its session is capped',
      { ended: (record) => ({ ...record, cap: { acr: '0', since: 1, reason: 'behaviour' } }) }
    ],
    ['when the session belongs to somebody else by now', { ended: (record) => ({ ...record, accountId: 'ben' }) }],
    ['when it is short', { recordings: work.slice(0, 1) }],
    ['when somebody else typed', { recordings: ben.recordings.slice(8) }],
    ['when somebody else typed the end of it', { recordings: [...work, ...ben.recordings.slice(8, 10)] }],
    ['when somebody else typed the beginning of it', { recordings: [...ben.recordings.slice(8, 10), ...work] }]
  ])('%s', async (_, options, with_) => {
    const { visit, version } = await house(with_)
    await visit(options)
    expect(await version()).toBe(1)
  })

  it('when the person no longer agrees', async () => {
    const { begin, learning, storage, version } = await house()
    const uid = await begin()
    await storage.people.save({ accountId: 'ana', withdrawnAt: 1 })
    await learning.end(uid)
    expect(await version()).toBe(1)
  })

  it('when the profile became another one meanwhile', async () => {
    const { begin, learning, profiles, version } = await house()
    const uid = await begin()
    await profiles.add('ana', enrolled, 1)
    await learning.end(uid)
    expect(await version()).toBe(2)
  })

  it('when the profile was erased meanwhile, and nothing is left behind', async () => {
    const { begin, learning, storage, profiles } = await house()
    const uid = await begin()
    await profiles.erase('ana')
    await learning.end(uid)
    expect(await profiles.find('ana')).toBeUndefined()
    expect(await storage.profiles.list('ana', 'course')).toEqual([])
  })

  it('from after a long pause, in which somebody else may have sat down', async () => {
    const { storage, profiles, learning, begin, pass, version } = await house()
    const uid = await begin({ recordings: work.slice(0, 1) })
    pass(901)
    const { profile } = (await profiles.find('ana'))!
    for (const window of windowsOf(work)) {
      learning.observe(uid, 'ana', {
        device: 'keyboard',
        window,
        assessment: engine.assess(profile, window),
        level: 'LOW'
      })
    }
    await learning.end(uid)
    expect(await version()).toBe(1)
    expect(await storage.audit.list({ type: 'profile.learnt' })).toEqual([])
  })

  it('when the storage fails, and the watch does not hear of it', async () => {
    const { begin, learning, storage, version } = await house()
    const uid = await begin()
    const { find } = storage.sessions
    storage.sessions.find = () => Promise.reject(new Error('down'))
    await expect(learning.end(uid)).resolves.toBeUndefined()
    storage.sessions.find = find
    expect(await version()).toBe(1)
  })
})

describe('somebody else in visit after visit', () => {
  const blend: VisitOptions = { recordings: [...work, ...ben.recordings.slice(8, 10)] }

  it('is noticed, what may be theirs is taken back, and nothing is learnt until the person enrols again', async () => {
    const { visit, said, version, learning, profiles } = await house()
    await visit()
    await visit()
    const clean = await profiles.find('ana')
    expect(clean?.version).toBe(3)
    for (let days = 0; days < 10; days++) await visit(blend)
    expect(await said('profile.foreign_hands_noticed')).toHaveLength(1)
    expect((await profiles.find('ana'))?.profile).toEqual(clean?.profile)
    expect(await learning.history('ana')).toMatchObject({ foreignHands: true, drifted: false })
    const before = await version()
    await visit()
    expect(await version()).toBe(before)
    await profiles.add('ana', enrolled, 20_100 * day)
    expect(await learning.history('ana')).toMatchObject({ foreignHands: false })
  })
})

describe('a visit on a device where the person is not known', () => {
  const recordings = syntheticRecordings(77, 1, { sessions: 6, keystrokes: 120 })
  const twoFactors = ['pwd', 'otp']

  async function onScreen(amr: readonly string[], change: { readonly level?: RiskLevel; readonly some?: number } = {}) {
    const all = await house()
    const uid = await all.start(amr)
    const windows = windowsOf(recordings.slice(0, change.some))
    for (const window of windows) {
      const stretches = [{ hops: 4, keystrokes: 100, strokes: 0, llr: -2 }]
      all.learning.observe(uid, 'ana', {
        device: 'touch',
        window,
        assessment: { stretches },
        level: change.level ?? 'LOW',
        newDevice: true
      })
    }
    return { ...all, uid }
  }

  it('makes the person known there, where it began with more than a password; nothing of their text is kept', async () => {
    const { learning, profiles, uid, said, changed } = await onScreen(twoFactors)
    await learning.end(uid)
    const { profile, version } = (await profiles.find('ana', 'touch'))!
    expect(version).toBe(1)
    expect(profile.keystrokes).toBeGreaterThanOrEqual(400)
    expect(profile.person.typed.every(({ length }) => length === 0)).toBe(true)
    expect(await said('profile.enrolled')).toMatchObject([{ device: 'touch', version: 1, from: 'visit' }])
    expect(changed).toEqual([profile.keystrokes])
    expect((await profiles.find('ana'))!.version).toBe(1)
  })

  it.each([
    ['after a password alone, which whoever was told it has too', ['pwd'], {}],
    ['after a doubt', twoFactors, { level: 'MEDIUM' as const }],
    ['of too little input', twoFactors, { some: 3 }]
  ])('makes nobody known %s', async (_, amr, change) => {
    const { learning, profiles, uid } = await onScreen(amr, change)
    await learning.end(uid)
    expect(await profiles.devices('ana')).toEqual(['keyboard'])
  })

  it('makes nobody known who has withdrawn meanwhile', async () => {
    const { learning, profiles, uid } = await onScreen(twoFactors)
    await profiles.erase('ana')
    await learning.end(uid)
    expect(await profiles.devices('ana')).toEqual([])
  })
})

describe('an operator', () => {
  it('sees the versions and puts one back, with the same bytes inside', async () => {
    const { visit, learning, profiles, said, changed } = await house()
    await visit()
    const second = (await profiles.find('ana'))!
    await visit()
    expect((await learning.history('ana')).versions.map(({ version }) => version)).toEqual([3, 2, 1])
    expect(await learning.rollBack('ana', 2)).toBe(4)
    const { profile, lineage } = (await profiles.find('ana'))!
    expect(Buffer.compare(encodeProfile(profile), encodeProfile(second.profile))).toBe(0)
    expect(lineage).toEqual(second.lineage)
    expect(await said('profile.rolled_back')).toEqual([{ device: 'keyboard', version: 4, to: 2 }])
    expect(changed).toHaveLength(3)
  })

  it('hears of a person or a version that is not there', async () => {
    const { learning } = await house()
    await expect(learning.rollBack('ana', 2)).rejects.toMatchObject({ code: 'not_found' })
    await expect(learning.rollBack('nobody', 1)).rejects.toMatchObject({ code: 'not_found' })
    expect((await learning.history('nobody')).versions).toEqual([])
  })

  it('puts a version back while a visit is under way: the visit teaches nothing', async () => {
    const { begin, learning, visit, version } = await house()
    await visit()
    const uid = await begin()
    await learning.rollBack('ana', 1)
    await learning.end(uid)
    expect(await version()).toBe(3)
  })
})

describe('a host', () => {
  it('asks the plug-in for versions and puts one back', async () => {
    const host = await startHost()
    onTestFinished(() => host.close())
    const profiles = createProfiles(host.storage.profiles, keysFrom(secret)('profiles'), host.storage.audit, silent)
    await profiles.add('ana', enrolled, 1000)
    await profiles.add('ana', enrolled, 2000)
    expect(await host.vigil.profileHistory('ana')).toEqual({
      versions: [
        { version: 2, createdAt: 2000 },
        { version: 1, createdAt: 1000 }
      ],
      drifted: false,
      foreignHands: false
    })
    expect(await host.vigil.rollBackProfile('ana', 1)).toBe(3)
    await expect(host.vigil.rollBackProfile('ana', 9)).rejects.toMatchObject({ code: 'not_found' })
    await expect(host.vigil.rollBackProfile('nobody', 1)).rejects.toMatchObject({ code: 'not_found' })
  })
})
