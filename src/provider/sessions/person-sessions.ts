// The sessions of a person, as the person sees them and ends them: where they are signed in, since when, with which applications, and "end
// this one" or "end all of them" (OWASP ASVS 5 §7.5.2).

import type Provider from 'oidc-provider'
import type { AdapterFactory } from 'oidc-provider'
import { VigilError } from '../../errors.ts'
import type { SessionRecord, SessionStore, TombstoneStore } from '../../ports.ts'
import { accountClientId } from '../account-client.ts'
import type { SessionStandings } from './session-standing.ts'
import type { PersonSession } from '../vigil-api.ts'

export interface PersonSessions {
  /** Newest proof first. */
  list(accountId: string): Promise<readonly PersonSession[]>
  /** Throws `not_found` for a session that is not this person's, or has ended. */
  end(accountId: string, uid: string): Promise<void>
  /** Resolves to how many were ended; `except` stays. */
  endAll(accountId: string, how?: { readonly except?: string }): Promise<number>
}

export interface PersonSessionsOptions {
  readonly sessions: SessionStore
  readonly tombstones: TombstoneStore
  readonly standings: SessionStandings
  provider(): Provider
  /** The host's adapter as it is. */
  adapter(): AdapterFactory
  revoke(uid: string, reason: string): Promise<void>
}

/** Reasons in the audit and in `session.revoked`. */
export const endedByPerson = { one: 'ended_by_person', all: 'signed_out_everywhere' } as const

export function personSessions(options: PersonSessionsOptions): PersonSessions {
  const { standings, revoke } = options

  async function view(record: SessionRecord): Promise<PersonSession> {
    const { acr, amr, risk, watch } = standings.from(record)
    return {
      uid: record.uid,
      signedInAt: record.authentications[0]?.at,
      provedAt: record.authentications.at(-1)?.at,
      acr,
      amr,
      risk,
      watch,
      ...(record.device && { device: record.device.class }),
      applications: await applicationsOf(record.uid)
    }
  }

  /** Whoever got something from the session, by name; the provider's own pages are none. */
  async function applicationsOf(uid: string): Promise<PersonSession['applications']> {
    const session = await options.adapter()('Session').findByUid(uid)
    const clientIds = Object.keys(session?.authorizations ?? {}).filter((id) => id !== accountClientId)
    const clients = await Promise.all(clientIds.map((id) => options.provider().Client.find(id)))
    return clients.flatMap((client) =>
      client ? [{ clientId: client.clientId, name: client.clientName ?? client.clientId }] : []
    )
  }

  return {
    async list(accountId) {
      return Promise.all((await liveSessions(accountId, options)).map(view))
    },

    async end(accountId, uid) {
      const live = await liveSessions(accountId, options)
      if (!live.some((record) => record.uid === uid))
        throw new VigilError('not_found', 'no such session of this person')
      await revoke(uid, endedByPerson.one)
    },

    async endAll(accountId, { except } = {}) {
      const live = await liveSessions(accountId, options)
      const ending = live.filter(({ uid }) => uid !== except)
      // One that cannot be ended must not keep the others alive; whoever asked hears that not all is done.
      const settled = await Promise.allSettled(ending.map(({ uid }) => revoke(uid, endedByPerson.all)))
      const failed = settled.find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
      return ending.length
    }
  }
}

/** Sessions of a person that are neither revoked nor ended, newest proof first. */
export async function liveSessions(
  accountId: string,
  { sessions, tombstones }: Pick<PersonSessionsOptions, 'sessions' | 'tombstones'>
): Promise<readonly SessionRecord[]> {
  const records = await sessions.findByAccount(accountId)
  const live = records.filter(({ revokedAt }) => revokedAt === undefined)
  const gone = await Promise.all(live.map(({ uid }) => tombstones.has(uid)))
  return live.filter((_, index) => !gone[index]).sort(newestFirst)
}

/** By the last proof, then by the first; of what happened in one second nobody knows the order, and it is the same each time. */
function newestFirst(a: SessionRecord, b: SessionRecord): number {
  const at = ({ authentications }: SessionRecord, index: number): number => authentications.at(index)?.at ?? 0
  return at(b, -1) - at(a, -1) || at(b, 0) - at(a, 0) || (a.uid < b.uid ? -1 : 1)
}
