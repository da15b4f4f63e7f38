// Mails that tell a person what happened to their account, so that a stranger's deed is seen by its owner (OWASP ASVS 5 §6.3.5). One of a kind in
// an hour: an attacker must not be able to fill a mailbox.

import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Words } from '../pages/languages/index.ts'
import type { Account, Mailer } from '../ports.ts'
import { mailText } from './mail-text.ts'
import type { Vigil } from '../vigil-api.ts'

export type Notice = keyof Words['mails']['notices']

export interface Notices {
  /** Nobody waits for a mail, and its failure is the log's affair. */
  send(account: Pick<Account, 'id' | 'username' | 'email'>, notice: Notice): void
  /** Tells the owner of what Vigil notices by itself; returns a function that ends it. */
  follow(vigil: Pick<Vigil, 'on'>): () => void
}

export interface NoticesOptions {
  readonly mailer: Mailer
  readonly issuer: string
  readonly logger: Logger
  find(accountId: string): Promise<Account | undefined>
}

export function createNotices({ mailer, issuer, logger, find }: NoticesOptions): Notices {
  const link = `${issuer.replace(/\/$/, '')}/account/activity`
  const sent = new RateLimiterMemory({ keyPrefix: 'notice', points: 1, duration: 3600 })

  async function deliver(account: Pick<Account, 'id' | 'username' | 'email'>, notice: Notice): Promise<void> {
    if (account.email === '') return
    const free = await sent.consume(`${notice} ${account.id}`).then(
      () => true,
      () => false
    )
    if (!free) return
    const said = mailText(account.username, ({ notices, closing }) => {
      const { subject, words } = notices[notice]
      return { subject, parts: notice === 'erased' ? [words] : [words, closing(link)] }
    })
    await mailer.send({ to: account.email, ...said, link })
  }

  const send: Notices['send'] = (account, notice) => {
    deliver(account, notice).catch((error: unknown) => {
      logger.error({ err: error, accountId: account.id, notice }, 'a notice could not be sent')
    })
  }

  async function tell(accountId: string, notice: Notice): Promise<void> {
    const account = await find(accountId)
    if (account) send(account, notice)
  }

  function told(accountId: string, notice: Notice): void {
    tell(accountId, notice).catch((error: unknown) => {
      logger.error({ err: error, accountId, notice }, 'a notice has no reader')
    })
  }

  return {
    send,
    follow(vigil) {
      const ends = [
        vigil.on('risk.changed', ({ accountId, to, reason }) => {
          if (to === 'HIGH') told(accountId, reason.startsWith('login_') ? 'login_doubt' : 'doubt')
        }),
        vigil.on('profile.taught', ({ accountId }) => told(accountId, 'taught'))
      ]
      return () => {
        for (const end of ends) end()
      }
    }
  }
}

/** Where no mail goes out. */
export const noMailer: Mailer = { send: () => Promise.resolve() }
