// The heart: who is watched, what follows when the watch is gone, and that evidence moves a session's risk once and in one direction. Time and
// people are real; only the judgement of a window is the test's.

import { afterEach, describe, expect, it, test } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import {
  type Assessment,
  createEngine,
  type DeviceClass,
  type Engine,
  EventType,
  type InputEvent,
  noCounters,
  type Population,
  streamOf,
  syntheticRecordings,
  windowsOf
} from '../src/biometrics/index.ts'
import { createCalibration } from '../src/people/calibration.ts'
import { createLessons } from '../src/people/lessons.ts'
import type { ChannelSession, ServerMessage } from '../src/channel/ports.ts'
import { createProfiles } from '../src/people/profiles.ts'
import { strongLogin } from '../src/people/strong-login.ts'
import { hostPassword } from '../src/challenge/password.ts'
import { belowAll, defaultLadder } from '../src/risk/ladder.ts'
import { newSession } from '../src/risk/session-risk.ts'
import { keysFrom } from '../src/secrets.ts'
import { createWatch, mostBare, type SessionWatch } from '../src/watch/watch.ts'
import { actionsAlone } from './support/actions.ts'
import { nobody, nothingSuspected, secret, silent } from './support/server.ts'

const graceSeconds = 0.05
const now = () => Math.floor(Date.now() / 1000)
const recording = syntheticRecordings(1, 1, { sessions: 1, keystrokes: 300 })
const { events } = streamOf(recording[0]!)
/** More than a session is held against at first, and what follows. */
const beginning = events.slice(0, 420)
const later = events.slice(420, 560)
const profile = createEngine(nobody).enrol(windowsOf(recording))

let open: SessionWatch | undefined
afterEach(() => open?.close())

async function house(required: readonly string[] = ['shop'], storage = memoryStorage()) {
  const profiles = createProfiles(storage.profiles, keysFrom(secret)('profiles'), storage.audit, silent)
  const heard: string[] = []
  const lessons: string[] = []
  let llr = 0
  let fresh = true
  let hasApp = false
  const app = { id: 'app', amr: ['otp'], available: () => Promise.resolve(hasApp) }
  let pausedFor = 0
  const judgedUnder: string[] = []
  // The engine with one word of its own: how strange the last piece was.
  const engineOf = (population: Population): Engine => ({
    ...createEngine(population),
    assess: ({ population: revision }, { freshKeystrokes }): Assessment => {
      judgedUnder.push(revision)
      return {
        llr,
        stretches: [{ hops: 1, keystrokes: 25, strokes: 0, llr }],
        keystrokes: 25,
        pointerEvents: 0,
        freshKeystrokes,
        freshMs: 1000,
        shares: []
      }
    },
    explain: () => [{ feature: 'holdMean', share: llr }]
  })
  let engine = engineOf(nobody)
  const alarm = { doubt: 2, alarm: 5 }
  const { actions } = actionsAlone({
    ...storage,
    clientsOf: (uid) => watch.clientsOf(uid),
    tell: (uid, message) => watch.tell(uid, message),
    emit: (event, detail) => heard.push('to' in detail ? `${event} ${detail.to}` : event),
    now
  })
  const calibration = createCalibration({
    ...storage,
    profiles,
    lessons: createLessons({ store: storage.profiles, key: Buffer.alloc(32, 2), logger: silent, now }),
    engine: () => engine,
    keystrokesNeeded: 100,
    strong: strongLogin({ ladder: defaultLadder, factors: [hostPassword, app], now }),
    now
  })
  let ahead: Promise<unknown> = Promise.resolve()
  const watch = createWatch({
    ...storage,
    profiles,
    actions,
    calibration,
    // The same typing is played again and again here.
    liveness: { ...nothingSuspected, open: (accountId) => ahead.then(() => nothingSuspected.open(accountId)) },
    learning: {
      observe: (uid, _accountId, { device, level }) =>
        lessons.push(device === 'keyboard' ? `${uid} ${level}` : `${uid} ${level} on ${device}`),
      end: (uid) => Promise.resolve(void lessons.push(`${uid} ended`)),
      forget: (accountId) => lessons.push(`${accountId} forgotten`)
    },
    logger: silent,
    judgement: () => ({ engine, alarm, handOverAlarm: alarm }),
    ready: () => Promise.resolve(),
    mustWatch: (clientIds) => Promise.resolve(clientIds.some((id) => required.includes(id))),
    graceSeconds: () => graceSeconds,
    isFreshLogin: () => Promise.resolve(fresh),
    now: () => now() + pausedFor
  })
  open = watch
  const login = async (uid: string, accountId: string, interaction = 'login') => {
    await actions.authenticated(uid, accountId, { amr: ['pwd'], at: now(), interaction })
    watch.answered(uid)
  }
  await login('s', 'ana')
  await storage.people.save({ accountId: 'ana', consentedAt: now() })

  async function tab(change: Partial<ChannelSession> = {}) {
    const messages: ServerMessage[] = []
    const session = {
      uid: 's',
      accountId: 'ana',
      clientId: 'shop',
      origin: 'https://shop.example.test',
      purpose: 'watch',
      ...change
    } as const
    const stream = await watch.open(session, (message) => messages.push(message))
    let sequence = 0
    return {
      messages,
      close: () => stream.close(),
      stream,
      async type(some: readonly InputEvent[] = events, device?: DeviceClass) {
        await stream.receive(
          {
            sequence: sequence++,
            sentAt: 0,
            grainMs: 1,
            hidden: false,
            ...(device && { device }),
            counters: noCounters,
            events: some
          },
          () => undefined
        )
      }
    }
  }
  return {
    storage,
    profiles,
    watch,
    heard,
    lessons,
    login,
    tab,
    record: async () => (await storage.sessions.find('s'))!,
    /** What a page that opens has to wait for. */
    slowedBy(work: Promise<unknown>) {
      ahead = work
    },
    strange(value: number) {
      llr = value
    },
    /** The person sets an authenticator app up. */
    setsAppUp() {
      hasApp = true
    },
    /** The login is too long ago to say whose hands these are. */
    loginAged() {
      fresh = false
    },
    pause(seconds: number) {
      pausedFor += seconds
    },
    /** Revisions that windows were judged under, in order. */
    judgedUnder,
    learnPopulation(population: Population) {
      engine = engineOf(population)
    }
  }
}

