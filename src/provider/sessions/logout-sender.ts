// Tells relying parties that a session has ended. What must be told stands in an outbox first, so that neither a receiver that is down nor a
// process that dies loses it; a receiver that hangs holds up nobody but itself.

import type Provider from 'oidc-provider'
import type { Logger } from 'pino'
import type { AuditLog, LogoutNotice, LogoutOutbox, PendingLogout } from '../../ports.ts'

export interface LogoutSenderOptions {
  readonly outbox: LogoutOutbox
  readonly audit: AuditLog
  readonly logger: Logger
  /** Seconds since the epoch. */
  now(): number
}

/** One receiver: throws when it could not be told. */
export type TellClient = (notice: LogoutNotice) => Promise<void>

export interface LogoutSender {
  /** Resolves when the notices are kept: they will be told, whatever happens to this process. */
  add(notices: readonly Omit<LogoutNotice, 'expiresAt'>[]): Promise<void>
  /** Begins to tell what is due, now and from time to time. */
  start(tell: TellClient): void
  /** What is kept should go out at once. */
  wake(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** Longer than a receiver may take: the library waits 2.5 s for an answer. */
const leaseSeconds = 15
/** Receivers told at once. */
const mostAtOnce = 16
const lookEveryMs = 2000
/** The pause after a failure doubles from here. */
const firstPauseSeconds = 1
const longestPauseSeconds = 300
/** Longer than a relying party is down for an update; a session of its own has mostly ended by then. */
const tryForSeconds = 24 * 3600

export function createLogoutSender({ outbox, audit, logger, now }: LogoutSenderOptions): LogoutSender {
  const telling = new Set<Promise<void>>()
  let tell: TellClient | undefined
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let lookAgain = false

  /** Takes as many as there is room for; each that is done makes room for the next. */
  async function look(): Promise<void> {
    do {
      lookAgain = false
      const room = mostAtOnce - telling.size
      if (!tell || room <= 0) return
      const taken = await outbox.take(now(), now() + leaseSeconds, room)
      for (const pending of taken) {
        const one = deliver(pending, tell).finally(() => {
          telling.delete(one)
          wake()
        })
        telling.add(one)
      }
    } while (lookAgain)
  }

  function wake(): void {
    if (!tell) return
    lookAgain = true
    looking ??= look()
      .catch((error: unknown) => logger.warn({ err: error }, 'the outbox of logouts cannot be read'))
      .finally(() => {
        looking = undefined
        if (lookAgain && telling.size < mostAtOnce) wake()
      })
  }

  async function deliver(pending: PendingLogout, to: TellClient): Promise<void> {
    const { id, clientId, accountId, attempts, expiresAt } = pending
    try {
      await to(pending)
      await outbox.remove(id)
    } catch (error) {
      logger.warn({ err: error, clientId, attempts }, 'a relying party could not be told of a logout')
      await putOff(pending).catch((cause: unknown) =>
        logger.warn({ err: cause }, 'a logout waits for its lease to end')
      )
      if (attempts > 1 && expiresAt > now()) return
      const data = { clientId, attempts, givenUp: expiresAt <= now() }
      await audit.append({ type: 'logout.undelivered', accountId, data }).catch(() => undefined)
    }
  }

  async function putOff({ id, attempts, expiresAt }: PendingLogout): Promise<void> {
    if (expiresAt <= now()) return outbox.remove(id)
    const pause = Math.min(firstPauseSeconds * 2 ** (attempts - 1), longestPauseSeconds)
    return outbox.postpone(id, now() + pause)
  }

  return {
    add: (notices) =>
      outbox.add(
        notices.map((notice) => ({ ...notice, expiresAt: now() + tryForSeconds })),
        now()
      ),
    start(to) {
      tell = to
      timer ??= setInterval(wake, lookEveryMs).unref()
      wake()
    },
    wake,
    async close() {
      clearInterval(timer)
      tell = undefined
      await looking
      await Promise.allSettled(telling)
    }
  }
}

/** What oidc-provider has and its types do not say. */
interface BackchannelClient {
  readonly backchannelLogoutUri?: string
  backchannelLogout(accountId: string, sid?: string): Promise<unknown>
}

/**
 * Tells by the provider's own means: its tokens, its guard against inside addresses, its timeout. From now on also what the provider itself
 * wants to tell at the end of an RP-initiated logout goes by the outbox. Returns an undo.
 */
export function sendThrough(provider: Provider, sender: LogoutSender): () => void {
  const { prototype } = provider.Client as unknown as { readonly prototype: BackchannelClient }
  const { backchannelLogout } = prototype
  prototype.backchannelLogout = async function (
    this: BackchannelClient & { readonly clientId: string },
    accountId,
    sid
  ) {
    await sender.add([{ clientId: this.clientId, accountId, ...(sid !== undefined && { sid }) }])
    sender.wake()
  }
  sender.start(async ({ clientId, accountId, sid }) => {
    const client = (await provider.Client.find(clientId)) as BackchannelClient | undefined
    // It has been removed, or wants to be told no longer.
    if (!client?.backchannelLogoutUri) return
    await backchannelLogout.call(client, accountId, sid)
  })
  return () => {
    prototype.backchannelLogout = backchannelLogout
  }
}
