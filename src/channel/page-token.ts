// The page token: what a page of the provider itself shows beside the session cookie, so that a cookie alone (which a
// browser sends along by itself) never opens a channel. It names no secret and is signed, not stored.

import { sameText, sign } from '../secrets.ts'
import type { ChannelPurpose } from './ports.ts'

export interface PageTokenClaims {
  /** `session.uid` for which the page was made. */
  readonly uid: string
  readonly purpose: ChannelPurpose
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** A token of URL-safe characters, fit for a subprotocol value and an HTML attribute. `key` has at least 32 bytes. */
export function issuePageToken(key: Uint8Array, claims: PageTokenClaims): string {
  const { uid, purpose, expiresAt } = claims
  const payload = Buffer.from(JSON.stringify([uid, purpose, expiresAt])).toString('base64url')
  return `${payload}.${sign(key, signedText(payload))}`
}

/** The claims of a token that this key signed and that has not expired at `now` (seconds); undefined for any other. */
export function readPageToken(key: Uint8Array, token: string, now: number): PageTokenClaims | undefined {
  const [payload, signature, ...rest] = token.split('.')
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined
  if (!sameText(signature, sign(key, signedText(payload)))) return undefined

  // Signed by us: the shape needs no suspicion from here on.
  const [uid, purpose, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    string,
    ChannelPurpose,
    number
  ]
  return now < expiresAt ? { uid, purpose, expiresAt } : undefined
}

/** What is signed says what it is for, so that no other signed text can stand in for it. */
function signedText(payload: string): string {
  return `vigil page token 1\n${payload}`
}
