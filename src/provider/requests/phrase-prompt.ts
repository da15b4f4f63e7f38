// A prompt of its own for a typed phrase, so that a host's pages never see it: it is asked between `login` and the host's other prompts, once in a
// request, where a page may be shown, and leads to a page of Vigil. Whoever does not want it goes on without: nothing has been taken from the session.

import { type Configuration, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { limited, timesAsked, withCounts } from './prompt-limit.ts'

type Prompt = InstanceType<typeof interactionPolicy.Prompt>
type InteractionUrl = NonNullable<NonNullable<Configuration['interactions']>['url']>

export const phrasePath = '/vigil/phrase'
export const phrasePrompt = 'vigil_phrase'
/** Member of the interaction's result: how the page was left. */
export const phraseResult = 'vigil_phrase'

/** `isOpen`: a phrase may answer a doubt about the session of this request. */
export function phrasePromptFor(isOpen: (ctx: KoaContextWithOIDC) => Promise<boolean>): Prompt {
  const check = new interactionPolicy.Check(
    phrasePrompt,
    'there is a doubt about the session that a typed phrase may answer',
    'interaction_required',
    // No page may be shown, or one was: the doubt stands, and the request goes on.
    async (ctx) => !ctx.oidc.promptPending('none') && timesAsked(ctx, phrasePrompt) === 0 && (await isOpen(ctx))
  )
  const prompt = new interactionPolicy.Prompt(
    { name: phrasePrompt, requestable: false },
    withCounts(() => ({}))
  )
  prompt.checks.push(limited(check))
  return prompt
}

/** The person at the page of the phrase wants to prove it in another way, in this very request. */
export function wantsFactor(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.result?.[phraseResult] === 'other'
}

/** Wraps the host's address of interactions, or the provider's default. */
export function withPhrasePage(
  base: string,
  otherwise: InteractionUrl = (_ctx, { uid }) => `/interaction/${uid}`
): InteractionUrl {
  return (ctx, interaction) =>
    interaction.prompt.name === phrasePrompt ? `${base}${phrasePath}/${interaction.uid}` : otherwise(ctx, interaction)
}
