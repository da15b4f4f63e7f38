// What tokens, introspection and userinfo say of a session, and what happens to requests that ask for levels in ways that make no sense. Told
// from the side of somebody who would like a token to say more than is true.

import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { type Answering, claimsOf, errorOf, relyingParty } from '../support/oidc.ts'
import {
  api,
  app,
  loa1,
  loa2,
  loa3,
  oneTimeCode,
  redirectUri,
  startHost,
  type TestHost,
  visitorOf
} from '../support/server.ts'

let now = 0
let host: TestHost
beforeAll(async () => {
  host = await startHost({
    clients: [app, api],
    vigil: { factors: [hostPassword, oneTimeCode], now: () => Math.floor(Date.now() / 1000) + now }
  })
})
afterAll(() => host.close())

async function alarmed(account: string, parameters: Readonly<Record<string, string>> = {}, amr = 'pwd') {
  const person = await visitorOf(host, { account })
  const tokens = await person.signIn(parameters, person.by(amr))
  const uid = await person.uid()
  const alarm = () => host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
  return { person, tokens, uid, alarm }
}

describe('a request for a level', () => {
  const claims = (value: unknown) => JSON.stringify({ id_token: { acr: value } })

  it.each([
    [
      'an essential acr that nobody here has',
      { claims: claims({ essential: true, value: 'urn:nobody:knows' }) },
      'unmet_authentication_requirements'
    ],
    ['a claims parameter that is no JSON', { claims: '{"id_token":' }, 'invalid_request'],
    ['a claims parameter that is a list', { claims: '[]' }, 'invalid_request'],
    ['a claims parameter that is null', { claims: 'null' }, 'invalid_request'],
    ['a claims parameter whose id_token is a word', { claims: '{"id_token":"acr"}' }, 'invalid_request'],
    ['an acr that is a number', { claims: claims(7) }, 'invalid_request'],
    ['essential values that are no list', { claims: claims({ essential: true, values: loa1 }) }, 'invalid_request'],
    ['essential values that are no words', { claims: claims({ essential: true, values: [1, {}] }) }, 'invalid_request'],
    ['an essential value that is a list', { claims: claims({ essential: true, value: [loa1] }) }, 'invalid_request']
  ])('%s is refused without a page', async (_, parameters, error) => {
    const person = await visitorOf(host)
    expect(await person.visit(parameters)).toMatchObject({ error, pages: [] })
  })

  it.each([
    ['a wish that nobody here knows', { acr_values: 'urn:nobody:knows urn:nor:this' }],
    ['one that exists among many that do not', { acr_values: `urn:nobody:knows ${loa1}` }],
    ['an acr asked for by name alone', { claims: claims(null) }],
    ['an acr that is not essential', { claims: claims({ value: 'urn:nobody:knows' }) }],
    ['essential, and no value', { claims: claims({ essential: true }) }],
    ['essential, and an empty list', { claims: claims({ essential: true, values: [] }) }],
    ['less than anything', { acr_values: '0' }],
    ['words with more spaces than words', { acr_values: `  ${loa1}  ` }],
    ['a word that is a property of every object', { acr_values: `__proto__ constructor ${loa1}` }]
  ])('%s is answered with what is true', async (_, parameters) => {
    const person = await visitorOf(host, { account: 'asker' })
    expect((await person.signIn(parameters)).idToken['acr']).toBe(loa1)
  })

  test('of the essential values the token names one, and the highest that is true', async () => {
    const person = await visitorOf(host, { account: 'chooser' })
    await person.signIn({ acr_values: loa2 }, person.by('pwd otp'))
    const essential = (values: string[]) => ({ claims: claims({ essential: true, values }), prompt: 'none' })
    expect((await person.signIn(essential([loa1]))).idToken['acr']).toBe(loa1)
    expect((await person.signIn(essential([loa1, loa2]))).idToken['acr']).toBe(loa2)
    expect((await person.signIn({ prompt: 'none' })).idToken['acr']).toBe(loa2)
    expect((await person.visit(essential([loa3]))).error).toBe('unmet_authentication_requirements')
  })
})

