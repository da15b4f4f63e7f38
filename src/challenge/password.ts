// The password again: proves that the person at the keyboard now knows what the owner knows.

import type { ChallengeStrategy, Factor } from './strategy.ts'

/** Where an answer comes from, for whoever limits attempts. */
export interface AnswerSource {
  readonly address: string
}

export interface PasswordAnswer<Source extends AnswerSource = AnswerSource> {
  readonly password: string
  readonly from: Source
}

export interface PasswordChecker<Source extends AnswerSource = AnswerSource> {
  /** True when the account exists and can sign in with a password. */
  has(accountId: string): Promise<boolean>
  /** Constant in time and answer for unknown accounts. May throw `too_many_attempts` or `overloaded`. */
  verify(accountId: string, password: string, from: Source): Promise<boolean>
}

interface PasswordState {
  readonly accountId: string
}

export function passwordStrategy<Source extends AnswerSource>(
  passwords: PasswordChecker<Source>
): ChallengeStrategy<PasswordState, PasswordAnswer<Source>> {
  return {
    id: 'password',
    amr: ['pwd'],
    available: (accountId) => passwords.has(accountId),
    begin: (accountId) => Promise.resolve({ state: { accountId }, view: {} }),
    verify: ({ accountId }, { password, from }) => passwords.verify(accountId, password, from)
  }
}

/** For a host whose own login page asks for a password: the page verifies, Vigil only needs to know that it can. */
export const hostPassword: Factor = {
  id: 'host-password',
  amr: ['pwd'],
  available: () => Promise.resolve(true)
}
