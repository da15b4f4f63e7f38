// A relying party as an application team would write it, with openid-client and nothing of Vigil's but the agent's script: it signs people in,
// shows the claims that it holds, lets its page be watched, and when the provider asks for a proof it sends the person through the standard
// redirect.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa, { type Context } from 'koa'
import Router from '@koa/router'
import bodyParser from '@koa/bodyparser'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { answeredPage, homePage, problemPage } from './pages.ts'

export interface RelyingPartyOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Default 3001; 0 = any free port. */
  readonly port?: number
  /** Where the demo's provider takes reports of risk; absent outside the demo. */
  readonly riskReports?: string
}

export interface RelyingParty {
  readonly port: number
  readonly server: Server
  close(): Promise<void>
}

/** What the application keeps of a signed-in browser. */
export interface SignedIn {
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken?: string
  /** Claims before the last step-up, to show what changed. */
  readonly before?: Readonly<Record<string, unknown>>
}

interface Pending {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly maxAge?: number
  /** The page that asks stays where it is; the answer comes to a window of its own. */
  readonly popup: boolean
}

const cookie = 'rp'
const stepUp = readFileSync(new URL('step-up.js', import.meta.url), 'utf8')
const style = readFileSync(new URL('style.css', import.meta.url), 'utf8')

export async function startRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const { issuer } = options
  const config = await client.discovery(new URL(issuer), options.clientId, options.clientSecret, undefined, {
    execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : []
  })
  const { jwks_uri: jwksUri } = config.serverMetadata()
  const jwks = createRemoteJWKSet(new URL(jwksUri!))
  const sessions = new Map<string, SignedIn>()
  const pending = new Map<string, Pending>()

  const router = new Router()

  router.get('/', (ctx) => {
    const session = sessions.get(ctx.cookies.get(cookie) ?? '')
    page(ctx, issuer, homePage({ session, issuer, canReport: options.riskReports !== undefined }))
  })

  // Sign-in and every step-up are the same standard request, with other parameters.
  router.get('/login', async (ctx) => {
    const verifier = client.randomPKCECodeVerifier()
    const { max_age: maxAge } = ctx.query
    const request: Pending = {
      verifier,
      state: client.randomState(),
      nonce: client.randomNonce(),
      popup: ctx.query['popup'] !== undefined,
      ...(typeof maxAge === 'string' && { maxAge: Number(maxAge) })
    }
    pending.set(request.state, request)
    const parameters: Record<string, string> = {
      redirect_uri: `${ctx.URL.origin}/callback`,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: request.state,
      nonce: request.nonce
    }
    for (const name of ['acr_values', 'max_age', 'prompt', 'claims'] as const) {
      const value = ctx.query[name]
      if (typeof value === 'string' && value !== '') parameters[name] = value
    }
    ctx.cookies.set('rp_state', request.state, { httpOnly: true, sameSite: 'lax' })
    ctx.redirect(client.buildAuthorizationUrl(config, parameters).href)
  })

  router.get('/callback', async (ctx) => {
    const request = pending.get(ctx.cookies.get('rp_state') ?? '')
    if (!request)
      return page(ctx, issuer, problemPage('no_request', 'This sign-in was not begun in this browser.'), 400)
    pending.delete(request.state)
    try {
      const tokens = await client.authorizationCodeGrant(config, new URL(ctx.href), {
        pkceCodeVerifier: request.verifier,
        expectedState: request.state,
        expectedNonce: request.nonce,
        idTokenExpected: true,
        ...(request.maxAge !== undefined && { maxAge: request.maxAge })
      })
      const claims = tokens.claims()!
      // The name is a profile claim, and those come from userinfo (OpenID Connect Core §5.4); what was proved stands in the ID Token.
      const profile = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      const old = sessions.get(ctx.cookies.get(cookie) ?? '')
      sessions.delete(ctx.cookies.get(cookie) ?? '')
      const id = randomBytes(24).toString('base64url')
      sessions.set(id, {
        claims: { ...claims, preferred_username: profile.preferred_username },
        accessToken: tokens.access_token,
        idToken: tokens.id_token!,
        ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
        ...(old && { before: old.claims })
      })
      ctx.cookies.set(cookie, id, { httpOnly: true, sameSite: 'lax' })
      // The same request and the same checks; only the way back to the page differs.
      if (request.popup) page(ctx, issuer, answeredPage())
      else ctx.redirect('/')
    } catch (error) {
      const { error: code, error_description: words } = error as { error?: string; error_description?: string }
      page(ctx, issuer, problemPage(code ?? 'failed', words ?? (error as Error).message), 400)
    }
  })

  // The page's agent asks for a ticket here; the access token never reaches the browser.
  router.post('/ticket', async (ctx) => {
    const session = sessions.get(ctx.cookies.get(cookie) ?? '')
    if (!session) {
      ctx.status = 401
      return
    }
    const answer = await fetch(new URL('/continuous/ticket', issuer), {
      method: 'POST',
      headers: { authorization: `Bearer ${session.accessToken}` }
    })
    ctx.status = answer.status
    ctx.type = 'json'
    ctx.body = await answer.text()
  })

  router.post('/logout', (ctx) => {
    const session = sessions.get(ctx.cookies.get(cookie) ?? '')
    sessions.delete(ctx.cookies.get(cookie) ?? '')
    ctx.cookies.set(cookie, null)
    const end = client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: `${ctx.URL.origin}/`,
      ...(session && { id_token_hint: session.idToken })
    })
    ctx.redirect(end.href)
  })

  // OpenID Connect Back-Channel Logout 1.0 §2.6: the provider ends the session, so do we.
  router.post('/backchannel-logout', bodyParser({ enableTypes: ['form'] }), async (ctx) => {
    const { logout_token: token } = ctx.request.body as { logout_token?: string }
    try {
      const { payload } = await jwtVerify(token ?? '', jwks, { issuer, audience: options.clientId, typ: 'logout+jwt' })
      for (const [id, { claims }] of sessions) if (claims['sid'] === payload['sid']) sessions.delete(id)
      ctx.status = 200
    } catch {
      ctx.status = 400
    }
    ctx.set('Cache-Control', 'no-store')
  })

  // Demo only: pretend that somebody else sat down.
  if (options.riskReports !== undefined) {
    const reports = options.riskReports
    router.post('/pretend', bodyParser({ enableTypes: ['form'] }), async (ctx) => {
      const session = sessions.get(ctx.cookies.get(cookie) ?? '')
      const { level } = ctx.request.body as { level?: string }
      await fetch(reports, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: session?.claims['preferred_username'], level })
      })
      ctx.redirect('/')
    })
  }

  router.get('/step-up.js', (ctx) => {
    ctx.type = 'text/javascript'
    ctx.body = stepUp
  })

  router.get('/style.css', (ctx) => {
    ctx.type = 'text/css'
    ctx.body = style
  })

  const app = new Koa()
  app.use(router.routes())
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  server.listen(options.port ?? 3001)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    server,
    async close() {
      server.close()
      server.closeAllConnections()
    }
  }
}

function page(ctx: Context, issuer: string, html: string, status = 200): void {
  const socket = new URL(issuer).origin.replace(/^http/, 'ws')
  ctx.status = status
  ctx.type = 'html'
  ctx.set(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'self' ${new URL(issuer).origin}; style-src 'self'; connect-src 'self' ${socket}; form-action 'self' ${new URL(issuer).origin}; base-uri 'none'; frame-ancestors 'none'`
  )
  ctx.set('Cache-Control', 'no-store')
  ctx.body = html
}
