// The client's half of a step-up, against a real provider: from what an API or the channel asks to the page where the person was.

import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { challengeHeader, challengesIn } from '../../src/relying-party/challenge-header.ts'
import {
  createStepUp,
  localAddress,
  type StepUp,
  stepUpAskedBy,
  stepUpAskedByPage
} from '../../src/relying-party/index.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { createBrowser, goThrough } from '../support/oidc.ts'
import { loa1, loa2, oneTimeCode, redirectUri, secret, startHost, type TestHost } from '../support/server.ts'

let host: TestHost
let stepUp: StepUp
beforeAll(async () => {
  host = await startHost({ vigil: { factors: [hostPassword, oneTimeCode] } })
  const configuration = await client.discovery(new URL(host.issuer), 'app', undefined, client.None(), {
    execute: [client.allowInsecureRequests]
  })
  stepUp = createStepUp({ configuration, redirectUri, secret, levels: [loa1, loa2] })
})
afterAll(() => host.close())

/** Ana answers the pages by `amr`; gives where the browser comes back to. */
async function answered(url: URL, amr: string, browser = createBrowser([redirectUri])): Promise<URL> {
  return (await goThrough(await browser.get(url), (page) => browser.submit(page, { account: 'ana', amr }))).url
}

describe('a step-up', () => {
  it('brings the person back to where they were, with what was asked', async () => {
    const begun = await stepUp.begin({ acrValues: loa2, maxAge: 300 }, '/money?to=ben#now')
    const callback = await answered(begun.url, 'pwd otp')
    const finished = await stepUp.finish(callback, { [begun.cookie.name]: begun.cookie.value })
    expect(finished).toMatchObject({ outcome: 'done', returnTo: '/money?to=ben#now', cookieName: begun.cookie.name })
    expect(finished.outcome === 'done' && finished.tokens.claims()).toMatchObject({ sub: 'ana', acr: loa2 })
  })

  it('that ends below what was asked says so, and does not begin again by itself', async () => {
    const begun = await stepUp.begin({ acrValues: loa2 }, '/money')
    const callback = await answered(begun.url, 'pwd')
    expect(await stepUp.finish(callback, { [begun.cookie.name]: begun.cookie.value })).toMatchObject({
      outcome: 'refused',
      error: 'step_up_unmet',
      returnTo: '/money'
    })
  })

  it('that the provider refuses says why', async () => {
    const begun = await stepUp.begin({}, '/money')
    const acr = { essential: true, value: 'urn:nobody:knows' }
    begun.url.searchParams.set('claims', JSON.stringify({ id_token: { acr } }))
    const callback = await answered(begun.url, 'pwd')
    expect(await stepUp.finish(callback, { [begun.cookie.name]: begun.cookie.value })).toMatchObject({
      outcome: 'refused',
      error: 'unmet_authentication_requirements',
      returnTo: '/money'
    })
  })

  it('finished in another browser, with a tampered cookie or with that of another tab is lost', async () => {
    const [one, other] = [await stepUp.begin({}, '/one'), await stepUp.begin({}, '/other')]
    const callback = await answered(one.url, 'pwd')
    const { name, value } = one.cookie
    expect(name).not.toBe(other.cookie.name)
    for (const cookies of [{}, { [name]: `${value.slice(0, -2)}AA` }, { [name]: 'x' }])
      await expect(stepUp.finish(callback, cookies)).rejects.toMatchObject({ code: 'step_up_lost' })
    await expect(stepUp.finish(callback, { [name]: other.cookie.value })).rejects.toMatchObject({
      code: 'step_up_lost'
    })
    const foreign = new URL(`${redirectUri}?code=x&state=__proto__`)
    await expect(stepUp.finish(foreign, {})).rejects.toMatchObject({ code: 'step_up_lost' })
    expect(await stepUp.finish(callback, { [name]: value })).toMatchObject({ outcome: 'done' })
  })

  it('seals what it remembers: the cookie tells nobody the code verifier or the place', async () => {
    const { cookie } = await stepUp.begin({}, '/secret-place')
    const plain = cookie.value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    expect(plain.join()).not.toContain('secret-place')
  })
})

