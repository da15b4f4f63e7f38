// Nobody is sent off the site by an address that somebody wrote into a link: what is compared is the whole registered address, letter by letter.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConformanceHouse, conformanceHouse, guestOf, redirectUri } from '../conformance/house.ts'
import { visitor } from '../provider/visitor.ts'

let house: ConformanceHouse
beforeAll(async () => {
  house = await conformanceHouse()
}, 300_000)
afterAll(() => house.close())

const { host } = new URL(redirectUri)

/** Addresses that are not the registered one, by somebody who hopes that they pass for it, or for an address of our own. */
const payloads = [
  'http://evil.example/',
  'https://evil.example/callback',
  '//evil.example',
  '///evil.example',
  '////evil.example/%2f..',
  '/\\evil.example',
  '\\/\\/evil.example',
  '/\\/evil.example',
  '\\\\evil.example',
  '/%09/evil.example',
  '/%5cevil.example',
  'http:evil.example',
  'http:/evil.example',
  'http:\\\\evil.example',
  'http:///evil.example',
  '.evil.example',
  '?next=http://evil.example',
  '#http://evil.example',
  `http://${host}.evil.example/callback`,
  `http://${host}@evil.example/callback`,
  `http://${host}:@evil.example/callback`,
  `http://${host}%2f@evil.example/callback`,
  `http://${host}\\@evil.example/callback`,
  `http://${host}%00.evil.example/callback`,
  `http://evil.example%00.${host}/callback`,
  `http://evil.example\\.${host}/callback`,
  `http://evil.example/${redirectUri}`,
  `http://evil.example?${redirectUri}`,
  `http://evil.example#${redirectUri}`,
  `http://evil.example;${redirectUri}`,
  `http://anybody:secret@${host}/callback`,
  `http://${host}./callback`,
  `http://${host}:80/callback`,
  `http://${host}:81/callback`,
  `HTTP://${host}/callback`,
  `http://${host.toUpperCase()}/callback`,
  `https://${host}/callback`,
  `ftp://${host}/callback`,
  `http://${host}/callback/`,
  `http://${host}/Callback`,
  `http://${host}/%63allback`,
  `http://${host}/callback/../elsewhere`,
  `http://${host}/callback/..%2felsewhere`,
  `http://${host}/callback;elsewhere`,
  `http://${host}/callback%00`,
  `${redirectUri}?more=1`,
  `${redirectUri}#part`,
  `${redirectUri}&more=1`,
  `${redirectUri} http://evil.example`,
  `${redirectUri},http://evil.example`,
  `${redirectUri}\r\nLocation: http://evil.example`,
  `${redirectUri}\u202e`,
  ` ${redirectUri}`,
  `${redirectUri} `,
  `\t${redirectUri}`,
  `http://rp.example\t.test/callback`,
  'http://rp。example。test/callback',
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
  'http://2130706433/callback',
  'javascript:alert(1)//',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  'intent://evil.example#Intent;scheme=http;end',
  `${redirectUri}/${'a'.repeat(4000)}`
]

/** Where an answer leads, if it leads off the site. */
async function leavesFor(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const answer = await visitor(house.server.issuer).raw(url, { headers })
  const location = answer.headers.get('location')
  const refresh = /http-equiv="refresh"[^>]*url=([^">]+)/i.exec(answer.text)?.[1]
  return [location, refresh]
    .filter((one) => typeof one === 'string')
    .map((one) => new URL(one, url))
    .find(({ origin }) => origin !== house.server.issuer)?.href
}

const addressOf = (endpoint: string, parameters: Readonly<Record<string, string>>): string =>
  `${endpoint}?${new URLSearchParams(parameters)}`

test(
  'an authorization request is answered here, with an error, whatever address it names',
  { timeout: 120_000 },
  async () => {
    expect(payloads.length).toBeGreaterThanOrEqual(60)
    const { authorization_endpoint: endpoint } = house.config.serverMetadata()
    for (const payload of payloads) {
      // With `prompt=none`, which would redirect at once.
      const parameters = { client_id: 'basic', response_type: 'code', scope: 'openid', prompt: 'none' }
      const url = addressOf(endpoint!, { ...parameters, redirect_uri: payload })
      expect([payload, await leavesFor(url)]).toEqual([payload, undefined])
      expect([payload, (await fetch(url, { redirect: 'manual' })).status]).toEqual([payload, 400])
    }
    // The one that is registered leads there: the test above can fail.
    const right = {
      client_id: 'basic',
      response_type: 'code',
      scope: 'openid',
      prompt: 'none',
      redirect_uri: redirectUri
    }
    expect(await leavesFor(addressOf(endpoint!, right))).toContain(`${redirectUri}?error=login_required`)
  }
)

test('nobody who signs out is sent to an address that was not registered for it', { timeout: 120_000 }, async () => {
  const { tokens } = await (await guestOf(house)).signIn()
  const { end_session_endpoint: endpoint } = house.config.serverMetadata()
  for (const payload of [redirectUri, ...payloads]) {
    const url = addressOf(endpoint!, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: payload })
    expect([payload, await leavesFor(url)]).toEqual([payload, undefined])
    expect([payload, (await fetch(url, { redirect: 'manual' })).status]).toEqual([payload, 400])
  }
})

test(
  'no page of our own takes an address to go on to from a link, nor from a header that a proxy would set',
  { timeout: 120_000 },
  async () => {
    const { issuer } = house.server
    const names = ['next', 'return_to', 'returnTo', 'redirect', 'redirect_uri', 'url', 'continue', 'state', 'with']
    for (const path of [
      '/account',
      '/account/totp',
      '/signup',
      '/vigil/consent',
      '/interaction/unknown',
      '/invitation/unknown'
    ]) {
      for (const payload of payloads.slice(0, 12)) {
        const url = addressOf(issuer + path, Object.fromEntries(names.map((name) => [name, payload])))
        expect([path, payload, await leavesFor(url)]).toEqual([path, payload, undefined])
      }
      const forwarded = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example'
      }
      expect([path, await leavesFor(issuer + path, forwarded)]).toEqual([path, undefined])
    }
  }
)
