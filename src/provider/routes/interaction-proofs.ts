// What somebody at a sign-in sent to show who they are: which question it answers, and whether the answer holds.

import type { PasskeyAnswer, PasskeyState } from '../../challenge/passkey.ts'
import type { PasswordAnswer } from '../../challenge/password.ts'
import type { ChallengeStrategy } from '../../challenge/strategy.ts'
import type { CodeAnswer } from '../../challenge/totp.ts'
import { type ErrorCode, VigilError } from '../../errors.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Visitor } from '../accounts/attempts.ts'
import type { ChallengeBinding, IssuedChallenges } from '../factors/issued-challenges.ts'
import type { Passkeys } from '../factors/passkeys.ts'
import { factorField } from '../pages/challenge-view.ts'
import type { Fields } from '../pages/forms.ts'
import type { Account } from '../ports.ts'
import { scopeOf } from './interactions.ts'
import type { Interaction } from 'oidc-provider'

/** A strategy that answers what our challenge page sends. */
export type PageStrategy = ChallengeStrategy<unknown, PageAnswer>
type PageAnswer = PasswordAnswer<Visitor> & CodeAnswer<Visitor> & PasskeyAnswer<Visitor>

export interface Passed {
  readonly account: Account
  /** Id of the strategy. */
  readonly by: string
  /** RFC 8176 values of what was passed. */
  readonly amr: readonly string[]
}

export interface ProofsOptions {
  readonly accounts: Pick<Accounts, 'find' | 'verifyPassword'>
  readonly strategies: readonly PageStrategy[]
  readonly challenges: IssuedChallenges
  readonly passkeys: Pick<Passkeys, 'possible' | 'accountOf'>
}

export interface Proofs {
  /** RFC 8176 values of the password. */
  readonly passwordAmr: readonly string[]
  /** The challenge: it is known who must prove it. */
  again(
    details: Interaction,
    asked: { readonly account: Account; readonly offered: readonly PageStrategy[] },
    fields: Fields,
    from: Visitor
  ): Promise<Passed>
  /** The login page, by a name and its password. */
  byName(username: string, fields: Fields, from: Visitor): Promise<Passed>
  /** The login page, by a passkey: what it says of its owner counts once it has signed for them. */
  byPasskey(details: Interaction, fields: Fields, from: Visitor): Promise<Passed>
  /** For whoever has a passkey, whoever they are: it says itself whose it is. */
  passkeyOffer(details: Interaction): Promise<{ challenge: string; asked: unknown } | undefined>
}

export const passwordId = 'password'
export const passkeyId = 'passkey'
/** What a wrong answer is called, by the strategy's id. */
const refusals: Readonly<Record<string, ErrorCode>> = {
  [passwordId]: 'credentials_invalid',
  [passkeyId]: 'passkey_refused'
}

export function proofsOf({ accounts, strategies, challenges, passkeys }: ProofsOptions): Proofs {
  const passwordAmr = strategies.find(({ id }) => id === passwordId)?.amr ?? []
  const passkey = strategies.find(({ id }) => id === passkeyId)

  return {
    passwordAmr,

    async again(details, { account, offered }, fields, from) {
      const wanted = fields['factor']
      const strategy = offered.find(({ id }) => (wanted === undefined ? factorField(id) in fields : id === wanted))
      // A page of yesterday, or a form that somebody made: what is not asked for is not looked at.
      if (!strategy) throw new VigilError('form_expired', 'the answer is for a factor that is not asked for')
      const challenge = challenges.open(bindingOf(details, account.id, strategy.id), fields['challenge'] ?? '')
      const passed = await strategy.verify(challenge.state, answerOf(fields, from))
      if (passed === false) throw new VigilError(refusals[strategy.id] ?? 'code_invalid')
      await challenges.useUp(challenge)
      return { account, by: strategy.id, amr: passed === true ? strategy.amr : passed }
    },

    async byName(username, fields, from) {
      const account = await accounts.verifyPassword(username, fields['password'] ?? '', from)
      return { account, by: passwordId, amr: passwordAmr }
    },

    async byPasskey(details, fields, from) {
      const challenge = challenges.open(bindingOf(details, '', passkeyId), fields['challenge'] ?? '')
      const answer = answerOf(fields, from)
      const accountId = passkeys.accountOf(answer.passkey) ?? ''
      const state: PasskeyState = { ...(challenge.state as PasskeyState), accountId }
      const passed = passkey ? await passkey.verify(state, answer) : false
      const account = passed === false ? undefined : await accounts.find(accountId)
      if (!passkey || !account || passed === false) throw new VigilError('passkey_refused')
      await challenges.useUp(challenge)
      return { account, by: passkeyId, amr: passed === true ? passkey.amr : passed }
    },

    async passkeyOffer(details) {
      if (!passkey || !passkeys.possible) return undefined
      const { state, view } = await passkey.begin('')
      return { challenge: challenges.issue(bindingOf(details, '', passkeyId), state), asked: view }
    }
  }
}

export function bindingOf(details: Interaction, accountId: string, factor: string): ChallengeBinding {
  return { scope: scopeOf(details), sessionUid: details.session?.uid, accountId, factor }
}

function answerOf(fields: Fields, from: Visitor): PageAnswer {
  const { password = '', code = '', passkey = '' } = fields
  return { password, code, passkey, from }
}
