// Codes on paper, for whoever has lost the other factor: each works once. A look-up secret in the words of NIST SP 800-63B-4 §3.1.2, something
// that the person has. Its `amr` is that of a one-time password in the wide sense of RFC 4949; RFC 8176 has none of its own.

import { timingSafeEqual } from 'node:crypto'
import type { AnswerSource } from './password.ts'
import type { ChallengeStrategy } from './strategy.ts'
import { base32, inGroups, tidyCode, type CodeAnswer, type CodeChecker, type CodeState } from './totp.ts'

export function recoveryCodeStrategy<Source extends AnswerSource>(
  codes: CodeChecker<Source>
): ChallengeStrategy<CodeState, CodeAnswer<Source>> {
  return {
    id: 'recovery-code',
    amr: ['otp'],
    lastResort: true,
    available: (accountId) => codes.has(accountId),
    begin: (accountId) => Promise.resolve({ state: { accountId }, view: {} }),
    verify: ({ accountId }, { code, from }) => codes.verify(accountId, code, from)
  }
}

/** How many a person gets at once. */
export const recoveryCodeCount = 10
/** 120 bits a code: from 112 on, a plain hash keeps it (NIST SP 800-63B-4 §3.1.2.2). */
export const recoveryCodeBytes = 15

/** Six groups of four letters and digits, such as `ABCD-EF23-…`. */
export function recoveryCode(bytes: Uint8Array): string {
  return inGroups(base32(bytes), '-')
}

/** One spelling for every way to type a code; undefined for what cannot be one. */
export function plainRecoveryCode(typed: string): string | undefined {
  // Nobody is sent to look for the paper again for a letter that is not in the alphabet and looks like one that is.
  const plain = tidyCode(typed).toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B')
  return /^[A-Z2-7]{24}$/.test(plain) ? plain : undefined
}

/** The hashes that are left after `hash` was used, or undefined when it is not among them. Looks at all of them in any case. */
export function withoutCode(hashes: readonly string[], hash: string): readonly string[] | undefined {
  const wanted = Buffer.from(hash)
  const left = hashes.filter((one) => {
    const stored = Buffer.from(one)
    return !(stored.length === wanted.length && timingSafeEqual(stored, wanted))
  })
  return left.length < hashes.length ? left : undefined
}
