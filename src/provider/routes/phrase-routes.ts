// The page of a typed phrase: reached from a page that shows a doubt, or within an authorization request that may show one. It answers in words of one
// kind each, never with a score. Needs nothing of the host but its provider, so it comes with the plug-in.

import Router from '@koa/router'
import type Koa from 'koa'
import type { Interaction, InteractionResults, default as Provider } from 'oidc-provider'
import type { PhraseState } from '../../challenge/typed-phrase.ts'
import { phraseField } from '../../channel/wire.ts'
import { isVigilError, VigilError } from '../../errors.ts'
import { accountSignIn } from '../account-client.ts'
import type { SealedChallenges } from '../factors/issued-challenges.ts'
import type { Forms } from '../pages/forms.ts'
import { preferLanguages, wordsFor } from '../pages/languages/index.ts'
import { isSessionNotFound, type Pages, problemPages } from '../pages/pages.ts'
import { publicWords } from '../pages/public-errors.ts'
import { phrasePath, phrasePrompt, phraseResult } from '../requests/phrase-prompt.ts'
import { backFromSignIn, sendToSignIn, signedIn } from '../sessions/signed-in.ts'
import type { Vigil } from '../vigil-api.ts'

export interface PhraseRoutesOptions {
  readonly provider: Provider
  readonly vigil: Pick<Vigil, 'phrases'>
  readonly challenges: SealedChallenges
  readonly pages: Pages
  readonly forms: Forms
  /** Path on the issuer's host where a person goes when there is nothing more to do here. */
  readonly home: string
}

/** Who is asked, and where they go on. */
interface Asked {
  readonly uid: string
  readonly accountId: string
  /** Of the form and the challenge. */
  readonly scope: string
  /** Path of the page. */
  readonly path: string
  /** Present within an authorization request. */
  readonly details?: Interaction
}

/** What the page shows. */
type Shown = 'ask' | 'nothing' | 'used_up' | 'answered' | 'refused'

/**
 * `GET` and `POST /vigil/phrase` for whoever is signed in; `/vigil/phrase/:uid` within an interaction, with `POST …/later`, which goes on without, and
 * `POST …/other`, which asks for a factor.
 */
export function phraseRoutes({ provider, vigil, challenges, pages, forms, home }: PhraseRoutesOptions): Router {
  const router = new Router()
  router.use(
    [phrasePath, `${phrasePath}/:uid`, `${phrasePath}/:uid/later`, `${phrasePath}/:uid/other`],
    problemPages(pages)
  )

  router.get(phrasePath, async (ctx) => {
    const asked = await personAsked(ctx)
    if (!asked) return sendToSignIn(ctx, { provider, pages, place: phrasePath, because: 'not_signed_in' })
    if (backFromSignIn(ctx, pages)) return undefined
    return show(ctx, asked)
  })

  router.post(phrasePath, async (ctx) => {
    const asked = await personAsked(ctx)
    if (!asked) throw new VigilError('not_signed_in')
    await answer(ctx, asked)
  })

  router.get(`${phrasePath}/:uid`, async (ctx) => show(ctx, await interactionAsked(ctx)))
  router.post(`${phrasePath}/:uid`, async (ctx) => answer(ctx, await interactionAsked(ctx)))

  router.post(`${phrasePath}/:uid/later`, async (ctx) => {
    const { scope } = await interactionAsked(ctx)
    await forms.read(ctx, scope)
    await goOn(ctx, 'later')
  })

  router.post(`${phrasePath}/:uid/other`, async (ctx) => {
    const { scope } = await interactionAsked(ctx)
    await forms.read(ctx, scope)
    await goOn(ctx, 'other')
  })

  async function personAsked(ctx: Koa.Context): Promise<Asked | undefined> {
    const who = await signedIn(provider, ctx)
    return who && { uid: who.uid, accountId: who.accountId, scope: phrasePath, path: phrasePath }
  }

  /** Throws `interaction_lost`. */
  async function interactionAsked(ctx: Koa.Context & { params: Record<string, string> }): Promise<Asked> {
    const details = await provider.interactionDetails(ctx.req, ctx.res).catch((cause: unknown) => {
      throw isSessionNotFound(cause) ? new VigilError('interaction_lost', undefined, { cause }) : cause
    })
    preferLanguages(ctx, details.params['ui_locales'])
    const { session, prompt, uid } = details
    if (uid !== ctx.params['uid'] || prompt.name !== phrasePrompt || !session?.accountId)
      throw new VigilError('interaction_lost', 'the interaction is not at the phrase')
    const path = `${phrasePath}/${uid}`
    return { uid: session.uid, accountId: session.accountId, scope: `interaction ${uid}`, path, details }
  }

  async function answer(ctx: Koa.Context, asked: Asked): Promise<void> {
    try {
      const fields = await forms.read(ctx, asked.scope)
      const challenge = challenges.open(bindingOf(asked), fields['challenge'] ?? '')
      const { id, state } = challenge as { id: string; state: PhraseState }
      const given = { text: fields['phrase'] ?? '', typing: fields[phraseField] ?? '' }
      const outcome = await vigil.phrases.answer(asked.uid, { id, state }, given)
      if (outcome === 'unclear') return await show(ctx, asked, new VigilError('phrase_unclear'))
      if (asked.details) return await goOn(ctx, outcome)
      return await render(ctx, asked, outcome === 'over' ? 'nothing' : outcome)
    } catch (error) {
      if (!isVigilError(error) || error.code === 'interaction_lost') throw error
      return show(ctx, asked, error)
    }
  }

  async function show(ctx: Koa.Context, asked: Asked, error?: VigilError): Promise<void> {
    const standing = await vigil.phrases.standing(asked.uid)
    return render(ctx, asked, standing === 'open' ? 'ask' : standing === 'none' ? 'nothing' : standing, error)
  }

  async function render(ctx: Koa.Context, asked: Asked, shown: Shown, error?: VigilError): Promise<void> {
    const words = wordsFor(ctx)
    const begun = shown === 'ask' ? await vigil.phrases.begin(asked.accountId, words.tag) : undefined
    const { details } = asked
    const redirectUri = details?.params['redirect_uri']
    const data = {
      shown,
      csrf: forms.token(ctx, asked.scope),
      action: pages.base + asked.path,
      inside: details !== undefined,
      sentence: begun?.sentence,
      challenge: begun && challenges.issue(bindingOf(asked), begun.state),
      unclear: error?.code === 'phrase_unclear',
      alert: error && publicWords(words, error.code),
      // A sign-in that asks for a proof, whatever stands.
      other: accountSignIn(provider, new URL(home, provider.issuer), { maxAgeSeconds: 0 }),
      home
    }
    pages.render(ctx, 'phrase', data, {
      status: error?.status ?? 200,
      ...(details && { formAction: typeof redirectUri === 'string' ? [redirectUri] : [], popup: true })
    })
  }

  /** Without a login in it: nothing was proved, so `auth_time`, `acr` and `amr` stay as they are. */
  async function goOn(ctx: Koa.Context, outcome: string): Promise<void> {
    const result: InteractionResults = { [phraseResult]: outcome }
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false })
    ctx.status = 303
    ctx.redirect(returnTo)
  }

  return router
}

function bindingOf({ scope, uid, accountId }: Asked) {
  return { scope, sessionUid: uid, accountId, factor: 'typed-phrase' }
}
