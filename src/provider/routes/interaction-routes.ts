// The pages of a sign-in: login, the challenge that Vigil asks for, sign-up from inside, and consent to an application. Each ends in a
// result that the provider's own flow takes up; nothing here decides who must be asked.

import Router from '@koa/router'
import { rhythmField } from '../../biometrics/fixed-text/typed-rhythm.ts'
import type { PasswordAnswer } from '../../challenge/password.ts'
import type { PasskeyAnswer, PasskeyState } from '../../challenge/passkey.ts'
import type { ChallengeStrategy } from '../../challenge/strategy.ts'
import type { CodeAnswer } from '../../challenge/totp.ts'
import { type ErrorCode, isVigilError, VigilError } from '../../errors.ts'
import { accountClientId } from '../account-client.ts'
import { problemsInWords, signUpProblems } from '../accounts/accounts.ts'
import { retryAfterSeconds, type Visitor } from '../accounts/attempts.ts'
import { factorField, factorView, oneMore } from '../pages/challenge-view.ts'
import { preferLanguages, wordsFor } from '../pages/languages/index.ts'
import { isSessionNotFound, problemPages } from '../pages/pages.ts'
import { publicWords } from '../pages/public-errors.ts'
import { scopeWords } from '../pages/scope-words.ts'
import type Koa from 'koa'
import type { Interaction, InteractionResults, default as Provider } from 'oidc-provider'
import type { Accounts, Problem, SignUp } from '../accounts/accounts.ts'
import type { FactorChoice } from '../factors/factor-choice.ts'
import type { Fields, Forms } from '../pages/forms.ts'
import type { ChallengeBinding, IssuedChallenges } from '../factors/issued-challenges.ts'
import type { Pages } from '../pages/pages.ts'
import type { Passkeys } from '../factors/passkeys.ts'
import type { Account, UsedStore } from '../ports.ts'
import { type PersonCookies, visitorOf } from '../accounts/signed-cookie.ts'
import type { ChallengeView, LoginTyping, Vigil } from '../vigil-api.ts'

export interface InteractionRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'loginResult' | 'challengeOf' | 'revoke'>
  readonly accounts: Accounts
  /** What people can be asked for; one of them is the password of the login page. */
  readonly strategies: readonly PageStrategy[]
  readonly choice: FactorChoice<PageStrategy>
  readonly challenges: IssuedChallenges
  readonly passkeys: Pick<Passkeys, 'possible' | 'accountOf'>
  readonly used: UsedStore
  /** There is a way back for whoever has forgotten the password. */
  readonly recover?: boolean
  readonly pages: Pages
  readonly forms: Forms
  readonly cookies: PersonCookies
}

/** A strategy that answers what our challenge page sends. */
export type PageStrategy = ChallengeStrategy<unknown, PageAnswer>
type PageAnswer = PasswordAnswer<Visitor> & CodeAnswer<Visitor> & PasskeyAnswer<Visitor>

/** What was passed in an interaction that asks for more. */
interface Steps {
  readonly accountId: string
  /** RFC 8176 values. */
  readonly passed: readonly string[]
  /** Ids of the strategies. */
  readonly by: readonly string[]
  /** The login as it would be with that alone: what was seen of the password goes on to the end. */
  readonly login: NonNullable<InteractionResults['login']>
}

/**
 * `GET /interaction/:uid` and the forms under it. Mount with `provider.use(router.routes())` before `provider.callback()`. An
 * interaction with a prompt other than `login` and `consent` is left to whoever comes next.
 */
