// Asks the provider about each token (RFC 7662): the session's present truth, at the price of a request.

import { allowInsecureRequests, type Configuration, discovery, tokenIntrospection } from 'openid-client'
import { VigilError } from '../errors.ts'
import { accessTokenOf, type TokenReader } from './access-token.ts'

export interface IntrospectedTokensOptions {
  readonly issuer: string
  /** The API as a client of the provider. */
  readonly clientId: string
  readonly clientSecret: string
  /** Where tokens of several APIs are told by one provider: the one that `aud` must name. */
  readonly audience?: string
  /** Milliseconds to wait for an answer. Default 3000. */
  readonly timeoutMs?: number
}

export function introspectedTokens(options: IntrospectedTokensOptions): TokenReader {
  const { issuer, clientId, clientSecret, audience } = options
  let configuration: Promise<Configuration> | undefined

  /** Looked up at the first token, and again after a failure: an API may start before its provider. */
  async function provider(): Promise<Configuration> {
    configuration ??= discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
      timeout: (options.timeoutMs ?? 3000) / 1000
    })
    return configuration.catch((error: unknown) => {
      configuration = undefined
      throw error
    })
  }

  return {
    async read(token) {
      const answer = await provider()
        .then((known) => tokenIntrospection(known, token))
        .catch((cause: unknown) => {
          throw new VigilError('issuer_unavailable', 'the issuer cannot be asked about the token', { cause })
        })
      const { active, aud } = answer
      const audiences = Array.isArray(aud) ? aud : [aud]
      if (!active) throw new VigilError('access_token_invalid', 'the issuer says that the token is not active')
      if (audience !== undefined && !audiences.includes(audience))
        throw new VigilError('access_token_invalid', 'the token is for another API')
      return accessTokenOf({ ...answer })
    }
  }
}
