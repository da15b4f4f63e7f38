// How a person ends sessions from the account page: this one, another one, all others, or all. The forms stand on `/account`, whose token
// they carry.

import Router from '@koa/router'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import { seeOther } from '../pages/answers.ts'
import type { Forms } from '../pages/forms.ts'
import { type Pages, problemPages } from '../pages/pages.ts'
import { type SignedIn, signedIn } from '../sessions/signed-in.ts'
import type { Vigil } from '../vigil-api.ts'

export interface SessionRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'endSession' | 'endSessions'>
  readonly pages: Pages
  readonly forms: Forms
}

/**
 * `POST /account/sessions/:uid/end` ends one; `POST /account/sessions/end` ends all, or with the field `keep=present` all others. Each takes
 * the form token of `/account`, answers 303 to where the browser belongs then, and 401, 403 or 404 without having changed anything.
 */
export function sessionRoutes({ provider, vigil, pages, forms }: SessionRoutesOptions): Router {
  const router = new Router()
  router.use(['/account/sessions/end', '/account/sessions/:uid/end'], problemPages(pages))

  router.post('/account/sessions/end', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    const fields = await forms.read(ctx, '/account')
    const keep = fields['keep'] === 'present'
    await vigil.endSessions(who.accountId, keep ? { except: who.uid } : {})
    seeOther(ctx, keep ? `${pages.base}/account` : provider.pathFor('end_session'))
  })

  router.post('/account/sessions/:uid/end', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    await forms.read(ctx, '/account')
    const uid = ctx.params['uid']!
    await vigil.endSession(who.accountId, uid)
    seeOther(ctx, uid === who.uid ? provider.pathFor('end_session') : `${pages.base}/account`)
  })

  async function mustBeSignedIn(ctx: Koa.Context): Promise<SignedIn> {
    const who = await signedIn(provider, ctx)
    if (!who) throw new VigilError('not_signed_in')
    return who
  }

  return router
}