/** Fewer keystrokes than a window takes, as another page with a clock of its own tells them. */
function fewKeys(page: number): InputEvent[] {
  const some = events.slice(36 * page, 36 * (page + 1))
  return some.map((event) => ({ ...event, t: event.t - some[0]!.t }))
}

const states = (messages: readonly ServerMessage[]) =>
  messages.flatMap((message) => (message.type === 'analysis_result' ? [message.state] : []))
const grace = () => new Promise((resolve) => setTimeout(resolve, graceSeconds * 1000 + 60))

describe('who is watched', () => {
  it('nobody who has not agreed, and nobody whose session has ended', async () => {
    const { tab, storage } = await house()
    await storage.people.save({ accountId: 'ana', withdrawnAt: now() })
    await expect(tab()).rejects.toMatchObject({ code: 'consent_required' })
    await storage.people.save({ accountId: 'ana', consentedAt: now() })
    await expect(tab({ uid: 'gone' })).rejects.toMatchObject({ code: 'session_ended' })
    await storage.sessions.update('s', (record) => record && { ...record, revokedAt: now() })
    await expect(tab()).rejects.toMatchObject({ code: 'session_ended' })
  })

  it('a person without a profile is told that the watch warms up, and is not doubted meanwhile', async () => {
    const { tab, record, strange } = await house()
    const page = await tab()
    strange(50)
    await page.type(beginning.slice(0, 200))
    expect(states(page.messages)).toEqual(['warming_up'])
    expect(await record()).toMatchObject({ risk: 'LOW', watch: 'watched' })
  })

  it('everybody in turn: a page whose turn has not come is not heard yet, and one that says little is heard at once', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    const { stream } = await tab()
    const frame = { sentAt: 0, grainMs: 1, hidden: false, counters: noCounters }
    const few = events.slice(0, 10)
    expect(stream.receive({ ...frame, sequence: 0, events: few }, () => undefined)).toBeUndefined()
    strange(3)
    const turn = Promise.withResolvers<void>()
    const heard = stream.receive({ ...frame, sequence: 1, events: events.slice(10) }, () => turn.promise)
    expect(await record()).toMatchObject({ risk: 'LOW' })
    turn.resolve()
    await heard
    expect(await record()).toMatchObject({ risk: 'MEDIUM' })
  })
})

describe('sessions that were stolen', () => {
  it('are asked as their pages open once three others of the person were challenged and nobody answered', async () => {
    const { tab, storage, login, watch } = await house()
    const ago = { amr: ['pwd'], at: now() - 60, interaction: 'long ago' }
    for (const uid of ['s', 'a', 'b', 'c']) {
      await login(uid, 'ana', uid)
      await storage.sessions.update(uid, (record) => record && { ...record, authentications: [ago] })
    }
    const first = await tab()
    for (const uid of ['a', 'b', 'c']) await watch.report(uid, 'ana', 'HIGH', 'behaviour')
    expect(first.messages.map(({ type }) => type)).toEqual(['analysis_result'])
    await tab()
    expect(first.messages.map(({ type }) => type)).toEqual(['analysis_result', 'challenge_required'])
  })
})

