// A person's authenticator app: setting up wants a login of the last minutes, with two factors of whoever has two; removing wants a code, so that a
// stolen password takes no factor away.

import Router from '@koa/router'
import { inGroups, base32, otpauthUri } from '../../challenge/totp.ts'
import { isVigilError, VigilError } from '../../errors.ts'
import { alertOf, seeOther } from '../pages/answers.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { qrCode } from '../factors/qr-code.ts'
import { type PersonSignedIn, doerOf, openedBy, personSignedIn, refusedForProof } from '../sessions/signed-in.ts'
import { moment } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Factors } from '../factors/factors.ts'
import type { Forms } from '../pages/forms.ts'
import type { Pages } from '../pages/pages.ts'
import { type PersonCookies, visitorOf } from '../accounts/signed-cookie.ts'
import type { Account } from '../ports.ts'
import type { Vigil } from '../vigil-api.ts'

export interface FactorRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'proofNeeded'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly factors: Factors
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

const place = '/account/totp'

/** `/account/totp` and `/account/totp/remove`. */
export function factorRoutes(options: FactorRoutesOptions): Router {
  const { provider, factors, pages, forms } = options
  const router = new Router()

  router.use([place, '/account/totp/remove'], problemPages(pages))

  router.get(place, async (ctx) => {
    let isSetUp = false
    async function needsProof({ id }: Account): Promise<boolean> {
      isSetUp = (await factors.status(id)).totpSince !== undefined
      return !isSetUp
    }
    const found = await openedBy(ctx, { ...options, place, needsProof })
    if (!found) return undefined
    return isSetUp ? showPresent(ctx, found) : showSetUp(ctx, found)
  })

  router.post(place, async (ctx) => {
    const found = await mustBeSignedIn(ctx)
    const fields = await forms.read(ctx, place)
    if (await refusedForProof(ctx, found, { ...options, place })) return undefined
    const envelope = fields['offer'] ?? ''
    try {
      const codes = await factors.enrolTotp(
        doerOf(found),
        envelope,
        fields['code'] ?? '',
        await visitorOf(options.cookies, ctx)
      )
      pages.render(ctx, 'recovery-codes', { who: found.account.username, codes })
    } catch (error) {
      // A page loaded again after it had done its work.
      if (isVigilError(error, 'conflict')) return seeOther(ctx, `${pages.base}${place}`)
      if (!isVigilError(error)) throw error
      const again = isVigilError(error, 'offer_expired') ? undefined : envelope
      await showSetUp(ctx, found, { error, envelope: again })
    }
    return undefined
  })

  router.post('/account/totp/remove', async (ctx) => {
    const found = await mustBeSignedIn(ctx)
    const fields = await forms.read(ctx, place)
    try {
      await factors.removeTotp(doerOf(found), fields['code'] ?? '', await visitorOf(options.cookies, ctx))
      seeOther(ctx, `${pages.base}/account`)
    } catch (error) {
      if (!isVigilError(error)) throw error
      const { totpSince } = await factors.status(found.account.id)
      if (totpSince === undefined) seeOther(ctx, `${pages.base}/account`)
      else await showPresent(ctx, found, error)
    }
  })

  async function showSetUp(
    ctx: Koa.Context,
    found: PersonSignedIn,
    failed?: { readonly error: VigilError; readonly envelope: string | undefined }
  ): Promise<void> {
    const who = doerOf(found)
    const offer =
      failed?.envelope === undefined
        ? factors.offerTotp(who)
        : { key: factors.openOffer(who, failed.envelope), envelope: failed.envelope }
    const uri = otpauthUri(offer.key, new URL(provider.issuer).host, found.account.username)
    const data = {
      who: found.account.username,
      csrf: forms.token(ctx, place),
      offer: offer.envelope,
      key: inGroups(base32(offer.key)),
      uri,
      picture: await qrCode(uri),
      ...alertOf(ctx, failed?.error)
    }
    pages.render(ctx, 'authenticator', data, { status: failed?.error.status ?? 200 })
  }

  async function showPresent(ctx: Koa.Context, found: PersonSignedIn, error?: VigilError): Promise<void> {
    const { totpSince, recoveryCodesLeft } = await factors.status(found.account.id)
    const data = {
      who: found.account.username,
      csrf: forms.token(ctx, place),
      since: moment(wordsFor(ctx), totpSince),
      left: recoveryCodesLeft,
      ...alertOf(ctx, error)
    }
    pages.render(ctx, 'second-factor', data, { status: error?.status ?? 200 })
  }

  async function mustBeSignedIn(ctx: Koa.Context): Promise<PersonSignedIn> {
    const found = await personSignedIn(provider, options.accounts, ctx)
    if (!found) throw new VigilError('not_signed_in')
    return found
  }

  return router
}
