// What a change of a session leads to: the page is told, listeners hear of it, the audit says why; once, in this order, and only when something
// changed.

import { describe, expect, it, test } from 'vitest'
import { type ActionOptions, createActions } from '../src/watch/actions.ts'
import { memoryStorage } from '../src/adapters/index.ts'
import { standingOf } from '../src/risk/assurance.ts'
import { belowAll, defaultLadder } from '../src/risk/ladder.ts'
import { defaultPolicyDocument, parsePolicy } from '../src/risk/policy.ts'
import { revoked } from '../src/risk/session-risk.ts'

const [one, two] = defaultLadder.map(({ acr }) => acr) as [string, string]
const start = 1_000_000
const pwd = (interaction: string, at = start) => ({ amr: ['pwd'], at, interaction })

function house(policyDocument = defaultPolicyDocument, change: Partial<ActionOptions> = {}) {
  const storage = memoryStorage({ now: () => start })
  const acrs = defaultLadder.map(({ acr }) => acr)
  const policy = parsePolicy(policyDocument, acrs, 4)
  const heard: string[] = []
  const told: unknown[] = []
  const actions = createActions({
    ...storage,
    ladder: defaultLadder,
    policy: () => policy,
    clientsOf: () => ['shop'],
    tell: (uid, message) => told.push([uid, message]),
    revoke: async (uid, reason) => heard.push(`revoke ${uid}: ${reason}`),
    emit: (event, detail) => heard.push(`${event} ${JSON.stringify(detail)}`),
    challengeSeconds: 300,
    rememberSeconds: 3600,
    now: () => start,
    ...change
  })
  const acrNow = async () => standingOf((await storage.sessions.find('s'))!, defaultLadder, start).acr
  const types = async () => (await storage.audit.list({ sessionUid: 's' })).map(({ type }) => type).toReversed()
  return { storage, actions, heard, told, acrNow, types }
}

describe('an alarm', () => {
  it('is heard, told to the page with the request that answers it, and audited with rule, version and evidence', async () => {
    const { actions, heard, told, storage, types } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'HIGH', 'behaviour', { llr: 7.5 })
    const who = { uid: 's', accountId: 'ana' }
    expect(heard).toEqual([
      `risk.changed ${JSON.stringify({ ...who, from: 'LOW', to: 'HIGH', reason: 'behaviour' })}`,
      `challenge.required ${JSON.stringify({ ...who, rule: 'somebody else is at the keyboard', acr: one })}`
    ])
    expect(told).toEqual([
      ['s', { type: 'challenge_required', request: { acr_values: one, prompt: 'login' }, by: start + 300 }]
    ])
    expect(await types()).toEqual(['risk.changed', 'challenge.required'])
    expect((await storage.audit.list({ type: 'risk.changed' }))[0]?.data).toEqual({
      from: 'LOW',
      to: 'HIGH',
      reason: 'behaviour',
      rule: 'somebody else is at the keyboard',
      policyVersion: 4,
      action: 'reauthenticate',
      llr: 7.5
    })
  })

  it('the page is told no score, and nothing of the evidence', async () => {
    const { actions, told } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'HIGH', 'behaviour', { llr: 7.5, features: ['dwell'] })
    expect(JSON.stringify(told)).not.toMatch(/7\.5|dwell|behaviour|HIGH/)
  })

  it('that was raised already is not raised again', async () => {
    const { actions, heard } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    for (let n = 0; n < 3; n++) await actions.riskMoved('s', 'HIGH', 'behaviour')
    expect(heard).toHaveLength(2)
  })

  it('that many windows raise at once is raised once', async () => {
    const { actions, heard, storage } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await Promise.all(Array.from({ length: 20 }, () => actions.riskMoved('s', 'HIGH', 'behaviour')))
    expect(heard).toHaveLength(2)
    expect((await storage.sessions.find('s'))?.alarms).toBe(1)
  })

  it('is answered by a login, which is heard and audited', async () => {
    const { actions, heard, storage, acrNow } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'HIGH', 'behaviour')
    expect(await acrNow()).toBe(belowAll)
    heard.length = 0
    await actions.authenticated('s', 'ana', pwd('answer'))
    expect(await acrNow()).toBe(one)
    expect(heard).toEqual([
      `risk.changed ${JSON.stringify({ uid: 's', accountId: 'ana', from: 'HIGH', to: 'LOW', reason: 'authenticated' })}`
    ])
    expect((await storage.audit.list({ type: 'challenge.passed' }))[0]?.data).toEqual({ amr: ['pwd'], lifted: true })
  })

  it('for a session that nobody knows is nothing', async () => {
    const { actions, heard, storage } = house()
    expect(await actions.riskMoved('nobody', 'HIGH', 'behaviour')).toBeUndefined()
    expect(heard).toEqual([])
    expect(await storage.sessions.find('nobody')).toBeUndefined()
  })
})

