// A person's own pages: making an account, looking at it, ending sessions, and the administrator's first link.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPagesHouse, shopRequest } from '../pages-house.ts'
import { formsOf, visitor } from '../visitor.ts'
import type { PagesHouse } from '../pages-house.ts'
import type { Page, Visitor } from '../visitor.ts'
import type { SessionRecord } from '../../../src/ports.ts'

let house: PagesHouse

beforeAll(async () => {
  house = await openPagesHouse()
})
afterAll(() => house.close())

let number = 0
let name = ''
const password = 'seven green bottles'
beforeEach(() => {
  name = `ana${++number}`
})

async function signUp(person: Visitor): Promise<Page> {
  const form = await person.get('/signup')
  return person.submit(form, { username: name, email: 'ana@example.test', password })
}

async function sessionOf(username: string, uid: string): Promise<SessionRecord> {
  const account = await house.storage.accounts.findByUsername(username)
  return {
    uid,
    accountId: account!.id,
    authentications: [{ amr: ['pwd'], at: 1_700_000_000 }],
    risk: 'LOW',
    watch: 'not_watched',
    alarms: 0,
    expiresAt: 4_000_000_000,
    version: 1
  }
}

async function invited(): Promise<{ link: string; id: string }> {
  const id = `admin-${number}`
  await house.storage.accounts.create({
    id,
    username: name,
    email: 'admin@example.test',
    passwordHash: '',
    role: 'administrator',
    createdAt: 1
  })
  return { id, link: await house.invitations.create(id) }
}

describe('making an account', () => {
  test('Ana signs up and is asked about being watched without typing her password again', async () => {
    const page = await signUp(visitor(house.issuer))
    expect(page.status).toBe(200)
    expect(new URL(page.url).pathname).toBe('/vigil/consent')
    expect(page.text).toContain('May we look after your sessions?')
    expect((await house.storage.accounts.findByUsername(name))?.passwordHash).toMatch(
      /^\$argon2id\$v=19\$m=19456,p=1,t=2\$/
    )
  })

  test('her sign-up cookie signs in once and not again', async () => {
    const person = visitor(house.issuer)
    const form = formsOf(await person.get('/signup'))[0]!
    const body = new URLSearchParams({ ...form.fields, username: name, email: 'a@example.test', password })
    const sent = await person.raw('/signup', { method: 'POST', body })
    const stolen = [...person.cookies].find(([key]) => key.endsWith('vigil_signed_up'))!
    await person.get(sent.headers.get('location')!)
    expect((await person.get('/account')).text).toContain(name)
    const thief = visitor(house.issuer)
    thief.cookies.set(...stolen)
    expect((await thief.get('/account')).text).toContain('<h1>Sign in</h1>')
  })

  test('her sign-up cookie does not sign her in at a shop', async () => {
    const person = visitor(house.issuer)
    const form = formsOf(await person.get('/signup'))[0]!
    const body = new URLSearchParams({ ...form.fields, username: name, email: 'a@example.test', password })
    await person.raw('/signup', { method: 'POST', body })
    expect((await person.get(shopRequest(house))).text).toContain('<h1>Sign in</h1>')
  })

  test('somebody who signs up on a browser where Ana is signed in becomes the new person, not Ana', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    const anas = name
    name = `${anas}-guest`
    // The provider ends Ana's session with a form that submits itself; a browser without script shows its button.
    await person.submit(await signUp(person))
    const account = await person.get('/account')
    expect(account.text).toContain(`<h1>${name}</h1>`)
  })

  test.each([
    ['an empty name', { username: '  ' }, 'Choose a user name of 2 to 64 characters.'],
    ['a name of 65 characters', { username: 'a'.repeat(65) }, 'Choose a user name of 2 to 64 characters.'],
    ['a name with a line break', { username: 'ana\r\nroot logged in' }, 'characters that cannot be seen'],
    ['a name with a mark that turns text around', { username: 'ana\u202Egnp' }, 'characters that cannot be seen'],
    ['an address without a host', { email: 'ana' }, 'Write an e-mail address such as'],
    ['a short password', { password: 'short' }, 'Choose a password of at least 8 characters.'],
    ['a password of 129 characters', { password: 'a'.repeat(129) }, 'Choose a password of at most 128 characters.'],
    ['the name as password', { username: 'anastasia', password: 'Anastasia' }, 'must not be your user name']
  ])('%s is refused in plain words and what was typed stays', async (_what, wrong, words) => {
    const person = visitor(house.issuer)
    const typed = { username: name, email: 'kept@example.test', password, ...wrong }
    const again = await person.submit(await person.get('/signup'), typed)
    expect(again.status).toBe(422)
    expect(again.text).toContain(words)
    expect(again.text).toContain('aria-invalid="true"')
    expect(formsOf(again)[0]!.fields['email']).toBe(typed.email)
    expect(formsOf(again)[0]!.fields['password']).toBe('')
    expect(await house.storage.accounts.findByUsername(typed.username.trim())).toBeUndefined()
  })

  test('a name that somebody has, in other letters, is refused and theirs stays', async () => {
    await signUp(visitor(house.issuer))
    const before = await house.storage.accounts.findByUsername(name)
    const again = await visitor(house.issuer).raw('/signup')
    expect(again.status).toBe(200)
    name = name.toUpperCase()
    const refused = await signUp(visitor(house.issuer))
    expect(refused.status).toBe(409)
    expect(await house.storage.accounts.findByUsername(name)).toEqual(before)
  })

  test('a hostile name is only ever text', async () => {
    name = `<img src=x onerror=alert(${number})>"'`
    const person = visitor(house.issuer)
    await signUp(person)
    const account = await person.get('/account')
    expect(account.text).toContain('&lt;img src=x onerror=alert')
    expect(account.text).not.toContain('<img')
  })

  test('a form without our token makes no account', async () => {
    const person = visitor(house.issuer)
    await person.get('/signup')
    const body = new URLSearchParams({ username: name, email: 'a@example.test', password })
    expect((await person.raw('/signup', { method: 'POST', body })).status).toBe(403)
    body.set('csrf', formsOf(await visitor(house.issuer).get('/signup'))[0]!.fields['csrf']!)
    expect((await person.raw('/signup', { method: 'POST', body })).status).toBe(403)
    expect(await house.storage.accounts.findByUsername(name)).toBeUndefined()
  })

  test('a megabyte of password is refused', async () => {
    const person = visitor(house.issuer)
    const answer = await person.submit(await person.get('/signup'), { username: name, password: 'a'.repeat(1_000_000) })
    expect(answer.status).toBe(413)
    expect(await house.storage.accounts.findByUsername(name)).toBeUndefined()
  })
})