describe('under risk', () => {
  it('userinfo, introspection and refreshed tokens say the present level, all the same', async () => {
    const { person, tokens, alarm } = await alarmed('teller', { acr_values: loa2 }, 'pwd otp')
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    expect(await person.party.userinfo(tokens)).toMatchObject({ acr: loa2, risk_level: 'LOW' })
    expect(await guard.introspect(tokens.accessToken)).toMatchObject({
      acr: loa2,
      acr_expires_at: expect.any(Number) as number
    })
    await alarm()
    const told = await person.party.userinfo(tokens)
    expect(told).toMatchObject({ acr: '0', risk_level: 'HIGH', auth_time: tokens.idToken['auth_time'] })
    expect(told).not.toHaveProperty('acr_expires_at')
    const introspected = await guard.introspect(tokens.accessToken)
    expect(introspected).toMatchObject({ active: true, acr: '0', auth_time: tokens.idToken['auth_time'] })
    expect(introspected).not.toHaveProperty('acr_expires_at')
    const refreshed = await person.party.refresh(tokens.refreshToken!)
    expect(refreshed.idToken['acr']).toBe('0')
    expect(await guard.introspect(refreshed.accessToken)).toMatchObject({ acr: '0' })
  })

  it('a code that was made before the alarm buys a token at the level after it', async () => {
    const { person, alarm } = await alarmed('early', { acr_values: loa2 }, 'pwd otp')
    const visit = await person.visit({ prompt: 'none' })
    await alarm()
    expect((await visit.redeem()).idToken).toMatchObject({ acr: '0', risk_level: 'HIGH' })
  })

  it('a JWT access token made by refreshing says the present level', async () => {
    const resource = 'https://api.example.test'
    const { person, tokens, alarm } = await alarmed(
      'jwt',
      { acr_values: loa2, resource, scope: 'openid read' },
      'pwd otp'
    )
    expect(claimsOf(tokens.accessToken)['acr']).toBe(loa2)
    await alarm()
    const refreshed = await person.party.refresh(tokens.refreshToken!, { resource })
    expect(claimsOf(refreshed.accessToken)).toMatchObject({ acr: '0', aud: resource })
  })

  it('tokens of an earlier time come back to no more than they had, and a new login gives what was proved', async () => {
    const { person, tokens, alarm } = await alarmed('later')
    await alarm()
    const under = await person.party.refresh(tokens.refreshToken!)
    expect(under.idToken['acr']).toBe('0')
    const after = await person.signIn({ acr_values: loa2 }, person.by('pwd otp'))
    expect(after.idToken).toMatchObject({ acr: loa2, risk_level: 'LOW' })
    expect(after.idToken['amr']).toContain('rba')
    const back = await person.party.refresh(under.refreshToken!)
    expect(back.idToken).toMatchObject({ acr: loa1, auth_time: tokens.idToken['auth_time'] })
    expect((await person.party.refresh(back.refreshToken!)).idToken['acr']).toBe(loa1)
  })

  it('a token that was refreshed in the midst of an alarm says the present level again once a factor was passed', async () => {
    const { person, tokens, alarm } = await alarmed('patient', { acr_values: loa2 }, 'pwd otp')
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    await alarm()
    const first = await person.party.refresh(tokens.refreshToken!)
    const under = await person.party.refresh(first.refreshToken!)
    expect([first.idToken['acr'], under.idToken['acr']]).toEqual(['0', '0'])
    expect(under.idToken).not.toHaveProperty('acr_expires_at')
    await person.visit({}, person.by('pwd otp'))
    const back = await person.party.refresh(under.refreshToken!)
    expect(back.idToken).toMatchObject({
      acr: loa2,
      auth_time: tokens.idToken['auth_time'],
      acr_expires_at: expect.any(Number) as number
    })
    expect(await guard.introspect(back.accessToken)).toMatchObject({ acr: loa2 })
  })

  it('prompt=none gives nothing, for any level that one may ask for', async () => {
    const { person, alarm } = await alarmed('silent')
    await alarm()
    for (const acr of [undefined, '0', loa1, loa2]) {
      const visit = await person.visit({ prompt: 'none', ...(acr !== undefined && { acr_values: acr }) })
      expect(visit.error).toBe('interaction_required')
      expect(visit.end.url.searchParams.get('code')).toBeNull()
    }
  })

  it('reports of calm lift nothing', async () => {
    const { person, uid, alarm } = await alarmed('calm')
    await alarm()
    for (const level of ['MEDIUM', 'LOW'] as const) await host.vigil.reportRisk(uid, level, 'all is well')
    expect(await host.vigil.standing(uid)).toMatchObject({ acr: '0', risk: 'HIGH' })
    expect((await person.visit({ prompt: 'none' })).error).toBe('interaction_required')
  })

  it('a second alarm that is answered by the same password again keeps the level down, and asks only once', async () => {
    const { person, uid, alarm } = await alarmed('twice')
    await alarm()
    expect((await person.signIn()).idToken['acr']).toBe(loa1)
    await alarm()
    const second = await person.visit()
    expect(second.pages).toEqual(['login: vigil_risk'])
    expect((await second.redeem()).idToken['acr']).toBe('0')
    expect((await person.visit({ prompt: 'none' })).error).toBeNull()
    expect((await person.signIn({}, person.by('otp'))).idToken['acr']).toBe('0')
    const other = await person.visit({ acr_values: loa1 }, person.by('otp'))
    expect(other.pages).toEqual(['login: vigil_acr'])
    expect((await other.redeem()).idToken['acr']).toBe(loa2)
    expect(await host.vigil.standing(uid)).toMatchObject({ risk: 'LOW' })
  })
})

