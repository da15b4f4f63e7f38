// The pages and endpoints of Vigil itself, beside the provider that it is plugged into: tickets, the agent, the question whether to be
// watched, calibration. Only these paths are taken; everything else stays the host's.

import type { RequestListener } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import type { Logger } from 'pino'
import type { AuditLog } from '../ports.ts'
import { agentScript } from '../browser/bundle.ts'
import { calibrationApi, calibrationApiPaths } from './routes/calibration-api.ts'
import { calibrationRoutes } from './routes/calibration-routes.ts'
import { sealedChallenges } from './factors/issued-challenges.ts'
import { phraseRoutes } from './routes/phrase-routes.ts'
import { createForms } from './pages/forms.ts'
import { createPages, problemPages } from './pages/pages.ts'
import { type RevocationFeed, revocationFeedRoute } from './tokens/revocation-feed.ts'
import { ticketPreflight, ticketRoute, type TicketRouteOptions } from './tokens/ticket-route.ts'
import type { Vigil } from './vigil-api.ts'

export const channelPath = '/continuous'
const ticketPath = `${channelPath}/ticket`

export interface OwnAppOptions extends Omit<TicketRouteOptions, 'url' | 'ticketUrl'> {
  readonly vigil: Vigil
  readonly issuer: string
  readonly formsKey: Uint8Array
  readonly challengesKey: Uint8Array
  readonly audit: AuditLog
  /** Address of the channel as pages reach it. */
  readonly channelUrl: string
  readonly revocationFeed: RevocationFeed
  /** Path on the issuer's host where the pages lead on to. */
  readonly home: string
  readonly brand?: string | undefined
  readonly logger: Logger
}

/** True for the paths that `ownApp` answers. */
export function isOwnPath(pathname: string): boolean {
  return pathname === ticketPath || pathname.startsWith('/vigil/') || calibrationApiPaths.includes(pathname)
}

export function ownApp(options: OwnAppOptions): RequestListener {
  const { provider, vigil, issuer, home, logger } = options
  const pages = createPages({ issuer, brand: options.brand })
  const forms = createForms({ key: options.formsKey, issuer })
  const app = new Koa({ proxy: provider.proxy, maxIpsCount: provider.maxIpsCount })
  app.on('error', (error) => logger.error({ err: error }, 'a request failed'))
  app.use(problemPages(pages))
  const router = new Router()
  router.options(ticketPath, ticketPreflight)
  router.post(
    ticketPath,
    ticketRoute({ ...options, url: options.channelUrl, ticketUrl: new URL(ticketPath, issuer).href })
  )
  router.get('/vigil/agent.js', async (ctx) => {
    ctx.type = 'text/javascript'
    ctx.set('Cache-Control', 'public, max-age=300')
    // The script is for the pages of relying parties on any site; it holds nothing secret.
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.body = await agentScript()
  })
  router.get('/vigil/revocations', revocationFeedRoute(options.revocationFeed))
  router.get('/vigil/assets/:name', (ctx) => pages.asset(ctx, ctx.params['name'] ?? ''))
  app.use(router.routes())
  app.use(calibrationRoutes({ provider, vigil, pages, forms, home }).routes())
  const challenges = sealedChallenges({ key: options.challengesKey })
  app.use(phraseRoutes({ provider, vigil, challenges, pages, forms, home }).routes())
  app.use(calibrationApi({ provider, vigil, forms, issuer, audit: options.audit }).routes())
  app.use((ctx) => pages.problem(ctx, 'not_found'))
  const answer = app.callback()
  return (request, response) => void answer(request, response)
}
