// Profiles at rest: encrypted with a key that the database does not have, and bound to person, kind and version, so that a ciphertext
// moved to somebody else, or an old one put back, opens nothing. A profile that cannot be read is no profile: the person counts as
// unobserved, and nobody is locked out by a flipped bit. Versions are kept, so that what was learnt can be taken back byte for byte.

import type { Logger } from 'pino'
import {
  anchorOf,
  decodeProfile,
  deviceClasses,
  encodeProfile,
  lineageOf,
  type DeviceClass,
  type Lineage,
  type Profile
} from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, ProfileStore, ProfileVersion, StoredProfile } from '../ports.ts'
import { decodeCourse, encodeCourse, noRecord, type CourseRecord } from './profile-course.ts'
import { packProfile, unpackProfile } from './profile-pack.ts'
import { seal, unseal } from '../secrets.ts'

export interface OpenedProfile {
  readonly device: DeviceClass
  readonly profile: Profile
  readonly lineage: Lineage
  /** Seconds since the epoch; the same in every version that was learnt on top of one enrolment. */
  readonly enrolledAt: number
  readonly version: number
}

/** A person has one profile a class of device, each with versions of its own. Where no class is named, `keyboard` is meant. */
export interface Profiles {
  find(accountId: string, device?: DeviceClass): Promise<OpenedProfile | undefined>
  /** All of a person's newest. */
  findAll(accountId: string): Promise<readonly OpenedProfile[]>
  /** Classes that have a profile, whether or not it can be read. */
  devices(accountId: string): Promise<readonly DeviceClass[]>
  /** Stores a fresh enrolment as the next version; returns its number. */
  add(accountId: string, profile: Profile, now: number, device?: DeviceClass): Promise<number>
  /** Stores what was learnt on top of `base`. Throws `conflict` when `base` is no longer the newest. */
  learn(
    accountId: string,
    base: OpenedProfile,
    learnt: Pick<OpenedProfile, 'profile' | 'lineage'>,
    now: number
  ): Promise<number>
  /** Versions that are kept, newest first. */
  versions(accountId: string, device?: DeviceClass): Promise<readonly ProfileVersion[]>
  /**
   * Makes an earlier version the newest again, with the same bytes. Throws `not_found` for a person or a version that is not there,
   * `profile_corrupt` when it cannot be read, `conflict` when another version came in between.
   */
  restore(accountId: string, version: number, now: number, device?: DeviceClass): Promise<number>
  /** How the person's visits go since they enrolled. */
  course(accountId: string, device?: DeviceClass): Promise<CourseRecord>
  saveCourse(accountId: string, record: CourseRecord, now: number, device?: DeviceClass): Promise<void>
  /**
   * Everybody's newest of keyboards, as far as they can be read, with nothing but what was enrolled: what was learnt teaches no population,
   * and hands on a screen are no example of hands on a keyboard.
   */
  all(): Promise<Profile[]>
  /** Erases every version of every class. */
  erase(accountId: string): Promise<void>
}

/** Versions of a profile that are kept. One a day is learnt at most, so these are the last two weeks at least. */
export const versionsKept = 14

