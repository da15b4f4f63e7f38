// An authorization request sent as a form (OpenID Connect Core §3.1.2.1: GET and POST). The library takes them only with cookies that
// browsers send along from any site; ours stay `SameSite=Lax`. So the form becomes the same request by GET, to which the browser brings them.

import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import type Provider from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import { problemPages, type Pages } from '../pages/pages.ts'

/** What Node takes in a request line and its headers is 16 KiB. */
const maxBytes = 8 * 1024

/** `POST` on the authorization endpoint: answers 303 with the parameters in the query, or 413. Changes nothing. */
export function postedAuthorization({ provider, pages }: { provider: Provider; pages: Pages }): Router {
  const path = new URL(provider.urlFor('authorization')).pathname
  const parse = bodyParser({
    enableTypes: ['form'],
    formLimit: `${maxBytes}b`,
    onError(cause) {
      const tooLarge = 'status' in cause && cause.status === 413
      throw new VigilError(tooLarge ? 'body_too_large' : 'form_invalid', undefined, { cause })
    }
  })
  return new Router().post(path, problemPages(pages), parse, (ctx) => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries((ctx.request.body ?? {}) as Record<string, string | string[]>)) {
      // A parameter that came twice stays twice: refusing it is the endpoint's.
      for (const one of [value].flat()) query.append(name, one)
    }
    ctx.status = 303
    ctx.redirect(`${provider.urlFor('authorization')}?${query}`)
  })
}
