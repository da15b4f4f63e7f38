// What is kept of a person's second factors: one sealed record each, changed by compare and set, so that what counts once counts once however
// many try it at the same moment.

import type { Logger } from 'pino'
import { isVigilError, VigilError } from '../../errors.ts'
import { seal, unseal } from '../../secrets.ts'
import type { FactorStore } from '../ports.ts'

/** Who does it, for the audit. */
export interface Doer {
  readonly accountId: string
  readonly sessionUid: string
}

/** What has changed about a person's ways to show who they are: their owner hears of it. */
export type FactorChange =
  | 'app_added'
  | 'app_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'codes_made'
  | 'code_used'
  | 'email_proved'

/** A passkey as it is kept. Times are seconds since the epoch. */
export interface KeptPasskey {
  /** Credential id, base64url. */
  readonly id: string
  /** COSE key, base64url. */
  readonly publicKey: string
  /** Signatures so far, as the authenticator counts them; 0 for ever where it does not. */
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly since: number
  readonly usedAt?: number
  /** A copy of it lives elsewhere: it can be synced between devices. */
  readonly synced: boolean
  /** Its attestation led to hardware that the operator trusts. */
  readonly hardware: boolean
}

/** What the sealed record holds. */
export interface FactorContent {
  readonly totp?: { readonly key: string; readonly lastStep: number; readonly since: number }
  readonly passkeys?: readonly KeptPasskey[]
  /** The code that was mailed last. */
  readonly mailed?: {
    readonly hash: string
    /** Address that it went to. */
    readonly to: string
    readonly sentAt: number
    readonly tries: number
  }
  /** The address that was proved last. */
  readonly email?: { readonly address: string; readonly provedAt: number }
  /** Keyed hashes of the recovery codes that are left. */
  readonly recovery?: readonly string[]
}

export interface FactorRecords {
  /** Empty where nothing is kept, or where it cannot be believed. */
  read(accountId: string): Promise<FactorContent>
  /** Compare and set; `next` returns undefined to write nothing, and may run several times. True when it was written. */
  change(accountId: string, next: (content: FactorContent) => FactorContent | undefined): Promise<boolean>
}

export interface FactorRecordsOptions {
  readonly store: FactorStore
  /** Key of the purpose `factors`. */
  readonly key: Uint8Array
  readonly logger: Logger
  /** Seconds since the epoch. */
  readonly now: () => number
}

export function factorRecords({ store, key, logger, now }: FactorRecordsOptions): FactorRecords {
  async function stored(accountId: string): Promise<{ readonly content: FactorContent; readonly version: number }> {
    const record = await store.find(accountId)
    if (!record) return { content: {}, version: 0 }
    const { version } = record
    try {
      const plain = Buffer.from(unseal(key, record.blob, bindingOf(accountId, version)))
      return { content: JSON.parse(plain.toString('utf8')) as FactorContent, version }
    } catch (cause) {
      // Nothing is believed of a record that somebody has touched: the person goes on with the factors that are left.
      const err = new VigilError('factor_unreadable', undefined, { cause })
      logger.error({ err, accountId, version }, 'factors lost')
      return { content: {}, version }
    }
  }

  return {
    read: async (accountId) => (await stored(accountId)).content,

    async change(accountId, next) {
      for (let tries = 0; ; tries++) {
        const { content, version } = await stored(accountId)
        const changed = next(content)
        if (!changed) return false
        const plain = Buffer.from(JSON.stringify(changed))
        const blob = seal(key, plain, bindingOf(accountId, version + 1))
        try {
          await store.save({ accountId, version: version + 1, blob, changedAt: now() })
          return true
        } catch (error) {
          if (!isVigilError(error, 'conflict') || tries >= mostTries) throw error
        }
      }
    }
  }
}

/** Fifty who come at once with the same code are each told within as many turns. */
const mostTries = 60

function bindingOf(accountId: string, version: number): string {
  return JSON.stringify([accountId, 'factors', version])
}
