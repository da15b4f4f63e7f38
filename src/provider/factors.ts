// The second factors of the stand-alone provider's people: putting a key on an app, codes on paper, and checking both. One sealed record a
// person, changed by compare and set, so that a code counts once however many try it at the same moment.

import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import {
  plainRecoveryCode,
  recoveryCode,
  recoveryCodeBytes,
  recoveryCodeCount,
  withoutCode
} from '../challenge/recovery-codes.ts'
import { acceptedStep, totpKeyBytes, type CodeChecker } from '../challenge/totp.ts'
import { isVigilError, VigilError } from '../errors.ts'
import type { AuditLog } from '../ports.ts'
import { seal, sign, unseal } from '../secrets.ts'
import { byAddress, giveBack, limiter, quarterHour, takeAll, type Attempt, type Visitor } from './attempts.ts'
import type { FactorStore } from './ports.ts'

/** What a person has, without anything that proves it. */
export interface FactorStatus {
  /** When the app was set up, in seconds since the epoch. */
  readonly totpSince?: number
  readonly recoveryCodesLeft: number
}

/** Who does it, for the audit. */
export interface Doer {
  readonly accountId: string
  readonly sessionUid: string
}

export interface Factors {
  readonly totp: CodeChecker<Visitor>
  readonly recoveryCodes: CodeChecker<Visitor>
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
  /** Removes the app and the recovery codes, for a code of either. Throws `code_invalid`, `too_many_attempts`. */
  removeTotp(who: Doer, code: string, from: Visitor): Promise<void>
  /** New recovery codes in place of the old ones, for a code of the app or an old one. Throws as `removeTotp`. */
  renewRecoveryCodes(who: Doer, code: string, from: Visitor): Promise<readonly string[]>
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
  readonly audit: AuditLog
  /** Key of the purpose `factors`. */
  readonly key: Uint8Array
  readonly logger: Logger
  readonly limits?: Partial<CodeLimits>
  /** Seconds since the epoch. */
  readonly now?: () => number
}

/** What the sealed record holds. */
interface Content {
  readonly totp?: { readonly key: string; readonly lastStep: number; readonly since: number }
  /** Keyed hashes of the codes that are left. */
  readonly recovery?: readonly string[]
}

