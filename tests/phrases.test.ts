// A doubt, and a sentence typed to clear it up, at a real provider with Vigil plugged in: who is believed, who is not, what it changes and what it must
// never change. The hands are made, the engine that judges them is the one that ships.

import { afterEach, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { memoryStorage } from '../src/adapters/index.ts'
import { createProfiles } from '../src/people/profiles.ts'
import { shippedPopulation } from '../src/population/shipped-population.ts'
import type { RiskLevel } from '../src/risk/levels.ts'
import { phrasesAnHour } from '../src/risk/session-risk.ts'
import { keysFrom } from '../src/secrets.ts'
import { errorOf } from './support/oidc.ts'
import { fieldOf, handsWritten, profileOf, typedBy, type WhoTypes } from './support/phrase-hands.ts'
import { secret, startHost, type TestHost, visitorOf } from './support/server.ts'
import { type DeviceClass, noCounters } from '../src/biometrics/index.ts'
import type { Answer } from './support/oidc.ts'

const policy = `
version: 1
rules:
  - name: somebody else
    when: { risk: HIGH }
    then: reauthenticate
  - name: a doubt
    when: { risk: MEDIUM }
    then: phrase
  - name: everything else
    then: allow
`

let host: TestHost
afterEach(() => host.close())

/** Ana at the application, taught by her own hands unless told, and the doubt about her session. */
async function doubted({
  taught = 'ana',
  level = 'MEDIUM',
  rules = policy,
  device
}: { taught?: WhoTypes | 'nobody'; level?: RiskLevel; rules?: string; device?: DeviceClass } = {}) {
  let now = Math.floor(Date.now() / 1000)
  const storage = memoryStorage()
  const profiles = createProfiles(
    storage.profiles,
    keysFrom(secret)('profiles'),
    storage.audit,
    pino({ level: 'silent' })
  )
  if (taught !== 'nobody') await profiles.add('ana', profileOf(taught), now)
  host = await startHost({ storage, vigil: { policy: rules, population: shippedPopulation(), now: () => now } })
  const ana = await visitorOf(host)
  const before = await ana.signIn()
  const uid = await ana.uid()
  if (device) {
    const seen = { class: device, known: true, since: now }
    await storage.sessions.update(uid, (record) => record && { ...record, device: seen })
  }
  await host.vigil.reportRisk(uid, level, 'reported')
  const page = (): Promise<Answer> => ana.browser.get(`${host.issuer}/vigil/phrase`)
  return {
    ana,
    uid,
    storage,
    before,
    page,
    /** A request of the application that may show pages. */
    async begin() {
      const request = await ana.party.request()
      return { page: await ana.browser.get(request.url), finish: (back: Answer) => request.redeem(back.url) }
    },
    wait: (seconds: number) => void (now += seconds),
    record: async () => (await storage.sessions.find(uid))!,
    audit: async (type: string) =>
      (await storage.audit.list({ accountId: 'ana', type, limit: 10 })).map(({ data }) => data),
    async type(who: WhoTypes, seed = 1, shown?: Answer, browser = ana.browser): Promise<Answer> {
      const on = shown ?? (await page())
      now += 60
      const sentence = sentenceOf(on)
      return browser.submit(on, { phrase: sentence, vigil_typing: handsWritten(sentence, who, seed) })
    }
  }
}

function sentenceOf({ text }: Answer): string {
  return /<p class="sentence"[^>]*>([^<]+)</.exec(text)?.[1] ?? ''
}

describe('a sentence that its owner types', () => {
  it('clears the doubt up, and proves nothing', async () => {
    const { uid, before, type, record, audit, ana } = await doubted()
    const was = await record()
    expect(was).toMatchObject({ risk: 'MEDIUM', phrase: { rule: 'a doubt', policyVersion: 1 } })
    expect(was).not.toHaveProperty('cap')
    const answer = await type('ana')
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Thank you, that was you')])
    const is = await record()
    expect(is.risk).toBe('LOW')
    expect(is.phrase).toBeUndefined()
    expect(is.authentications).toEqual(was.authentications)
    expect(await audit('phrase.offered')).toEqual([{ rule: 'a doubt', policyVersion: 1, action: 'phrase' }])
    expect(await audit('phrase.answered')).toEqual([
      expect.objectContaining({ device: 'keyboard', detectors: expect.arrayContaining([]) as unknown })
    ])
    expect((await audit('risk.changed'))[0]).toMatchObject({ from: 'MEDIUM', to: 'LOW' })
    expect(await audit('challenge.passed')).toEqual([])
    const after = await ana.signIn({ prompt: 'none' })
    const claims = ({ acr, amr, auth_time }: Record<string, unknown>) => ({ acr, amr, auth_time })
    expect(claims(after.idToken)).toEqual(claims(before.idToken))
    expect(await host.vigil.standing(uid)).toMatchObject({ risk: 'LOW', amr: ['pwd'] })
  })

  it('begins the evidence anew: the same doubt can be reported again', async () => {
    const { uid, type, record } = await doubted()
    await type('ana')
    await host.vigil.reportRisk(uid, 'MEDIUM', 'reported')
    expect(await record()).toMatchObject({ risk: 'MEDIUM', phrase: { rule: 'a doubt' } })
  })

  it('brings no lost level back: after an alarm there is no sentence', async () => {
    const { page, record, uid } = await doubted({ level: 'HIGH' })
    const before = await record()
    expect(before.cap).toBeDefined()
    expect((await page()).text).not.toContain('class="sentence"')
    // Neither does the page of a moment ago.
    await host.vigil.reportRisk(uid, 'MEDIUM', 'reported')
    expect(await record()).toMatchObject({ risk: 'HIGH', cap: before.cap, demand: before.demand })
    expect(sentenceOf(await page())).toBe('')
  })

  it('is too late when the doubt has become an alarm meanwhile', async () => {
    const { uid, page, type, record } = await doubted()
    const shown = await page()
    await host.vigil.reportRisk(uid, 'HIGH', 'reported')
    expect((await type('ana', 1, shown)).text).not.toContain('that was you')
    expect(await record()).toMatchObject({ risk: 'HIGH', cap: { acr: '0' } })
  })
})

describe('a sentence that somebody else types', () => {
  it('is an alarm, and the policy decides', async () => {
    const { type, record, audit, ana, page } = await doubted()
    expect((await type('ben')).text).toContain('Please confirm in another way')
    expect(await record()).toMatchObject({
      risk: 'HIGH',
      reason: 'phrase',
      demand: { action: 'reauthenticate' },
      cap: { acr: '0' }
    })
    expect(await audit('phrase.refused')).toHaveLength(1)
    expect(await errorOf(ana.signIn({ prompt: 'none' }))).toBe('interaction_required')
    expect(sentenceOf(await page())).toBe('')
  })
})

describe('a thief who has stolen many sessions', () => {
  it('fails at three sentences, and in the fourth session there is none', async () => {
    const rules = policy.replace(
      '  - name: a doubt',
      '  - { name: nobody answers, when: { unanswered: 3 }, then: step_up }\n  - name: a doubt'
    )
    const { ana, type, uid, storage } = await doubted({ rules })
    const stolen = await Promise.all(Array.from({ length: 3 }, () => visitorOf(host)))
    const known = new Set([uid])
    const uids = [uid]
    for (const one of stolen) {
      await one.signIn()
      const { uid: fresh } = (await host.vigil.sessionsOf('ana')).find((session) => !known.has(session.uid))!
      known.add(fresh)
      uids.push(fresh)
    }
    await type('ben', 1, await ana.browser.get(`${host.issuer}/vigil/phrase`))
    for (const [n, thief] of stolen.entries()) {
      await host.vigil.reportRisk(uids[n + 1]!, 'MEDIUM', 'reported')
      const shown = await thief.browser.get(`${host.issuer}/vigil/phrase`)
      expect(sentenceOf(shown) !== '').toBe(n < 2)
      if (n < 2) await type('ben', n, shown, thief.browser)
    }
    expect(await storage.sessions.find(uids[3]!)).toMatchObject({
      risk: 'MEDIUM',
      cap: { acr: '0' },
      demand: { rule: 'nobody answers' }
    })
  })
})

describe('what says nothing', () => {
  const cases: Record<string, (sentence: string) => Record<string, string>> = {
    'no rhythm, as without a script': (sentence) => ({ phrase: sentence }),
    'bytes that are no frame': (sentence) => ({ phrase: sentence, vigil_typing: 'AAAA' }),
    'a paste': (sentence) => ({ phrase: sentence, vigil_typing: fieldOf([], { ...noCounters, pasted: 1 }) }),
    'an input method': (sentence) => ({
      phrase: sentence,
      vigil_typing: fieldOf(typedBy(sentence, 'ana', 1), { ...noCounters, composed: 3 })
    }),
    'events of a script': (sentence) => ({
      phrase: sentence,
      vigil_typing: fieldOf(typedBy(sentence, 'ana', 1), { ...noCounters, untrusted: 200 })
    }),
    'another text': (sentence) => ({
      phrase: 'Something else that is long enough, but not what stood on the page at all.',
      vigil_typing: handsWritten(sentence, 'ana', 1)
    }),
    'her hands at another sentence': (sentence) => ({
      phrase: sentence,
      vigil_typing: handsWritten(
        'I wandered lonely as a cloud that floats on high over vales and hills when all at once I saw.',
        'ana',
        1
      )
    }),
    'half of it by hand': (sentence) => ({
      phrase: sentence,
      vigil_typing: handsWritten(sentence.slice(0, 40), 'ana', 1)
    })
  }
  it.each(Object.entries(cases))(
    'leaves the doubt, takes nothing, and another way is offered: %s',
    async (_, fieldsOf) => {
      const { ana, page, wait, record, audit } = await doubted()
      const shown = await page()
      wait(60)
      const answer = await ana.browser.submit(shown, fieldsOf(sentenceOf(shown)))
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('max_age=0')])
      expect(sentenceOf(answer)).not.toBe(sentenceOf(shown))
      expect(await record()).toMatchObject({ risk: 'MEDIUM', phrase: { rule: 'a doubt' }, phrases: [{}] })
      expect((await record()).cap).toBeUndefined()
      expect(await audit('phrase.unclear')).toHaveLength(1)
    }
  )

  it('is typing that took longer than the page was open', async () => {
    const { ana, page, audit } = await doubted()
    const shown = await page()
    const sentence = sentenceOf(shown)
    const answer = await ana.browser.submit(shown, { phrase: sentence, vigil_typing: handsWritten(sentence, 'ana', 1) })
    expect(answer.status).toBe(422)
    expect(await audit('phrase.unclear')).toEqual([{ evidence: 'longer_than_shown' }])
  })
})