export function interactionRoutes(options: InteractionRoutesOptions): Router {
  const { provider, vigil, accounts, pages, forms, cookies, challenges, passkeys } = options
  const passwordAmr = options.strategies.find(({ id }) => id === passwordId)?.amr ?? []
  const router = new Router()

  router.use('/interaction/:uid', problemPages(pages))

  router.get('/interaction/:uid', async (ctx, next) => {
    const details = await detailsOf(ctx)
    if (details.prompt.name === 'consent') return showConsent(ctx, details)
    if (details.prompt.name !== 'login') {
      await next()
      return undefined
    }
    const signedUp = await justSignedUp(ctx, details)
    if (signedUp && (await accounts.find(signedUp))) return signUpDone(ctx, details, signedUp)
    return showLogin(ctx, details)
  })

  router.post('/interaction/:uid/login', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    let username = ''
    let factor: string | undefined
    try {
      const fields = await forms.read(ctx, scopeOf(details))
      username = fields['username'] ?? ''
      factor = fields['factor']
      const challenged = await challengedAccount(details)
      const from = visitorOf(cookies, ctx)
      const passed = challenged
        ? await passAgain(details, challenged, fields, from)
        : factor === passkeyId
          ? await passByPasskey(details, fields, from)
          : await passByName(username, fields, from)
      const typing =
        passed.by === passwordId
          ? {
              rhythm: fields[rhythmField],
              secret: passed.account.passwordHash,
              newDevice: from.knownAs !== passed.account.id
            }
          : undefined
      await goOn(ctx, details, passed, typing)
    } catch (error) {
      if (!isVigilError(error) || error.code === 'interaction_lost') throw error
      await showLogin(ctx, details, { error, username, factor })
    }
  })

  router.get('/interaction/:uid/signup', async (ctx) => showSignUp(ctx, await detailsOf(ctx, 'login')))

  router.post('/interaction/:uid/signup', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    let person: SignUp = { username: '', email: '', password: '' }
    try {
      const fields = await forms.read(ctx, scopeOf(details))
      person = { username: fields['username'] ?? '', email: fields['email'] ?? '', password: fields['password'] ?? '' }
      const account = await accounts.signUp(person, visitorOf(cookies, ctx))
      await signUpDone(ctx, details, account.id)
    } catch (error) {
      if (!isVigilError(error) || error.code === 'interaction_lost') throw error
      await showSignUp(ctx, details, { error, person })
    }
  })

  router.post('/interaction/:uid/consent', async (ctx) => {
    const details = await detailsOf(ctx, 'consent')
    await forms.read(ctx, scopeOf(details))
    const grantId = await grantOf(details)
    await finish(ctx, { consent: { grantId } }, true)
  })

  router.post('/interaction/:uid/abort', async (ctx) => {
    const details = await detailsOf(ctx)
    await forms.read(ctx, scopeOf(details))
    await finish(ctx, { error: 'access_denied', error_description: 'the person did not go on' }, false)
  })

  router.post('/interaction/:uid/signout', async (ctx) => {
    const details = await detailsOf(ctx, 'login')
    await forms.read(ctx, scopeOf(details))
    if (details.session) await vigil.revoke(details.session.uid, 'signed_out')
    ctx.status = 303
    ctx.redirect(againUrl(details))
  })

  /** The interaction that this browser and this address both name. Throws `interaction_lost`. */
  async function detailsOf(
    ctx: Koa.Context & { params: Record<string, string> },
    prompt?: string
  ): Promise<Interaction> {
    try {
      const details = await provider.interactionDetails(ctx.req, ctx.res)
      preferLanguages(ctx, details.params['ui_locales'])
      if (details.uid !== ctx.params['uid'])
        throw new VigilError('interaction_lost', 'the address names another interaction')
      if (prompt && details.prompt.name !== prompt)
        throw new VigilError('interaction_lost', `the interaction is not at ${prompt}`)
      return details
    } catch (error) {
      if (isSessionNotFound(error)) throw new VigilError('interaction_lost', undefined, { cause: error })
      throw error
    }
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
    const sessionUid = accountId === details.session?.accountId ? details.session.uid : undefined
    const { passed = [], by = [] } = steps ?? {}
    const { params } = details
    const offered = await options.choice({ accountId, sessionUid, params, passed, by, anew: isAnew(details) })
    return { account, view, offered }
  }

  async function showLogin(
    ctx: Koa.Context,
    details: Interaction,
    failed?: { readonly error: VigilError; readonly username: string; readonly factor: string | undefined }
  ): Promise<void> {
    const client = await clientOf(details)
    const challenged = await challengedAccount(details).catch((error: unknown) => {
      if (isVigilError(error, 'method_missing')) return 'method_missing' as const
      throw error
    })
    const hasNone = typeof challenged === 'object' && namesMethods(challenged.view) && ctx.query['with'] === 'none'
    if (challenged === 'method_missing' || hasNone) return showWayOut(ctx, details)
    const present = !challenged && details.session ? await accounts.find(details.session.accountId) : undefined
    const hint = details.params['login_hint']
    const shared = {
      uid: details.uid,
      csrf: forms.token(ctx, scopeOf(details)),
      client: client.name,
      ...alertOf(ctx, failed?.error)
    }
    if (challenged) {
      const words = wordsFor(ctx)
      const { account, view, offered } = challenged
      const wanted = failed?.factor ?? ctx.query['with']
      const factor = offered.find(({ id }) => id === wanted) ?? offered[0]
      if (!factor) throw new VigilError('factor_missing')
      const { state, view: asked } = await factor.begin(account.id)
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
        others: offered.filter((other) => other !== factor).map(({ id }) => factorView(words, id))
      }
      pages.render(ctx, 'challenge', data, howFor(details, failed?.error))
      return
    }
    const username = failed?.username || present?.username || (typeof hint === 'string' ? hint : '')
    const passkey = await passkeyOffer(details)
    pages.render(
      ctx,
      'login',
      { ...shared, username, passkey, recover: options.recover },
      howFor(details, failed?.error)
    )
  }

  /** The policy demands what this person does not have, or has lost: they are told who can help, and nobody keeps them here. */
  async function showWayOut(ctx: Koa.Context, details: Interaction): Promise<void> {
    const view = await vigil.challengeOf(details)
    const { wayOut, common } = wordsFor(ctx)
    const { methodNames, anotherMethod } = wayOut
    const names = (view?.methods ?? []).map((id) => (Object.hasOwn(methodNames, id) ? methodNames[id]! : id))
    const data = {
      uid: details.uid,
      csrf: forms.token(ctx, scopeOf(details)),
      client: (await clientOf(details)).name,
      wanted: names.length > 0 ? names.reduce((one, other) => common.or(one, other)) : anotherMethod,
      recover: options.recover
    }
    pages.render(ctx, 'way-out', data, { ...howFor(details), status: 403 })
  }

  /** For whoever has one, whoever they are: a passkey says itself whose it is. */
  async function passkeyOffer(details: Interaction): Promise<{ challenge: string; asked: unknown } | undefined> {
    const strategy = options.strategies.find(({ id }) => id === passkeyId)
    if (!strategy || !passkeys.possible) return undefined
    const { state, view } = await strategy.begin('')
    return { challenge: challenges.issue(bindingOf(details, '', passkeyId), state), asked: view }
  }

  async function showSignUp(
    ctx: Koa.Context,
    details: Interaction,
    failed?: { readonly error: VigilError; readonly person: SignUp }
  ): Promise<void> {
    const client = await clientOf(details)
    const data = {
      csrf: forms.token(ctx, scopeOf(details)),
      action: `/interaction/${details.uid}/signup`,
      signIn: `/interaction/${details.uid}`,
      client: client.name,
      username: failed?.person.username,
      email: failed?.person.email,
      ...alertOf(ctx, failed?.error),
      problems: problemsInWords(wordsFor(ctx), signUpProblemsAfter(failed))
    }
    pages.render(ctx, 'signup', data, howFor(details, failed?.error))
  }

  async function showConsent(ctx: Koa.Context, details: Interaction): Promise<void> {
    const client = await clientOf(details)
    const account = details.session && (await accounts.find(details.session.accountId))
    const asked = missingOf(details)
    const resourceScopes = Object.values(asked.missingResourceScopes ?? {}).flat()
    const scopes = [...(asked.missingOIDCScope ?? []), ...resourceScopes]
    const fallback = typeof details.params['scope'] === 'string' ? details.params['scope'].split(' ') : []
    const data = {
      uid: details.uid,
      csrf: forms.token(ctx, scopeOf(details)),
      client: client.name,
      destination: destinationOf(details) ?? client.name,
      policyUri: client.policyUri,
      tosUri: client.tosUri,
      username: account?.username,
      asks: scopeWords(wordsFor(ctx), scopes.length > 0 ? scopes : fallback, asked.missingOIDCClaims ?? [])
    }
    pages.render(ctx, 'consent', data, howFor(details))
  }

  async function clientOf(details: Interaction): Promise<{
    readonly name: string
    readonly policyUri: string | undefined
    readonly tosUri: string | undefined
  }> {
    const clientId = String(details.params['client_id'])
    const client = await provider.Client.find(clientId)
    return { name: client?.clientName ?? clientId, policyUri: client?.policyUri, tosUri: client?.tosUri }
  }

  /** Adds what is missing to the grant that the person gave this client before, or to a new one. */
  async function grantOf(details: Interaction): Promise<string> {
    const accountId = details.session?.accountId
    const clientId = String(details.params['client_id'])
    if (!accountId) throw new VigilError('interaction_lost', 'consent without a session')
    const earlier = details.grantId ? await provider.Grant.find(details.grantId) : undefined
    const grant = earlier ?? new provider.Grant({ accountId, clientId })
    const { missingOIDCScope, missingOIDCClaims, missingResourceScopes, rar } = missingOf(details)
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '))
    if (missingOIDCClaims) grant.addOIDCClaims([...missingOIDCClaims])
    for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {}))
      grant.addResourceScope(resource, scopes.join(' '))
    for (const detail of rar ?? []) grant.addRar(detail)
    return grant.save()
  }

  /** The challenge: it is known who must prove it. */
  async function passAgain(
    details: Interaction,
    { account, offered }: Challenged,
    fields: Fields,
    from: Visitor
  ): Promise<Passed> {
    const wanted = fields['factor']
    const strategy = offered.find(({ id }) => (wanted === undefined ? factorField(id) in fields : id === wanted))
    // A page of yesterday, or a form that somebody made: what is not asked for is not looked at.
    if (!strategy) throw new VigilError('form_expired', 'the answer is for a factor that is not asked for')
    const challenge = challenges.open(bindingOf(details, account.id, strategy.id), fields['challenge'] ?? '')
    const passed = await strategy.verify(challenge.state, answerOf(fields, from))
    if (passed === false) throw new VigilError(refusals[strategy.id] ?? 'code_invalid')
    await challenges.useUp(challenge)
    return { account, by: strategy.id, amr: passed === true ? strategy.amr : passed }
  }

  /** The login page, by a name and its password. */
  async function passByName(username: string, fields: Fields, from: Visitor): Promise<Passed> {
    const account = await accounts.verifyPassword(username, fields['password'] ?? '', from)
    return { account, by: passwordId, amr: passwordAmr }
  }

  /** The login page, by a passkey: what it says of its owner counts once it has signed for them. */
  async function passByPasskey(details: Interaction, fields: Fields, from: Visitor): Promise<Passed> {
    const strategy = options.strategies.find(({ id }) => id === passkeyId)
    const challenge = challenges.open(bindingOf(details, '', passkeyId), fields['challenge'] ?? '')
    const answer = answerOf(fields, from)
    const accountId = passkeys.accountOf(answer.passkey) ?? ''
    const state: PasskeyState = { ...(challenge.state as PasskeyState), accountId }
    const passed = strategy ? await strategy.verify(state, answer) : false
    const account = passed === false ? undefined : await accounts.find(accountId)
    if (!strategy || !account || passed === false) throw new VigilError('passkey_refused')
    await challenges.useUp(challenge)
    return { account, by: passkeyId, amr: passed === true ? strategy.amr : passed }
  }

  /** Ends the interaction, or asks for what is still missing. */
  async function goOn(
    ctx: Koa.Context,
    details: Interaction,
    { account, amr, by: present }: Passed,
    typing: LoginTyping | undefined
  ): Promise<void> {
    const steps = stepsOf(details)
    const passed = [...new Set([...(steps?.passed ?? []), ...amr])]
    const by = [...new Set([...(steps?.by ?? []), present])]
    const sessionUid = account.id === details.session?.accountId ? details.session.uid : undefined
    const { params } = details
    const [more, result] = await Promise.all([
      options.choice({ accountId: account.id, sessionUid, params, passed, by, anew: isAnew(details) }),
      vigil.loginResult(details, { accountId: account.id, amr: passed, factors: by, ...(typing && { typing }) })
    ])
    const login = carriedOn(result, steps?.login)
    if (more.length === 0) return finishLogin(ctx, account.id, login)
    const next: Steps = { accountId: account.id, passed, by, login }
    // Kept with the interaction, which this browser alone can name; without `login` it ends nothing.
    await provider.interactionResult(ctx.req, ctx.res, { [stepsKey]: next }, { mergeWithLastSubmission: false })
    ctx.status = 303
    ctx.redirect(`${pages.base}/interaction/${details.uid}`)
  }

  /** After a sign-up, which has just set the password. */
  async function signUpDone(ctx: Koa.Context, details: Interaction, accountId: string): Promise<void> {
    await finishLogin(
      ctx,
      accountId,
      await vigil.loginResult(details, { accountId, amr: passwordAmr, factors: [passwordId] })
    )
  }

  async function finishLogin(
    ctx: Koa.Context,
    accountId: string,
    login: NonNullable<InteractionResults['login']>
  ): Promise<void> {
    cookies.device.set(ctx, accountId)
    // Not merged: a result of an earlier prompt of this interaction must not add to what was proved just now.
    await finish(ctx, { login }, false)
  }

  async function finish(ctx: Koa.Context, result: InteractionResults, mergeWithLastSubmission: boolean): Promise<void> {
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission })
    ctx.status = 303
    ctx.redirect(returnTo)
  }

  /** The account that was made on this browser a moment ago, when this is the sign-in which that sign-up started. */
  async function justSignedUp(ctx: Koa.Context, details: Interaction): Promise<string | undefined> {
    if (details.params['client_id'] !== accountClientId) return undefined
    const ticket = cookies.justSignedUp.read(ctx)
    if (!ticket || !(await options.used.useUp(`signed up ${ticket.id}`, ticket.expiresAt))) return undefined
    cookies.justSignedUp.clear(ctx)
    return ticket.accountId
  }

  /** The same request from the start, for whoever signs in after the present person has left. */
  function againUrl(details: Interaction): string {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(details.params)) {
      // A request object was taken apart already, and a pushed one works once.
      if (name === 'request' || name === 'request_uri') continue
      if (typeof value === 'string' || typeof value === 'number') query.set(name, String(value))
      else if (Array.isArray(value)) for (const one of value) query.append(name, String(one))
    }
    return `${provider.pathFor('authorization')}?${query}`
  }

  return router
}

