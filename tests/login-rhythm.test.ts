// A login whose password is right and whose rhythm is not: what the policy asks for, what is learnt, and that nothing of it helps anybody in.

import { afterEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import type { Repetition } from '../src/biometrics/fixed-text/index.ts'
import { hostPassword } from '../src/challenge/password.ts'
import type { StoredAuditEntry } from '../src/ports.ts'
import type { ServerStorage } from '../src/provider/ports.ts'
import { shippedPopulation } from '../src/population/shipped-population.ts'
import type { VigilOptions } from '../src/vigil.ts'
import type { Answering } from './support/oidc.ts'
import { loa1, loa2, oneTimeCode, startHost, type TestHost, visitorOf } from './support/server.ts'
import { fieldOf, typist } from './support/typists.ts'

const day = 24 * 3600
const passwordOnly = [hostPassword]
const withCode = [hostPassword, oneTimeCode]

interface House {
  readonly host: TestHost
  readonly storage: ServerStorage
  clock: number
  /** Signs in from a browser that nobody has used; `by` are the methods that the person passes. */
  signIn(field: string, by?: string, more?: Readonly<Record<string, string>>): ReturnType<typeof comes>
  audit(type: string): Promise<StoredAuditEntry[]>
}

const open: House[] = []
afterEach(async () => {
  for (const { host } of open.splice(0)) await host.close()
})

/** Ana, who agreed to be watched, and the methods that she has. */
async function house(factors: NonNullable<VigilOptions['factors']>, policy?: string): Promise<House> {
  const present = { clock: Math.floor(Date.now() / 1000) }
  const now = (): number => present.clock
  const storage = memoryStorage({ now })
  const vigil = { factors, population: shippedPopulation(), now, ...(policy !== undefined && { policy }) }
  const host = await startHost({ storage, vigil })
  await host.vigil.giveConsent('ana')
  const made: House = {
    host,
    storage,
    get clock() {
      return present.clock
    },
    set clock(at) {
      present.clock = at
    },
    signIn: (field, by = 'pwd', more = {}) => comes(host, field, by, more),
    audit: (type) => storage.audit.list({ accountId: 'ana', type })
  }
  open.push(made)
  return made
}

async function comes(host: TestHost, field: string, by: string, more: Readonly<Record<string, string>>) {
  const person = await visitorOf(host)
  const typing: Answering = (page) =>
    person.browser.submit(page, { account: 'ana', amr: by, vigil_rhythm: field, ...more })
  return { person, visit: await person.visit({}, typing) }
}

/** Ana signs in so often, a day apart, that it is known how she types. */
async function learnt(here: House, ana = typist(1), by = 'pwd', times = 12): Promise<void> {
  for (let n = 1; n <= times; n++) {
    const { visit } = await here.signIn(fieldOf(ana.type()), by)
    expect((await visit.redeem()).idToken['acr']).toBe(by === 'pwd' ? loa1 : loa2)
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(n)
    here.clock += day
  }
}

describe('Ana, whose typing is known', () => {
  test('signs in as always, and the audit says that it was she', async () => {
    const here = await house(passwordOnly)
    const ana = typist(1)
    await learnt(here, ana)
    const { visit } = await here.signIn(fieldOf(ana.type()))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    const [entry] = await here.audit('login.judged')
    expect(entry?.data).toMatchObject({ rhythm: 'owner', outcome: 'believed', logins: 12, sameLength: true })
    expect(entry?.data?.['llr']).toBeLessThan(-1)
    expect(await here.audit('login.rhythm_known')).toHaveLength(1)
  })

  test('pastes, and nothing is said or learnt of it', async () => {
    const here = await house(passwordOnly)
    await learnt(here)
    const before = (await here.audit('login.judged')).length
    const { visit } = await here.signIn('')
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect(await here.audit('login.judged')).toHaveLength(before)
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(12)
  })

  test('is learnt from three times a day and no more, once she is known', async () => {
    const here = await house(passwordOnly)
    const ana = typist(1)
    await learnt(here, ana)
    for (let n = 0; n < 6; n++) await (await here.signIn(fieldOf(ana.type()))).visit.redeem()
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(15)
  })

  test('changes her password, and how she typed the old one is gone', async () => {
    const here = await house(passwordOnly)
    const ana = typist(1)
    await learnt(here, ana)
    await here.host.vigil.passwordChanged('ana')
    expect(await here.storage.loginTemplates.find('ana')).toBeUndefined()
    expect((await here.audit('login.template_dropped'))[0]?.data).toEqual({ reason: 'password_changed' })
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(0)
  })

  test('has another password that nobody told Vigil of: the first login with it begins anew', async () => {
    const here = await house(passwordOnly)
    await learnt(here)
    const { visit } = await here.signIn(fieldOf(typist(7, 16).type()), 'pwd', { secret: 'another hash' })
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(1)
    expect((await here.audit('login.template_dropped'))[0]?.data).toEqual({ reason: 'password_changed' })
  })

  test('withdraws, and nothing is left; from then on nothing is looked at', async () => {
    const here = await house(passwordOnly)
    await learnt(here)
    await here.host.vigil.withdrawConsent('ana')
    expect(await here.storage.loginTemplates.find('ana')).toBeUndefined()
    const { visit } = await here.signIn(fieldOf(typist(2).type()))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect(await here.storage.loginTemplates.find('ana')).toBeUndefined()
  })
})

describe('Ana, who has a second factor', () => {
  test('teaches nothing with the password alone, and it counts once the factor has passed in the same session', async () => {
    const here = await house(withCode)
    const { visit, person } = await here.signIn(fieldOf(typist(1).type()))
    expect((await visit.redeem()).idToken['acr']).toBe(loa1)
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(0)
    here.clock += 60
    const higher = await person.visit({ acr_values: loa2 }, (page) =>
      person.browser.submit(page, { account: 'ana', amr: 'otp' })
    )
    expect((await higher.redeem()).idToken['acr']).toBe(loa2)
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(1)
  })

  test('who lets more than ten minutes pass between the two teaches nothing', async () => {
    const here = await house(withCode)
    const { visit, person } = await here.signIn(fieldOf(typist(1).type()))
    await visit.redeem()
    here.clock += 601
    await person.visit({ acr_values: loa2 }, (page) => person.browser.submit(page, { account: 'ana', amr: 'otp' }))
    await here.host.close()
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(0)
  })

  test('and whose password was listened to: what was sent is known when it is sent again, though it taught nothing', async () => {
    const here = await house(withCode)
    const field = fieldOf(typist(1).type())
    await (await here.signIn(field)).visit.redeem()
    await expect.poll(() => here.storage.loginTemplates.find('ana')).toBeDefined()
    const { visit } = await here.signIn(field)
    expect(visit.pages).toEqual(['login: no_session', 'login: vigil_risk'])
    expect((await here.audit('login.judged')).at(-1)?.data).toMatchObject({ liveness: 'replay', outcome: 'asked' })
  })
})

describe('a stranger with Ana’s password', () => {
  test('gets a session without a level where she has nothing but the password, and is asked for nothing in circles', async () => {
    const here = await house(passwordOnly)
    await learnt(here)
    const { visit, person } = await here.signIn(fieldOf(typist(2).type()))
    expect(visit.pages).toHaveLength(1)
    expect((await visit.redeem()).idToken).toMatchObject({ acr: '0', amr: ['pwd'], risk_level: 'HIGH' })
    const [judged] = await here.audit('login.judged')
    expect(judged?.data).toMatchObject({
      rhythm: 'stranger',
      rule: 'somebody else typed the password',
      policyVersion: 0,
      outcome: 'capped'
    })
    expect((await here.audit('risk.changed'))[0]?.data).toMatchObject({ to: 'HIGH', reason: 'login_rhythm' })
    // The password again, typed as Ana types it, lifts nothing.
    const again = await person.visit({ prompt: 'login' }, (page) =>
      person.browser.submit(page, { account: 'ana', amr: 'pwd', vigil_rhythm: fieldOf(typist(1).type()) })
    )
    expect((await again.redeem()).idToken).toMatchObject({ acr: '0', risk_level: 'HIGH' })
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(12)
  })

  test('is asked for the second factor before the first code is issued, and told why in words without a figure', async () => {
    const here = await house(withCode)
    await learnt(here, typist(1), 'pwd otp')
    const texts: string[] = []
    const person = await visitorOf(here.host)
    const asked = await person.visit({}, (page) => {
      texts.push(page.text)
      const first = texts.length === 1
      return first
        ? person.browser.submit(page, { account: 'ana', amr: 'pwd', vigil_rhythm: fieldOf(typist(2).type()) })
        : Promise.resolve({ ...page, status: 499 })
    })
    expect(asked.end.left).toBe(false)
    expect(texts[1]).toContain('login: vigil_risk')
    expect(texts[1]).toContain('not typed the way you usually type it')
    expect(texts[1]).not.toMatch(/\d\.\d|llr|score/)
    expect((await here.audit('login.judged'))[0]?.data).toMatchObject({ rhythm: 'stranger', outcome: 'asked' })
    expect((await here.audit('challenge.required'))[0]?.data).toMatchObject({
      rule: 'somebody else typed the password'
    })
    // Nothing may be had silently meanwhile.
    expect((await person.visit({ prompt: 'none' })).error).toBe('interaction_required')

    const passed = await person.visit({}, (page) => person.browser.submit(page, { account: 'ana', amr: 'otp' }))
    const { idToken } = await passed.redeem()
    expect(idToken).toMatchObject({ acr: loa2, risk_level: 'LOW' })
    expect(idToken['amr']).toEqual(expect.arrayContaining(['pwd', 'otp', 'mfa', 'rba']))
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(12)
  })

  test('who answers with the stolen password again ends without a level', async () => {
    const here = await house(withCode)
    await learnt(here, typist(1), 'pwd otp')
    const { visit } = await here.signIn(fieldOf(typist(2).type()))
    expect(visit.pages).toEqual(['login: no_session', 'login: vigil_risk'])
    expect((await visit.redeem()).idToken).toMatchObject({ acr: '0', risk_level: 'HIGH' })
  })

  test('who also has her second factor has answered', async () => {
    const here = await house(withCode)
    await learnt(here, typist(1), 'pwd otp')
    const { visit } = await here.signIn(fieldOf(typist(2).type()), 'pwd otp')
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa2, risk_level: 'LOW' })
    expect((await here.audit('login.judged'))[0]?.data).toMatchObject({ rhythm: 'stranger', outcome: 'noted' })
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(12)
  })

  test('who answers a challenge in her session with the stolen password is not believed', async () => {
    const here = await house(passwordOnly)
    const ana = typist(1)
    await learnt(here, ana)
    const { visit, person } = await here.signIn(fieldOf(ana.type()))
    await visit.redeem()
    await here.host.vigil.reportRisk(await person.uid(), 'HIGH', 'behaviour')
    here.clock += 5
    const answered = await person.visit({}, (page) =>
      person.browser.submit(page, { account: 'ana', amr: 'pwd', vigil_rhythm: fieldOf(typist(2).type()) })
    )
    expect((await answered.redeem()).idToken).toMatchObject({ acr: '0', risk_level: 'HIGH' })
  })
})