describe('a challenge', () => {
  it('is looked at once, whoever else sends it at the same moment', async () => {
    const { ana, page, wait, audit } = await doubted()
    const shown = await page()
    wait(60)
    const fields = { phrase: sentenceOf(shown) }
    const answers = await Promise.all(Array.from({ length: 50 }, () => ana.browser.submit(shown, fields)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array<number>(49).fill(410), 422])
    expect(await audit('phrase.unclear')).toHaveLength(1)
  })

  it(`is there ${phrasesAnHour} times an hour, and then another way`, async () => {
    const { ana, page, wait, type, record } = await doubted()
    for (let n = 0; n < phrasesAnHour; n++) {
      const shown = await page()
      expect((await ana.browser.submit(shown, { phrase: 'no' })).status).toBe(422)
    }
    expect((await page()).text).toContain('Enough sentences for now')
    wait(3601)
    await type('ana')
    expect((await record()).risk).toBe('LOW')
  })

  it('keeps to the limit when a page of before comes late', async () => {
    const { ana, page } = await doubted()
    const shown: Answer[] = []
    for (let n = 0; n <= phrasesAnHour; n++) shown.push(await page())
    const statuses: number[] = []
    for (const one of shown) statuses.push((await ana.browser.submit(one, { phrase: 'no' })).status)
    expect(statuses).toEqual([422, 422, 422, 429])
  })

  it('is for the session that it was shown to', async () => {
    const { page, ana, uid, type, record, audit } = await doubted()
    const shown = await page()
    const other = await visitorOf(host)
    await other.signIn()
    const theirs = (await host.vigil.sessionsOf('ana')).find((one) => one.uid !== uid)
    await host.vigil.reportRisk(theirs!.uid, 'MEDIUM', 'reported')
    const own = await other.browser.get(`${host.issuer}/vigil/phrase`)
    const challenge = /name="challenge" value="([^"]+)"/.exec(shown.text)![1]!
    expect((await other.browser.submit(own, { challenge, phrase: sentenceOf(shown) })).status).toBe(410)
    expect(await audit('phrase.unclear')).toEqual([])
    await type('ana', 1, await ana.browser.get(`${host.issuer}/vigil/phrase`))
    expect((await record()).risk).toBe('LOW')
  })
})

