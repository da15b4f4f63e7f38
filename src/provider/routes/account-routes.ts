// A person's own pages at the stand-alone provider: making an account, seeing how they are signed in and where, and the one-time link
// with which an administrator starts.

import Router from '@koa/router'
import { isVigilError, VigilError } from '../../errors.ts'
import { accountSignIn } from '../account-client.ts'
import { passwordProblem, problemsInWords, signUpProblems } from '../accounts/accounts.ts'
import { alertOf, seeOther } from '../pages/answers.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { backFromSignIn, personSignedIn, sendToSignIn } from '../sessions/signed-in.ts'
import { deviceWords, loginWords, moment, standingWords, trainingWords } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Accounts, Problem, SignUp } from '../accounts/accounts.ts'
import type { Factors } from '../factors/factors.ts'
import type { Forms } from '../pages/forms.ts'
import type { Invitations } from '../accounts/invitations.ts'
import type { Pages } from '../pages/pages.ts'
import type { PersonCookies } from '../accounts/signed-cookie.ts'
import type { Vigil } from '../vigil-api.ts'

export interface AccountRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<
    Vigil,
    | 'person'
    | 'trainingStatus'
    | 'loginsLearnt'
    | 'passwordChanged'
    | 'sessionsOf'
    | 'personSessions'
    | 'standing'
    | 'revoke'
    | 'phrases'
  >
  readonly accounts: Accounts
  readonly factors: Pick<Factors, 'status' | 'mailedCodes'>
  readonly invitations: Invitations
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

