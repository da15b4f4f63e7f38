// Consent to an application: what it asks for in words, and the grant that the person gives it.

import type Router from '@koa/router'
import type Koa from 'koa'
import type { Interaction, default as Provider } from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Forms } from '../pages/forms.ts'
import { wordsFor } from '../pages/languages/index.ts'
import type { Pages } from '../pages/pages.ts'
import { scopeWords } from '../pages/scope-words.ts'
import { destinationOf, howFor, type Interactions, scopeOf } from './interactions.ts'

export interface ConsentPagesOptions {
  readonly provider: Provider
  readonly accounts: Pick<Accounts, 'find'>
  readonly pages: Pages
  readonly forms: Forms
}

/** Adds `POST /interaction/:uid/consent`; returns what shows the page. */
export function consentPages(
  router: Router,
  { detailsOf, clientOf, finish }: Interactions,
  { provider, accounts, pages, forms }: ConsentPagesOptions
): (ctx: Koa.Context, details: Interaction) => Promise<void> {
  router.post('/interaction/:uid/consent', async (ctx) => {
    const details = await detailsOf(ctx, 'consent')
    await forms.read(ctx, scopeOf(details))
    const grantId = await grantOf(provider, details)
    await finish(ctx, details, { consent: { grantId } }, { merged: true })
  })

  return async (ctx, details) => {
    const client = await clientOf(ctx, details)
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
}

/** Adds what is missing to the grant that the person gave this client before, or to a new one. */
async function grantOf(provider: Provider, details: Interaction): Promise<string> {
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

/** What the consent prompt found missing; the provider types it as anything. */
interface Missing {
  readonly missingOIDCScope?: readonly string[]
  readonly missingOIDCClaims?: readonly string[]
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
  readonly rar?: readonly { readonly type: string }[]
}

function missingOf({ prompt }: Interaction): Missing {
  return prompt.details
}
