// The login page and the challenge: they ask, take one proof after the other, and end the interaction when nothing is missing. Nothing here decides
// who must be asked.

import type Router from '@koa/router'
import type Koa from 'koa'
import type { Interaction, default as Provider } from 'oidc-provider'
import { rhythmField } from '../../biometrics/fixed-text/typed-rhythm.ts'
import { isVigilError, VigilError } from '../../errors.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { type PersonCookies, visitorOf } from '../accounts/signed-cookie.ts'
import type { FactorChoice } from '../factors/factor-choice.ts'
import type { IssuedChallenges } from '../factors/issued-challenges.ts'
import type { Passkeys } from '../factors/passkeys.ts'
import { alertOf, seeOther } from '../pages/answers.ts'
import { factorView, oneMore } from '../pages/challenge-view.ts'
import type { Fields, Forms } from '../pages/forms.ts'
import { wordsFor } from '../pages/languages/index.ts'
import type { Pages } from '../pages/pages.ts'
import type { Account } from '../ports.ts'
import { presentName } from '../requests/present-name.ts'
import type { ChallengeView, LoginTyping, Vigil } from '../vigil-api.ts'
import { bindingOf, type PageStrategy, type Passed, passkeyId, passwordId, proofsOf } from './interaction-proofs.ts'
import { carriedOn, type Login, type Steps, stepsOf, stepsOfPerson, stepsResult } from './interaction-steps.ts'
import { namesMethods, wayOutPage } from './interaction-way-out.ts'
import { howFor, type Interactions, scopeOf } from './interactions.ts'

export interface LoginPagesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'loginResult' | 'challengeOf'>
  readonly accounts: Accounts
  /** What people can be asked for; one of them is the password of the login page. */
  readonly strategies: readonly PageStrategy[]
  readonly choice: FactorChoice<PageStrategy>
  readonly challenges: IssuedChallenges
  readonly passkeys: Pick<Passkeys, 'possible' | 'accountOf'>
  /** There is a way back for whoever has forgotten the password. */
  readonly recover?: boolean
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

export interface LoginPages {
  show(ctx: Koa.Context, details: Interaction): Promise<void>
  /** Ends the interaction for somebody who has just set a password. */
  signedUp(ctx: Koa.Context, details: Interaction, account: Account): Promise<void>
}