interface Challenged {
  readonly account: Account
  readonly view: Pick<ChallengeView, 'kind' | 'reason' | 'methods' | 'except'>
  readonly offered: readonly PageStrategy[]
}

interface Passed {
  readonly account: Account
  /** Id of the strategy. */
  readonly by: string
  /** RFC 8176 values of what was passed. */
  readonly amr: readonly string[]
}

const passwordId = 'password'
const passkeyId = 'passkey'
/** What a wrong answer is called, by the strategy's id. */
const refusals: Readonly<Record<string, ErrorCode>> = {
  [passwordId]: 'credentials_invalid',
  [passkeyId]: 'passkey_refused'
}
const stepsKey = 'vigil_steps'

function stepsOf(details: Interaction): Steps | undefined {
  return details.result?.[stepsKey] as Steps | undefined
}

/** What was seen of a password that an earlier step asked for still counts. */
function carriedOn(
  login: NonNullable<InteractionResults['login']>,
  earlier: Steps['login'] | undefined
): NonNullable<InteractionResults['login']> {
  const signs = proofOf(login)?.signs ?? proofOf(earlier)?.signs
  return signs === undefined ? login : { ...login, vigil: { ...proofOf(login), signs } }
}

function proofOf(login: Steps['login'] | undefined): { readonly signs?: unknown } | undefined {
  return login?.['vigil'] as { readonly signs?: unknown } | undefined
}

