// A person's recovery codes: how many are left, and new ones in place of them. It wants a fresh login with two factors, as does every change of what
// a person can show, so that whoever has only a passkey can do it too and a stolen password cannot.

import Router from '@koa/router'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Factors } from '../factors/factors.ts'
import { seeOther } from '../pages/answers.ts'
import type { Forms } from '../pages/forms.ts'
import { type Pages, problemPages } from '../pages/pages.ts'
import { backFromSignIn, doerOf, personSignedIn, refusedForProof, sendToSignIn } from '../sessions/signed-in.ts'
import type { Vigil } from '../vigil-api.ts'

export interface RecoveryCodeRoutesOptions {
  readonly provider: Provider
  readonly accounts: Pick<Accounts, 'find'>
  readonly factors: Pick<Factors, 'status' | 'renewRecoveryCodes'>
  readonly vigil: Pick<Vigil, 'proofNeeded'>
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
}

const place = '/account/recovery-codes'

/** `/account/recovery-codes`. */
export function recoveryCodeRoutes(options: RecoveryCodeRoutesOptions): Router {
  const { provider, vigil, accounts, factors, pages, forms } = options
  const router = new Router()

  router.use(place, problemPages(pages))

  router.get(place, async (ctx) => {
    const found = await personSignedIn(provider, accounts, ctx)
    if (!found) return sendToSignIn(ctx, { provider, pages, place, because: 'not_signed_in' })
    const { totpSince, passkeys, recoveryCodesLeft: left } = await factors.status(found.account.id)
    // They stand in for something that can be lost.
    if (totpSince === undefined && passkeys === 0) return seeOther(ctx, `${pages.base}/account`)
    const needed = await vigil.proofNeeded(found.who.uid)
    if (needed) return sendToSignIn(ctx, { provider, pages, place, because: 'fresh_login_required', ...needed })
    if (backFromSignIn(ctx, pages)) return undefined
    const data = { who: found.account.username, csrf: forms.token(ctx, place), left }
    return pages.render(ctx, 'renew-codes', data)
  })

  router.post(place, async (ctx: Koa.Context) => {
    const found = await personSignedIn(provider, accounts, ctx)
    if (!found) throw new VigilError('not_signed_in')
    await forms.read(ctx, place)
    const doer = doerOf(found)
    if (await refusedForProof(ctx, found, { ...options, place })) return
    const codes = await factors.renewRecoveryCodes(doer)
    pages.render(ctx, 'recovery-codes', { who: found.account.username, codes })
  })

  return router
}
