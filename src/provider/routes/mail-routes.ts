// What goes by mail at the stand-alone provider: proving the address of an account by a code, and the way back for whoever has forgotten the
// password. Asking for it is answered alike for every name, at once; what follows happens behind the answer.

import Router from '@koa/router'
import type { Logger } from 'pino'
import { isVigilError, VigilError } from '../../errors.ts'
import { byAddress, limiter, quarterHour, takeAll } from '../accounts/attempts.ts'
import { mailText } from '../accounts/mail-text.ts'
import { alertOf, seeOther } from '../pages/answers.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { backFromSignIn, sendToSignIn, signedIn } from '../sessions/signed-in.ts'
import { moment } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Forms } from '../pages/forms.ts'
import type { Invitations } from '../accounts/invitations.ts'
import type { MailedCodes } from '../accounts/mailed-codes.ts'
import type { Pages } from '../pages/pages.ts'
import type { Account, AttemptStore, Mailer } from '../ports.ts'
import { type PersonCookies, visitorOf } from '../accounts/signed-cookie.ts'

export interface MailRoutesOptions {
  readonly provider: Provider
  readonly accounts: Pick<Accounts, 'find' | 'findByUsername'>
  readonly mailedCodes: MailedCodes
  readonly invitations: Invitations
  readonly mailer: Mailer | undefined
  readonly attempts: AttemptStore
  readonly audit: AuditLog
  readonly logger: Logger
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

const place = '/account/email'
/** A link that was asked for a moment ago need not work tomorrow. */
const linkLifeSeconds = 30 * 60
const linksAnHour = 3
const asksAnHour = 60

/** `/recover`, `/account/email` and `/account/email/send`. */
export function mailRoutes(options: MailRoutesOptions): Router {
  const { provider, accounts, mailedCodes, invitations, mailer, audit, logger, pages, forms } = options
  const asks = limiter(options.attempts, 'recover-address', asksAnHour, 4 * quarterHour, { grows: true })
  const links = limiter(options.attempts, 'recover', linksAnHour, 4 * quarterHour)
  const router = new Router()

  router.use(['/recover', place, `${place}/send`], problemPages(pages))

  router.get('/recover', (ctx) => showRecover(ctx))

  router.post('/recover', async (ctx) => {
    const fields = await forms.read(ctx, '/recover')
    try {
      if (!mailer) throw new VigilError('mail_unavailable', 'this provider sends no mail')
      await takeAll(byAddress(asks, await visitorOf(options.cookies, ctx)))
    } catch (error) {
      if (!isVigilError(error)) throw error
      return showRecover(ctx, error)
    }
    // Nobody waits for it: whether there is such an account must not show in the time of the answer either.
    sendLink(mailer, (fields['username'] ?? '').trim().slice(0, 256)).catch((error: unknown) => {
      logger.error({ err: error }, 'a link to set a password could not be sent')
    })
    return pages.render(ctx, 'recover-sent', {})
  })

  async function sendLink(by: Mailer, username: string): Promise<void> {
    const account = await accounts.findByUsername(username)
    if (!account?.email) return
    await takeAll([{ limiter: links, key: account.id }])
    const link = await invitations.create(account.id, linkLifeSeconds)
    const said = mailText(account.username, ({ recover }) => ({
      subject: recover.subject,
      parts: [recover.words(link)]
    }))
    await by.send({ to: account.email, ...said, link })
    await audit.append({ type: 'recovery.sent', accountId: account.id })
  }

  router.get(place, async (ctx) => {
    const account = await personOf(ctx)
    if (!account) return sendToSignIn(ctx, { provider, pages, place, because: 'not_signed_in' })
    if (backFromSignIn(ctx, pages)) return undefined
    return showEmail(ctx, account)
  })

  router.post(`${place}/send`, (ctx) =>
    changing(ctx, async (account) => {
      await mailedCodes.send(account.id)
      await showEmail(ctx, account, { sent: true })
    })
  )

  router.post(place, (ctx) =>
    changing(ctx, async (account, code) => {
      if (!(await mailedCodes.verify(account.id, code, await visitorOf(options.cookies, ctx))))
        throw new VigilError('code_invalid')
      seeOther(ctx, `${pages.base}/account`)
    })
  )

  async function changing(ctx: Koa.Context, act: (account: Account, code: string) => Promise<void>): Promise<void> {
    const account = await personOf(ctx)
    if (!account) throw new VigilError('not_signed_in')
    const fields = await forms.read(ctx, place)
    try {
      await act(account, fields['code'] ?? '')
    } catch (error) {
      if (!isVigilError(error)) throw error
      await showEmail(ctx, account, { sent: error.code === 'code_invalid', error })
    }
  }

  async function showEmail(
    ctx: Koa.Context,
    account: Account,
    { sent = false, error }: { readonly sent?: boolean; readonly error?: VigilError } = {}
  ): Promise<void> {
    const words = wordsFor(ctx)
    const data = {
      who: account.username,
      email: account.email,
      csrf: forms.token(ctx, place),
      possible: mailedCodes.possible,
      proved: moment(words, await mailedCodes.provedAt(account)),
      sent,
      ...alertOf(ctx, error)
    }
    pages.render(ctx, 'email', data, { status: error?.status ?? 200 })
  }

  function showRecover(ctx: Koa.Context, error?: VigilError): void {
    const data = { csrf: forms.token(ctx, '/recover'), possible: mailer !== undefined, ...alertOf(ctx, error) }
    pages.render(ctx, 'recover', data, { status: error?.status ?? 200 })
  }

  async function personOf(ctx: Koa.Context): Promise<Account | undefined> {
    const who = await signedIn(provider, ctx)
    return who && accounts.find(who.accountId)
  }

  return router
}