describe('a script with Ana’s password', () => {
  const even: Repetition = {
    pressMs: Float64Array.from({ length: 12 }, (_, i) => 80 * i),
    holdMs: new Float64Array(12).fill(40)
  }

  test('is noted where she has nothing else, and asked where she has', async () => {
    const alone = await house(passwordOnly)
    const { visit } = await alone.signIn(fieldOf(even))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect((await alone.audit('login.judged'))[0]?.data).toMatchObject({
      liveness: 'automation',
      outcome: 'noted',
      reasons: ['constant delays', 'constant holds']
    })
    expect(await alone.host.vigil.loginsLearnt('ana')).toBe(0)

    const both = await house(withCode)
    const asked = await both.signIn(fieldOf(even))
    expect(asked.visit.pages).toEqual(['login: no_session', 'login: vigil_risk'])
  })

  test('that sends what Ana sent last week is known, to the letter and with a millisecond of noise', async () => {
    const here = await house(passwordOnly)
    const ana = typist(1)
    const kept = ana.type()
    await (await here.signIn(fieldOf(kept))).visit.redeem()
    await learntSince(here, ana, 6)
    for (const shaken of [kept, { ...kept, pressMs: kept.pressMs.map((t, i) => t + (i % 2)) }]) {
      const { visit } = await here.signIn(fieldOf(shaken))
      expect((await visit.redeem()).idToken).toMatchObject({ acr: '0', risk_level: 'HIGH' })
      expect((await here.audit('login.judged'))[0]?.data).toMatchObject({ liveness: 'replay', outcome: 'capped' })
    }
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(7)
  })

  async function learntSince(here: House, ana: ReturnType<typeof typist>, times: number): Promise<void> {
    for (let n = 0; n < times; n++) await (await here.signIn(fieldOf(ana.type()))).visit.redeem()
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(times + 1)
  }
})

