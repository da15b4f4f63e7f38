// A person's new password, chosen while they are signed in. It wants a fresh login with two factors of whoever has two, ends every other session, and
// what was known of how the old one was typed is forgotten.

import Router from '@koa/router'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import { isVigilError, VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import { type Accounts, passwordProblem, type Problem, problemsInWords } from '../accounts/accounts.ts'
import type { Invitations } from '../accounts/invitations.ts'
import type { PersonCookies } from '../accounts/signed-cookie.ts'
import { alertOf } from '../pages/answers.ts'
import type { Forms } from '../pages/forms.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { type Pages, problemPages } from '../pages/pages.ts'
import { type PersonSignedIn, doerOf, openedBy, personSignedIn, refusedForProof } from '../sessions/signed-in.ts'
import type { Vigil } from '../vigil-api.ts'

export interface PasswordRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'passwordChanged' | 'endSessions' | 'proofNeeded'>
  readonly accounts: Pick<Accounts, 'find' | 'setPassword'>
  readonly invitations: Pick<Invitations, 'withdraw'>
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: Pick<PersonCookies, 'device'>
}

const place = '/account/password'

/** `/account/password`. */
export function passwordRoutes(options: PasswordRoutesOptions): Router {
  const { provider, vigil, accounts, invitations, audit, pages, forms, cookies } = options
  const router = new Router()

  router.use(place, problemPages(pages))

  router.get(place, async (ctx) => {
    const found = await openedBy(ctx, { ...options, place })
    return found && show(ctx, found)
  })

  router.post(place, async (ctx) => {
    const found = await personSignedIn(provider, accounts, ctx)
    if (!found) throw new VigilError('not_signed_in')
    const password = (await forms.read(ctx, place))['password'] ?? ''
    const doer = doerOf(found)
    if (await refusedForProof(ctx, found, { ...options, place })) return undefined
    const problem = passwordProblem(password)
    try {
      if (problem) throw new VigilError('form_invalid', problem.what)
      const isKnown = (await cookies.device.knownAs(ctx)) === doer.accountId
      const account = await accounts.setPassword(doer.accountId, password)
      // Every device that knew the old password is a new one now, but for the one in use.
      if (isKnown) cookies.device.remember(ctx, account)
      await invitations.withdraw(doer.accountId)
    } catch (error) {
      if (!isVigilError(error)) throw error
      return show(ctx, found, { error, problem })
    }
    await audit.append({ type: 'password.changed', ...doer })
    await vigil.passwordChanged(doer.accountId)
    await vigil.endSessions(doer.accountId, { except: doer.sessionUid })
    return show(ctx, found, { done: true })
  })

  function show(
    ctx: Koa.Context,
    { account }: PersonSignedIn,
    after: { readonly done?: true; readonly error?: VigilError; readonly problem?: Problem | undefined } = {}
  ): void {
    const data = {
      who: account.username,
      csrf: forms.token(ctx, place),
      done: after.done,
      ...alertOf(ctx, after.error),
      problems: problemsInWords(wordsFor(ctx), after.problem ? [after.problem] : [])
    }
    pages.render(ctx, 'password', data, { status: after.error?.status ?? 200 })
  }

  return router
}
