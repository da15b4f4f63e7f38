// The pages of a sign-in, put together: login and challenge, sign-up from inside, consent to an application. Each ends in a result that the
// provider's own flow takes up.

import Router from '@koa/router'
import type { Interaction, default as Provider } from 'oidc-provider'
import type { PersonCookies } from '../accounts/signed-cookie.ts'
import type { Forms } from '../pages/forms.ts'
import { seeOther } from '../pages/answers.ts'
import { type Pages, problemPages } from '../pages/pages.ts'
import type { UsedStore } from '../../ports.ts'
import type { Vigil } from '../vigil-api.ts'
import { consentPages } from './interaction-consent.ts'
import { type LoginPagesOptions, loginPages } from './interaction-login.ts'
import { signUpPages } from './interaction-sign-up.ts'
import { interactionsOf, scopeOf } from './interactions.ts'

export interface InteractionRoutesOptions extends LoginPagesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'loginResult' | 'challengeOf' | 'revoke'>
  readonly used: UsedStore
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

/**
 * `GET /interaction/:uid` and the forms under it. Mount with `provider.use(router.routes())` before `provider.callback()`. An
 * interaction with a prompt other than `login` and `consent` is left to whoever comes next.
 */
export function interactionRoutes(options: InteractionRoutesOptions): Router {
  const { provider, vigil, pages, forms } = options
  const router = new Router()
  const interactions = interactionsOf(provider)
  const { detailsOf, finish } = interactions

  router.use('/interaction/:uid', problemPages(pages))

  const showConsent = consentPages(router, interactions, options)
  const login = loginPages(router, interactions, options)
  const afterSignUp = signUpPages(router, interactions, { ...options, done: login.signedUp })

  router.get('/interaction/:uid', async (ctx, next) => {
    const details = await detailsOf(ctx)
    if (details.prompt.name === 'consent') return showConsent(ctx, details)
    if (details.prompt.name !== 'login') {
      await next()
      return undefined
    }
    if (await afterSignUp(ctx, details)) return undefined
    return login.show(ctx, details)
  })

  router.post('/interaction/:uid/abort', async (ctx) => {
    const details = await detailsOf(ctx)
    await forms.read(ctx, scopeOf(details))
    await finish(
      ctx,
      details,
      { error: 'access_denied', error_description: 'the person did not go on' },
      { merged: false }
    )
  })

  router.post('/interaction/:uid/signout', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    await forms.read(ctx, scopeOf(details))
    if (details.session) await vigil.revoke(details.session.uid, 'signed_out')
    seeOther(ctx, againUrl(provider, details))
  })

  return router
}

/** The same request from the start, for whoever signs in after the present person has left. */
function againUrl(provider: Provider, { params }: Interaction): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    // A request object was taken apart already, and a pushed one works once.
    if (name === 'request' || name === 'request_uri') continue
    if (typeof value === 'string' || typeof value === 'number') query.set(name, String(value))
    else if (Array.isArray(value)) for (const one of value) query.append(name, String(one))
  }
  return `${provider.pathFor('authorization')}?${query}`
}