describe('a session of somebody without a profile', () => {
  async function begun() {
    const all = await house()
    const page = await all.tab()
    await page.type(beginning)
    return { ...all, page }
  }

  it('is held against its own beginning, once that stands: other hands are doubted', async () => {
    const { page, record, strange } = await begun()
    expect(states(page.messages)).toEqual(['warming_up', 'watched'])
    expect((await record()).risk).toBe('LOW')
    strange(6)
    await page.type(later)
    expect(await record()).toMatchObject({ risk: 'HIGH', reason: 'behaviour', alarms: 1 })
    expect(states(page.messages)).toEqual(['warming_up', 'watched', 'doubt'])
  })

  it('leaves nothing behind: no profile, no lesson, and no beginning after it was forgotten', async () => {
    const { page, storage, profiles, lessons, watch, tab } = await begun()
    await page.type(later)
    expect(await profiles.find('ana')).toBeUndefined()
    expect(await storage.profiles.all('session')).toEqual([])
    expect(lessons).toEqual([])
    watch.forget('s')
    expect(states((await tab()).messages)).toEqual(['warming_up'])
  })

  it('begins anew with every login', async () => {
    const { page, record, strange, login } = await begun()
    strange(6)
    await page.type(later)
    await login('s', 'ana', 'answer')
    expect(states(page.messages).at(-1)).toBe('warming_up')
    await page.type(beginning.slice(0, 200))
    expect((await record()).risk).toBe('LOW')
  })

  it('is not watched where its beginning came long after the login', async () => {
    const { tab, record, strange, loginAged } = await house()
    loginAged()
    strange(50)
    const page = await tab()
    await page.type()
    expect(states(page.messages)).toEqual(['warming_up'])
    expect((await record()).risk).toBe('LOW')
  })

  it('is not watched where a long pause fell into its beginning: somebody else may have sat down', async () => {
    const { tab, record, strange, pause } = await house()
    strange(50)
    const page = await tab()
    await page.type(beginning.slice(0, 200))
    pause(16 * 60)
    await page.type(later)
    await page.type(beginning)
    expect(states(page.messages)).toEqual(['warming_up'])
    expect((await record()).risk).toBe('LOW')
  })

  it('keeps what was reported from outside beside its own evidence', async () => {
    const { page, record, strange, watch } = await begun()
    strange(3)
    await page.type(later)
    await watch.report('s', 'ana', 'LOW', 'nothing known')
    expect((await record()).risk).toBe('MEDIUM')
  })
})

describe('somebody who is known at a keyboard', () => {
  const pointing = events.filter(({ type }) => type !== EventType.keyDown && type !== EventType.keyUp)
  /** Several windows of it. */
  const swiping = [0, 1, 2, 3].flatMap((n) => shifted(pointing, n))
  async function known() {
    const all = await house()
    await all.profiles.add('ana', profile, now())
    return { ...all, page: await all.tab() }
  }

  it('is nobody’s stranger on a screen: it is held against its own beginning, and the session says that the device is new', async () => {
    const { page, record, strange, lessons, storage } = await known()
    strange(50)
    await page.type(swiping, 'touch')
    expect(states(page.messages)).toEqual(['watched', 'warming_up'])
    expect(await record()).toMatchObject({ risk: 'LOW', device: { class: 'touch', known: false } })
    await page.type(swiping, 'touch')
    expect((await storage.audit.list({ type: 'device.new' })).map(({ data }) => data)).toMatchObject([
      { class: 'touch', rule: 'everything else' }
    ])
    // It may make her known there; it teaches the profile of her keyboard nothing.
    expect(new Set(lessons)).toEqual(new Set(['s LOW on touch']))
  })

  it('is held against the profile again as soon as keys go down, whatever the page says', async () => {
    const { page, record, strange } = await known()
    await page.type(pointing.slice(0, 200), 'touch')
    strange(6)
    await page.type(events, 'touch')
    expect(await record()).toMatchObject({ risk: 'HIGH', device: { class: 'keyboard', known: true } })
  })

  it('washes no doubt off by going on with another device', async () => {
    const { page, record, strange } = await known()
    strange(3)
    await page.type(events, 'keyboard')
    expect((await record()).risk).toBe('MEDIUM')
    strange(-50)
    await page.type(swiping, 'touch')
    expect((await record()).risk).toBe('MEDIUM')
    expect(states(page.messages).at(-1)).toBe('doubt')
  })

  it('has a profile of a screen once one was taught there, and both serve', async () => {
    const { profiles, page, tab, record, strange, lessons } = await known()
    const lesson = await tab({ purpose: 'calibration' })
    for (let n = 0; n < 20 && !(await profiles.find('ana', 'touch')); n++)
      await lesson.type(shifted(pointing, n), 'touch')
    lesson.close()
    await expect.poll(() => profiles.devices('ana')).toEqual(['keyboard', 'touch'])
    expect((await profiles.find('ana'))?.version).toBe(1)
    await page.type(swiping, 'touch')
    expect(states(page.messages).at(-1)).toBe('watched')
    expect(lessons).toContain('s LOW on touch')
    expect(await record()).toMatchObject({ risk: 'LOW', device: { class: 'touch', known: true } })
    strange(6)
    await page.type(swiping, 'touch')
    expect((await record()).risk).toBe('HIGH')
  })
})

/** The same once more, later. */
function shifted(some: readonly InputEvent[], times: number): InputEvent[] {
  const lengthMs = some.at(-1)!.t - some[0]!.t + 1000
  return some.map((event) => ({ ...event, t: event.t + times * lengthMs }))
}

