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
}

export function ticketRoute(options: TicketRouteOptions): Middleware {
  return async (ctx) => {
    const token = await options.provider.AccessToken.find(bearerToken(ctx))
    if (!token?.isValid || token.sessionUid === undefined) throw new VigilError('token_invalid')
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
      clientId: client.clientId,
      origins
    })
    ctx.body = { ticket, expires_in: expiresIn, url: options.url }
  }
}

/** Answers a browser that asks whether it may; who the client is, only the token of the real request tells. */
export function ticketPreflight(ctx: Context): void {
  allowOrigin(ctx, ctx.get('Origin'))
  ctx.set('Access-Control-Allow-Methods', 'POST')
  ctx.set('Access-Control-Allow-Headers', 'Authorization')
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

function bearerToken(ctx: Context): string {
  const [scheme, value, ...rest] = ctx.get('Authorization').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || !value || rest.length > 0) {
    ctx.set('WWW-Authenticate', 'Bearer')
    throw new VigilError('token_invalid', 'an access token is expected in Authorization')
  }
  return value
}

function allowOrigin(ctx: Context, origin: string): void {
  if (origin === '') return
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.vary('Origin')
}
