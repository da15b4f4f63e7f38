// Codes that the stand-alone provider sends by mail: at most one at a time a person, good for ten minutes, five tries and one success. Whoever gives
// the right one has proved the address that it went to.

import { randomInt } from 'node:crypto'
import type { MailedCodeChecker } from '../../challenge/email-code.ts'
import { tidyCode } from '../../challenge/totp.ts'
import { VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import { sameText, sign } from '../../secrets.ts'
import { byAddress, giveBack, limiter, quarterHour, takeAll, type Limiter, type Visitor } from './attempts.ts'
import { mailText } from './mail-text.ts'
import type { FactorChange, FactorContent, FactorRecords } from '../factors/factor-records.ts'
import type { Account, AttemptStore, Mailer } from '../ports.ts'

export interface MailedCodes extends MailedCodeChecker<Visitor> {
  /** False where the provider sends no mail. */
  readonly possible: boolean
  /** When the person proved their present address, in seconds since the epoch. */
  provedAt(account: Pick<Account, 'id' | 'email'>): Promise<number | undefined>
}

export interface MailedCodesOptions {
  readonly records: FactorRecords
  /** Undefined where the provider sends no mail. */
  readonly mailer: Mailer | undefined
  find(accountId: string): Promise<Account | undefined>
  readonly attempts: AttemptStore
  readonly audit: AuditLog
  /** Nobody waits for it. */
  changed?(accountId: string, change: FactorChange): void
  /** Failures from one address. */
  readonly addresses: Limiter
  /** Key of the purpose `factors`. */
  readonly key: Uint8Array
  /** Seconds since the epoch. */
  readonly now: () => number
}

const lifeSeconds = 10 * 60
/** A second mail goes out only when the first is this old, so that a page loaded again sends none. */
const restSeconds = 60
const mostTries = 5
/** Mails an hour to one account: nobody fills somebody else's mailbox. */
const mailsAnHour = 5
const digits = 6

export function mailedCodes(options: MailedCodesOptions): MailedCodes {
  const { records, mailer, audit, addresses, key, now } = options
  const mails = limiter(options.attempts, 'mail', mailsAnHour, 4 * quarterHour)
  const hashOf = (accountId: string, code: string): string => sign(key, `vigil mailed code\n${accountId}\n${code}`)

  async function provedAt({ id, email }: Pick<Account, 'id' | 'email'>): Promise<number | undefined> {
    const proved = (await records.read(id)).email
    return proved?.address === email ? proved.provedAt : undefined
  }

  return {
    possible: mailer !== undefined,

    async has(accountId) {
      const account = mailer && (await options.find(accountId))
      return account !== undefined && (await provedAt(account)) !== undefined
    },

    async send(accountId) {
      const account = await options.find(accountId)
      if (!mailer) throw new VigilError('mail_unavailable', 'this provider sends no mail')
      // Whoever cannot be written to is told nothing else than the others.
      if (!account?.email) return
      const outstanding = (await records.read(accountId)).mailed
      if (outstanding && outstanding.sentAt + restSeconds > now()) return
      await takeAll([{ limiter: mails, key: accountId }])
      const code = String(randomInt(10 ** digits)).padStart(digits, '0')
      const mailed = { hash: hashOf(accountId, code), to: account.email, sentAt: now(), tries: 0 }
      await records.change(accountId, (content) => ({ ...content, mailed }))
      try {
        await mailer.send(mailOf(account, code))
      } catch (cause) {
        // Nobody has it: the next try sends another at once.
        await records.change(accountId, ({ mailed: lost, ...rest }) => (lost?.hash === mailed.hash ? rest : undefined))
        throw new VigilError('mail_unavailable', undefined, { cause })
      }
    },

    async verify(accountId, typed, from) {
      const attempts = byAddress(addresses, from)
      await takeAll(attempts)
      const hash = hashOf(accountId, tidyCode(typed))
      let passed = false
      await records.change(accountId, (content) => {
        const next = tried(content, hash, now())
        passed = next?.mailed === undefined && next?.email !== undefined
        return next
      })
      if (!passed) return false
      await giveBack(attempts)
      await audit.append({ type: 'email.proved', accountId })
      options.changed?.(accountId, 'email_proved')
      return true
    },

    provedAt
  }
}

/** The record after a code was tried; undefined where there is none that could be. */
function tried(content: FactorContent, hash: string, now: number): FactorContent | undefined {
  const { mailed, ...rest } = content
  if (!mailed || mailed.tries >= mostTries || mailed.sentAt + lifeSeconds <= now) return undefined
  if (!sameText(mailed.hash, hash)) return { ...content, mailed: { ...mailed, tries: mailed.tries + 1 } }
  return { ...rest, email: { address: mailed.to, provedAt: now } }
}

function mailOf({ username, email }: Account, code: string): Parameters<Mailer['send']>[0] {
  return {
    to: email,
    ...mailText(username, (mails) => ({ subject: mails.code.subject, parts: [mails.code.words(code)] })),
    code
  }
}