describe('a doubt', () => {
  it('asks nothing and is noted', async () => {
    const { actions, told, types, acrNow } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'MEDIUM', 'behaviour')
    expect(told).toEqual([])
    expect(await types()).toEqual(['risk.changed', 'risk.notified'])
    expect(await acrNow()).toBe(one)
  })
})

describe('the watch', () => {
  it('that is gone asks for a step-up, without a new login', async () => {
    const { actions, told, types } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.watchChanged('s', 'unobserved')
    expect(told).toEqual([['s', { type: 'challenge_required', request: { acr_values: one }, by: start + 300 }]])
    expect(await types()).toEqual(['watch.changed', 'challenge.required'])
  })

  it('that comes and goes after a second alarm was answered by the same password asks nobody again', async () => {
    const { actions, told, storage, acrNow } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    for (const answer of ['first', 'second']) {
      await actions.riskMoved('s', 'HIGH', 'behaviour')
      await actions.authenticated('s', 'ana', pwd(answer))
    }
    expect(await acrNow()).toBe(belowAll)
    told.length = 0
    for (const state of ['watched', 'not_watched', 'watched', 'unobserved'] as const)
      await actions.watchChanged('s', state)
    expect(told).toEqual([])
    expect(await storage.sessions.find('s')).not.toHaveProperty('demand')
    await actions.authenticated('s', 'ana', { amr: ['otp'], at: start, interaction: 'third' })
    expect(await acrNow()).toBe(two)
  })
})

describe('a policy that revokes', () => {
  const strict = 'version: 1\nrules:\n  - { name: out, when: { risk: HIGH, client: shop }, then: revoke }'

  it('revokes, with the reason', async () => {
    const { actions, heard } = house(strict)
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'HIGH', 'behaviour')
    expect(heard.at(-1)).toBe('revoke s: behaviour')
  })

  it('has revoked before anything can fail', async () => {
    const { actions, storage } = house(strict, {
      revoke: () => Promise.reject(new Error('the adapter is broken'))
    })
    await actions.authenticated('s', 'ana', pwd('login'))
    await expect(actions.riskMoved('s', 'HIGH', 'behaviour')).rejects.toThrow('the adapter is broken')
    expect((await storage.sessions.find('s'))?.revokedAt).toBe(start)
  })

  it('an audit that cannot be written keeps no session alive', async () => {
    const broken = { append: () => Promise.reject(new Error('no disk')), list: () => Promise.resolve([]) }
    const { actions, storage } = house(strict, { audit: broken })
    await actions.authenticated('s', 'ana', pwd('login'))
    await expect(actions.riskMoved('s', 'HIGH', 'behaviour')).rejects.toThrow('no disk')
    expect((await storage.sessions.find('s'))?.revokedAt).toBe(start)
  })
})

