// A person's recovery codes: how many are left, and new ones in place of them. It wants a fresh login with two factors, as does every change of what
// a person can show, so that whoever has only a passkey can do it too and a stolen password cannot.

import Router from '@koa/router'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Factors, FactorStatus } from '../factors/factors.ts'
import { seeOther } from '../pages/answers.ts'
import type { Forms } from '../pages/forms.ts'
import { type Pages, problemPages } from '../pages/pages.ts'
import { doerOf, openedBy, personSignedIn, refusedForProof } from '../sessions/signed-in.ts'
import type { Account } from '../ports.ts'
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
  const { provider, accounts, factors, pages, forms } = options
  const router = new Router()

  router.use(place, problemPages(pages))

  router.get(place, async (ctx) => {
    let status: FactorStatus | undefined
    async function needsProof({ id }: Account): Promise<boolean> {
      status = await factors.status(id)
      return isStoodInFor(status)
    }
    const found = await openedBy(ctx, { ...options, place, needsProof })
    if (!found || !status) return undefined
    if (!isStoodInFor(status)) return seeOther(ctx, `${pages.base}/account`)
    const { recoveryCodesLeft: left } = status
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

/** The codes stand in for something that can be lost. */
function isStoodInFor({ totpSince, passkeys }: FactorStatus): boolean {
  return totpSince !== undefined || passkeys > 0
}