describe('the account page', () => {
  test('sends somebody who is not signed in to the login and back', async () => {
    await signUp(visitor(house.issuer))
    const person = visitor(house.issuer)
    const login = await person.get('/account')
    expect(login.text).toContain('<h1>Sign in</h1>')
    const account = await person.submit(login, { username: name, password })
    expect(new URL(account.url).pathname).toBe('/account')
    expect(account.text).toContain(`<h1>${name}</h1>`)
    expect(account.text).toContain('with your password')
    expect(account.text).toContain('urn:vigil:loa:1')
  })

  test('does not go in circles when the browser keeps no cookies or the person said no', async () => {
    const answer = await visitor(house.issuer).raw('/account?state=back&error=access_denied')
    expect(answer.status).toBe(401)
    expect(answer.text).toContain('Please sign in')
  })

  test('lists where the person is signed in and ends what they choose', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    house.heart.sessions.push(await sessionOf(name, 'another-session'))
    const page = await person.get('/account')
    expect(page.text).toContain('Another browser')
    const after = await person.submit(page, {}, '/account/sessions/another-session/end')
    expect(house.heart.revoked).toContain('another-session')
    expect(after.text).not.toContain('Another browser')
  })

  test('ends every other session at once, or all of them', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    const present = (await house.provider.Session.find(person.cookies.get('/ _session')!))!.uid
    house.heart.sessions.push(
      await sessionOf(name, present),
      await sessionOf(name, 'train'),
      await sessionOf(name, 'café')
    )
    const csrf = formsOf(await person.get('/account'))[0]!.fields['csrf']!
    const send = (fields: Record<string, string>) =>
      person.raw('/account/sessions/end', { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) })
    house.heart.revoked.length = 0
    const others = await send({ keep: 'present' })
    expect([others.status, others.headers.get('location')]).toEqual([303, '/account'])
    expect(house.heart.revoked.sort()).toEqual(['café', 'train'])
    const all = await send({})
    expect(all.headers.get('location')).toContain('/session/end')
    expect(house.heart.revoked).toContain(present)
    expect((await person.get('/account')).text).not.toContain(`<h1>${name}</h1>`)
  })

  test('says on which devices the person is known, and that one of their sessions is on a new one', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    const { training } = house.heart
    house.heart.training = { ...training, state: 'ready', progress: 1, devices: ['keyboard'] }
    const phone = { ...(await sessionOf(name, 'phone')), device: { class: 'touch', known: false, since: 1 } } as const
    house.heart.sessions.push(phone)
    const page = await person.get('/account')
    expect(page.text).toContain('You are known at a keyboard, and not yet on a touch screen.')
    expect(page.text).toContain('A new device: you are not known on a touch screen yet')
    house.heart.training = { ...training, state: 'ready', progress: 1, devices: ['keyboard', 'touch'] }
    house.heart.sessions.splice(house.heart.sessions.indexOf(phone), 1)
    const later = await person.get('/account')
    expect(later.text).toContain('You are known at a keyboard and on a touch screen.')
    expect(later.text).not.toContain('A new device')
    house.heart.training = training
  })

  test('does not end a session of somebody else', async () => {
    await signUp(visitor(house.issuer))
    house.heart.sessions.push(await sessionOf(name, 'not-yours'))
    const person = visitor(house.issuer)
    name = `${name}-other`
    await signUp(person)
    house.heart.sessions.push(await sessionOf(name, 'mine'))
    const csrf = formsOf(await person.get('/account'))[0]!.fields['csrf']!
    const body = new URLSearchParams({ csrf })
    expect((await person.raw('/account/sessions/not-yours/end', { method: 'POST', body })).status).toBe(404)
    const without = await person.raw('/account/sessions/mine/end', { method: 'POST', body: new URLSearchParams() })
    expect(without.status).toBe(403)
    const stranger = await visitor(house.issuer).raw('/account/sessions/mine/end', { method: 'POST', body })
    expect(stranger.status).toBe(401)
    expect(house.heart.revoked).not.toContain('not-yours')
    expect(house.heart.revoked).not.toContain('mine')
  })
})

