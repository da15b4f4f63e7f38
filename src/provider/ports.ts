// What the stand-alone identity provider needs beside the heart's storage: accounts, one-time links and its own keys. A host that
// plugs Vigil into its own provider has these already and never sees this file.

import type { AdapterFactory } from 'oidc-provider'
import type { VigilStorage } from '../ports.ts'

export interface Account {
  readonly id: string
  /** As the person wrote it; unique without regard to case. */
  readonly username: string
  readonly email: string
  /** PHC string of argon2id. */
  readonly passwordHash: string
  readonly role: 'person' | 'administrator'
  readonly createdAt: number
}

export interface AccountStore {
  find(id: string): Promise<Account | undefined>
  findByUsername(username: string): Promise<Account | undefined>
  /** Throws `username_taken`. */
  create(account: Account): Promise<void>
  /** Throws `not_found`. */
  update(account: Account): Promise<void>
  hasAdministrator(): Promise<boolean>
  /** Removes the account, whose one-time links then lead nowhere; true when there was one. */
  remove(id: string): Promise<boolean>
}

/** One-time links: only a hash of the token is stored. */
export interface Invitation {
  readonly tokenHash: string
  readonly accountId: string
  readonly purpose: 'set_password'
  readonly expiresAt: number
}

export interface InvitationStore {
  add(invitation: Invitation): Promise<void>
  /** Looks without using it up. */
  find(tokenHash: string): Promise<Invitation | undefined>
  /** Removes and returns it, with every other link of that account and purpose; of two at once, one gets it. */
  take(tokenHash: string): Promise<Invitation | undefined>
  /** Removes every link of an account. */
  removeOf(accountId: string): Promise<void>
}

/** The second factors of a person, encrypted. One record a person, so that what depends on each other changes together. */
export interface StoredFactors {
  readonly accountId: string
  /** Rises with each write and never begins anew, so that nobody writes over what they have not seen. */
  readonly version: number
  readonly blob: Uint8Array
  readonly changedAt: number
}

export interface FactorStore {
  find(accountId: string): Promise<StoredFactors | undefined>
  /** Puts it in place of the present one; `version` must be one above it, or 1 where there is none, else `conflict`. */
  save(factors: StoredFactors): Promise<void>
}

/** One thing that is counted: what it is, how often it may be, and for how long a count stands. */
export interface CountedAttempt {
  /** A hash; whose attempt it was is nobody's business. */
  readonly key: string
  readonly limit: number
  readonly seconds: number
  /** Whoever reaches the limit waits twice as long the next time, up to `mostRounds` times doubled. */
  readonly grows: boolean
}

/** Attempts, counted by all nodes together. */
export interface AttemptStore {
  /**
   * Counts one more of each; returns, in the order given, how many there are since the count began and when it ends, in seconds since the
   * epoch. A count above the limit is a refusal, which the caller gives back.
   */
  take(attempts: readonly CountedAttempt[]): Promise<readonly { readonly count: number; readonly expiresAt: number }[]>
  /** Takes one off each: at once for whoever takes at this node, a moment later for those at others. */
  giveBack(keys: readonly string[]): Promise<void>
}

/** A quarter of an hour doubled four times is four hours. */
export const mostRounds = 4

/** Named byte strings, e.g. the sealed signing keys. */
export interface KeyStore {
  get(name: string): Promise<Uint8Array | undefined>
  /** Stores unless the name is taken; returns what is stored then, so that two first starts agree. */
  put(name: string, value: Uint8Array): Promise<Uint8Array>
}

export interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text. */
  readonly text: string
  /** What the text holds, for an outbox that is read by machines. */
  readonly code?: string
  readonly link?: string
}

export interface Mailer {
  /** Resolves when somebody else is responsible for the mail. */
  send(mail: Mail): Promise<void>
}

export interface ServerStorage extends VigilStorage {
  readonly oidc: AdapterFactory
  readonly accounts: AccountStore
  readonly invitations: InvitationStore
  /** Erased by `people.erase`. */
  readonly factors: FactorStore
  readonly attempts: AttemptStore
  readonly keys: KeyStore
  close(): Promise<void>
}