describe('a login', () => {
  it('of another person in the same session inherits nothing', async () => {
    const { actions, storage, acrNow } = house()
    await actions.authenticated('s', 'ana', { amr: ['hwk', 'user'], at: start, interaction: 'login' })
    await actions.authenticated('s', 'ben', pwd('other'))
    expect(await storage.sessions.find('s')).toMatchObject({ accountId: 'ben', authentications: [{ amr: ['pwd'] }] })
    expect(await acrNow()).toBe(one)
  })

  it('brings no revoked session back, whoever signs in', async () => {
    const { actions, storage } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await storage.sessions.update('s', (record) => record && revoked(record, 'a test', start))
    await actions.authenticated('s', 'ana', pwd('again'))
    await actions.authenticated('s', 'ben', pwd('other'))
    expect((await storage.sessions.find('s'))?.revokedAt).toBe(start)
  })

  it('that is seen twice counts once', async () => {
    const { actions, storage } = house()
    for (let n = 0; n < 2; n++) await actions.authenticated('s', 'ana', pwd('login'))
    expect((await storage.sessions.find('s'))?.authentications).toHaveLength(1)
  })
})

test('a step-up that completes while a revocation fires never ends in a session that is alive', async () => {
  for (let round = 0; round < 200; round++) {
    const { actions, storage } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.riskMoved('s', 'HIGH', 'behaviour')
    const steps = [
      () => actions.authenticated('s', 'ana', pwd('answer')),
      () => storage.sessions.update('s', (record) => record && revoked(record, 'a test', start)),
      () => actions.riskMoved('s', 'LOW', 'behaviour'),
      () => actions.watchChanged('s', 'watched')
    ]
    const turned = [...steps.slice(round % 4), ...steps.slice(0, round % 4)]
    await Promise.all(turned.map((step) => step()))
    expect((await storage.sessions.find('s'))?.revokedAt).toBe(start)
  }
})

describe('a device on which nobody knows the person', () => {
  const asking = 'version: 1\nrules:\n  - { name: new device, when: { device: { known: false } }, then: step_up }'

  it('is audited once and asks nothing by itself', async () => {
    const { actions, storage, types } = house()
    await actions.authenticated('s', 'ana', pwd('login'))
    for (let n = 0; n < 2; n++) await actions.deviceSeen('s', { class: 'touch', known: false })
    await actions.deviceSeen('s', { class: 'keyboard', known: true })
    expect(await types()).toEqual(['device.new'])
    expect(await storage.sessions.find('s')).toMatchObject({ risk: 'LOW', device: { class: 'keyboard', known: true } })
  })

  it('is asked about where the policy says so, until the person has proved who they are on it', async () => {
    const { actions, storage, types } = house(asking)
    await actions.authenticated('s', 'ana', pwd('login'))
    await actions.deviceSeen('s', { class: 'touch', known: false })
    expect((await storage.sessions.find('s'))?.demand).toMatchObject({ rule: 'new device', action: 'step_up' })
    await actions.authenticated('s', 'ana', pwd('answer', start + 5))
    await actions.watchChanged('s', 'watched')
    await actions.riskMoved('s', 'MEDIUM', 'behaviour')
    expect((await storage.sessions.find('s'))?.demand).toBeUndefined()
    expect((await types()).filter((type) => type === 'challenge.required')).toHaveLength(1)
  })
})