describe('a login result that was made for something else', () => {
  it('left over from earlier in the same request, it does not answer an alarm', async () => {
    const { person, alarm } = await alarmed('leftover')
    let asked = 0
    const clever: Answering = async (page) => {
      asked++
      if (asked === 1) return person.browser.submit(page, { account: 'leftover', amr: 'pwd' })
      // At the consent page: the alarm comes, and from now on the browser brings nothing but what it brought before.
      if (asked === 2) await alarm()
      const result = asked === 2 ? '' : '{}'
      return person.browser.submit(page, { merge: 'yes', ...(result && { result }) })
    }
    const { error, pages: shown } = await person.visit(
      { prompt: 'login consent', scope: 'openid offline_access' },
      clever
    )
    expect(error).toBe('interaction_required')
    expect(shown.filter((title) => title === 'login: vigil_risk')).toHaveLength(3)
    expect(await host.vigil.standing(await person.uid())).toMatchObject({ acr: '0', risk: 'HIGH' })
  })

  it('made for another interaction, it does not answer this one', async () => {
    const { person, alarm } = await alarmed('borrowed')
    let made: unknown
    await person.visit({ prompt: 'login' }, async (page) => {
      const uid = page.url.pathname.split('/').at(-1)!
      const interaction = (await host.provider.Interaction.find(uid))!
      made = await host.vigil.loginResult(interaction, { accountId: 'borrowed', amr: ['pwd', 'otp'] })
      return person.browser.submit(page, { account: 'borrowed', amr: 'pwd' })
    })
    await alarm()
    let shown = 0
    const visit = person.visit({}, (page) => {
      shown++
      return person.browser.submit(page, { result: JSON.stringify({ login: made }) })
    })
    expect((await visit).error).toBe('interaction_required')
    expect(shown).toBe(3)
    expect(await host.vigil.standing(await person.uid())).toMatchObject({ acr: '0' })
  })

  it('that claims a high acr of its own is not believed', async () => {
    const person = await visitorOf(host, { account: 'boaster' })
    const login = { accountId: 'boaster', acr: loa3, amr: ['pwd'] }
    const visit = await person.visit({}, (page) => person.browser.submit(page, { result: JSON.stringify({ login }) }))
    expect((await visit.redeem()).idToken).toMatchObject({ acr: loa1, amr: ['pwd'] })
  })

  it('of a second person on the same browser starts a session of its own, with nothing of the first', async () => {
    const { person, uid } = await alarmed('first', { acr_values: loa2 }, 'pwd otp')
    const request = await person.party.request({ prompt: 'login' })
    const page = await person.browser.get(request.url)
    const form = await person.browser.submit(page, { account: 'second', amr: 'pwd' })
    // oidc-provider signs the first person out by a form that a script sends.
    const out = await person.browser.submit(form, {})
    const { idToken } = await request.redeem(out.url)
    expect(idToken).toMatchObject({ sub: 'second', acr: loa1, amr: ['pwd'] })
    expect((await host.vigil.sessionsOf('second'))[0]!.uid).not.toBe(uid)
    expect(await host.vigil.sessionsOf('first')).toEqual([])
  })
})