/** `/signup`, `/account`, `/signout` and `/invitation/:token`. The provider needs `accountClient` and `withAccountGrant`. */
export function accountRoutes(options: AccountRoutesOptions): Router {
  const { provider, vigil, accounts, factors, invitations, audit, pages, forms, cookies } = options
  const router = new Router()

  router.use(['/signup', '/account', '/signout', '/invitation/:token'], problemPages(pages))

  router.get('/', (ctx) => seeOther(ctx, `${pages.base}/account`))

  router.get('/signup', (ctx) => showSignUp(ctx))

  router.post('/signup', async (ctx) => {
    let person: SignUp = { username: '', email: '', password: '' }
    try {
      const fields = await forms.read(ctx, '/signup')
      person = { username: fields['username'] ?? '', email: fields['email'] ?? '', password: fields['password'] ?? '' }
      const account = await accounts.signUp(person, { address: ctx.ip })
      cookies.justSignedUp.set(ctx, account.id)
      // Asked for by name, or whoever was signed in on this browser before would stay.
      seeOther(ctx, accountSignIn(provider, '/vigil/consent', { prompt: 'login' }))
    } catch (error) {
      if (!isVigilError(error)) throw error
      showSignUp(ctx, { error, person })
    }
  })

  router.get('/account', async (ctx) => {
    const found = await personSignedIn(provider, accounts, ctx)
    if (!found) return sendToSignIn(ctx, { provider, pages, place: '/account', because: 'not_signed_in' })
    if (backFromSignIn(ctx, pages)) return undefined
    const { who, account } = found
    const [person, training, logins, sessions, listed, standing, secondFactor, emailProvedAt, phrase] =
      await Promise.all([
        vigil.person(account.id),
        vigil.trainingStatus(account.id),
        vigil.loginsLearnt(account.id),
        vigil.sessionsOf(account.id),
        vigil.personSessions(account.id),
        vigil.standing(who.uid),
        factors.status(account.id),
        factors.mailedCodes.provedAt(account),
        vigil.phrases.standing(who.uid)
      ])
    const csrf = forms.token(ctx, '/account')
    const words = wordsFor(ctx)
    const applications = new Map(
      listed.map(({ uid, applications: used }) => [uid, used.map(({ name }) => name).join(', ')])
    )
    const data = {
      who: account.username,
      account,
      initial: Array.from(account.username)[0],
      standing: standing && standingWords(words, standing),
      phrase: phrase === 'open',
      signedInAt: moment(words, who.loginAt),
      consentedAt: moment(words, person?.consentedAt),
      training: trainingWords(words, training),
      password: loginWords(words, logins),
      secondFactor: {
        since: moment(words, secondFactor.totpSince),
        left: secondFactor.recoveryCodesLeft,
        passkeys: secondFactor.passkeys
      },
      email: { possible: factors.mailedCodes.possible, proved: moment(words, emailProvedAt) },
      sessions: sessions.map((session) => ({
        uid: session.uid,
        present: session.uid === who.uid,
        signedInAt: moment(words, session.authentications.at(-1)?.at),
        device: session.device && words.training.devices[session.device.class],
        newDevice: deviceWords(words, session.device),
        applications: applications.get(session.uid),
        words: standingWords(words, { risk: session.risk, watch: session.watch, amr: [], acr: '' })
      })),
      csrf
    }
    return pages.render(ctx, 'account', data)
  })

  router.get('/signout', (ctx) => seeOther(ctx, provider.pathFor('end_session')))

  router.get('/invitation/:token', async (ctx) => {
    const invitation = await invitations.find(ctx.params['token']!)
    await showInvitation(ctx, invitation.accountId)
  })

  router.post('/invitation/:token', async (ctx) => {
    const token = ctx.params['token']!
    const { accountId } = await invitations.find(token)
    let problem: Problem | undefined
    try {
      const fields = await forms.read(ctx, `/invitation/${token}`)
      const password = fields['password'] ?? ''
      problem = passwordProblem(password)
      if (problem) throw new VigilError('form_invalid', problem.what)
      const taken = await invitations.take(token)
      await accounts.setPassword(accountId, password).catch(async (error: unknown) => {
        await invitations.giveBack(taken)
        throw error
      })
      // A new password ends what the old one opened, and what was known of how it was typed.
      await audit.append({ type: 'password.changed', accountId })
      await vigil.passwordChanged(accountId)
      for (const { uid } of await vigil.sessionsOf(accountId)) await vigil.revoke(uid, 'password_changed')
      cookies.justSignedUp.set(ctx, accountId)
      seeOther(ctx, accountSignIn(provider, '/account', { prompt: 'login' }))
    } catch (error) {
      if (!isVigilError(error) || error.code === 'invitation_invalid') throw error
      await showInvitation(ctx, accountId, { error, problem })
    }
  })

  function showSignUp(ctx: Koa.Context, failed?: { readonly error: VigilError; readonly person: SignUp }): void {
    const data = {
      csrf: forms.token(ctx, '/signup'),
      action: '/signup',
      signIn: '/account',
      username: failed?.person.username,
      email: failed?.person.email,
      ...alertOf(ctx, failed?.error),
      problems:
        failed?.error.code === 'form_invalid' ? problemsInWords(wordsFor(ctx), signUpProblems(failed.person)) : []
    }
    pages.render(ctx, 'signup', data, { status: failed?.error.status ?? 200 })
  }

  async function showInvitation(
    ctx: Koa.Context,
    accountId: string,
    failed?: { readonly error: VigilError; readonly problem: Problem | undefined }
  ): Promise<void> {
    const account = await accounts.find(accountId)
    if (!account) throw new VigilError('invitation_invalid', 'the account is gone')
    const action = `/invitation/${(ctx as Koa.Context & { params: Record<string, string> }).params['token']}`
    const data = {
      csrf: forms.token(ctx, action),
      action,
      username: account.username,
      initial: Array.from(account.username)[0],
      ...alertOf(ctx, failed?.error),
      problems: failed?.problem ? problemsInWords(wordsFor(ctx), [failed.problem]) : []
    }
    pages.render(ctx, 'invitation', data, { status: failed?.error.status ?? 200 })
  }

  return router
}
