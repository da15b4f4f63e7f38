// What a person meets between an application and its session.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openPagesHouse, shopRequest } from '../pages-house.ts'
import { formsOf, visitor } from '../visitor.ts'
import type { PagesHouse } from '../pages-house.ts'
import type { Page, Visitor } from '../visitor.ts'

let house: PagesHouse
const ana = { username: 'ana', email: 'ana@example.test', password: 'seven green bottles' }

beforeAll(async () => {
  house = await openPagesHouse()
  await house.accounts.signUp(ana, { address: '192.0.2.1' })
})
afterAll(() => house.close())

async function atLogin(more: Record<string, string> = {}): Promise<{ person: Visitor; page: Page }> {
  const person = visitor(house.issuer)
  return { person, page: await person.get(shopRequest(house, more)) }
}

async function signedIn(): Promise<Visitor> {
  const { person, page } = await atLogin()
  const consent = await person.submit(page, { username: ana.username, password: ana.password })
  if (consent.status === 200) await person.submit(consent)
  return person
}

describe('signing in', () => {
  test('Ana signs in, allows the shop to know her, and arrives there with a code', async () => {
    const { person, page } = await atLogin()
    expect(page.status).toBe(200)
    expect(page.text).toContain('Corner Shop')
    const consent = await person.submit(page, { username: 'ana', password: ana.password })
    expect(consent.text).toContain('See your e-mail address')
    expect(consent.text).toContain('rp.example.test')
    const back = await person.submit(consent)
    expect(back.status).toBe(303)
    expect(back.headers.get('location')).toMatch(/^http:\/\/rp\.example\.test\/back\?code=.+&state=x/)
  })

  test('Ana may write her name in capitals', async () => {
    const { person, page } = await atLogin()
    const next = await person.submit(page, { username: 'ANA', password: ana.password })
    expect(next.text).toContain('Allow access?')
  })

  test('a wrong password shows the same form again, and the right one then still works', async () => {
    const { person, page } = await atLogin()
    const again = await person.submit(page, { username: 'ana', password: 'eight green bottles' })
    expect(again.status).toBe(401)
    expect(again.text).toContain('role="alert"')
    expect(formsOf(again)[0]!.fields['username']).toBe('ana')
    const next = await person.submit(again, { password: ana.password })
    expect(next.text).toContain('Allow access?')
  })

  test('how the password was typed is handed over when it was right, and by nobody when it was wrong', async () => {
    const { person, page } = await atLogin()
    const before = house.heart.typings.length
    const field = '{"v":1,"grain":0.1,"untrusted":0,"press":[0],"hold":[80]}'
    const again = await person.submit(page, { username: 'ana', password: 'not this one', vigil_rhythm: field })
    expect(again.status).toBe(401)
    expect(house.heart.typings).toHaveLength(before)
    expect(formsOf(again)[0]!.fields['vigil_rhythm']).toBe('')
    await person.submit(again, { username: 'ana', password: ana.password, vigil_rhythm: field })
    const { passwordHash: secret } = (await house.storage.accounts.findByUsername('ana'))!
    expect(house.heart.typings.at(-1)).toEqual({ rhythm: field, secret, newDevice: true })
    // The device is known from now on.
    const next = await person.get(shopRequest(house, { prompt: 'login' }))
    await person.submit(next, { username: 'ana', password: ana.password })
    expect(house.heart.typings.at(-1)).toEqual({ rhythm: '', secret, newDevice: false })
  })

  test('the answer to a wrong password does not tell whether the name exists', async () => {
    const answers = []
    for (const username of ['ana', 'nobody-of-that-name']) {
      const { person, page } = await atLogin()
      const again = await person.submit(page, { username, password: 'a wrong password' })
      const names = [...again.headers.keys()].filter((name) => name !== 'date').sort()
      const uid = /interaction\/([\w-]+)\/login/.exec(page.text)![1]!
      const csrf = formsOf(again)[0]!.fields['csrf']!
      const body = again.text
        .replaceAll(uid, 'UID')
        .replaceAll(csrf, 'CSRF')
        .replaceAll(/nonce="[^"]+"/g, '')
        // Random in every form, for everybody.
        .replaceAll(/(?<=name="challenge" value=")[\w-]+/g, 'CHALLENGE')
        .replaceAll(/(?<=&quot;challenge&quot;:&quot;)[\w-]+/g, 'CHALLENGE')
        .replaceAll(username, 'NAME')
      answers.push({ status: again.status, names, body })
    }
    expect(answers[0]).toEqual(answers[1])
  })

  test('somebody without an account makes one from inside and the shop gets its person', async () => {
    const { person, page } = await atLogin()
    const link = /href="(\/interaction\/[\w-]+\/signup)"/.exec(page.text)![1]!
    const form = await person.get(link)
    expect(form.text).toContain('Corner Shop')
    const consent = await person.submit(form, {
      username: 'bela',
      email: 'bela@example.test',
      password: 'a long enough one'
    })
    expect(consent.text).toContain('Allow access?')
    const back = await person.submit(consent)
    expect(back.headers.get('location')).toContain('code=')
  })

  test('Ana changes her mind and the shop is told', async () => {
    const { person, page } = await atLogin()
    const abort = formsOf(page)[0]!.targets[1]
    const back = await person.submit(page, {}, abort)
    expect(back.headers.get('location')).toContain('error=access_denied')
  })

  test('Ana does not allow the shop to know her and the shop is told', async () => {
    const { person, page } = await atLogin({ prompt: 'consent' })
    const consent = await person.submit(page, { username: 'ana', password: ana.password })
    const back = await person.submit(consent, {}, formsOf(consent)[0]!.targets[1])
    expect(back.headers.get('location')).toContain('error=access_denied')
  })
})

describe('a challenge', () => {
  test('says why, names the person, asks for the password only, and lets them on', async () => {
    const person = await signedIn()
    house.heart.challenge = { kind: 'risk', reason: 'behaviour', words: '' }
    try {
      const page = await person.get(shopRequest(house, { prompt: 'login' }))
      expect(page.text).toContain('did not look like yours')
      expect(page.text).toContain('<strong>ana</strong>')
      const fields = Object.keys(formsOf(page)[0]!.fields).sort()
      expect(fields).toEqual(['challenge', 'csrf', 'factor', 'password', 'vigil_rhythm'])
      const wrong = await person.submit(page, { password: 'not hers at all' })
      expect(wrong.status).toBe(401)
      expect(wrong.text).toContain('did not look like yours')
      const back = await person.submit(wrong, { password: ana.password })
      expect(back.headers.get('location')).toContain('code=')
    } finally {
      delete house.heart.challenge
    }
  })

  test('cannot be answered with another person and their password', async () => {
    await house.accounts.signUp(
      { username: 'mallory', email: 'm@example.test', password: 'mallory has one too' },
      { address: '192.0.2.2' }
    )
    const person = await signedIn()
    house.heart.challenge = { kind: 'risk', reason: 'other', words: '' }
    try {
      const page = await person.get(shopRequest(house, { prompt: 'login' }))
      const answer = await person.submit(page, { username: 'mallory', password: 'mallory has one too' })
      expect(answer.status).toBe(401)
    } finally {
      delete house.heart.challenge
    }
  })

  test('has a way out for somebody who is not that person: the session ends and the sign-in starts afresh', async () => {
    const person = await signedIn()
    house.heart.challenge = { kind: 'risk', reason: 'other', words: '' }
    const page = await person.get(shopRequest(house, { prompt: 'login' }))
    delete house.heart.challenge
    const out = formsOf(page)[0]!.targets.find((target) => target.endsWith('/signout'))!
    const fresh = await person.submit(page, {}, out)
    expect(house.heart.revoked).toHaveLength(1)
    expect(formsOf(fresh)[0]!.fields['username']).toBe('')
    expect(fresh.text).toContain('Corner Shop')
  })
})

describe('what cannot be right', () => {
  test.each(['login', 'signup', 'abort', 'signout'])('a POST to %s without our token changes nothing', async (what) => {
    const { person, page } = await atLogin()
    const uid = /interaction\/([\w-]+)\/login/.exec(page.text)![1]!
    const people = await countOf(house)
    const foreign = formsOf((await atLogin()).page)[0]!.fields['csrf']!
    for (const csrf of [undefined, '', 'x', foreign]) {
      const body = new URLSearchParams({
        username: `new-${what}`,
        email: 'n@example.test',
        password: ana.password,
        ...(csrf === undefined ? {} : { csrf })
      })
      const answer = await person.raw(`/interaction/${uid}/${what}`, { method: 'POST', body })
      expect(answer.status).toBe(403)
      expect(answer.headers.get('location')).toBeNull()
    }
    expect(await countOf(house, `new-${what}`)).toBe(people)
    const next = await person.submit(page, { username: 'ana', password: ana.password })
    expect(next.text).toContain('Allow access?')
  })

  test('a POST to consent without our token gives nothing away', async () => {
    const { person, page } = await atLogin()
    const consent = await person.submit(page, { username: 'ana', password: ana.password })
    const uid = /interaction\/([\w-]+)\/consent/.exec(consent.text)![1]!
    const answer = await person.raw(`/interaction/${uid}/consent`, { method: 'POST', body: new URLSearchParams() })
    expect(answer.status).toBe(403)
  })

  test('our own form sent by a page of another origin is refused', async () => {
    const { person, page } = await atLogin()
    const form = formsOf(page)[0]!
    const body = new URLSearchParams({ ...form.fields, username: 'ana', password: ana.password })
    for (const origin of ['http://evil.example', 'null']) {
      const answer = await person.raw(form.targets[0]!, { method: 'POST', body, headers: { origin } })
      expect(answer.status).toBe(403)
    }
  })

  test('a megabyte of password is refused before anything is hashed', async () => {
    const { person, page } = await atLogin()
    const answer = await person.submit(page, { username: 'ana', password: 'a'.repeat(1_000_000) })
    expect(answer.status).toBe(413)
  })

  test('an interaction that nobody knows, or that belongs to another browser, is explained', async () => {
    const stranger = visitor(house.issuer)
    const { page } = await atLogin()
    const uid = /interaction\/([\w-]+)\/login/.exec(page.text)![1]!
    for (const url of [`/interaction/${uid}`, '/interaction/nothing', `/interaction/${uid}/signup`]) {
      const answer = await stranger.get(url)
      expect(answer.status).toBe(410)
      expect(answer.text).toContain('This sign-in has ended')
    }
  })

  test('the cookie of one interaction does not open the address of another', async () => {
    const { person, page } = await atLogin()
    const uid = /interaction\/([\w-]+)\/login/.exec(page.text)![1]!
    const cookie = [...person.cookies].find(([key]) => key.endsWith('_interaction'))![1]
    const signature = [...person.cookies].find(([key]) => key.endsWith('_interaction.sig'))![1]
    const answer = await person.raw(`/interaction/${uid}x`, {
      headers: { cookie: `_interaction=${cookie}; _interaction.sig=${signature}` }
    })
    expect(answer.status).toBe(410)
  })
})

describe('the page itself', () => {
  test('lets its form end at the application that waits, and nothing run that is not ours', async () => {
    const { page } = await atLogin()
    const policy = page.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self' http://rp.example.test;")
    expect(policy).toContain("frame-ancestors 'none'")
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)![1]!
    // Ours alone: the one for the form, the agent that notes how the password is typed, and the one for passkeys.
    expect(page.text.match(/<script src="\/vigil\/[^>]*>/g)).toEqual([
      expect.stringContaining(`nonce="${nonce}"`),
      expect.stringContaining(`nonce="${nonce}" data-vigil-login`),
      expect.stringMatching(/passkey\.js.* nonce="/)
    ])
    expect(page.text.match(/<script/g)).toHaveLength(3)
    expect(page.text.split(`nonce="${nonce}"`)).toHaveLength(4)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const other = (await atLogin()).page.headers.get('content-security-policy')!
    expect(other).not.toContain(nonce)
  })

  test('shows a hostile user name as text', async () => {
    const { person, page } = await atLogin()
    const name = '"><script>alert(1)</script>'
    const again = await person.submit(page, { username: name, password: 'wrong wrong' })
    expect(again.text).not.toContain('<script>alert')
    expect(formsOf(again)[0]!.fields['username']).toBe(name)
    const hinted = await visitor(house.issuer).get(shopRequest(house, { login_hint: name }))
    expect(hinted.text).not.toContain('<script>alert')
  })
})

async function countOf(home: PagesHouse, username?: string): Promise<number> {
  return username && (await home.storage.accounts.findByUsername(username)) ? 1 : 0
}

describe('what happens while a password is checked', () => {
  /** Between the check and the end of the interaction. */
  function meanwhile(work: () => Promise<unknown>): void {
    const { attempts } = house.storage
    const giveBack = attempts.giveBack.bind(attempts)
    vi.spyOn(attempts, 'giveBack').mockImplementationOnce(async (keys) => {
      await giveBack(keys)
      await work()
    })
  }

  test('a session that is ended meanwhile gets nothing for the right password', async () => {
    let uid: string | undefined
    house.provider.once('authorization.success', (ctx) => (uid = ctx.oidc.session?.uid))
    const person = await signedIn()
    expect(uid).toBeDefined()
    const page = await person.get(shopRequest(house, { prompt: 'login' }))
    meanwhile(() => house.storage.tombstones.add(uid!, 4_000_000_000))
    const refused = await person.submit(page, { username: ana.username, password: ana.password })
    expect(refused.status).toBe(410)
    expect(refused.text).not.toContain('Allow access?')
    expect(refused.headers.get('location')).toBeNull()
  })

  test('what another tab has answered meanwhile is over, and does not come back', async () => {
    const { person, page } = await atLogin()
    const answer = () => person.submit(page, { username: ana.username, password: ana.password })
    let other: Page | undefined
    meanwhile(async () => (other = await answer()))
    const late = await answer()
    expect(other?.text).toContain('Allow access?')
    expect(late.status).toBe(410)
    expect(late.text).not.toContain('Allow access?')
    const [, uid] = /interaction\/([\w-]+)\/login/.exec(page.text)!
    expect(await house.storage.oidc('Interaction').find(uid!)).toBeUndefined()
    // The tab that came first goes on.
    expect((await person.submit(other!)).headers.get('location')).toMatch(/[?&]code=/)
  })
})
