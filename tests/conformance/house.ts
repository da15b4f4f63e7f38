// The stand-alone server with two confidential clients, as the conformance suite of the OpenID Foundation wants them, and a person at a browser who
// answers every page.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import { type ServerOptions, startServer, type VigilServer } from '../../src/server.ts'
import { formsOf, type Page, visitor, type Visitor } from '../provider/visitor.ts'
import { nobody, silent } from '../support/server.ts'

export interface ConformanceHouse {
  readonly server: VigilServer
  readonly config: client.Configuration
  readonly post: client.Configuration
  /** Logout tokens in the order in which they came. */
  readonly logoutTokens: string[]
  close(): Promise<void>
}

export const redirectUri = 'http://rp.example.test/callback'
export const afterLogout = 'http://rp.example.test/bye'
export const password = 'seven green bottles'

const secret = randomBytes(32).toString('base64url')

export async function conformanceHouse(more: Pick<ServerOptions, 'resources'> = {}): Promise<ConformanceHouse> {
  const logoutTokens: string[] = []
  const party = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      logoutTokens.push(new URLSearchParams(body).get('logout_token') ?? '')
      response.end()
    })
  })
  party.listen(0, '127.0.0.1')
  await once(party, 'listening')
  const basic = {
    client_id: 'basic',
    client_secret: secret,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [afterLogout],
    grant_types: ['authorization_code', 'refresh_token'],
    backchannel_logout_uri: `http://127.0.0.1:${(party.address() as AddressInfo).port}/logout`,
    backchannel_logout_session_required: true
  }
  const server = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    population: nobody,
    logger: silent,
    administratorName: 'nobody',
    ...more,
    clients: [basic, { ...basic, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' }]
  })
  const insecure = { execute: [client.allowInsecureRequests] }
  const issuer = new URL(server.issuer)
  return {
    server,
    config: await client.discovery(issuer, 'basic', secret, client.ClientSecretBasic(secret), insecure),
    post: await client.discovery(issuer, 'post', secret, client.ClientSecretPost(secret), insecure),
    logoutTokens,
    async close() {
      await server.close()
      party.closeAllConnections()
      party.close()
    }
  }
}

export interface Arrival {
  /** Headings of the pages on the way. */
  readonly pages: readonly string[]
  /** Where the browser was sent back to; undefined when it ended at a page. */
  readonly callback: URL | undefined
  readonly last: Page
}

export interface Guest {
  readonly username: string
  readonly browser: Visitor
  /** An authorization request with a state and a nonce of its own. `post`: by a form instead of a link. */
  authorize(parameters?: Readonly<Record<string, string>>, how?: { readonly post: boolean }): Promise<Arrival>
  /** The same, with the code redeemed. Throws openid-client's errors. */
  signIn(parameters?: Readonly<Record<string, string>>): Promise<SignedIn>
  /** Goes through the pages that begin at an address. */
  go(url: string): Promise<Arrival>
}

export interface SignedIn extends Arrival {
  readonly callback: URL
  readonly tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>
  readonly claims: client.IDToken
  /** What redeems this sign-in's code once more. */
  readonly again: () => Promise<unknown>
}

/** Somebody who has an account and a browser of their own in which nobody is signed in. */
export async function guestOf(house: ConformanceHouse, config = house.config): Promise<Guest> {
  const { issuer } = house.server
  const username = `ana-${randomBytes(6).toString('hex')}`
  const first = visitor(issuer)
  await first.submit(await first.get('/signup'), { username, email: `${username}@example.test`, password })
  const browser = visitor(issuer)

  async function through(start: Page): Promise<Arrival> {
    const pages: string[] = []
    let page = start
    while (page.status === 200 && formsOf(page).length > 0) {
      pages.push(/<h1[^>]*>([^<]*)</.exec(page.text)?.[1]?.trim() ?? '')
      if (pages.length > 8) throw new Error(`sent in circles: ${pages.join(', ')}`)
      page = await browser.submit(page, page.text.includes('name="username"') ? { username, password } : answerOn(page))
    }
    const location = page.headers.get('location')
    return { pages, callback: location === null ? undefined : new URL(location, page.url), last: page }
  }

  const requestOf = (parameters: Readonly<Record<string, string>>): Record<string, string> => ({
    redirect_uri: redirectUri,
    scope: 'openid',
    state: client.randomState(),
    nonce: client.randomNonce(),
    ...parameters
  })

  return {
    username,
    browser,
    go: async (url) => through(await browser.get(url)),
    async authorize(parameters = {}, how) {
      const url = client.buildAuthorizationUrl(config, requestOf(parameters))
      if (!how?.post) return through(await browser.get(url.href))
      const sent = await browser.raw(url.origin + url.pathname, { method: 'POST', body: url.searchParams })
      return through(await browser.get(new URL(sent.headers.get('location') ?? '', sent.url).href))
    },
    async signIn(parameters = {}) {
      const { verifier, ...sent } = parameters
      const request = requestOf(sent)
      const arrival = await through(await browser.get(client.buildAuthorizationUrl(config, request).href))
      const { callback } = arrival
      if (!callback) throw new Error(`no way back: ${arrival.last.text.slice(0, 200)}`)
      const redeem = () =>
        client.authorizationCodeGrant(
          config,
          callback,
          {
            expectedState: request['state']!,
            ...(request['nonce'] !== '' && { expectedNonce: request['nonce']! }),
            ...(verifier !== undefined && { pkceCodeVerifier: verifier }),
            idTokenExpected: true
          },
          // The access token is for the API that was asked for, and not for userinfo (RFC 8707 §2.2).
          request['resource'] === undefined ? {} : { resource: request['resource'] }
        )
      const tokens = await redeem()
      return { ...arrival, callback, tokens, claims: tokens.claims()!, again: redeem }
    }
  }
}

/** A password where one is asked for; else the page is only agreed to. */
function answerOn(page: Page): Readonly<Record<string, string>> {
  if (page.text.includes('name="password"')) return { password }
  return page.text.includes('op.logoutForm') ? { logout: 'yes' } : {}
}
