// What the heart of Vigil needs from storage. Adapters implement these; tests run one suite over every implementation
// (tests/contracts/storage.ts). Records are plain data. Times ending in `At` are whole seconds since the epoch.

import type { DeviceClass } from './biometrics/device-class.ts'
import type { LivenessKind } from './biometrics/liveness/finding.ts'
import type { Action, RiskLevel, WatchState } from './risk/levels.ts'

/** One act of authentication: which methods passed together, and when. */
export interface Authentication {
  /** RFC 8176 method references. */
  readonly amr: readonly string[]
  readonly at: number
  /** Ids of the factors that passed; absent = not told. */
  readonly factors?: readonly string[]
  /** The interaction in which it happened, so that a request seen twice counts once. */
  readonly interaction?: string
  /** Kind of browser that it happened in, e.g. `Firefox/Linux`; absent = not told. */
  readonly browser?: string
}

/** What a policy rule has asked of a session and nobody has answered yet. */
export interface Demand {
  readonly action: Action
  /** Rule name and policy version that asked, for the person and the audit. */
  readonly rule: string
  readonly policyVersion: number
  readonly since: number
  /** Authentication contexts to reach; absent: whatever the session had. */
  readonly acr?: string
  /** Ids of the factors of which one must pass; absent: any. */
  readonly methods?: readonly string[]
  /** RFC 8176 values of which another must pass. */
  readonly except?: readonly string[]
}

export interface SeenDevice {
  readonly class: DeviceClass
  /** Whether there is a profile for the class. Without one nobody is held against hands on another. */
  readonly known: boolean
  /** When its pages first spoke from such a device. */
  readonly since: number
}

/** What is remembered of one session at the provider, keyed by `session.uid` (stable; `jti` rotates). */
export interface SessionRecord {
  readonly uid: string
  readonly accountId: string
  readonly authentications: readonly Authentication[]
  readonly risk: RiskLevel
  /** Why the risk is what it is: shown to the person in words chosen from it, and audited. */
  readonly reason?: string
  /** What the stream was suspected of; stands until the person proves who they are. */
  readonly liveness?: LivenessKind
  readonly watch: WatchState
  /** Class of the device that the session's pages last spoke from, and whether the person is known on it; absent = not told. */
  readonly device?: SeenDevice
  /** Highest acr that risk allows; stays until a factor is passed afterwards, whatever the behaviour does. */
  readonly cap?: { readonly acr: string; readonly since: number; readonly reason: string }
  readonly demand?: Demand
  /** A rule lets a typed phrase answer the present doubt; gone with the doubt. */
  readonly phrase?: Pick<Demand, 'rule' | 'policyVersion' | 'since'>
  /** Phrases of the last hour that were looked at, by challenge. */
  readonly phrases?: readonly { readonly id: string; readonly at: number }[]
  /** Rule that was carried out because of challenges in the person's other sessions; gone when those are over. */
  readonly held?: string
  /** Challenges that risk caused in this session so far. */
  readonly alarms: number
  /** Methods passed to answer the last alarm: a second alarm asks for another one. */
  readonly answeredWith?: readonly string[]
  readonly revokedAt?: number
  /** Seconds since the epoch after which nobody needs the record. */
  readonly expiresAt: number
  /** Rises with each write; the store refuses a write that is not based on the present one. */
  readonly version: number
}

export interface SessionStore {
  find(uid: string): Promise<SessionRecord | undefined>
  /** Live (not expired) sessions of a person, revoked ones included. `uid`: and that session, whosever it is. */
  findByAccount(accountId: string, uid?: string): Promise<SessionRecord[]>
  /**
   * Compare and set: `change` gets the present record (or undefined) and returns the next one, or the same object to
   * write nothing. It may run several times, so it must be pure. `version` is set by the store. `known`: what `find` gave a moment ago, which
   * spares a look where nobody has written since. Throws `conflict` when too many others write at once.
   */
  update(
    uid: string,
    change: (present: SessionRecord | undefined) => SessionRecord | undefined,
    known?: { readonly record: SessionRecord | undefined }
  ): Promise<SessionRecord | undefined>
  /** Removes what has expired; returns how many. */
  prune(now: number): Promise<number>
}

/** Uids of sessions that were ended. A session with a tombstone never comes back, whoever saves it. */
export interface TombstoneStore {
  add(uid: string, expiresAt: number): Promise<void>
  has(uid: string): Promise<boolean>
  prune(now: number): Promise<number>
}

/** A session behind signed access tokens, which an API checks without asking (RFC 9068). */
export interface SignedTokenSession {
  /** The API, as the tokens name it in `aud`. */
  readonly audience: string
  /** The client's own name for the session, as the tokens say it: unlike `uid` it links nobody across parties. */
  readonly sid: string
  readonly uid: string
  /** When the last of the tokens expires. */
  readonly expiresAt: number
}

export interface SignedTokenStore {
  /** A later expiry takes the place of an earlier one. */
  note(session: SignedTokenSession): Promise<void>
  /** `sid`s, in order, of sessions that have a tombstone and tokens for `audience` that have not expired. */
  ended(audience: string, now: number): Promise<readonly string[]>
  prune(now: number): Promise<number>
}

/** A relying party that must be told that a session has ended (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutNotice {
  readonly clientId: string
  readonly accountId: string
  /** The client's own name for the session. */
  readonly sid?: string
  /** After this nobody tries any more. */
  readonly expiresAt: number
}