describe('what is asked', () => {
  it('is read off an API’s answer, whatever else stands in the header', () => {
    const answer = (status: number, header: string) => ({
      status,
      headers: new Headers({ 'www-authenticate': header })
    })
    const more = 'error="insufficient_user_authentication", acr_values="a b", max_age=5'
    for (const header of [`Bearer ${more}`, `Basic realm="x, y", DPoP ${more}`, `bearer realm="a \\"b\\"",${more}`])
      expect(stepUpAskedBy(answer(401, header))).toEqual({ acrValues: 'a b', maxAge: 5 })
    expect(stepUpAskedBy(answer(403, `Bearer ${more}`))).toBeUndefined()
    expect(stepUpAskedBy(answer(401, 'Bearer error="invalid_token"'))).toBeUndefined()
    expect(stepUpAskedBy(answer(401, `Basic ${more}`))).toBeUndefined()
    expect(stepUpAskedBy({ status: 401, headers: new Headers() })).toBeUndefined()
  })

  it('survives being written and read', () => {
    const challenge = { scheme: 'Bearer', error: 'x', description: 'say', acrValues: 'a b', maxAge: 0 } as const
    expect(challengesIn(challengeHeader(challenge))).toEqual([challenge])
    expect(challengeHeader({ scheme: 'Bearer', description: 'a"b\\c\r\nSet-Cookie: x' })).toBe(
      'Bearer error_description="a b c  Set-Cookie: x"'
    )
  })

  it('is read off a message of the channel, and nothing else is taken from it', () => {
    const message = { type: 'challenge_required', request: { acr_values: loa2, prompt: 'login' }, by: 1 }
    expect(stepUpAskedByPage(message)).toEqual({ acrValues: loa2, prompt: 'login' })
    expect(stepUpAskedByPage(JSON.stringify(message))).toEqual({ acrValues: loa2, prompt: 'login' })
    expect(stepUpAskedByPage({ acr_values: loa2, max_age: '30' })).toEqual({ acrValues: loa2, maxAge: 30 })
    const bad = { prompt: 'none', redirect_uri: 'https://evil.example', max_age: -1, acr_values: ['a'] }
    expect(stepUpAskedByPage(bad)).toEqual({})
    for (const nothing of [undefined, null, 7, 'no json', '[', { request: 7 }])
      expect(stepUpAskedByPage(nothing)).toBeUndefined()
  })
})

describe('the way back', () => {
  it.each(['/', '/a', '/a/b?c=d#e', '/a?next=https://evil.example', '/ü', '/%2F%2Fevil.example'])(
    '%s is kept',
    (path) => {
      expect(new URL(localAddress(path), 'https://app.example').origin).toBe('https://app.example')
      expect(localAddress(path)).not.toBe(path === '/' ? '' : '/')
    }
  )

  const slashes = [
    '//',
    '/\\',
    '\\\\',
    '\\/',
    '/\t/',
    '/\n/',
    '/\r/',
    '\t//',
    ' //',
    '/./\\',
    '/..//',
    '/a/..//',
    '/.//',
    '///',
    '\u0000//'
  ]
  const schemes = [
    'https://',
    'http:',
    'HTTPS:',
    'javascript:',
    'data:text/html,',
    'vbscript:',
    'ftp://',
    ':',
    'https:/\\'
  ]
  it.each(
    [...slashes, ...schemes].flatMap((start) => [
      `${start}evil.example`,
      `${start}evil.example/a`,
      `${start}user@evil.example`
    ])
  )('%j does not leave the site', (payload) => {
    const back = new URL(localAddress(payload), 'https://app.example/callback')
    expect(back.origin).toBe('https://app.example')
    expect(localAddress(payload)).toMatch(/^\/(?![/\\])/)
  })

  it.each([undefined, null, 7, {}, ['/a'], 'a'.repeat(5000), `/${'a'.repeat(5000)}`, ''])(
    '%j is the front page',
    (value) => {
      expect(localAddress(value)).toBe('/')
    }
  )
})
