// Notes which session a signed access token comes from, by the client's own name for it: what is noted here is what the revocation feed is
// made from. It is noted before the token leaves, so that a session that ends at the same moment is in the feed.

import type { SignedTokenStore } from '../../ports.ts'

/** The part of an access token that is read here. */
interface IssuedToken {
  readonly kind: string
  readonly aud?: string | readonly string[] | undefined
  /** Seconds that it lives. */
  readonly expiration?: number | undefined
  readonly resourceServer?: { readonly accessTokenFormat?: string | undefined } | undefined
}

export interface SignedTokens {
  /** Does nothing for a token that is not signed: the provider is asked about those. */
  note(token: IssuedToken, session: { readonly sid: string; readonly uid: string }): Promise<void>
}

/** `now` in seconds since the epoch. */
export function createSignedTokens(store: SignedTokenStore, now: () => number): SignedTokens {
  return {
    async note({ kind, aud, expiration, resourceServer }, { sid, uid }) {
      if (kind !== 'AccessToken' || resourceServer?.accessTokenFormat !== 'jwt') return
      const audiences = typeof aud === 'string' ? [aud] : (aud ?? [])
      const expiresAt = now() + (expiration ?? longestSeconds)
      await Promise.all(audiences.map((audience) => store.note({ audience, sid, uid, expiresAt })))
    }
  }
}

/** Where the token does not say: nobody gives a token that nobody can take back a longer life. */
const longestSeconds = 24 * 3600
