// The way out of a challenge that a person cannot answer: the policy demands what they do not have, or have lost. They are told who can help, and
// nobody keeps them here.

import type Koa from 'koa'
import type { Interaction } from 'oidc-provider'
import type { Forms } from '../pages/forms.ts'
import { wordsFor } from '../pages/languages/index.ts'
import type { Pages } from '../pages/pages.ts'
import type { ChallengeView, Vigil } from '../vigil-api.ts'
import { howFor, type Interactions, scopeOf } from './interactions.ts'

export interface WayOutOptions {
  readonly vigil: Pick<Vigil, 'challengeOf'>
  /** There is a way back for whoever has forgotten the password. */
  readonly recover?: boolean
  readonly pages: Pages
  readonly forms: Forms
}

/** Returns what shows the page. */
export function wayOutPage(
  { clientOf }: Interactions,
  { vigil, recover, pages, forms }: WayOutOptions
): (ctx: Koa.Context, details: Interaction) => Promise<void> {
  return async (ctx, details) => {
    const view = await vigil.challengeOf(details)
    const { wayOut, common } = wordsFor(ctx)
    const { methodNames, anotherMethod } = wayOut
    const names = (view?.methods ?? []).map((id) => (Object.hasOwn(methodNames, id) ? methodNames[id]! : id))
    const data = {
      uid: details.uid,
      csrf: forms.token(ctx, scopeOf(details)),
      client: (await clientOf(ctx, details)).name,
      wanted: names.length > 0 ? names.reduce((one, other) => common.or(one, other)) : anotherMethod,
      recover
    }
    pages.render(ctx, 'way-out', data, { ...howFor(details), status: 403 })
  }
}

/** Whether the policy names what it wants: then there may be nobody who can give it. */
export function namesMethods({ methods, except }: Pick<ChallengeView, 'methods' | 'except'>): boolean {
  return methods !== undefined || except !== undefined
}
