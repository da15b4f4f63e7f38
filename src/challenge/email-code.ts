// A code by mail: proves that the person reads the mailbox of their account. It is no factor (NIST SP 800-63B-4 §3.1.3.1 rules e-mail out as an
// out-of-band authenticator), so a pass adds nothing to `amr` unless an operator says that it is one.

import type { AnswerSource } from './password.ts'
import type { ChallengeStrategy } from './strategy.ts'
import type { CodeAnswer, CodeChecker, CodeState } from './totp.ts'

export interface MailedCodeChecker<Source extends AnswerSource = AnswerSource> extends CodeChecker<Source> {
  /** Sends a code, unless one was sent a moment ago. Throws `mail_unavailable`, `too_many_attempts`. */
  send(accountId: string): Promise<void>
}

export interface EmailCodeOptions {
  /** The operator takes a mailbox for something that its owner holds: a pass adds `otp`. Default false. */
  readonly counts?: boolean
}

export function emailCodeStrategy<Source extends AnswerSource>(
  codes: MailedCodeChecker<Source>,
  { counts = false }: EmailCodeOptions = {}
): ChallengeStrategy<CodeState, CodeAnswer<Source>> {
  return {
    id: 'email-code',
    amr: counts ? ['otp'] : [],
    lastResort: true,
    available: (accountId) => codes.has(accountId),
    async begin(accountId) {
      await codes.send(accountId)
      return { state: { accountId }, view: {} }
    },
    verify: ({ accountId }, { code, from }) => codes.verify(accountId, code, from)
  }
}