export function createProfiles(store: ProfileStore, key: Uint8Array, audit: AuditLog, logger: Logger): Profiles {
  async function open(stored: StoredProfile): Promise<OpenedProfile | undefined> {
    try {
      const { profile, lineage, enrolledAt } = unpackProfile(unseal(key, stored.blob, bindingOf(stored)))
      const device = deviceClasses.find((one) => sessionProfile[one] === stored.kind) ?? 'keyboard'
      return { device, profile: decodeProfile(profile), lineage, enrolledAt, version: stored.version }
    } catch (cause) {
      const error = new VigilError('profile_corrupt', undefined, { cause })
      logger.error({ err: error, accountId: stored.accountId, version: stored.version }, 'a profile cannot be read')
      await audit.append({ type: 'profile.corrupt', accountId: stored.accountId, data: { version: stored.version } })
      return undefined
    }
  }

  async function put(accountId: string, kind: string, version: number, plain: Uint8Array, now: number): Promise<void> {
    const record = { accountId, kind, version, createdAt: now }
    await store.add({ ...record, blob: seal(key, plain, bindingOf(record)) })
  }

  async function newestOf(accountId: string, kind: string): Promise<number> {
    return (await store.list(accountId, kind))[0]?.version ?? 0
  }

  async function putProfile(
    accountId: string,
    device: DeviceClass,
    version: number,
    plain: Uint8Array,
    now: number
  ): Promise<number> {
    await put(accountId, sessionProfile[device], version, plain, now)
    await store.keep(accountId, sessionProfile[device], versionsKept)
    return version
  }

  async function find(accountId: string, device: DeviceClass): Promise<OpenedProfile | undefined> {
    const stored = await store.find(accountId, sessionProfile[device])
    return stored && open(stored)
  }

  return {
    find: (accountId, device = 'keyboard') => find(accountId, device),
    async findAll(accountId) {
      const found = await Promise.all(deviceClasses.map((device) => find(accountId, device)))
      return found.filter((one) => one !== undefined)
    },
    async devices(accountId) {
      const lists = await Promise.all(deviceClasses.map((device) => store.list(accountId, sessionProfile[device])))
      return deviceClasses.filter((_, i) => lists[i]!.length > 0)
    },
    async add(accountId, profile, now, device = 'keyboard') {
      const plain = packProfile({ profile: encodeProfile(profile), lineage: lineageOf(profile), enrolledAt: now })
      return putProfile(accountId, device, (await newestOf(accountId, sessionProfile[device])) + 1, plain, now)
    },
    learn(accountId, { device, version, enrolledAt }, { profile, lineage }, now) {
      const plain = packProfile({ profile: encodeProfile(profile), lineage, enrolledAt })
      return putProfile(accountId, device, version + 1, plain, now)
    },
    versions: (accountId, device = 'keyboard') => store.list(accountId, sessionProfile[device]),
    async restore(accountId, version, now, device = 'keyboard') {
      const stored = isVersion(version) ? await store.get(accountId, sessionProfile[device], version) : undefined
      if (!stored) throw new VigilError('not_found', `there is no version ${version} of this person's profile`)
      // Opened first: what cannot be read must not take the place of what can.
      if (!(await open(stored))) throw new VigilError('profile_corrupt')
      const plain = unseal(key, stored.blob, bindingOf(stored))
      return putProfile(accountId, device, (await newestOf(accountId, sessionProfile[device])) + 1, plain, now)
    },
    async course(accountId, device = 'keyboard') {
      const stored = await store.find(accountId, courseRecord[device])
      if (!stored) return noRecord
      try {
        return decodeCourse(unseal(key, stored.blob, bindingOf(stored)))
      } catch (error) {
        logger.error({ err: error, accountId }, 'the course of a profile cannot be read; it begins anew')
        return noRecord
      }
    },
    async saveCourse(accountId, record, now, device = 'keyboard') {
      const kind = courseRecord[device]
      const version = (await newestOf(accountId, kind)) + 1
      await put(accountId, kind, version, encodeCourse(record), now)
      await store.keep(accountId, kind, 1)
    },
    async all() {
      const opened = await Promise.all((await store.all(sessionProfile.keyboard)).map(open))
      return opened.flatMap((one) => (one ? [{ ...one.profile, person: anchorOf(one.profile, one.lineage) }] : []))
    },
    erase: (accountId) => store.erase(accountId)
  }
}

/** What a column of SQL integers can hold. */
function isVersion(version: number): boolean {
  return Number.isInteger(version) && version > 0 && version < 2 ** 31
}

/** Kinds of stored records: the behaviour of a session, free typing and pointing. Those of keyboards are older than the others. */
const sessionProfile = { keyboard: 'session', touch: 'session/touch' } as const satisfies Record<DeviceClass, string>
const courseRecord = { keyboard: 'course', touch: 'course/touch' } as const satisfies Record<DeviceClass, string>

function bindingOf({ accountId, kind, version }: Pick<StoredProfile, 'accountId' | 'kind' | 'version'>): string {
  return JSON.stringify([accountId, kind, version])
}
