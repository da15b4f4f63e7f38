// An interaction as the pages of a sign-in share it: which one it is, who asked for it, how a page of it is shown, and how it ends.

import type Koa from 'koa'
import type { Interaction, InteractionResults, default as Provider } from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import { accountClientId } from '../account-client.ts'
import { preferLanguages, wordsFor } from '../pages/languages/index.ts'
import { isSessionNotFound } from '../pages/pages.ts'

export interface Interactions {
  /** The interaction that this browser and this address both name. Throws `interaction_lost`. */
  detailsOf(ctx: Koa.Context & { params: Record<string, string> }, prompt?: string): Promise<Interaction>
  /** The application that asks, as its people know it. */
  clientOf(ctx: Koa.Context, details: Interaction): Promise<AskingClient>
  /**
   * Takes the browser back into the request that began it; `details` is what `detailsOf` gave this request. Merged, a result adds to those of earlier
   * prompts. Throws `interaction_lost` where it has ended since.
   */
  finish(
    ctx: Koa.Context,
    details: Interaction,
    result: InteractionResults,
    how: { readonly merged: boolean }
  ): Promise<void>
}

export interface AskingClient {
  readonly name: string
  readonly policyUri: string | undefined
  readonly tosUri: string | undefined
}

export function interactionsOf(provider: Provider): Interactions {
  /**
   * As `interactionResult` does it, but for a second look at the session: whoever goes on with the result looks at it again, and refuses one that has
   * ended meanwhile, or is somebody else's.
   */
  async function ended({ uid }: Interaction, result: InteractionResults): Promise<string> {
    const present = await provider.Interaction.find(uid)
    // It was answered in another tab meanwhile: written now, it would be there again.
    if (!present) throw new VigilError('interaction_lost', 'the interaction has ended meanwhile')
    present.result = result
    await present.persist()
    return present.returnTo
  }

  return {
    async detailsOf(ctx, prompt) {
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
    },

    async clientOf(ctx, { params }) {
      const clientId = String(params['client_id'])
      const client = await provider.Client.find(clientId)
      const name = clientId === accountClientId ? wordsFor(ctx).common.ownPages : client?.clientName
      return { name: name ?? clientId, policyUri: client?.policyUri, tosUri: client?.tosUri }
    },

    async finish(ctx, details, result, { merged }) {
      const returnTo = merged
        ? await provider.interactionResult(ctx.req, ctx.res, result)
        : await ended(details, result)
      ctx.status = 303
      ctx.redirect(returnTo)
    }
  }
}

/** Of the forms of an interaction. */
export function scopeOf({ uid }: Interaction): string {
  return `interaction ${uid}`
}

export function howFor(
  { params }: Interaction,
  error?: VigilError
): { status: number; formAction: string[]; popup: true } {
  const redirectUri = params['redirect_uri']
  return { status: error?.status ?? 200, formAction: typeof redirectUri === 'string' ? [redirectUri] : [], popup: true }
}

/** Host that the person goes back to. */
export function destinationOf({ params }: Interaction): string | undefined {
  const redirectUri = params['redirect_uri']
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined
  return new URL(redirectUri).host || undefined
}
