// The pages that oidc-provider asks its host for: an error that cannot go back to the application, and the two pages of signing out.

import { isSessionNotFound, type Pages } from './pages.ts'
import { preferLanguages, type Words, wordsFor } from './languages/index.ts'
import { type PublicWords, publicWords } from './public-errors.ts'
import type { Configuration, ErrorOut, KoaContextWithOIDC } from 'oidc-provider'

export interface ProviderPages {
  readonly renderError: NonNullable<Configuration['renderError']>
  /** For `features.rpInitiatedLogout`. */
  readonly logoutSource: (ctx: KoaContextWithOIDC, form: string) => void
  /** For `features.rpInitiatedLogout`. */
  readonly postLogoutSuccessSource: (ctx: KoaContextWithOIDC) => void
}

export function providerPages(pages: Pages): ProviderPages {
  return {
    renderError(ctx, out, error) {
      speak(ctx)
      const words = explained(wordsFor(ctx), out, error, ctx.status)
      const detail = [out.error, out.error_description].filter(Boolean).join(': ')
      // The provider has set the status that the protocol wants; the page keeps it, save where there is no session to go on with.
      pages.render(ctx, 'error', { ...words, detail }, { status: isSessionNotFound(error) ? 410 : ctx.status })
    },

    logoutSource(ctx, form) {
      speak(ctx)
      const { client, params } = ctx.oidc
      const back = params?.['post_logout_redirect_uri']
      const data = { form, client: client && (client.clientName ?? client.clientId) }
      pages.render(ctx, 'logout', data, { formAction: typeof back === 'string' ? [back] : [], popup: true })
    },

    postLogoutSuccessSource(ctx) {
      speak(ctx)
      const { client } = ctx.oidc
      pages.render(ctx, 'signed-out', { client: client && (client.clientName ?? client.clientId) })
    }
  }
}

/** The request that the provider answers may name languages; one that it could not read has none. */
function speak(ctx: KoaContextWithOIDC): void {
  const wanted = ctx.oidc?.params?.['ui_locales']
  if (wanted !== undefined) preferLanguages(ctx, wanted)
}

function explained(words: Words, out: ErrorOut, error: Error, status: number): PublicWords {
  if (isSessionNotFound(error)) return publicWords(words, 'interaction_lost')
  if (status === 404) return publicWords(words, 'not_found')
  if (out.error === 'server_error' || status >= 500) return publicWords(words, 'internal')
  return words.requestRefused
}
