// Ends a session so that nothing of it lives on. The order matters: the record is marked and the tombstone stands before anything is
// destroyed, or a request in flight would write the session back; the relying parties are told while the session still says who they
// are.

import type Provider from 'oidc-provider'
import type { AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { Logger } from 'pino'
import type { AuditLog, SessionStore, TombstoneStore } from '../ports.ts'
import { revoked } from '../risk/session-risk.ts'

export interface RevocationOptions {
  readonly provider: Provider
  /** The host's adapter as it is, without the guard that hides ended sessions. */
  readonly adapter: AdapterFactory
  readonly sessions: SessionStore
  readonly tombstones: TombstoneStore
  readonly audit: AuditLog
  readonly logger: Logger
  now(): number
}

/** Returns true when the session was alive. Doing it twice does nothing the second time. */
export async function revokeSession(uid: string, reason: string, options: RevocationOptions): Promise<boolean> {
  const { sessions, tombstones, audit, provider, adapter, now } = options
  let first = false
  const record = await sessions.update(uid, (present) => {
    const next = present && revoked(present, reason, now())
    first = next !== present
    return next
  })
  const model = adapter('Session')
  const session = (await model.findByUid(uid)) as AdapterPayload | undefined
  await tombstones.add(uid, record?.expiresAt ?? now() + tombstoneSeconds)
  if (!first && !session) return false
  await audit.append({
    type: 'session.revoked',
    sessionUid: uid,
    ...(record && { accountId: record.accountId }),
    data: { reason }
  })
  if (!session) return first
  await Promise.all(
    Object.entries(session.authorizations ?? {}).map(([clientId, { sid, grantId }]) =>
      Promise.all([tell(clientId, session.accountId, sid, options), grantId && revokeGrant(provider, adapter, grantId)])
    )
  )
  if (session.jti) await model.destroy(session.jti)
  return true
}

/** Longer than any session of the library's default configuration lives. */
const tombstoneSeconds = 15 * 24 * 3600

/** Back-channel logout: a relying party that is down must not keep the session alive for the others. */
async function tell(
  clientId: string,
  sub: string | undefined,
  sid: string | undefined,
  options: RevocationOptions
): Promise<void> {
  const client = await options.provider.Client.find(clientId)
  if (!client?.backchannelLogoutUri || sub === undefined) return
  try {
    await (client as unknown as { backchannelLogout(sub: string, sid?: string): Promise<unknown> }).backchannelLogout(
      sub,
      sid
    )
  } catch (error) {
    options.logger.warn({ err: error, clientId }, 'a relying party could not be told of the logout')
    await options.audit.append({ type: 'logout.undelivered', accountId: sub, data: { clientId } })
  }
}

async function revokeGrant(provider: Provider, adapter: AdapterFactory, grantId: string): Promise<void> {
  const { AccessToken, RefreshToken, AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest } = provider
  await Promise.all(
    [AccessToken, RefreshToken, AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest].map((model) =>
      model.revokeByGrantId(grantId)
    )
  )
  await adapter('Grant').destroy(grantId)
}
