// Ends a session so that nothing of it lives on, whoever fails on the way. The order matters. The record is marked first: from then on
// nothing is issued. Whom to tell is kept before the session can no longer be found, so that a second try, or another process, tells them all the
// same. The tombstone stands before anything is destroyed, or a request in flight would write the session back.

import type Provider from 'oidc-provider'
import type { AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { AuditLog, SessionStore, TombstoneStore } from '../../ports.ts'
import { revoked } from '../../risk/session-risk.ts'
import type { LogoutSender } from './logout-sender.ts'

export interface RevocationOptions {
  readonly provider: Provider
  /** The host's adapter as it is, without the guard that hides ended sessions. */
  readonly adapter: AdapterFactory
  readonly sessions: SessionStore
  readonly tombstones: TombstoneStore
  readonly audit: AuditLog
  /** Back-channel logout. Nobody waits for the relying parties. */
  readonly logouts: Pick<LogoutSender, 'add' | 'wake'>
  now(): number
}

/** Returns true when the session was alive. Doing it twice does nothing the second time. */
export async function revokeSession(uid: string, reason: string, options: RevocationOptions): Promise<boolean> {
  const { sessions, tombstones, audit, provider, adapter, logouts, now } = options
  let first = false
  const record = await sessions.update(uid, (present) => {
    const next = present && revoked(present, reason, now())
    first = next !== present
    return next
  })
  const model = adapter('Session')
  const session = (await model.findByUid(uid)) as AdapterPayload | undefined
  const authorizations = Object.entries(session?.authorizations ?? {})
  const accountId = session?.accountId
  if (accountId !== undefined) {
    const clients = await Promise.all(authorizations.map(([clientId]) => provider.Client.find(clientId)))
    const toTell = authorizations.filter((_, index) => clients[index]?.backchannelLogoutUri)
    await logouts.add(toTell.map(([clientId, { sid }]) => ({ clientId, accountId, ...(sid !== undefined && { sid }) })))
  }
  await tombstones.add(uid, Math.max(record?.expiresAt ?? 0, now() + tombstoneSeconds))
  logouts.wake()
  if (!first && !session) return false
  // An audit that refuses, or a table that is locked, must not keep the session itself.
  const settled = await Promise.allSettled([
    audit.append({
      type: 'session.revoked',
      sessionUid: uid,
      ...(record && { accountId: record.accountId }),
      data: { reason }
    }),
    ...authorizations.map(async ([, { grantId }]) => {
      if (grantId !== undefined) await revokeGrant(provider, adapter, grantId)
    })
  ])
  if (session?.jti) await model.destroy(session.jti)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return session !== undefined || first
}

/**
 * Longer than any session, and any refresh token, of the library's default configuration lives without being used. Of a session that has run out
 * nobody knows any more which tokens it gave: the tombstone alone keeps them dead.
 */
const tombstoneSeconds = 15 * 24 * 3600

async function revokeGrant(provider: Provider, adapter: AdapterFactory, grantId: string): Promise<void> {
  const { AccessToken, RefreshToken, AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest } = provider
  await Promise.all(
    [AccessToken, RefreshToken, AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest].map((model) =>
      model.revokeByGrantId(grantId)
    )
  )
  await adapter('Grant').destroy(grantId)
}