describe('what a policy may say of logins', () => {
  test('a new device asks for the second factor; a known one does not', async () => {
    const policy = 'version: 1\nrules:\n  - when: { login: { newDevice: true } }\n    then: step_up\n'
    const here = await house(withCode, policy)
    const fresh = await here.signIn('', 'pwd', { device: 'new' })
    expect(fresh.visit.pages).toEqual(['login: no_session', 'login: vigil_risk'])
    expect((await here.audit('risk.changed'))[0]?.data).toMatchObject({ reason: 'login_device' })
    const usual = await here.signIn('', 'pwd', { device: 'known' })
    expect(usual.visit.pages).toEqual(['login: no_session'])
  })

  test('people who paste may be asked too, and what a stranger costs may be a note alone', async () => {
    const policy =
      'version: 1\nrules:\n  - when: { login: { rhythm: [none, stranger] } }\n    then: step_up\n    otherwise: notify\n'
    const here = await house(passwordOnly, policy)
    const { visit } = await here.signIn('')
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect((await here.audit('login.judged'))[0]?.data).toMatchObject({ rhythm: 'none', outcome: 'noted' })
    expect((await here.audit('risk.notified'))[0]?.data).toMatchObject({ rule: 'rule 1' })
  })
})

describe('a login never fails for its rhythm', () => {
  test.each([
    ['text', 'zzz'],
    ['a list', '[]'],
    ['another version', fieldOf(typist(1).type(), { v: 2 })],
    ['a negative time', fieldOf(typist(1).type(), { press: [0, -5], hold: [1, 1] })],
    ['a score of its own', fieldOf(typist(1).type(), { score: -9 })],
    ['more than anybody types', 'x'.repeat(10_000)]
  ])('%s is no evidence, and the audit says what was refused', async (_, field) => {
    const here = await house(passwordOnly)
    const { visit } = await here.signIn(field)
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect((await here.audit('login.judged'))[0]?.data).toMatchObject({
      rhythm: 'none',
      outcome: 'believed',
      refused: expect.stringMatching(/^rhythm: expected /) as string
    })
    expect(await here.host.vigil.loginsLearnt('ana')).toBe(0)
  })

  test('a template of somebody else, or one that was damaged, opens nothing and begins anew', async () => {
    const here = await house(passwordOnly)
    await learnt(here, typist(1), 'pwd', 5)
    const stored = (await here.storage.loginTemplates.find('ana'))!
    await here.storage.loginTemplates.erase('ana')
    await here.storage.loginTemplates.save({ ...stored, version: 1 })
    const { visit } = await here.signIn(fieldOf(typist(2).type()))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
    expect(await here.audit('login.template_corrupt')).toHaveLength(1)
    await expect.poll(() => here.host.vigil.loginsLearnt('ana')).toBe(1)
  })

  test('a storage that fails is no evidence', async () => {
    const here = await house(passwordOnly)
    here.storage.loginTemplates.find = () => Promise.reject(new Error('the disk is gone'))
    const { visit } = await here.signIn(fieldOf(typist(1).type()))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, risk_level: 'LOW' })
  })
})