describe('time', () => {
  it('takes the level of an old login, and the token says so without a page', async () => {
    const { person, tokens } = await alarmed('aged', { acr_values: loa2 }, 'pwd otp')
    now = 9 * 3600
    try {
      expect((await person.party.refresh(tokens.refreshToken!)).idToken['acr']).toBe(loa1)
      const silently = await person.visit({ prompt: 'none' })
      expect((await silently.redeem()).idToken).toMatchObject({ acr: loa1, auth_time: tokens.idToken['auth_time'] })
      expect((await person.signIn({ prompt: 'none', acr_values: loa2 })).idToken['acr']).toBe(loa1)
      expect((await person.visit({ acr_values: loa2 })).pages).toEqual(['login: vigil_acr'])
    } finally {
      now = 0
    }
  })
})

test('an alarm does not run out while the session is kept alive by asking every few days', async () => {
  let days = 0
  const clock = () => Math.floor(Date.now() / 1000) + days * 24 * 3600
  const patient = await startHost({
    clients: [app],
    storage: memoryStorage({ now: clock }),
    vigil: { now: clock },
    base: (base) => ({ ...base, ttl: { ...base.ttl, Session: 14 * 24 * 3600, Grant: 60 * 24 * 3600 } })
  })
  try {
    const ana = await visitorOf(patient)
    await ana.signIn()
    await patient.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    for (days = 10; days <= 40; days += 10) {
      expect((await ana.visit({ prompt: 'none' })).error).toBe('interaction_required')
    }
  } finally {
    await patient.close()
  }
})

describe('when storage fails', () => {
  it('nothing is issued: not by the authorization endpoint, nor by the token endpoint, nor by userinfo', async () => {
    const storage = memoryStorage()
    let broken = false
    const answered = async <T>(look: () => Promise<T>): Promise<T> => {
      if (broken) throw new Error('no database')
      return look()
    }
    const failing = await startHost({
      clients: [app],
      storage: {
        ...storage,
        sessions: {
          ...storage.sessions,
          find: (uid) => answered(() => storage.sessions.find(uid)),
          findByAccount: (...of) => answered(() => storage.sessions.findByAccount(...of))
        }
      }
    })
    try {
      const ana = await visitorOf(failing)
      const tokens = await ana.signIn()
      const visit = await ana.visit({ prompt: 'none' })
      broken = true
      expect((await ana.visit({ prompt: 'none' })).end).toMatchObject({ left: false, status: 500 })
      expect(await errorOf(visit.redeem())).toBe('HTTP 500')
      expect(await errorOf(ana.party.refresh(tokens.refreshToken!))).toBe('HTTP 500')
      expect(await errorOf(ana.party.userinfo(tokens))).toBe('HTTP 500')
      broken = false
      expect((await ana.visit({ prompt: 'none' })).error).toBeNull()
    } finally {
      await failing.close()
    }
  })
})
