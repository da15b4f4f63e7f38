// The recovery codes of the stand-alone provider's people: made ten at a time, kept as keyed hashes in the record of the person's factors, used up
// one by one.

import { randomBytes } from 'node:crypto'
import {
  plainRecoveryCode,
  recoveryCode,
  recoveryCodeBytes,
  recoveryCodeCount,
  withoutCode
} from '../../challenge/recovery-codes.ts'
import { sign } from '../../secrets.ts'
import type { FactorContent } from './factor-records.ts'

export interface RecoveryCodes {
  /** New ones, to be shown once, and what is kept of them. */
  make(accountId: string): { readonly codes: readonly string[]; readonly hashes: readonly string[] }
  /** The record after a code was used; undefined for one that is not among them. */
  after(accountId: string, content: FactorContent, code: string): FactorContent | undefined
}

/** `key` is that of the purpose `factors`. */
export function recoveryCodes(key: Uint8Array): RecoveryCodes {
  const hashOf = (accountId: string, plain: string): string => sign(key, `vigil recovery code\n${accountId}\n${plain}`)
  return {
    make(accountId) {
      const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)))
      return { codes, hashes: codes.map((code) => hashOf(accountId, plainRecoveryCode(code)!)) }
    },
    after(accountId, content, code) {
      const plain = plainRecoveryCode(code)
      const left = plain !== undefined && withoutCode(content.recovery ?? [], hashOf(accountId, plain))
      return left ? { ...content, recovery: left } : undefined
    }
  }
}
