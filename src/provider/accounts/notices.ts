// Mails that tell a person what happened to their account, so that a stranger's deed is seen by its owner (OWASP ASVS 5 §6.3.5 and §6.3.7). How many
// of a kind go out in an hour is counted by all nodes together: an attacker must not be able to fill a mailbox.

import type { Logger } from 'pino'
import { isVigilError } from '../../errors.ts'
import type { Words } from '../pages/languages/index.ts'
import type { Account, AttemptStore, Mailer } from '../ports.ts'
import { giveBack, limiter, quarterHour, takeAll } from './attempts.ts'
import { mailText } from './mail-text.ts'
import type { Vigil } from '../vigil-api.ts'

export type Notice = keyof Words['mails']['notices']

export interface Notices {
  /** Nobody waits for a mail, and its failure is the log's affair. */
  send(account: Pick<Account, 'id' | 'username' | 'email'>, notice: Notice): void
  /** The same for whoever knows the account by its id alone. */
  tell(accountId: string, notice: Notice): void
  /** Tells the owner of what Vigil notices by itself; returns a function that ends it. */
  follow(vigil: Pick<Vigil, 'on'>): () => void
}

export interface NoticesOptions {
  /** Undefined where the provider sends no mail. */
  readonly mailer: Mailer | undefined
  readonly attempts: AttemptStore
  readonly issuer: string
  readonly logger: Logger
  find(accountId: string): Promise<Account | undefined>
}

/** What strangers can bring about as often as they like is told once an hour. */
const strangersDo: ReadonlySet<Notice> = new Set(['doubt', 'login_doubt', 'guessing', 'code_guessing'])
/** Everything else takes a proof first, and the second of two changes may be the stranger's. */
const changesAnHour = 10

export function createNotices({ mailer, attempts, issuer, logger, find }: NoticesOptions): Notices {
  const link = `${issuer.replace(/\/$/, '')}/account/activity`
  const limiters = {
    once: limiter(attempts, 'notice', 1, 4 * quarterHour),
    often: limiter(attempts, 'notice', changesAnHour, 4 * quarterHour)
  }

  async function deliver(account: Pick<Account, 'id' | 'username' | 'email'>, notice: Notice): Promise<void> {
    if (!mailer || account.email === '') return
    const limit = strangersDo.has(notice) ? limiters.once : limiters.often
    const attempt = [{ limiter: limit, key: `${notice} ${account.id}` }]
    const free = await takeAll(attempt).then(
      () => true,
      (error: unknown) => {
        if (!isVigilError(error, 'too_many_attempts')) throw error
        return false
      }
    )
    if (!free) return
    const said = mailText(account.username, ({ notices, closing }) => {
      const { subject, words } = notices[notice]
      return { subject, parts: notice === 'erased' ? [words] : [words, closing(link)] }
    })
    await mailer.send({ to: account.email, ...said, link }).catch(async (error: unknown) => {
      // Nobody has read it: the next of its kind goes out.
      await giveBack(attempt)
      throw error
    })
  }

  const send: Notices['send'] = (account, notice) => {
    deliver(account, notice).catch((error: unknown) => {
      logger.error({ err: error, accountId: account.id, notice }, 'a notice could not be sent')
    })
  }

  const tell: Notices['tell'] = (accountId, notice) => {
    find(accountId).then(
      (account) => account && send(account, notice),
      (error: unknown) => logger.error({ err: error, accountId, notice }, 'a notice has no reader')
    )
  }

  return {
    send,
    tell,
    follow(vigil) {
      const ends = [
        vigil.on('risk.changed', ({ accountId, to, reason }) => {
          if (to === 'HIGH') tell(accountId, reason.startsWith('login_') ? 'login_doubt' : 'doubt')
        }),
        vigil.on('profile.taught', ({ accountId }) => tell(accountId, 'taught'))
      ]
      return () => {
        for (const end of ends) end()
      }
    }
  }
}
