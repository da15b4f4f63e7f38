// The second factors of the stand-alone provider's people, put together: an authenticator app, codes on paper, passkeys. One sealed record a
// person keeps them, because what depends on each other changes together.

import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { plainRecoveryCode } from '../../challenge/recovery-codes.ts'
import { acceptedStep, totpKeyBytes, type CodeChecker } from '../../challenge/totp.ts'
import { isVigilError, VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import { seal, unseal } from '../../secrets.ts'
import { byAddress, giveBack, limiter, quarterHour, takeAll, type Attempt, type Visitor } from '../accounts/attempts.ts'
import { type Doer, type FactorChange, type FactorContent, factorRecords } from './factor-records.ts'
import { mailedCodes, type MailedCodes } from '../accounts/mailed-codes.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import type { Account, AttemptStore, FactorStore, Mailer } from '../ports.ts'
import { recoveryCodes as codesOnPaper } from './recovery.ts'

/** What a person has, without anything that proves it. */
export interface FactorStatus {
  /** When the app was set up, in seconds since the epoch. */
  readonly totpSince?: number
  readonly passkeys: number
  readonly recoveryCodesLeft: number
}

export interface Factors {
  readonly totp: CodeChecker<Visitor>
  readonly recoveryCodes: CodeChecker<Visitor>
  readonly passkeys: Passkeys
  readonly mailedCodes: MailedCodes
  status(accountId: string): Promise<FactorStatus>
  /** A new key in an envelope that a form can carry for a quarter of an hour: it is nobody's until `enrolTotp`. */
  offerTotp(who: Doer): { readonly key: Uint8Array; readonly envelope: string }
  /** The key in an envelope of this person and session. Throws `offer_expired`. */
  openOffer(who: Doer, envelope: string): Uint8Array
  /**
   * The person has put the key on an app and shows a code of it. Returns recovery codes, to be shown once. Throws `offer_expired`,
   * `code_invalid`, `conflict` where there is an app already, `too_many_attempts`.
   */
  enrolTotp(who: Doer, envelope: string, code: string, from: Visitor): Promise<readonly string[]>
  /** Removes the app, and the recovery codes where no passkey is left that needs them, for a code of either. Throws `code_invalid`, `too_many_attempts`. */
  removeTotp(who: Doer, code: string, from: Visitor): Promise<void>
  /** New recovery codes in place of the old ones. Throws `conflict` where there is no factor that they could stand in for. */
  renewRecoveryCodes(who: Doer): Promise<readonly string[]>
}

export interface CodeLimits {
  /** Wrong codes of one kind for one account in a quarter of an hour; devices that the owner has used have as many of their own. */
  readonly account: number
  /** Wrong codes of one kind for one account in a day, wherever they come from. */
  readonly day: number
  /** Wrong codes from one address for all accounts in a quarter of an hour. */
  readonly address: number
}

/** A hundred guesses a day among a million codes, three of which count: one account in three thousand days. */
export const defaultCodeLimits: CodeLimits = { account: 10, day: 100, address: 300 }

export interface FactorsOptions {
  readonly store: FactorStore
  readonly attempts: AttemptStore
  readonly audit: AuditLog
  /** Key of the purpose `factors`. */
  readonly key: Uint8Array
  readonly logger: Logger
  readonly issuer: string
  readonly attestationRoots?: readonly string[] | undefined
  /** Absent where the provider sends no mail. */
  readonly mailer?: Mailer | undefined
  find?(accountId: string): Promise<Account | undefined>
  readonly limits?: Partial<CodeLimits>
  /** Nobody waits for it. */
  changed?(accountId: string, change: FactorChange): void
  /** There were more wrong codes for an account than are taken; nobody waits for it. */
  guessed?(accountId: string): void
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export function createFactors(options: FactorsOptions): Factors {
  const { attempts: store, audit, key, now = () => Math.floor(Date.now() / 1000) } = options
  const { mailer, find = async () => undefined } = options
  const limits = { ...defaultCodeLimits, ...options.limits }
  const limiters = {
    account: limiter(store, 'code', limits.account, quarterHour),
    day: limiter(store, 'code-day', limits.day, 96 * quarterHour),
    address: limiter(store, 'code-address', limits.address, quarterHour, { grows: true })
  }
  const records = factorRecords({ ...options, now })
  const { read, change } = records
  const recovery = codesOnPaper(key)

  /** Runs a check that uses a code up, within the limits. */
  async function limited(kind: string, accountId: string, from: Visitor, check: () => Promise<boolean>) {
    const where = from.knownAs === accountId ? 'device' : 'elsewhere'
    const attempts: readonly Attempt[] = [
      { limiter: limiters.account, key: `${kind} ${where} ${accountId}` },
      { limiter: limiters.day, key: `${kind} ${accountId}` },
      ...byAddress(limiters.address, from)
    ]
    await takeAll(attempts).catch((error: unknown) => {
      if (kind !== 'enrol' && isVigilError(error, 'too_many_attempts')) options.guessed?.(accountId)
      throw error
    })
    const passed = await check().catch(async (error: unknown) => {
      await giveBack(attempts)
      throw error
    })
    if (passed) await giveBack(attempts)
    return passed
  }

  function afterTotp({ totp, ...rest }: FactorContent, code: string): FactorContent | undefined {
    const step = totp && acceptedStep(keyOf(totp), code, now(), totp.lastStep)
    return totp && step !== undefined ? { ...rest, totp: { ...totp, lastStep: step } } : undefined
  }

  const totp: CodeChecker<Visitor> = {
    has: async (accountId) => (await read(accountId)).totp !== undefined,
    verify: (accountId, code, from) =>
      limited('totp', accountId, from, () => change(accountId, (content) => afterTotp(content, code)))
  }

  const recoveryCodes: CodeChecker<Visitor> = {
    has: async (accountId) => ((await read(accountId)).recovery?.length ?? 0) > 0,
    async verify(accountId, code, from) {
      let left = 0
      const passed = await limited('recovery', accountId, from, () =>
        change(accountId, (content) => {
          const next = recovery.after(accountId, content, code)
          left = next?.recovery?.length ?? 0
          return next
        })
      )
      if (!passed) return false
      await audit.append({ type: 'factor.recovery_code_used', accountId, data: { left } })
      options.changed?.(accountId, 'code_used')
      return true
    }
  }

  /** A code of the app, or one of the others by its length. Throws `code_invalid`. */
  async function prove(accountId: string, code: string, from: Visitor): Promise<void> {
    const checker = plainRecoveryCode(code) === undefined ? totp : recoveryCodes
    if (!(await checker.verify(accountId, code, from))) throw new VigilError('code_invalid')
  }

  function openOffer(who: Doer, envelope: string): Uint8Array {
    const [until = '', body = ''] = envelope.split('.')
    if (!(Number(until) > now())) throw new VigilError('offer_expired', 'the key was offered too long ago')
    try {
      return unseal(key, Buffer.from(body, 'base64url'), offerBinding(who, until))
    } catch (cause) {
      throw new VigilError('offer_expired', 'the key was not offered here', { cause })
    }
  }

  return {
    totp,
    recoveryCodes,
    passkeys: createPasskeys({ ...options, records, recovery, addresses: limiters.address, now }),
    mailedCodes: mailedCodes({ ...options, mailer, find, records, addresses: limiters.address, now }),

    async status(accountId) {
      const { totp: app, passkeys = [], recovery: codes = [] } = await read(accountId)
      const since = app?.since
      return {
        ...(since !== undefined && { totpSince: since }),
        passkeys: passkeys.length,
        recoveryCodesLeft: codes.length
      }
    },

    offerTotp(who) {
      const offered = randomBytes(totpKeyBytes)
      const until = String(now() + quarterHour)
      const body = Buffer.from(seal(key, offered, offerBinding(who, until))).toString('base64url')
      return { key: offered, envelope: `${until}.${body}` }
    },

    openOffer,

    async enrolTotp(who, envelope, code, from) {
      const { accountId, sessionUid } = who
      const offered = openOffer(who, envelope)
      const { codes, hashes } = recovery.make(accountId)
      const passed = await limited('enrol', accountId, from, () =>
        change(accountId, (content) => {
          if (content.totp) throw new VigilError('conflict', 'the person has an app already')
          const lastStep = acceptedStep(offered, code, now())
          if (lastStep === undefined) return undefined
          const since = now()
          return {
            ...content,
            totp: { key: Buffer.from(offered).toString('base64'), lastStep, since },
            recovery: hashes
          }
        })
      )
      if (!passed) throw new VigilError('code_invalid')
      await audit.append({
        type: 'factor.enrolled',
        accountId,
        sessionUid,
        data: { factor: 'totp', codes: codes.length }
      })
      options.changed?.(accountId, 'app_added')
      return codes
    },

    async removeTotp({ accountId, sessionUid }, code, from) {
      await prove(accountId, code, from)
      // Kept as a record without it: its version goes on, so that nobody who has read the old one can bring it back.
      await change(accountId, ({ totp: _gone, recovery: codes, ...rest }) =>
        rest.passkeys && codes ? { ...rest, recovery: codes } : rest
      )
      await audit.append({ type: 'factor.removed', accountId, sessionUid, data: { factor: 'totp' } })
      options.changed?.(accountId, 'app_removed')
    },

    async renewRecoveryCodes({ accountId, sessionUid }) {
      const { codes, hashes } = recovery.make(accountId)
      // Codes alone would be a factor that nobody set up.
      const renewed = await change(accountId, (content) =>
        content.totp || content.passkeys ? { ...content, recovery: hashes } : undefined
      )
      if (!renewed) throw new VigilError('conflict', 'there is neither an app nor a passkey')
      await audit.append({ type: 'factor.recovery_codes_made', accountId, sessionUid, data: { codes: codes.length } })
      options.changed?.(accountId, 'codes_made')
      return codes
    }
  }
}

function keyOf({ key }: NonNullable<FactorContent['totp']>): Uint8Array {
  return Buffer.from(key, 'base64')
}

function offerBinding({ accountId, sessionUid }: Doer, until: string): string {
  return JSON.stringify([accountId, 'totp offer', sessionUid, until])
}