/** Adds `POST /interaction/:uid/login`. */
export function loginPages(router: Router, interactions: Interactions, options: LoginPagesOptions): LoginPages {
  const { provider, vigil, accounts, pages, forms, cookies, challenges } = options
  const { detailsOf, clientOf, finish } = interactions
  const proofs = proofsOf(options)
  const showWayOut = wayOutPage(interactions, options)

  router.post('/interaction/:uid/login', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    let username = ''
    let factor: string | undefined
    try {
      const fields = await forms.read(ctx, scopeOf(details))
      username = fields['username'] ?? ''
      factor = fields['factor']
      const challenged = await challengedAccount(details)
      const from = await visitorOf(cookies, ctx)
      const passed = challenged
        ? await proofs.again(details, challenged, fields, from)
        : factor === passkeyId
          ? await proofs.byPasskey(details, fields, from)
          : await proofs.byName(username, fields, from)
      await goOn(ctx, details, passed, typingOf(passed, fields, from.knownAs))
    } catch (error) {
      if (!isVigilError(error) || error.code === 'interaction_lost') throw error
      await show(ctx, details, { error, username, factor })
    }
  })

  async function show(
    ctx: Koa.Context,
    details: Interaction,
    failed?: { readonly error: VigilError; readonly username: string; readonly factor: string | undefined }
  ): Promise<void> {
    const client = await clientOf(ctx, details)
    const shared = {
      uid: details.uid,
      csrf: forms.token(ctx, scopeOf(details)),
      client: client.name,
      ...alertOf(ctx, failed?.error)
    }
    const challenged = await challengedAccount(details).catch((error: unknown) => {
      if (isVigilError(error, 'method_missing')) return 'method_missing' as const
      throw error
    })
    const hasNone = typeof challenged === 'object' && namesMethods(challenged.view) && ctx.query['with'] === 'none'
    if (challenged === 'method_missing' || hasNone) return showWayOut(ctx, details)
    if (challenged) {
      const words = wordsFor(ctx)
      const { account, view, offered } = challenged
      const wanted = failed?.factor ?? ctx.query['with']
      const factor = offered.find(({ id }) => id === wanted) ?? offered[0]
      if (!factor) throw new VigilError('factor_missing')
      const others = offered
        .filter((other) => other !== factor)
        .map(({ id }) => ({ ...factorView(words, id), href: `${pages.base}/interaction/${details.uid}?with=${id}` }))
      const begun = await factor.begin(account.id).catch((error: unknown) => {
        if (isVigilError(error, 'mail_unavailable') || isVigilError(error, 'too_many_attempts')) return error
        throw error
      })
      if (begun instanceof VigilError) {
        alertOf(ctx, begun)
        pages.problem(
          ctx,
          begun.code,
          others.map(({ href, instead: label }) => ({ href, label }))
        )
        return
      }
      const { state, view: asked } = begun
      const data = {
        ...shared,
        challenge: challenges.issue(bindingOf(details, account.id, factor.id), state),
        asked,
        alert: failed?.error.code === 'credentials_invalid' ? words.wrongPassword : shared.alert,
        kind: view.kind,
        words: words.challenge.reasons[view.reason],
        username: account.username,
        initial: Array.from(account.username)[0],
        factor: factorView(words, factor.id),
        demanded: namesMethods(view),
        others
      }
      pages.render(ctx, 'challenge', data, howFor(details, failed?.error))
      return
    }
    const hint = details.params['login_hint']
    const username = failed?.username || (await nameOf(details)) || (typeof hint === 'string' ? hint : '')
    const passkey = await proofs.passkeyOffer(details)
    const data = { ...shared, username, passkey, recover: options.recover }
    pages.render(ctx, 'login', data, howFor(details, failed?.error))
  }

  async function nameOf(details: Interaction): Promise<string | undefined> {
    if (!details.session) return undefined
    return presentName(details) ?? (await accounts.find(details.session.accountId))?.username
  }

  /** Who must prove it, or more of it, with what, and why; undefined when anybody may sign in. */
  async function challengedAccount(details: Interaction): Promise<Challenged | undefined> {
    const steps = stepsOf(details)
    const accountId = steps?.accountId ?? details.session?.accountId
    if (accountId === undefined) return undefined
    const own = accountId === details.session?.accountId ? await vigil.challengeOf(details) : undefined
    const view = own ?? (steps && oneMore)
    const account = view && (await accounts.find(accountId))
    if (!view || !account) return undefined
    return { account, view, offered: await offeredTo(details, { accountId, ...(steps ?? nothingPassed) }) }
  }

  function offeredTo(
    details: Interaction,
    { accountId, passed, by }: Pick<Steps, 'accountId' | 'passed' | 'by'>
  ): Promise<readonly PageStrategy[]> {
    const sessionUid = accountId === details.session?.accountId ? details.session.uid : undefined
    return options.choice({ accountId, sessionUid, params: details.params, passed, by, anew: isAnew(details) })
  }

  /** Ends the interaction, or asks for what is still missing. */
  async function goOn(
    ctx: Koa.Context,
    details: Interaction,
    { account, amr, by: present }: Passed,
    typing: LoginTyping | undefined
  ): Promise<void> {
    const { id: accountId } = account
    const steps = stepsOfPerson(details, accountId)
    const passed = [...new Set([...(steps?.passed ?? []), ...amr])]
    const by = [...new Set([...(steps?.by ?? []), present])]
    const [more, result] = await Promise.all([
      offeredTo(details, { accountId, passed, by }),
      vigil.loginResult(details, { accountId, amr: passed, factors: by, ...(typing && { typing }) })
    ])
    const login = carriedOn(result, steps?.login)
    if (more.length === 0) return finishLogin(ctx, details, account, login)
    const next = stepsResult({ accountId, passed, by, login })
    await provider.interactionResult(ctx.req, ctx.res, next, { mergeWithLastSubmission: false })
    seeOther(ctx, `${pages.base}/interaction/${details.uid}`)
  }

  async function finishLogin(ctx: Koa.Context, details: Interaction, account: Account, login: Login): Promise<void> {
    cookies.device.remember(ctx, account)
    // Not merged: a result of an earlier prompt of this interaction must not add to what was proved just now.
    await finish(ctx, details, { login }, { merged: false })
  }

  return {
    show,
    async signedUp(ctx, details, account) {
      const { passwordAmr: amr } = proofs
      const passed = { accountId: account.id, amr, factors: [passwordId] }
      await finishLogin(ctx, details, account, await vigil.loginResult(details, passed))
    }
  }
}

const nothingPassed: Pick<Steps, 'passed' | 'by'> = { passed: [], by: [] }

interface Challenged {
  readonly account: Account
  readonly view: Pick<ChallengeView, 'kind' | 'reason' | 'methods' | 'except'>
  readonly offered: readonly PageStrategy[]
}

/** How the password was typed, where it was one. */
function typingOf({ account, by }: Passed, fields: Fields, knownAs: string | undefined): LoginTyping | undefined {
  if (by !== passwordId) return undefined
  return { rhythm: fields[rhythmField], secret: account.passwordHash, newDevice: knownAs !== account.id }
}

/** A login that must be made again, however good the session is. */
function isAnew({ prompt }: Interaction): boolean {
  return prompt.reasons.includes('max_age') || prompt.reasons.includes('login_prompt')
}
