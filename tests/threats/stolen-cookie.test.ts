// A session cookie that somebody carried to a browser of their own: the first request from there raises the risk, whoever holds it is asked to prove
// who they are, and the owner's page and the audit say so.

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { hostPassword } from '../../src/challenge/password.ts'
import { browserKind } from '../../src/provider/requests/browser-kind.ts'
import { type Browser, nextSecond } from '../support/oidc.ts'
import { app, loa1, oneTimeCode, startHost, type TestHost, visitorOf } from '../support/server.ts'

const owners = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const updated = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
const thiefs =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

let host: TestHost
beforeAll(async () => {
  host = await startHost({ clients: [app], vigil: { factors: [hostPassword, oneTimeCode] } })
})
afterAll(() => host.close())

/** Ana signs in on her own browser; what she and others do later says which browser it comes from. */
async function signedIn(account: string) {
  const person = await visitorOf(host, { account })
  const browse = async (
    agent: string,
    browser: Browser = person.browser,
    parameters: Record<string, string> = { prompt: 'none' }
  ) => {
    const request = await person.party.request(parameters)
    let page = await browser.get(request.url, { 'user-agent': agent })
    while (!page.left && page.status === 200)
      page = await browser.submit(page, { account, amr: 'pwd' }, 2, { 'user-agent': agent })
    return page.url.searchParams.get('error')
  }
  expect(await browse(owners, person.browser, {})).toBeNull()
  return { person, browse, uid: await person.uid() }
}

describe('a stolen session cookie', () => {
  it('in another browser opens nothing: it is asked for a proof at once, and a level is lost', async () => {
    const { browse, uid } = await signedIn('ana')
    expect(await browse(owners)).toBeNull()
    expect(await host.vigil.standing(uid)).toMatchObject({ acr: loa1, risk: 'LOW' })
    expect(await browse(thiefs)).toBe('interaction_required')
    expect(await host.vigil.standing(uid)).toMatchObject({ acr: '0', risk: 'HIGH' })
    const [changed] = await host.storage.audit.list({ type: 'risk.changed', sessionUid: uid })
    expect(changed?.data).toMatchObject({ to: 'HIGH', reason: 'browser_changed', browser: 'Chromium/Windows' })
  })

  it('is answered by the owner on their own browser, and a second theft asks for another factor', async () => {
    const { person, browse, uid } = await signedIn('ben')
    expect(await browse(thiefs)).toBe('interaction_required')
    await nextSecond()
    expect(await browse(owners, person.browser, {})).toBeNull()
    expect(await host.vigil.standing(uid)).toMatchObject({ acr: loa1, risk: 'LOW' })
    expect(await browse(thiefs)).toBe('interaction_required')
    await nextSecond()
    // The password has answered once: with it alone the level stays away.
    expect(await browse(owners, person.browser, {})).toBeNull()
    expect(await host.vigil.standing(uid)).toMatchObject({ acr: '0' })
  })

  it('is told to the page of the owner', async () => {
    const { person, browse, uid } = await signedIn('cleo')
    await host.vigil.giveConsent('cleo')
    const token = host.vigil.pageToken(uid, 'watch')
    const socket = new WebSocket(
      `${host.issuer.replace(/^http/, 'ws')}/continuous`,
      ['vigil.v1', `vigil.page.${token}`],
      {
        origin: host.issuer,
        headers: { cookie: person.browser.cookiesFor(host.issuer), 'user-agent': owners }
      }
    )
    const messages: string[] = []
    socket.on('message', (data: Buffer) => messages.push(data.toString()))
    await once(socket, 'open')
    expect(await browse(thiefs)).toBe('interaction_required')
    await expect.poll(() => messages.join(), { timeout: 10_000 }).toContain('challenge_required')
    socket.close()
  })
})

describe('the owner', () => {
  it('is not asked because the browser was updated, or says nothing of itself', async () => {
    const { browse, uid } = await signedIn('dora')
    expect(await browse(updated)).toBeNull()
    expect(await browse('')).toBeNull()
    expect(await host.vigil.standing(uid)).toMatchObject({ risk: 'LOW' })
  })

  it.each([
    [owners, 'Firefox/Linux'],
    [thiefs, 'Chromium/Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari/iOS'
    ],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge/Windows'],
    ['curl/8.5.0', 'other/other'],
    ['', undefined]
  ])('comes with %j in a browser of the kind %s', (agent, kind) => {
    expect(browserKind({ 'user-agent': agent })).toBe(kind)
  })
})