describe('challenges that nobody answers', () => {
  /** Ana's sessions, each signed in earlier; `lost` of them were taken over and challenged. */
  async function stolen(lost: number, reason = 'behaviour', document = defaultPolicyDocument) {
    let now = start
    const told: string[] = []
    const here = house(document, { now: () => now, tell: (uid) => void told.push(uid) })
    for (const uid of ['s', 'a', 'b', 'c', 'd']) await here.actions.authenticated(uid, 'ana', pwd(uid, now))
    await here.actions.authenticated('other', 'ben', pwd('other', now))
    now += 60
    for (const uid of ['a', 'b', 'c', 'd'].slice(0, lost)) {
      await (reason === 'unobserved'
        ? here.actions.watchChanged(uid, 'unobserved')
        : here.actions.riskMoved(uid, 'HIGH', reason))
    }
    const later = (): number => (now += 60)
    return {
      ...here,
      told,
      later,
      /** A page of it opens, or an application asks for it. */
      use: async (uid: string) => here.actions.used(uid, (await here.storage.sessions.find(uid))!.accountId),
      isAsked: async (uid: string) => (await here.storage.sessions.find(uid))!.demand?.rule
    }
  }

  it('in three sessions of a person are held against the fourth, as soon as a page of it opens, and against nobody else', async () => {
    const { told, use, isAsked, storage } = await stolen(3)
    await use('s')
    await use('other')
    expect(await isAsked('s')).toBe('challenges in other sessions that nobody answered')
    expect(await isAsked('other')).toBeUndefined()
    expect(told).toEqual(['a', 'b', 'c', 's'])
    const [entry] = await storage.audit.list({ sessionUid: 's', type: 'challenge.required' })
    expect(entry?.data).toMatchObject({ rule: 'challenges in other sessions that nobody answered' })
    await use('s')
    expect(told).toHaveLength(4)
  })

  it('are noted once a case where a rule only notes them, however often the session is used', async () => {
    const noting = `version: 1
rules:
  - name: stolen sessions
    when: { unanswered: 3 }
    then: notify
  - name: the hands are another's
    when: { risk: HIGH }
    then: step_up
`
    const { actions, use, later, storage } = await stolen(3, 'behaviour', noting)
    const notes = async () => (await storage.audit.list({ sessionUid: 's', type: 'risk.notified' })).length
    const version = async () => (await storage.sessions.find('s'))!.version
    await use('s')
    expect(await notes()).toBe(1)
    const noted = await version()
    for (let times = 0; times < 5; times++) await use('s')
    expect([await notes(), await version()]).toEqual([1, noted])
    // The person proves who they are elsewhere: the case is over, and the next one is a new one.
    await actions.authenticated('phone', 'ana', pwd('phone', later()))
    for (let times = 0; times < 3; times++) await use('s')
    expect([await notes(), await version()]).toEqual([1, noted + 1])
    later()
    for (const uid of ['a', 'b', 'c']) {
      await actions.authenticated(uid, 'ana', pwd(`${uid} again`, later()))
      later()
    }
    for (const uid of ['a', 'b', 'c']) await actions.riskMoved(uid, 'HIGH', 'behaviour')
    for (let times = 0; times < 3; times++) await use('s')
    expect(await notes()).toBe(2)
  })

  it('in two sessions are not', async () => {
    const { use, isAsked } = await stolen(2)
    await use('s')
    expect(await isAsked('s')).toBeUndefined()
  })

  it('of a network that lets no channel through do not count', async () => {
    const { use, isAsked } = await stolen(4, 'unobserved')
    await use('s')
    expect(await isAsked('s')).toBeUndefined()
  })

  it('count on when the thief signs out', async () => {
    const { use, isAsked, storage } = await stolen(3)
    await storage.sessions.update('a', (record) => record && revoked(record, 'logout', start + 70))
    await use('s')
    expect(await isAsked('s')).toBeDefined()
  })

  it('are forgotten once the person proves who they are, wherever that is: the owner is asked once, the thief stays outside', async () => {
    const { actions, use, isAsked, later } = await stolen(3)
    await use('s')
    await actions.authenticated('s', 'ana', { ...pwd('answer', later()) })
    expect(await isAsked('s')).toBeUndefined()
    await actions.authenticated('phone', 'ana', pwd('phone', later()))
    for (const uid of ['s', 'phone', 'd']) await use(uid)
    for (const uid of ['s', 'phone', 'd']) expect(await isAsked(uid)).toBeUndefined()
    for (const uid of ['a', 'b', 'c']) expect(await isAsked(uid)).toBeDefined()
  })

  it('never keep the owner from signing in', async () => {
    const { actions, use, acrNow, later } = await stolen(4)
    await actions.authenticated('s', 'ana', pwd('again', later()))
    await use('s')
    expect(await acrNow()).toBe(one)
  })
})