export interface PendingLogout extends LogoutNotice {
  readonly id: number
  /** How often it was taken, this time included. */
  readonly attempts: number
}

/** Outlives the process: what is in it is told, whoever crashes, and to each client in order for each person. */
export interface LogoutOutbox {
  add(notices: readonly LogoutNotice[], dueAt: number): Promise<void>
  /**
   * At most `most` that are due at `now`, each to one taker, who has until `until` to say what became of it. One is held back while an
   * older one for the same client and person is there.
   */
  take(now: number, until: number, most: number): Promise<readonly PendingLogout[]>
  /** It was told, or given up. */
  remove(id: number): Promise<void>
  /** To be tried again. */
  postpone(id: number, dueAt: number): Promise<void>
}

/** What Vigil itself knows of a person, beside the host's account. */
export interface Person {
  readonly accountId: string
  /** When the person agreed to being watched; absent = not asked, or withdrawn. */
  readonly consentedAt?: number
  readonly withdrawnAt?: number
}

export interface PersonStore {
  find(accountId: string): Promise<Person | undefined>
  save(person: Person): Promise<void>
  /** Erases the person with every profile, sketch, login template and second factor. */
  erase(accountId: string): Promise<void>
}

/** An encrypted profile. `kind` names what it knows, e.g. the class of device. */
export interface StoredProfile {
  readonly accountId: string
  readonly kind: string
  readonly version: number
  readonly blob: Uint8Array
  readonly createdAt: number
}

export type ProfileVersion = Pick<StoredProfile, 'version' | 'createdAt'>

export interface ProfileStore {
  /** The newest version. */
  find(accountId: string, kind: string): Promise<StoredProfile | undefined>
  /** Adds a version; `version` must be one above the newest, else `conflict`. */
  add(profile: StoredProfile): Promise<void>
  /** A version that is kept. */
  get(accountId: string, kind: string, version: number): Promise<StoredProfile | undefined>
  /** The versions that are kept, newest first. */
  list(accountId: string, kind: string): Promise<ProfileVersion[]>
  /** Removes all but the `newest` newest versions. */
  keep(accountId: string, kind: string, newest: number): Promise<void>
  /** Newest versions of everybody of a kind, to learn a population from. */
  all(kind: string): Promise<StoredProfile[]>
  erase(accountId: string): Promise<void>
}

/** An encrypted sketch of a stretch of input, by which a replay of it is known. */
export interface StoredSketch {
  readonly accountId: string
  /** Unique for the person. */
  readonly id: string
  readonly blob: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number
}

export interface SketchStore {
  /** Adds one; of the person's others the newest stay, so that there are at most `most`. */
  add(sketch: StoredSketch, most: number): Promise<void>
  /** Live ones of a person, oldest first. */
  list(accountId: string): Promise<StoredSketch[]>
  erase(accountId: string): Promise<void>
  /** Removes what has expired; returns how many. */
  prune(now: number): Promise<number>
}

/** What is known of how a person types the secret of their login, encrypted. One a person, of the present secret. */
export interface StoredLoginTemplate {
  readonly accountId: string
  readonly version: number
  readonly blob: Uint8Array
  readonly learntAt: number
}

export interface LoginTemplateStore {
  find(accountId: string): Promise<StoredLoginTemplate | undefined>
  /** Puts it in place of the present one; `version` must be one above it, or 1 where there is none, else `conflict`. */
  save(template: StoredLoginTemplate): Promise<void>
  /** True when there was one. */
  erase(accountId: string): Promise<boolean>
}

/** What works once, such as a ticket or an answered challenge. */
export interface UsedStore {
  /** True for one caller, on whichever node; it is remembered until `expiresAt`, after which nobody takes it any more. */
  useUp(id: string, expiresAt: number): Promise<boolean>
}

export interface AuditEntry {
  /** Dotted name of what happened, e.g. `risk.changed`. */
  readonly type: string
  readonly accountId?: string
  readonly sessionUid?: string
  /** Anything that JSON can hold; no secrets, no text typed. */
  readonly data?: Readonly<Record<string, unknown>>
}

export interface StoredAuditEntry extends AuditEntry {
  readonly seq: number
  readonly at: number
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
  /** Newest first. */
  list(filter: {
    readonly accountId?: string
    readonly sessionUid?: string
    readonly type?: string
    readonly limit?: number
  }): Promise<StoredAuditEntry[]>
}

export interface StoredPolicy {
  readonly version: number
  /** The YAML text as its author wrote it. */
  readonly document: string
  readonly activatedAt: number
}

export interface PolicyStore {
  /** The one in force, or undefined while the default serves. */
  current(): Promise<StoredPolicy | undefined>
  /** Makes a document the one in force, as the next version. */
  activate(document: string): Promise<StoredPolicy>
}

/** Everything that Vigil keeps. A host may bring its own; `openStorage()` and `memoryStorage()` are ours. */
export interface VigilStorage {
  readonly sessions: SessionStore
  readonly tombstones: TombstoneStore
  readonly signedTokens: SignedTokenStore
  readonly logouts: LogoutOutbox
  readonly people: PersonStore
  readonly profiles: ProfileStore
  readonly sketches: SketchStore
  readonly loginTemplates: LoginTemplateStore
  readonly audit: AuditLog
  readonly policies: PolicyStore
  readonly used: UsedStore
}
