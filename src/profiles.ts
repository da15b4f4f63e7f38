// Profiles at rest: encrypted with a key that the database does not have, and bound to person, kind and version, so that a ciphertext
// moved to somebody else, or an old one put back, opens nothing. A profile that cannot be read is no profile: the person counts as
// unobserved, and nobody is locked out by a flipped bit.

import type { Logger } from 'pino'
import { decodeProfile, encodeProfile, type Profile } from './biometrics/index.ts'
import { VigilError } from './errors.ts'
import type { AuditLog, ProfileStore, StoredProfile } from './ports.ts'
import { seal, unseal } from './secrets.ts'

export interface OpenedProfile {
  readonly profile: Profile
  readonly version: number
}

export interface Profiles {
  find(accountId: string): Promise<OpenedProfile | undefined>
  /** Stores the next version; returns its number. */
  add(accountId: string, profile: Profile, now: number): Promise<number>
  /** Everybody's newest, as far as they can be read. */
  all(): Promise<Profile[]>
  erase(accountId: string): Promise<void>
}

export function createProfiles(store: ProfileStore, key: Uint8Array, audit: AuditLog, logger: Logger): Profiles {
  const open = async (stored: StoredProfile): Promise<OpenedProfile | undefined> => {
    try {
      return { profile: decodeProfile(unseal(key, stored.blob, bindingOf(stored))), version: stored.version }
    } catch (cause) {
      const error = new VigilError('profile_corrupt', undefined, { cause })
      logger.error({ err: error, accountId: stored.accountId, version: stored.version }, 'a profile cannot be read')
      await audit.append({ type: 'profile.corrupt', accountId: stored.accountId, data: { version: stored.version } })
      return undefined
    }
  }
  return {
    async find(accountId) {
      const stored = await store.find(accountId, sessionProfile)
      return stored && open(stored)
    },
    async add(accountId, profile, now) {
      const newest = await store.find(accountId, sessionProfile)
      const record = { accountId, kind: sessionProfile, version: (newest?.version ?? 0) + 1, createdAt: now }
      await store.add({ ...record, blob: seal(key, encodeProfile(profile), bindingOf(record)) })
      return record.version
    },
    async all() {
      const opened = await Promise.all((await store.all(sessionProfile)).map(open))
      return opened.flatMap((one) => (one ? [one.profile] : []))
    },
    erase: (accountId) => store.erase(accountId)
  }
}

/** The behaviour of a session: free typing and pointing. */
const sessionProfile = 'session'

function bindingOf({ accountId, kind, version }: Pick<StoredProfile, 'accountId' | 'kind' | 'version'>): string {
  return JSON.stringify([accountId, kind, version])
}
