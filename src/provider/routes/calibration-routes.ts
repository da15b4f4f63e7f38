// Asking a person whether they want to be watched, and learning how they type. Needs nothing of the host but its provider, so it comes with the
// plug-in.

import Router from '@koa/router'
import { VigilError } from '../../errors.ts'
import { seeOther } from '../pages/answers.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { backFromSignIn, sendToSignIn, signedIn } from '../sessions/signed-in.ts'
import { trainingWords } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { Forms } from '../pages/forms.ts'
import type { Pages } from '../pages/pages.ts'
import type { SignedIn } from '../sessions/signed-in.ts'
import type { ProofNeeded, Vigil } from '../vigil-api.ts'

export interface CalibrationRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<
    Vigil,
    'person' | 'giveConsent' | 'withdrawConsent' | 'trainingStatus' | 'proofNeeded' | 'pageToken'
  >
  readonly pages: Pages
  readonly forms: Forms
  /** Path on the issuer's host where a person goes when there is nothing more to do here. */
  readonly home: string
}

export function calibrationRoutes(options: CalibrationRoutesOptions): Router {
  const { provider, vigil, pages, forms, home } = options
  const router = new Router()

  router.use(
    ['/vigil/consent', '/vigil/consent/later', '/vigil/consent/withdraw', '/vigil/calibration'],
    problemPages(pages)
  )

  router.get('/vigil/consent', async (ctx) => {
    const who = await signedIn(provider, ctx)
    if (!who) return sendToSignIn(ctx, { provider, pages, place: '/vigil/consent', because: 'not_signed_in' })
    if (backFromSignIn(ctx, pages)) return undefined
    const person = await vigil.person(who.accountId)
    const data = {
      csrf: forms.token(ctx, '/vigil/consent'),
      consented: person?.consentedAt !== undefined,
      withdrawn: person?.consentedAt === undefined && person?.withdrawnAt !== undefined,
      confirmed: ctx.query['state'] === 'withdraw',
      training: trainingWords(wordsFor(ctx), await vigil.trainingStatus(who.accountId)),
      home
    }
    return pages.render(ctx, 'watch-consent', data)
  })

  router.post('/vigil/consent', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    await forms.read(ctx, '/vigil/consent')
    await vigil.giveConsent(who.accountId)
    seeOther(ctx, `${pages.base}/vigil/calibration`)
  })

  router.post('/vigil/consent/later', async (ctx) => {
    await mustBeSignedIn(ctx)
    await forms.read(ctx, '/vigil/consent')
    seeOther(ctx, home)
  })

  router.post('/vigil/consent/withdraw', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    await forms.read(ctx, '/vigil/consent')
    // A stranger at an open session must not be able to switch off what would notice them.
    const needed = await vigil.proofNeeded(who.uid)
    if (needed) return sendToSignIn(ctx, { ...strongSignIn('/vigil/consent', needed), state: 'withdraw' })
    await vigil.withdrawConsent(who.accountId)
    return seeOther(ctx, `${pages.base}/vigil/consent`)
  })

  router.get('/vigil/calibration', async (ctx) => {
    const who = await signedIn(provider, ctx)
    if (!who) return sendToSignIn(ctx, { provider, pages, place: '/vigil/calibration', because: 'not_signed_in' })
    const person = await vigil.person(who.accountId)
    if (person?.consentedAt === undefined) return seeOther(ctx, `${pages.base}/vigil/consent`)
    const needed = await vigil.proofNeeded(who.uid)
    if (needed) return sendToSignIn(ctx, strongSignIn('/vigil/calibration', needed))
    if (backFromSignIn(ctx, pages)) return undefined
    const data = {
      pageToken: vigil.pageToken(who.uid, 'calibration'),
      training: trainingWords(wordsFor(ctx), await vigil.trainingStatus(who.accountId)),
      home,
      wide: true
    }
    return pages.render(ctx, 'calibration', data, { connect: [pages.socketOrigin] })
  })

  async function mustBeSignedIn(ctx: Koa.Context): Promise<SignedIn> {
    const who = await signedIn(provider, ctx)
    if (!who) throw new VigilError('not_signed_in')
    return who
  }

  function strongSignIn(place: '/vigil/consent' | '/vigil/calibration', needed: ProofNeeded) {
    return { provider, pages, place, because: 'fresh_login_required', ...needed } as const
  }

  return router
}