describe('the next request of an application', () => {
  it('asks for the sentence once where it may show a page, and goes on as soon as it is typed', async () => {
    const { begin, before, record, type } = await doubted()
    const begun = await begin()
    expect(begun.page.url.pathname).toMatch(/^\/vigil\/phrase\/./)
    const back = await type('ana', 2, begun.page)
    expect(back.left).toBe(true)
    const after = await begun.finish(back)
    expect(after.idToken['auth_time']).toBe(before.idToken['auth_time'])
    expect(after.idToken['amr']).toEqual(before.idToken['amr'])
    expect((await record()).risk).toBe('LOW')
    expect(host.asked).toEqual(['no_session', 'vigil_phrase'])
  })

  it('goes on without it for whoever does not like to, and with prompt=none nobody is asked', async () => {
    const { ana, begin, record } = await doubted()
    await ana.signIn({ prompt: 'none' })
    const begun = await begin()
    const back = await ana.browser.post(`${begun.page.url}/later`, { csrf: csrfOf(begun.page) })
    expect(back.left).toBe(true)
    expect(await record()).toMatchObject({ risk: 'MEDIUM', phrase: {} })
  })

  it('asks for a factor instead where the person would rather, which clears the doubt up as well', async () => {
    const { ana, begin, record, before } = await doubted()
    const begun = await begin()
    const login = await ana.browser.post(`${begun.page.url}/other`, { csrf: csrfOf(begun.page) })
    expect(login.text).toContain('login: vigil_risk')
    const back = await ana.by('pwd')(login)
    const after = await begun.finish(back)
    expect(after.idToken['auth_time']).toBeGreaterThanOrEqual(Number(before.idToken['auth_time']))
    const now = await record()
    expect(now).toMatchObject({ risk: 'LOW' })
    expect(now.phrase).toBeUndefined()
    expect(now.authentications).toHaveLength(2)
  })

  it('asks for a factor when the sentence was somebody else’s', async () => {
    const { begin, type } = await doubted()
    const begun = await begin()
    const login = await type('ben', 2, begun.page)
    expect(login.text).toContain('login: vigil_risk')
  })

  it('shows another sentence when the first said nothing, and no page of it to whom it was not shown', async () => {
    const { ana, begin, type } = await doubted()
    const begun = await begin()
    const again = await ana.browser.submit(begun.page, { phrase: 'no' })
    expect([again.status, sentenceOf(again)]).toEqual([422, expect.stringMatching(/\.$/)])
    const stranger = await visitorOf(host)
    expect((await stranger.browser.get(begun.page.url)).status).toBe(410)
    expect((await type('ana', 2, again)).left).toBe(true)
  })
})

describe('who types on a screen', () => {
  it('is offered no sentence, which would tell nothing of their hands', async () => {
    const { record, audit } = await doubted({ device: 'touch' })
    expect(await record()).toMatchObject({ risk: 'MEDIUM' })
    expect((await record()).phrase).toBeUndefined()
    expect(await audit('phrase.offered')).toEqual([])
  })
})

describe('who is not known by their hands', () => {
  it('is offered no sentence: the doubt is noted as before', async () => {
    const { record, audit, page, ana } = await doubted({ taught: 'nobody' })
    expect((await record()).phrase).toBeUndefined()
    expect(await audit('risk.notified')).toHaveLength(1)
    expect((await audit('risk.changed'))[0]).toMatchObject({ to: 'MEDIUM', rule: 'a doubt', action: 'notify' })
    expect(sentenceOf(await page())).toBe('')
    await ana.signIn()
  })
})

function csrfOf({ text }: Answer): string {
  return /name="csrf" value="([^"]+)"/.exec(text)![1]!
}
