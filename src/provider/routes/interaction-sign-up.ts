// Signing up from inside a sign-in, and going on with a sign-up that was made on this browser a moment ago: whoever has just chosen a password is
// not asked for it.

import type Router from '@koa/router'
import type Koa from 'koa'
import type { Interaction } from 'oidc-provider'
import { isVigilError, type VigilError } from '../../errors.ts'
import { accountClientId } from '../account-client.ts'
import { type Accounts, problemsInWords, type SignUp, signUpProblems } from '../accounts/accounts.ts'
import { type PersonCookies, visitorOf } from '../accounts/signed-cookie.ts'
import { alertOf } from '../pages/answers.ts'
import type { Forms } from '../pages/forms.ts'
import { wordsFor } from '../pages/languages/index.ts'
import type { Pages } from '../pages/pages.ts'
import type { Account } from '../ports.ts'
import type { UsedStore } from '../../ports.ts'

import { howFor, type Interactions, scopeOf } from './interactions.ts'

export interface SignUpPagesOptions {
  readonly accounts: Accounts
  readonly used: UsedStore
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
  /** Ends the interaction for somebody who has just set a password. */
  done(ctx: Koa.Context, details: Interaction, account: Account): Promise<void>
}

/** Adds `GET` and `POST /interaction/:uid/signup`; returns what takes up an earlier sign-up: true when it has answered. */
export function signUpPages(
  router: Router,
  { detailsOf, clientOf }: Interactions,
  { accounts, used, pages, forms, cookies, done }: SignUpPagesOptions
): (ctx: Koa.Context, details: Interaction) => Promise<boolean> {
  router.get('/interaction/:uid/signup', async (ctx) => showSignUp(ctx, await detailsOf(ctx, 'login')))

  router.post('/interaction/:uid/signup', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    let person: SignUp = { username: '', email: '', password: '' }
    try {
      const fields = await forms.read(ctx, scopeOf(details))
      person = { username: fields['username'] ?? '', email: fields['email'] ?? '', password: fields['password'] ?? '' }
      const account = await accounts.signUp(person, await visitorOf(cookies, ctx))
      await done(ctx, details, account)
    } catch (error) {
      if (!isVigilError(error) || error.code === 'interaction_lost') throw error
      await showSignUp(ctx, details, { error, person })
    }
  })

  async function showSignUp(
    ctx: Koa.Context,
    details: Interaction,
    failed?: { readonly error: VigilError; readonly person: SignUp }
  ): Promise<void> {
    const client = await clientOf(ctx, details)
    const problems = failed?.error.code === 'form_invalid' ? signUpProblems(failed.person) : []
    const data = {
      csrf: forms.token(ctx, scopeOf(details)),
      action: `/interaction/${details.uid}/signup`,
      signIn: `/interaction/${details.uid}`,
      client: client.name,
      username: failed?.person.username,
      email: failed?.person.email,
      ...alertOf(ctx, failed?.error),
      problems: problemsInWords(wordsFor(ctx), problems)
    }
    pages.render(ctx, 'signup', data, howFor(details, failed?.error))
  }

  /** The account that was made on this browser a moment ago, when this is the sign-in which that sign-up started. */
  async function justSignedUp(ctx: Koa.Context, { params }: Interaction): Promise<Account | undefined> {
    if (params['client_id'] !== accountClientId) return undefined
    const ticket = cookies.justSignedUp.read(ctx)
    if (!ticket || !(await used.useUp(`signed up ${ticket.id}`, ticket.expiresAt))) return undefined
    cookies.justSignedUp.clear(ctx)
    return accounts.find(ticket.accountId)
  }

  return async (ctx, details) => {
    const account = await justSignedUp(ctx, details)
    if (!account) return false
    await done(ctx, details, account)
    return true
  }
}