describe('what is known of how a password is typed', () => {
  test('is said in words, and nothing of it is shown', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    expect((await person.get('/account')).text).not.toContain('how you type your password')
    house.heart.loginsLearnt = 3
    expect((await person.get('/account')).text).toContain('We are getting to know how you type your password.')
    house.heart.loginsLearnt = 31
    expect((await person.get('/account')).text).toContain('We know how you type your password, from 31 sign-ins.')
    house.heart.loginsLearnt = 0
  })
})

describe('the administrator’s link', () => {
  test('sets a password once and signs in', async () => {
    const { link, id } = await invited()
    house.heart.sessions.push(await sessionOf(name, `old-${id}`))
    const person = visitor(house.issuer)
    const account = await person.submit(await person.get(link), { password })
    expect(account.text).toContain('administrator')
    expect(house.heart.revoked).toContain(`old-${id}`)
    // How the old password was typed says nothing of the new one.
    expect(house.heart.passwordsChanged).toContain(id)
    expect((await visitor(house.issuer).get(link)).status).toBe(410)
  })

  test('is not used up by a password that is too short, by a form of somebody else, or by looking', async () => {
    const { link, id } = await invited()
    const person = visitor(house.issuer)
    const again = await person.submit(await person.get(link), { password: 'short' })
    expect(again.status).toBe(422)
    expect((await person.raw(link, { method: 'POST', body: new URLSearchParams({ password }) })).status).toBe(403)
    expect((await house.storage.accounts.find(id))?.passwordHash).toBe('')
    expect(house.heart.passwordsChanged).not.toContain(id)
    expect((await person.submit(again, { password })).status).toBe(200)
  })

  test('of two that use it at once, one sets the password', async () => {
    const { link } = await invited()
    const people = await Promise.all(
      [1, 2].map(async (each) => {
        const person = visitor(house.issuer)
        return { person, each, fields: formsOf(await person.get(link))[0]!.fields }
      })
    )
    // Both have the form before either sends it.
    const both = await Promise.all(
      people.map(({ person, each, fields }) =>
        person.raw(link, {
          method: 'POST',
          body: new URLSearchParams({ ...fields, password: `password number ${each}` })
        })
      )
    )
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([303, 410]))
  })

  test('that nobody made is explained', async () => {
    const answer = await visitor(house.issuer).get('/invitation/nothing')
    expect(answer.status).toBe(410)
    expect(answer.text).toContain('This link no longer works')
  })
})

describe('signing out', () => {
  test('asks, ends the session, and says so', async () => {
    const person = visitor(house.issuer)
    await signUp(person)
    const ask = await person.get('/signout')
    expect(ask.text).toContain('<h1>Sign out?</h1>')
    expect(ask.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const out = await person.submit(ask, { logout: 'yes' })
    expect(out.text).toContain('You are signed out')
    expect((await person.get('/account')).text).toContain('<h1>Sign in</h1>')
  })
})

describe('an error of the protocol', () => {
  test('is explained on a page of ours and shows what was sent as text', async () => {
    const page = await visitor(house.issuer).get('/auth?client_id=%3Cscript%3Ealert(1)%3C/script%3E')
    expect(page.status).toBe(400)
    expect(page.text).toContain('This request cannot be answered')
    expect(page.text).not.toContain('<script>alert')
  })
})
