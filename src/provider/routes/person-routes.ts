// What a person sees of what is known and decided about them, and what they do about it: their habits in words, every decision with its
// reason and their answer to it, handing over and erasing. Whatever shows or changes more than an open screen should wants a strong login of the
// last minutes.

import Router from '@koa/router'
import { isVigilError, VigilError } from '../../errors.ts'
import { accountSignIn, type AccountPlace } from '../account-client.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { limiter, quarterHour, retryAfterSeconds, takeAll } from '../accounts/attempts.ts'
import { decisionWords } from '../pages/decision-words.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { publicWords } from '../pages/public-errors.ts'
import { type PersonSignedIn, openedBy, personSignedIn, sendToSignIn } from '../sessions/signed-in.ts'
import { loginWords, moment, trainingWords } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Factors } from '../factors/factors.ts'
import type { Forms } from '../pages/forms.ts'
import type { Notices } from '../accounts/notices.ts'
import type { Pages } from '../pages/pages.ts'
import type { AttemptStore } from '../ports.ts'
import type { PersonCookies } from '../accounts/signed-cookie.ts'
import type { Vigil } from '../vigil-api.ts'

export interface PersonRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<
    Vigil,
    | 'proofNeeded'
    | 'portraitsOf'
    | 'trainingStatus'
    | 'loginsLearnt'
    | 'decisionsOf'
    | 'answerDecision'
    | 'exportOf'
    | 'erasePerson'
  >
  readonly accounts: Accounts
  readonly factors: Pick<Factors, 'status'>
  readonly notices: Notices
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
  readonly attempts: AttemptStore
  readonly cookies: PersonCookies
}

/** Answers to decisions a person may give in a day. */
const answersADay = 6

