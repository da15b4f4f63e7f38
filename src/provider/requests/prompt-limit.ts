// Ends a request that asks the same thing for ever. A page of a host that answers nothing, a person who is not the one that was asked for, an
// authentication that never gets fresh enough: each sends the browser in circles between the authorization endpoint and a page.

import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'

type Prompt = InstanceType<typeof interactionPolicy.Prompt>
type Check = InstanceType<typeof interactionPolicy.Check>

/** Pages that a person is shown for one reason within one request. */
const mostTimesAsked = 3

/** How often pages of this request have asked for this reason. */
export function timesAsked(ctx: KoaContextWithOIDC, reason: string): number {
  return Number(ctx.oidc.entities.Interaction?.prompt.details[keyOf(reason)] ?? 0)
}

/** The check, which fails the request with its own error where the person has been asked often enough. */
export function limited(check: Check): Check {
  // A prompt has given its own error to a check without one.
  const error = check.error ?? 'interaction_required'
  return new interactionPolicy.Check(
    check.reason,
    check.description,
    error,
    async (ctx) => {
      const ask = await check.check(ctx)
      if (ask && timesAsked(ctx, check.reason) >= mostTimesAsked) {
        throw new errors.CustomOIDCProviderError(
          error,
          `${check.description}, and was asked for ${mostTimesAsked} times`
        )
      }
      return ask
    },
    async (ctx) => ({ ...(await check.details(ctx)), [keyOf(check.reason)]: timesAsked(ctx, check.reason) + 1 })
  )
}

/**
 * The details of a prompt, and what was counted so far: an interaction is written anew for each page, and its details are the one part of it
 * that is ours to fill.
 */
export function withCounts(details: Prompt['details']): Prompt['details'] {
  return async (ctx) => {
    const before = Object.entries(ctx.oidc.entities.Interaction?.prompt.details ?? {})
    return { ...(await details(ctx)), ...Object.fromEntries(before.filter(([key]) => key.startsWith(prefix))) }
  }
}

const prefix = 'vigil_times_'

function keyOf(reason: string): string {
  return `${prefix}${reason}`
}
