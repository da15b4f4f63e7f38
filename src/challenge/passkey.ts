// A passkey: a key pair of this site that a device uses after it has verified its user (W3C Web Authentication Level 3). Two factors in one act,
// the key held and the finger or the PIN that opens it, and bound to the origin, so that nobody is tricked into giving it away
// (NIST SP 800-63B-4 §3.1.7 and §3.2.5).

import type { AnswerSource } from './password.ts'
import type { ChallengeStrategy } from './strategy.ts'

export interface PasskeyAnswer<Source extends AnswerSource = AnswerSource> {
  /** JSON of the `PublicKeyCredential`, as the page sent it. */
  readonly passkey: string
  readonly from: Source
}

export interface PasskeyState {
  /** Whose passkey is asked for; empty = whoever comes. */
  readonly accountId: string
  /** Base64url; signed by the key. */
  readonly challenge: string
}

export interface PasskeyChecker<Source extends AnswerSource = AnswerSource> {
  /** True when the person has one and this site can ask for it. */
  has(accountId: string): Promise<boolean>
  /** A challenge that was never given before, and what a page hands to `navigator.credentials.get`. */
  begin(accountId: string): Promise<{ readonly challenge: string; readonly options: Readonly<Record<string, unknown>> }>
  /** RFC 8176 values of the key that signed; undefined when it is none of this person. May throw `too_many_attempts`. */
  verify(state: PasskeyState, passkey: string, from: Source): Promise<readonly string[] | undefined>
}

export function passkeyStrategy<Source extends AnswerSource>(
  passkeys: PasskeyChecker<Source>
): ChallengeStrategy<PasskeyState, PasskeyAnswer<Source>> {
  return {
    id: 'passkey',
    // Of every passkey; one whose attestation shows hardware says so when it passes.
    amr: ['swk', 'user'],
    available: (accountId) => passkeys.has(accountId),
    async begin(accountId) {
      const { challenge, options } = await passkeys.begin(accountId)
      return { state: { accountId, challenge }, view: { options } }
    },
    verify: async (state, { passkey, from }) => (await passkeys.verify(state, passkey, from)) ?? false
  }
}
