// `POST /continuous/ticket`: an access token of a session buys a one-use ticket for a page of its client. The relying party's back end
// calls it, or its page across origins.

import type { Context, Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { Tickets } from '../../channel/tickets.ts'
import { VigilError } from '../../errors.ts'
import type { PersonStore, SessionStore, TombstoneStore } from '../../ports.ts'

export interface TicketRouteOptions {
  readonly provider: Provider
  readonly tickets: Tickets
  readonly sessions: SessionStore
  readonly tombstones: TombstoneStore
  readonly people: PersonStore
  /** Address of the channel as pages reach it, e.g. `wss://login.example.com/continuous`. */
  readonly url: string
  /** Address of this route as clients reach it. */
  readonly ticketUrl: string
  /** For a token that is bound to a key (RFC 9449 §4.3). Throws `dpop_proof_invalid`. */
  checkProof(request: {
    readonly method: string
    readonly url: string
    readonly proof: string | undefined
    readonly token: string
    readonly keyThumbprint: string
  }): Promise<void>
}

export function ticketRoute(options: TicketRouteOptions): Middleware {
  return async (ctx) => {
    const shown = shownToken(ctx)
    const token = await options.provider.AccessToken.find(shown.token)
    if (!token?.isValid || token.sessionUid === undefined) throw new VigilError('token_invalid')
    // A token that is bound is no bearer's: whoever stole it alone has nothing (RFC 9449 §7.1, RFC 8705 §3).
    if (token.isSenderConstrained() !== shown.isBound)
      throw new VigilError('token_invalid', 'the token has another scheme')
    if (shown.isBound) {
      const proof = ctx.get('DPoP') || undefined
      const request = { method: ctx.method, url: options.ticketUrl, proof, token: shown.token }
      // One that is bound to a certificate has no thumbprint of a key, which no proof has either.
      await options.checkProof({ ...request, keyThumbprint: token.jkt ?? '' })
    }
    const client = await options.provider.Client.find(token.clientId ?? '')
    if (!client) throw new VigilError('token_invalid')
    const origins = originsOf(client)
    const origin = ctx.get('Origin')
    if (origin !== '' && !origins.includes(origin)) throw new VigilError('origin_not_allowed')
    allowOrigin(ctx, origin)
    const [record, ended, person] = await Promise.all([
      options.sessions.find(token.sessionUid),
      options.tombstones.has(token.sessionUid),
      options.people.find(token.accountId)
    ])
    if (!record || ended || record.revokedAt !== undefined) throw new VigilError('token_invalid')
    if (person?.consentedAt === undefined) throw new VigilError('consent_required')
    const { ticket, expiresIn } = options.tickets.issue({
      uid: token.sessionUid,
      accountId: token.accountId,
      clientId: client.clientId
    })
    ctx.body = { ticket, expires_in: expiresIn, url: options.url }
  }
}

/** Answers a browser that asks whether it may; who the client is, only the token of the real request tells. */
export function ticketPreflight(ctx: Context): void {
  allowOrigin(ctx, ctx.get('Origin'))
  ctx.set('Access-Control-Allow-Methods', 'POST')
  ctx.set('Access-Control-Allow-Headers', 'Authorization, DPoP')
  ctx.set('Access-Control-Max-Age', '600')
  ctx.status = 204
}

/** Origins whose pages may carry a client's stream: those of its redirect URIs and what it registered beside. */
export function originsOf(client: {
  readonly redirectUris?: readonly string[] | undefined
  readonly [key: string]: unknown
}): string[] {
  const redirects = (client.redirectUris ?? []).flatMap((uri) => (URL.canParse(uri) ? [new URL(uri).origin] : []))
  const registered = (client['vigil_origins'] as readonly string[] | undefined) ?? []
  return [...new Set([...redirects, ...registered])].filter((origin) => origin !== 'null')
}

function shownToken(ctx: Context): { readonly token: string; readonly isBound: boolean } {
  const [scheme, token, ...rest] = ctx.get('Authorization').split(' ')
  const name = scheme?.toLowerCase()
  if ((name !== 'bearer' && name !== 'dpop') || !token || rest.length > 0) {
    ctx.set('WWW-Authenticate', 'Bearer realm="vigil"')
    throw new VigilError('token_invalid', 'an access token is expected in Authorization')
  }
  return { token, isBound: name === 'dpop' }
}

function allowOrigin(ctx: Context, origin: string): void {
  if (origin === '') return
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.vary('Origin')
}