function namesMethods({ methods, except }: Pick<ChallengeView, 'methods' | 'except'>): boolean {
  return methods !== undefined || except !== undefined
}

/** A login that must be made again, however good the session is. */
function isAnew({ prompt }: Interaction): boolean {
  return prompt.reasons.includes('max_age') || prompt.reasons.includes('login_prompt')
}

function bindingOf(details: Interaction, accountId: string, factor: string): ChallengeBinding {
  return { scope: scopeOf(details), sessionUid: details.session?.uid, accountId, factor }
}

function answerOf(fields: Fields, from: Visitor): PageAnswer {
  const { password = '', code = '', passkey = '' } = fields
  return { password, code, passkey, from }
}

function scopeOf(details: Interaction): string {
  return `interaction ${details.uid}`
}

function howFor(details: Interaction, error?: VigilError): { status: number; formAction: string[]; popup: true } {
  const redirectUri = details.params['redirect_uri']
  return { status: error?.status ?? 200, formAction: typeof redirectUri === 'string' ? [redirectUri] : [], popup: true }
}

function destinationOf(details: Interaction): string | undefined {
  const redirectUri = details.params['redirect_uri']
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined
  return new URL(redirectUri).host || undefined
}

function alertOf(ctx: Koa.Context, error: VigilError | undefined): { alert?: ReturnType<typeof publicWords> } {
  if (!error) return {}
  const seconds = retryAfterSeconds(error)
  if (seconds !== undefined) ctx.set('Retry-After', String(seconds))
  return { alert: publicWords(wordsFor(ctx), error.code) }
}

function signUpProblemsAfter(
  failed: { readonly error: VigilError; readonly person: SignUp } | undefined
): readonly Problem[] {
  return failed?.error.code === 'form_invalid' ? signUpProblems(failed.person) : []
}

/** What the consent prompt found missing; the provider types it as anything. */
interface Missing {
  readonly missingOIDCScope?: readonly string[]
  readonly missingOIDCClaims?: readonly string[]
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
  readonly rar?: readonly { readonly type: string }[]
}

function missingOf(details: Interaction): Missing {
  return details.prompt.details
}