/** `/account/behaviour`, `/account/activity`, `/account/data`, `/account/export` and `/account/erase`. */
export function personRoutes(options: PersonRoutesOptions): Router {
  const { provider, vigil, accounts, pages, forms } = options
  const router = new Router()
  const answers = limiter(options.attempts, 'decision', answersADay, 96 * quarterHour)

  router.use(
    [
      '/account/behaviour',
      '/account/activity',
      '/account/activity/:id/answer',
      '/account/data',
      '/account/export',
      '/account/erase'
    ],
    problemPages(pages)
  )

  router.get('/account/behaviour', async (ctx) => {
    const found = await proved(ctx, '/account/behaviour')
    if (!found) return
    const words = wordsFor(ctx)
    const { id, username } = found.account
    const [portraits, training, logins] = await Promise.all([
      vigil.portraitsOf(id),
      vigil.trainingStatus(id),
      vigil.loginsLearnt(id)
    ])
    pages.render(ctx, 'behaviour', {
      who: username,
      training: trainingWords(words, training),
      password: loginWords(words, logins),
      portraits: portraits.map(({ device, taughtAt, changedAt, keystrokes, traits }) => ({
        device,
        heading: words.behaviour.heading(words.training.devices[device]),
        taught: moment(words, taughtAt),
        changed: moment(words, changedAt),
        keystrokes,
        traits: traits.map(({ feature, step }) => {
          const { name, steps } = words.behaviour.traits[feature]
          return { name, step, words: steps[step] }
        })
      }))
    })
  })

  router.get('/account/activity', async (ctx) => {
    const found = await present(ctx, '/account/activity')
    if (found) await showActivity(ctx, found)
  })

  router.post('/account/activity/:id/answer', async (ctx) => {
    const found = await mustBeSignedIn(ctx)
    const fields = await forms.read(ctx, '/account/activity')
    if (!(await proof(ctx, '/account/activity', found))) return
    const { was } = fields
    if (was !== 'me' && was !== 'not_me') throw new VigilError('form_invalid', 'was must be me or not_me')
    try {
      await takeAll([{ limiter: answers, key: found.account.id }])
      await vigil.answerDecision(found.account.id, Number(ctx.params['id']), was, found.who.uid)
      await showActivity(ctx, found, { thanks: was })
    } catch (error) {
      if (!isVigilError(error) || isVigilError(error, 'not_found')) throw error
      await showActivity(ctx, found, { error })
    }
  })

  router.get('/account/data', async (ctx) => {
    const found = await present(ctx, '/account/data')
    if (found) showData(ctx, found)
  })

  router.get('/account/export', async (ctx) => {
    const found = await proved(ctx, '/account/data')
    if (!found) return
    const { id: accountId, username, email, role, createdAt } = found.account
    const [known, factors] = await Promise.all([vigil.exportOf(accountId), options.factors.status(accountId)])
    await options.audit.append({ type: 'data.exported', accountId, sessionUid: found.who.uid })
    const account = { id: accountId, username, email, role, created_at: createdAt }
    ctx.set('Cache-Control', 'no-store')
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.attachment('vigil-export.json')
    ctx.type = 'json'
    ctx.body = JSON.stringify({ account, factors, ...known }, undefined, 2)
  })

  router.post('/account/erase', async (ctx) => {
    const found = await mustBeSignedIn(ctx)
    const fields = await forms.read(ctx, '/account/data')
    if (!(await proof(ctx, '/account/data', found))) return
    const { id, username, role } = found.account
    // The last administrator must not be able to leave a house without one.
    if (role === 'administrator' || fields['confirm']?.trim().normalize('NFKC') !== username) {
      const error = new VigilError('form_invalid', 'the confirmation is not the user name')
      return showData(ctx, found, error)
    }
    await vigil.erasePerson(id)
    await accounts.remove(id)
    options.notices.send(found.account, 'erased')
    options.cookies.device.forget(ctx)
    pages.render(ctx, 'erased', {})
  })

  async function showActivity(
    ctx: Koa.Context,
    { who, account }: PersonSignedIn,
    after: { readonly thanks?: 'me' | 'not_me'; readonly error?: VigilError } = {}
  ): Promise<void> {
    const words = wordsFor(ctx)
    const [decisions, needed] = await Promise.all([vigil.decisionsOf(account.id), vigil.proofNeeded(who.uid)])
    const seconds = retryAfterSeconds(after.error)
    if (seconds !== undefined) ctx.set('Retry-After', String(seconds))
    const data = {
      who: account.username,
      csrf: forms.token(ctx, '/account/activity'),
      signIn: needed && accountSignIn(provider, '/account/activity', needed),
      thanks: after.thanks,
      alert: after.error && publicWords(words, after.error.code),
      decisions: decisions.map((decision) => ({
        ...decision,
        at: moment(words, decision.at),
        words: decisionWords(words, decision)
      }))
    }
    pages.render(ctx, 'activity', data, { status: after.error?.status ?? 200 })
  }

  function showData(ctx: Koa.Context, { account }: PersonSignedIn, error?: VigilError): void {
    const data = {
      who: account.username,
      csrf: forms.token(ctx, '/account/data'),
      administrator: account.role === 'administrator',
      alert: error && wordsFor(ctx).data.eraseWrong
    }
    pages.render(ctx, 'data', data, { status: error?.status ?? 200 })
  }

  async function mustBeSignedIn(ctx: Koa.Context): Promise<PersonSignedIn> {
    const found = await personSignedIn(provider, accounts, ctx)
    if (!found) throw new VigilError('not_signed_in')
    return found
  }

  /** Undefined where the answer is on its way: the person must sign in first. */
  async function present(ctx: Koa.Context, place: AccountPlace): Promise<PersonSignedIn | undefined> {
    return openedBy(ctx, { ...options, place, needsProof: () => false })
  }

  async function proved(ctx: Koa.Context, place: AccountPlace): Promise<PersonSignedIn | undefined> {
    return openedBy(ctx, { ...options, place })
  }

  async function proof(ctx: Koa.Context, place: AccountPlace, { who }: PersonSignedIn): Promise<boolean> {
    const needed = await vigil.proofNeeded(who.uid)
    if (needed) await sendToSignIn(ctx, { provider, pages, place, because: 'fresh_login_required', ...needed })
    return needed === undefined
  }

  return router
}