export function createFactors(options: FactorsOptions): Factors {
  const { store, audit, key, logger, now = () => Math.floor(Date.now() / 1000) } = options
  const limits = { ...defaultCodeLimits, ...options.limits }
  const limiters = {
    account: limiter('code', limits.account, quarterHour),
    day: limiter('code-day', limits.day, 96 * quarterHour),
    address: limiter('code-address', limits.address, quarterHour)
  }

  async function read(accountId: string): Promise<{ readonly content: Content; readonly version: number }> {
    const stored = await store.find(accountId)
    if (!stored) return { content: {}, version: 0 }
    const { version } = stored
    try {
      const plain = Buffer.from(unseal(key, stored.blob, bindingOf(accountId, version)))
      return { content: JSON.parse(plain.toString('utf8')) as Content, version }
    } catch (cause) {
      // Nothing is believed of a record that somebody has touched: the person goes on with the factors that are left.
      logger.error(
        { err: new VigilError('factor_unreadable', undefined, { cause }), accountId, version },
        'factors lost'
      )
      return { content: {}, version }
    }
  }

  /** Compare and set; `next` returns undefined to write nothing. True when it was written. */
  async function change(accountId: string, next: (content: Content) => Content | undefined): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const { content, version } = await read(accountId)
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

  /** Runs a check that uses a code up, within the limits. */
  async function limited(kind: string, accountId: string, from: Visitor, check: () => Promise<boolean>) {
    const where = from.knownAs === accountId ? 'device' : 'elsewhere'
    const attempts: readonly Attempt[] = [
      { limiter: limiters.account, key: `${kind} ${where} ${accountId}` },
      { limiter: limiters.day, key: `${kind} ${accountId}` },
      ...byAddress(limiters.address, from)
    ]
    await takeAll(attempts)
    const passed = await check().catch(async (error: unknown) => {
      await giveBack(attempts)
      throw error
    })
    if (passed) await giveBack(attempts)
    return passed
  }

  const hashOf = (accountId: string, plain: string): string => sign(key, `vigil recovery code\n${accountId}\n${plain}`)

  function afterTotp({ totp, ...rest }: Content, code: string): Content | undefined {
    const step = totp && acceptedStep(keyOf(totp), code, now(), totp.lastStep)
    return totp && step !== undefined ? { ...rest, totp: { ...totp, lastStep: step } } : undefined
  }

  function afterRecovery(accountId: string, content: Content, code: string): Content | undefined {
    const plain = plainRecoveryCode(code)
    const left = plain !== undefined && withoutCode(content.recovery ?? [], hashOf(accountId, plain))
    return left ? { ...content, recovery: left } : undefined
  }

  const totp: CodeChecker<Visitor> = {
    has: async (accountId) => (await read(accountId)).content.totp !== undefined,
    verify: (accountId, code, from) =>
      limited('totp', accountId, from, () => change(accountId, (content) => afterTotp(content, code)))
  }

  const recoveryCodes: CodeChecker<Visitor> = {
    has: async (accountId) => ((await read(accountId)).content.recovery?.length ?? 0) > 0,
    async verify(accountId, code, from) {
      let left = 0
      const passed = await limited('recovery', accountId, from, () =>
        change(accountId, (content) => {
          const next = afterRecovery(accountId, content, code)
          left = next?.recovery?.length ?? 0
          return next
        })
      )
      if (passed) await audit.append({ type: 'factor.recovery_code_used', accountId, data: { left } })
      return passed
    }
  }

  /** A code of the app, or one of the others by its length. Throws `code_invalid`. */
  async function prove(accountId: string, code: string, from: Visitor): Promise<void> {
    const checker = plainRecoveryCode(code) === undefined ? totp : recoveryCodes
    if (!(await checker.verify(accountId, code, from))) throw new VigilError('code_invalid')
  }

  function freshCodes(accountId: string): { readonly codes: readonly string[]; readonly hashes: readonly string[] } {
    const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)))
    return { codes, hashes: codes.map((code) => hashOf(accountId, plainRecoveryCode(code)!)) }
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

    async status(accountId) {
      const { content } = await read(accountId)
      const since = content.totp?.since
      return { ...(since !== undefined && { totpSince: since }), recoveryCodesLeft: content.recovery?.length ?? 0 }
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
      const { codes, hashes } = freshCodes(accountId)
      const passed = await limited('enrol', accountId, from, () =>
        change(accountId, (content) => {
          if (content.totp) throw new VigilError('conflict', 'the person has an app already')
          const lastStep = acceptedStep(offered, code, now())
          if (lastStep === undefined) return undefined
          const since = now()
          return { totp: { key: Buffer.from(offered).toString('base64'), lastStep, since }, recovery: hashes }
        })
      )
      if (!passed) throw new VigilError('code_invalid')
      await audit.append({
        type: 'factor.enrolled',
        accountId,
        sessionUid,
        data: { factor: 'totp', codes: codes.length }
      })
      return codes
    },

    async removeTotp({ accountId, sessionUid }, code, from) {
      await prove(accountId, code, from)
      // Kept as an empty record: its version goes on, so that nobody who has read the old one can bring it back.
      await change(accountId, () => ({}))
      await audit.append({ type: 'factor.removed', accountId, sessionUid, data: { factor: 'totp' } })
    },

    async renewRecoveryCodes({ accountId, sessionUid }, code, from) {
      await prove(accountId, code, from)
      const { codes, hashes } = freshCodes(accountId)
      // Where the app has been removed meanwhile, codes alone would be a factor that nobody set up.
      const renewed = await change(accountId, (content) => content.totp && { ...content, recovery: hashes })
      if (!renewed) throw new VigilError('conflict', 'there is no app any more')
      await audit.append({ type: 'factor.recovery_codes_made', accountId, sessionUid, data: { codes: codes.length } })
      return codes
    }
  }
}

/** Fifty who come at once with the same code are each told within as many turns. */
const mostTries = 60

function keyOf({ key }: NonNullable<Content['totp']>): Uint8Array {
  return Buffer.from(key, 'base64')
}

function bindingOf(accountId: string, version: number): string {
  return JSON.stringify([accountId, 'factors', version])
}

function offerBinding({ accountId, sessionUid }: Doer, until: string): string {
  return JSON.stringify([accountId, 'totp offer', sessionUid, until])
}