describe('evidence', () => {
  it('moves the risk, tells every tab of the session, and nobody else', async () => {
    const { tab, record, strange, profiles, heard, login, storage } = await house()
    await profiles.add('ana', profile, now())
    await login('other', 'ben')
    await storage.people.save({ accountId: 'ben', consentedAt: now() })
    const [first, second] = [await tab(), await tab({ clientId: 'mail' })]
    const stranger = await tab({ uid: 'other', accountId: 'ben' })
    strange(3)
    await first.type()
    expect(await record()).toMatchObject({ risk: 'MEDIUM', reason: 'behaviour' })
    strange(6)
    await second.type()
    expect(await record()).toMatchObject({ risk: 'HIGH', alarms: 1, demand: { action: 'reauthenticate' } })
    for (const page of [first, second]) {
      expect(states(page.messages)).toEqual(['watched', 'doubt'])
      expect(page.messages.map(({ type }) => type)).toContain('challenge_required')
    }
    expect(stranger.messages.map(({ type }) => type)).toEqual(['analysis_result'])
    expect(heard).toEqual(['risk.changed MEDIUM', 'risk.changed HIGH', 'challenge.required'])
  })

  it('that fades gives nothing back; a login does, and the evidence begins anew', async () => {
    const { tab, record, strange, profiles, login } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(6)
    await page.type()
    strange(-50)
    for (let n = 0; n < 4; n++) await page.type()
    expect(await record()).toMatchObject({ risk: 'HIGH', demand: { action: 'reauthenticate' } })
    await login('s', 'ana', 'answer')
    await page.type()
    expect(await record()).toMatchObject({ risk: 'LOW' })
    expect(states(page.messages).at(-1)).toBe('watched')
  })

  it('closing and opening the page does not wash it away', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(6)
    await page.type()
    page.close()
    strange(-50)
    const again = await tab()
    await again.type()
    expect(await record()).toMatchObject({ risk: 'HIGH' })
    expect(states(again.messages)).toContain('doubt')
  })

  it('comes of a few keys a page as of many on one: no page that is left takes what was typed on it along', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    strange(6)
    for (let page = 0; page < 2; page++) {
      expect((await record()).risk).toBe('LOW')
      const { type, close } = await tab()
      await type(fewKeys(page))
      close()
    }
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('comes also where every few keys are said to be of another device', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    strange(6)
    for (let number = 0; number < 4; number++) {
      const page = await tab()
      await page.type(fewKeys(number).slice(0, 16), 'keyboard')
      await page.type([], 'touch')
      page.close()
    }
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('comes of a few keys on each of many pages that are open side by side', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    strange(6)
    const pages = await Promise.all(Array.from({ length: 16 }, () => tab()))
    for (let at = 0; at < 80; at += 5) await pages[at / 5]!.type(events.slice(at, at + 5))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('comes also where every page says that it is on a screen: twenty keys that go down are a keyboard, on however many pages', async () => {
    const { tab, record, strange, profiles } = await house()
    await profiles.add('ana', profile, now())
    strange(6)
    for (let at = 0; at < 240; at += 24) {
      const page = await tab()
      await page.type(events.slice(at, at + 24), 'touch')
      page.close()
    }
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('stands when nobody requires the watch and no page was open for a while', async () => {
    const { tab, record, strange, profiles } = await house([])
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(3)
    await page.type(fewKeys(0))
    await page.type(fewKeys(1))
    await page.type(fewKeys(2))
    expect(await record()).toMatchObject({ risk: 'MEDIUM' })
    page.close()
    await grace()
    expect(await record()).toMatchObject({ watch: 'not_watched' })
    const again = await tab()
    expect(states(again.messages)).toEqual(['doubt'])
    strange(6)
    await again.type(fewKeys(3))
    await again.type(fewKeys(4))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('stands also where the watch is required and was gone for a while', async () => {
    const { tab, record, strange, profiles, watch } = await house()
    await profiles.add('ana', profile, now())
    watch.expect('s', 'ana', 'shop')
    strange(6)
    const page = await tab()
    await page.type(fewKeys(0))
    page.close()
    await expect.poll(async () => (await record()).watch).toBe('unobserved')
    const again = await tab()
    await again.type(fewKeys(1))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('of pages that were left ends with the next login', async () => {
    const { tab, record, strange, profiles, login } = await house()
    await profiles.add('ana', profile, now())
    strange(6)
    const page = await tab()
    await page.type(fewKeys(0))
    page.close()
    await login('s', 'ana', 'anew')
    const next = await tab()
    await next.type(fewKeys(1))
    expect(await record()).toMatchObject({ risk: 'LOW' })
  })

  it('that was answered at another process is answered here: the next stranger is noticed', async () => {
    const { tab, profiles, strange, record, watch, storage } = await house([])
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(50)
    await page.type(beginning)
    expect(await record()).toMatchObject({ risk: 'HIGH' })
    const elsewhere = await house([], storage)
    await elsewhere.login('s', 'ana', 'answer')
    elsewhere.watch.close()
    open = watch
    expect(await record()).toMatchObject({ risk: 'LOW' })
    page.close()
    const next = await tab()
    for (let n = 0; n < 5; n++) await next.type(shifted(events, n))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('is answered for by every page that opens until it is: one that was loading when it was asked for hears of it', async () => {
    const { tab, watch, login } = await house()
    const challenges = ({ messages }: { readonly messages: readonly ServerMessage[] }) =>
      messages.filter(({ type }) => type === 'challenge_required')
    const before = await tab()
    await watch.report('s', 'ana', 'HIGH', 'reported')
    const loading = await tab()
    expect(challenges(loading)).toEqual(challenges(before))
    expect(challenges(loading)).toHaveLength(1)
    await login('s', 'ana', 'answer')
    expect(challenges(await tab())).toEqual([])
  })

  it('is told once to a page whose opening brings it', async () => {
    const { tab, storage, record } = await house()
    for (const uid of ['a', 'b', 'c']) {
      await storage.sessions.update(uid, () => ({
        ...newSession(uid, 'ana', now() + 3600),
        risk: 'HIGH',
        cap: { acr: belowAll, since: now() + 1, reason: 'behaviour' },
        demand: { action: 'reauthenticate', rule: 'a rule', policyVersion: 0, since: now() }
      }))
    }
    const page = await tab()
    expect((await record()).demand?.rule).toBe('challenges in other sessions that nobody answered')
    expect(page.messages.map(({ type }) => type).toSorted()).toEqual(['analysis_result', 'challenge_required'])
  })

  it('that could not be written is tried again with the next window', async () => {
    const { tab, record, strange, profiles, storage } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    const { update } = storage.sessions
    Object.assign(storage.sessions, { update: () => Promise.reject(new Error('no database')) })
    strange(6)
    const typed = page.type()
    await typed.catch(() => undefined)
    Object.assign(storage.sessions, { update })
    await page.type()
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('of those who follow counts, also when the proof came while the alarm before it was being written', async () => {
    const { tab, profiles, strange, record, login, storage } = await house([])
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(50)
    const { append } = storage.audit
    const slow = Promise.withResolvers<void>()
    const slowly: typeof append = (entry) => slow.promise.then(() => append.call(storage.audit, entry))
    Object.assign(storage.audit, { append: slowly })
    const typing = page.type(beginning)
    await expect.poll(async () => (await record()).risk).toBe('HIGH')
    Object.assign(storage.audit, { append })
    await login('s', 'ana', 'answer')
    expect(await record()).toMatchObject({ risk: 'LOW' })
    slow.resolve()
    await typing
    for (let n = 0; n < 5; n++) await page.type(shifted(events, n))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('reported from outside stands beside that of the behaviour, until the person proves who they are', async () => {
    const { watch, record, tab, strange, profiles, login } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    await watch.report('s', 'ana', 'MEDIUM', 'a new country')
    expect(await record()).toMatchObject({ risk: 'MEDIUM', reason: 'a new country' })
    strange(-50)
    await page.type()
    expect((await record()).risk).toBe('MEDIUM')
    await watch.report('s', 'ana', 'HIGH', 'a new country')
    await watch.report('s', 'ana', 'LOW', 'never mind')
    expect(await record()).toMatchObject({ risk: 'HIGH', reason: 'a new country' })
    await login('s', 'ana', 'answer')
    expect((await record()).risk).toBe('LOW')
  })

  it('begins anew when a sentence has answered the doubt, on every page of the session and nowhere else', async () => {
    const { watch, tab, strange, profiles, login } = await house([])
    await profiles.add('ana', profile, now())
    await login('other', 'ana')
    const [page, second, elsewhere] = [await tab(), await tab(), await tab({ uid: 'other' })]
    const told = ({ messages }: typeof page) => messages.findLast(({ type }) => type === 'analysis_result')
    strange(3)
    for (const each of [page, elsewhere]) await each.type(events.slice(0, 60))
    for (const each of [page, second, elsewhere]) expect(told(each)).toMatchObject({ state: 'doubt' })
    watch.doubtAnswered('s')
    for (const each of [page, second]) expect(told(each)).toMatchObject({ state: 'watched' })
    expect(told(elsewhere)).toMatchObject({ state: 'doubt' })
    // What stood before would not have faded so soon.
    strange(0)
    for (const each of [page, elsewhere]) await each.type(events.slice(60, 120))
    expect(told(page)).toMatchObject({ state: 'watched' })
    expect(told(elsewhere)).toMatchObject({ state: 'doubt' })
    watch.doubtAnswered('nobody')
  })
})

describe('a page that lost its connection', () => {
  it('goes on with what was typed before, and is told anew how things stand', async () => {
    const { tab, record, strange, profiles } = await house([])
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(6)
    // Too little for a window by itself, and so is the rest.
    const half = Math.floor(later.length / 2)
    await page.type(events.slice(0, 420))
    expect((await record()).risk).toBe('HIGH')
    page.stream.interrupted()
    await grace()
    expect((await record()).watch).toBe('not_watched')
    page.messages.length = 0
    await page.stream.resumed()
    expect((await record()).watch).toBe('watched')
    expect(states(page.messages)).toEqual(['doubt'])
    expect(page.messages.map(({ type }) => type)).toContain('challenge_required')
    await page.type(later.slice(0, half))
    expect((await record()).risk).toBe('HIGH')
  })

  it('carries nothing across a login that came meanwhile', async () => {
    const { tab, record, strange, profiles, login, judgedUnder } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    // Just short of a window.
    let taken = 0
    while (judgedUnder.length === 0) await page.type(events.slice(taken, ++taken))
    const size = taken
    judgedUnder.length = 0
    const again = await tab()
    await again.type(events.slice(0, size - 1))
    again.stream.interrupted()
    await login('s', 'ana', 'answer')
    await again.stream.resumed()
    strange(50)
    await again.type(events.slice(size - 1, size + 10))
    expect(judgedUnder).toEqual([])
    expect((await record()).risk).toBe('LOW')
  })

  it('is judged by the profile when it is back after the grace and after a request', async () => {
    const { watch, tab, record, strange, profiles, login, loginAged } = await house()
    await profiles.add('ana', profile, now())
    watch.expect('s', 'ana', 'shop')
    const page = await tab()
    await page.type(events.slice(0, 60))
    loginAged()
    page.stream.interrupted()
    await expect.poll(async () => (await record()).watch).toBe('unobserved')
    // It rests as soon as that is written, and the next request of the client wakes it.
    await new Promise((resolve) => setTimeout(resolve, 30))
    watch.expect('s', 'ana', 'shop')
    await page.stream.resumed()
    await login('s', 'ana', 'answered')
    strange(50)
    for (let n = 0; n < 5; n++) await page.type(shifted(events, n))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('is judged by the profile when its session was dropped meanwhile, as nobody requires the watch', async () => {
    const { watch, tab, record, strange, profiles, loginAged } = await house([])
    await profiles.add('ana', profile, now())
    const page = await tab()
    await page.type(events.slice(0, 60))
    loginAged()
    page.stream.interrupted()
    await grace()
    for (let n = 0; n < 600; n++) await watch.report(`x${n}`, 'ben', 'LOW', 'reported')
    await page.stream.resumed()
    strange(50)
    for (let n = 0; n < 5; n++) await page.type(shifted(events, n))
    expect(await record()).toMatchObject({ risk: 'HIGH' })
  })

  it('stands for nobody when it was lost again before storage had an answer', async () => {
    const { watch, tab, record, storage } = await house()
    watch.expect('s', 'ana', 'shop')
    const page = await tab()
    page.stream.interrupted()
    const { find } = storage.sessions
    const slow = Promise.withResolvers<void>()
    Object.assign(storage.sessions, {
      find: (uid: string) => slow.promise.then(() => find.call(storage.sessions, uid))
    })
    const late = page.stream.resumed()
    page.stream.interrupted()
    page.close()
    Object.assign(storage.sessions, { find })
    slow.resolve()
    await expect(late).rejects.toMatchObject({ code: 'overloaded' })
    await grace()
    expect(await record()).toMatchObject({ watch: 'unobserved' })
  })

  it('is not taken back after the person has withdrawn, wherever that was', async () => {
    const { tab, storage } = await house()
    const page = await tab()
    page.stream.interrupted()
    await storage.people.save({ accountId: 'ana', withdrawnAt: now() })
    await expect(page.stream.resumed()).rejects.toMatchObject({ code: 'consent_required' })
  })

  it('of a lesson that is broken off says nothing about the watch', async () => {
    const { tab, record } = await house()
    const [page, lesson] = [await tab(), await tab({ purpose: 'calibration' })]
    lesson.stream.close('stopped')
    await page.type(events.slice(0, 20))
    expect((await record()).watch).toBe('watched')
  })

  it('is not taken back into a session that has ended, or whose person has switched the watch off', async () => {
    const { tab, storage, record } = await house()
    const [page, other] = [await tab(), await tab()]
    page.stream.interrupted()
    other.stream.close('stopped')
    await expect.poll(async () => (await record()).watch).toBe('not_watched')
    expect(await storage.audit.list({ type: 'watch.stopped' })).toHaveLength(1)
    await expect(page.stream.resumed()).rejects.toMatchObject({ code: 'watch_stopped' })
    await storage.sessions.update('s', (present) => present && { ...present, revokedAt: now() })
    await expect(tab()).rejects.toMatchObject({ code: 'session_ended' })
  })
})

describe('a watch that is gone', () => {
  it('makes the session unobserved after the grace, where a client requires the watch', async () => {
    const { watch, record } = await house()
    watch.expect('s', 'ana', 'shop')
    expect((await record()).watch).toBe('not_watched')
    await expect.poll(async () => (await record()).watch).toBe('unobserved')
    expect((await record()).demand?.action).toBe('step_up')
  })

  it('means nothing where no client requires it', async () => {
    const { tab, record } = await house([])
    const page = await tab()
    page.close()
    await expect.poll(async () => (await record()).watch).toBe('not_watched')
    expect(await record()).not.toHaveProperty('demand')
  })

  it('means nothing for somebody who did not agree', async () => {
    const { watch, record, storage } = await house()
    await storage.people.save({ accountId: 'ana', withdrawnAt: now() })
    watch.expect('s', 'ana', 'shop')
    await grace()
    expect((await record()).watch).toBe('not_watched')
    expect(await record()).not.toHaveProperty('demand')
  })

  it('means nothing while another tab is there, or when one comes back within the grace', async () => {
    const { watch, tab, record } = await house()
    watch.expect('s', 'ana', 'shop')
    const [first, second] = [await tab(), await tab()]
    first.close()
    await grace()
    expect((await record()).watch).toBe('watched')
    second.close()
    await tab()
    await grace()
    expect((await record()).watch).toBe('watched')
  })

  it('is not hidden by a page that could not be opened', async () => {
    const { watch, tab, record, storage } = await house()
    watch.expect('s', 'ana', 'shop')
    const { update } = storage.sessions
    Object.assign(storage.sessions, { update: () => Promise.reject(new Error('no database')) })
    await expect(tab()).rejects.toThrow('no database')
    Object.assign(storage.sessions, { update })
    await expect.poll(async () => (await record()).watch).toBe('unobserved')
  })

  it('is not hidden by pages that come for an instant within each grace and say nothing, while the session is used', async () => {
    const { watch, tab, record } = await house()
    const seen = new Set<string>()
    for (let n = 0; n < 400 && !seen.has('unobserved'); n++) {
      watch.expect('s', 'ana', 'shop')
      watch.used('s', 'shop')
      if (n % 6 === 0) (await tab()).close()
      await new Promise((resolve) => setTimeout(resolve, 4))
      seen.add((await record()).watch)
    }
    expect([...seen]).toContain('unobserved')
  })

  it('is not hidden by pages whose scripts dispatch events that are none', async () => {
    const { watch, tab, record } = await house()
    watch.expect('s', 'ana', 'shop')
    const page = await tab()
    const frame = { sentAt: 0, grainMs: 1, hidden: false, counters: { ...noCounters, untrusted: 1 }, events: [] }
    for (let n = 0; n < 400 && (await record()).watch !== 'unobserved'; n++) {
      watch.used('s', 'shop')
      if (n % 8 === 0) await page.stream.receive({ ...frame, sequence: n / 8 }, () => undefined)
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
    expect(await record()).toMatchObject({ watch: 'unobserved' })
  })

  it('takes no page along that is on its way in while the session is dropped', async () => {
    const { tab, watch, slowedBy, record } = await house([])
    const page = await tab()
    page.close()
    slowedBy(grace())
    const next = await tab()
    await watch.report('s', 'ana', 'HIGH', 'reported')
    expect((await record()).risk).toBe('HIGH')
    expect(next.messages.map(({ type }) => type)).toContain('challenge_required')
  })

  it('is not switched off by a fresh login that is itself in doubt', async () => {
    const { tab, storage, record } = await house()
    // The password was right, its rhythm was not, and there is nothing else to ask for.
    await storage.sessions.update('s', (present) => ({
      ...present!,
      risk: 'HIGH',
      cap: { acr: belowAll, since: now(), reason: 'login_rhythm' }
    }))
    const page = await tab()
    page.stream.close('stopped')
    await expect.poll(async () => (await record()).watch).toBe('unobserved')
    expect((await storage.audit.list({ limit: 50 })).map(({ type }) => type)).not.toContain('watch.stopped')
    await expect(tab()).resolves.toBeDefined()
  })

  it('of a session that was forgotten is nobody’s business', async () => {
    const { watch, record } = await house()
    watch.expect('s', 'ana', 'shop')
    watch.forget('s')
    await grace()
    expect((await record()).watch).toBe('not_watched')
  })
})

describe('a session that nobody comes back to', () => {
  it('is forgotten at last, also where its watch is required: memory does not grow with sessions that run out', async () => {
    const { watch, storage } = await house()
    await storage.people.save({ accountId: 'ben', consentedAt: now() })
    const many = mostBare + 600
    for (let i = 0; i < many; i++) watch.expect(`s${i}`, 'ben', 'shop')
    await expect.poll(() => watch.clientsOf('s0')).toEqual([])
    expect(watch.clientsOf(`s${many - 1}`)).toEqual(['shop'])
    expect(watch.clientsOf('s200')).toEqual(['shop'])
    watch.expect('s0', 'ben', 'shop')
    expect(watch.clientsOf('s0')).toEqual(['shop'])
  })

  it('makes room in the same way when all that came was a report', async () => {
    const { watch, tab, record, strange, profiles } = await house([])
    await profiles.add('ana', profile, now())
    strange(6)
    const page = await tab()
    await page.type(fewKeys(0))
    page.close()
    await grace()
    for (let i = 0; i < 600; i++) await watch.report(`s${i}`, 'ben', 'HIGH', 'reported')
    // What was typed on the page before would have made a window of it.
    await (await tab()).type(fewKeys(1))
    expect((await record()).risk).toBe('LOW')
  })

  it('stays switched off however many come after it', async () => {
    const { watch, tab, storage } = await house([])
    const page = await tab()
    page.stream.close('stopped')
    await expect.poll(() => storage.audit.list({ type: 'watch.stopped' })).toHaveLength(1)
    for (let i = 0; i < 600; i++) await watch.report(`s${i}`, 'ben', 'HIGH', 'reported')
    await expect(tab()).rejects.toMatchObject({ code: 'watch_stopped' })
  })

  it('is asked again after its login, also by a process that was not there when the watch was gone', async () => {
    const before = await house()
    before.watch.expect('s', 'ana', 'shop')
    await expect.poll(async () => (await before.record()).demand?.action).toBe('step_up')
    before.watch.close()
    const { watch, login, record } = await house(['shop'], before.storage)
    await login('s', 'ana', 'answer')
    expect(await record()).not.toHaveProperty('demand')
    watch.expect('s', 'ana', 'shop')
    await expect.poll(async () => (await record()).demand?.action).toBe('step_up')
  })
})

test('a profile that is learnt while the pages are open serves them at once', async () => {
  const { tab, profiles, watch } = await house()
  const page = await tab()
  await profiles.add('ana', profile, now())
  await watch.profileChanged('ana')
  expect(states(page.messages)).toEqual(['warming_up', 'watched'])
  await profiles.erase('ana')
  await watch.profileChanged('ana')
  expect(states(page.messages)).toEqual(['warming_up', 'watched', 'warming_up'])
})

test('a lesson that goes on for longer than an hour is over: it stands for no watch, and teaches nothing more', async () => {
  const { tab, record, pause } = await house()
  const lesson = await tab({ purpose: 'calibration' })
  await lesson.type(beginning)
  pause(3000)
  await lesson.type(later)
  pause(700)
  await expect(lesson.type(later)).rejects.toMatchObject({ code: 'fresh_login_required' })
  lesson.close()
  await expect.poll(async () => (await record()).watch).toBe('unobserved')
})

test('teaching is refused on a session with an alarm, and on one whose login is old', async () => {
  const { tab, watch, login, storage } = await house()
  await watch.report('s', 'ana', 'HIGH', 'behaviour')
  await expect(tab({ purpose: 'calibration' })).rejects.toMatchObject({ code: 'fresh_login_required' })
  await login('s', 'ana', 'answer')
  await expect(tab({ purpose: 'calibration' })).resolves.toBeDefined()
  await storage.sessions.update(
    's',
    (record) => record && { ...record, authentications: [{ amr: ['pwd'], at: now() - 3600 }] }
  )
  await expect(tab({ purpose: 'calibration' })).rejects.toMatchObject({ code: 'fresh_login_required' })
  expect(await storage.audit.list({ type: 'calibration.refused' })).toHaveLength(2)
})

test('teaching is refused to whoever has the password alone where the owner has an app', async () => {
  const { tab, storage, setsAppUp } = await house()
  setsAppUp()
  await expect(tab({ purpose: 'calibration' })).rejects.toMatchObject({ code: 'fresh_login_required' })
  expect(await storage.audit.list({ type: 'calibration.refused' })).toHaveLength(1)
  await storage.sessions.update(
    's',
    (record) => record && { ...record, authentications: [{ amr: ['pwd', 'otp'], at: now() }] }
  )
  await expect(tab({ purpose: 'calibration' })).resolves.toBeDefined()
})

describe('learning', () => {
  it('is handed each window that was judged, with the risk that it left, and hears when the session has ended', async () => {
    const { watch, profiles, tab, lessons, strange } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    await page.type(events.slice(0, events.length / 2))
    expect(new Set(lessons)).toEqual(new Set(['s LOW']))
    strange(3)
    await page.type(events.slice(events.length / 2))
    expect(lessons).toContain('s MEDIUM')
    watch.forget('s')
    expect(lessons.at(-1)).toBe('s ended')
  })

  it('is read anew when another population has been learnt meanwhile', async () => {
    const { profiles, tab, judgedUnder, learnPopulation } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    await page.type(events.slice(0, events.length / 2))
    learnPopulation({ ...nobody, revision: 'later' })
    await page.type(events.slice(events.length / 2))
    expect([...new Set(judgedUnder)]).toEqual([nobody.revision, 'later'])
  })

  it('goes on in open sessions with the evidence as it stands; a new enrolment begins anew', async () => {
    const { watch, profiles, tab, lessons, record, strange } = await house()
    await profiles.add('ana', profile, now())
    const page = await tab()
    strange(3)
    await page.type()
    watch.profileLearnt('ana', profile, 'keyboard')
    expect(states(page.messages).at(-1)).toBe('doubt')
    expect((await record()).risk).toBe('MEDIUM')
    expect(lessons).not.toContain('ana forgotten')
    await watch.profileChanged('ana')
    expect(lessons.at(-1)).toBe('ana forgotten')
    expect(states(page.messages).at(-1)).toBe('watched')
  })
})
