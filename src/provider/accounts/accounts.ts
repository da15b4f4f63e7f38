// The people of the stand-alone provider: signing up, proving a password, and the limits that make guessing pointless without handing
// anybody a way to lock the owner out.

import { randomUUID } from 'node:crypto'
import { isVigilError, VigilError } from '../../errors.ts'
import type { PasswordChecker } from '../../challenge/password.ts'
import {
  byAddress,
  giveBack,
  limiter,
  networkOf,
  quarterHour,
  takeAll,
  type Attempt,
  type Visitor
} from './attempts.ts'
import { passwordLength, passwordMaxLength, passwordMinLength } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import type { Words } from '../pages/languages/index.ts'
import type { Account, AccountStore, AttemptStore } from '../ports.ts'

export interface SignUp {
  readonly username: string
  readonly email: string
  readonly password: string
}

export interface Problem {
  readonly field: 'username' | 'email' | 'password'
  /** What is wrong with it. */
  readonly what: keyof Words['problems']
}

export interface Accounts {
  find(accountId: string): Promise<Account | undefined>
  findByUsername(username: string): Promise<Account | undefined>
  /** Throws `form_invalid`, `username_taken`, `too_many_attempts`, `overloaded`. */
  signUp(person: SignUp, from: Visitor): Promise<Account>
  /** Throws `credentials_invalid`, `too_many_attempts`, `overloaded`: the same for names that exist and names that do not. */
  verifyPassword(username: string, password: string, from: Visitor): Promise<Account>
  /** For somebody who is signed in already and proves it again. Throws as `verifyPassword`. */
  verifyPasswordAgain(accountId: string, password: string, from: Visitor): Promise<Account>
  /** Resolves to the account as it is then. Throws `form_invalid`, `not_found`, `overloaded`. */
  setPassword(accountId: string, password: string): Promise<Account>
  /** Removes the account: nobody signs in with it again. */
  remove(accountId: string): Promise<void>
}

/** How many attempts pass in a quarter of an hour; sign-ups in an hour. Only what fails counts against a password limit. */
export interface AttemptLimits {
  /** Wrong passwords for one name from one address. */
  readonly pair: number
  /** Wrong passwords for one name from everywhere. Devices that the owner has used before are outside this limit. */
  readonly account: number
  /** Wrong passwords from one address for all names. */
  readonly address: number
  /** Wrong passwords for one account from a device that knows it, or from a session that must prove itself again. */
  readonly known: number
  /** New accounts from one address. */
  readonly signUps: number
}

export const defaultAttemptLimits: AttemptLimits = { pair: 10, account: 60, address: 300, known: 10, signUps: 600 }

/** The accounts as the password factor sees them. */
export function passwordChecker(accounts: Accounts): PasswordChecker<Visitor> {
  return {
    has: async (accountId) => Boolean((await accounts.find(accountId))?.passwordHash),
    async verify(accountId, password, from) {
      try {
        await accounts.verifyPasswordAgain(accountId, password, from)
        return true
      } catch (error) {
        if (isVigilError(error, 'credentials_invalid')) return false
        throw error
      }
    }
  }
}

export interface AccountsOptions {
  readonly store: AccountStore
  readonly attempts: AttemptStore
  readonly passwords: Passwords
  /** Seconds since the epoch. */
  readonly now?: () => number
  /** This name becomes administrator when it signs up. For demos. */
  readonly administratorName?: string | undefined
  readonly limits?: Partial<AttemptLimits>
  /** There were more wrong passwords for an account than are taken; nobody waits for it. */
  readonly guessed?: (account: Account) => void
  /** Somebody has set another password; nobody waits for it. */
  readonly passwordSet?: (account: Account) => void
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { store, attempts: counts, passwords, now = () => Math.floor(Date.now() / 1000), administratorName } = options
  const limits = { ...defaultAttemptLimits, ...options.limits }
  const limiters = {
    pair: limiter(counts, 'pair', limits.pair, quarterHour, { grows: true }),
    account: limiter(counts, 'account', limits.account, quarterHour),
    address: limiter(counts, 'address', limits.address, quarterHour, { grows: true }),
    known: limiter(counts, 'known', limits.known, quarterHour),
    signUps: limiter(counts, 'sign-up', limits.signUps, 4 * quarterHour)
  }

  async function prove(account: Account | undefined, password: string, attempts: readonly Attempt[]): Promise<Account> {
    // Taken before the hash and given back after a success: attempts that run side by side cannot slip through together.
    await takeAll(attempts).catch((error: unknown) => {
      if (account && isVigilError(error, 'too_many_attempts')) options.guessed?.(account)
      throw error
    })
    const plausible = password.length > 0 && passwordLength(password) <= passwordMaxLength
    const passed = await passwords.verify(account?.passwordHash, plausible ? password : '').catch(async (error) => {
      await giveBack(attempts)
      throw error
    })
    if (!account || !plausible || !passed) throw new VigilError('credentials_invalid')
    await giveBack(attempts)
    return account
  }

  return {
    find: (accountId) => store.find(accountId),
    findByUsername: (username) => store.findByUsername(username.trim().normalize('NFKC').slice(0, 256)),
    remove: async (accountId) => void (await store.remove(accountId)),

    async signUp(person, from) {
      const tidy = tidied(person)
      const [problem] = signUpProblems(tidy)
      if (problem) throw new VigilError('form_invalid', problem.what)
      await takeAll(byAddress(limiters.signUps, from))
      // Looked up first to spare the hash; the store has the last word when two people want one name at once.
      if (await store.findByUsername(tidy.username)) throw new VigilError('username_taken')
      const account: Account = {
        id: randomUUID(),
        username: tidy.username,
        email: tidy.email,
        passwordHash: await passwords.hash(person.password),
        role:
          administratorName !== undefined && folded(administratorName) === folded(tidy.username)
            ? 'administrator'
            : 'person',
        createdAt: now()
      }
      await store.create(account)
      return account
    },

    async verifyPassword(username, password, from) {
      const name = username.trim().normalize('NFKC').slice(0, 256)
      const account = await store.findByUsername(name)
      const address = byAddress(limiters.address, from)
      const attempts: readonly Attempt[] =
        account !== undefined && account.id === from.knownAs
          ? [{ limiter: limiters.known, key: `device:${account.id}` }, ...address]
          : [
              { limiter: limiters.pair, key: `${networkOf(from.address) ?? from.address} ${folded(name)}` },
              { limiter: limiters.account, key: folded(name) },
              ...address
            ]
      return prove(account, password, attempts)
    },

    async verifyPasswordAgain(accountId, password, from) {
      return prove(await store.find(accountId), password, [
        { limiter: limiters.known, key: `session:${accountId}` },
        ...byAddress(limiters.address, from)
      ])
    },

    async setPassword(accountId, password) {
      const problem = passwordProblem(password)
      if (problem) throw new VigilError('form_invalid', problem.what)
      const before = await store.find(accountId)
      if (!before) throw new VigilError('not_found')
      const account = { ...before, passwordHash: await passwords.hash(password) }
      await store.update(account)
      options.passwordSet?.(account)
      return account
    }
  }
}

/** What is wrong with a sign-up; empty when it can be tried. */
export function signUpProblems(person: SignUp): readonly Problem[] {
  const { username, email } = tidied(person)
  const problems: Problem[] = []
  const length = Array.from(username).length
  if (length < 2 || length > 64) problems.push({ field: 'username', what: 'username_length' })
  else if (invisible.test(username) || blurred.test(username))
    problems.push({ field: 'username', what: 'username_invisible' })
  if (email.length > 254 || invisible.test(email) || !/^[^\s@]+@[^\s@]+$/u.test(email)) {
    problems.push({ field: 'email', what: 'email_malformed' })
  }
  const password = passwordProblem(person.password)
  if (password) problems.push(password)
  else if (folded(person.password) === folded(username)) {
    problems.push({ field: 'password', what: 'password_is_username' })
  }
  return problems
}

export function passwordProblem(password: string): Problem | undefined {
  const length = passwordLength(password)
  if (length < passwordMinLength) return { field: 'password', what: 'password_short' }
  if (length > passwordMaxLength) return { field: 'password', what: 'password_long' }
  return undefined
}

/** For the list above a form. */
export function problemsInWords(
  { problems: texts }: Words,
  problems: readonly Problem[]
): readonly { readonly field: Problem['field']; readonly words: string }[] {
  return problems.map(({ field, what }) => {
    if (what === 'password_short') return { field, words: texts.password_short(passwordMinLength) }
    if (what === 'password_long') return { field, words: texts.password_long(passwordMaxLength) }
    return { field, words: texts[what] }
  })
}

// Control and format characters: line breaks that forge log lines, and marks that make one name look like another.
const invisible = /\p{C}/u
// What is drawn as nothing (variation selectors, fillers, joiners), as a blank, or as one blank where there are two: two names would look alike.
const blurred = /[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|\s{2}/u

function tidied(person: SignUp): SignUp {
  return { username: person.username.trim().normalize('NFKC'), email: person.email.trim(), password: person.password }
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
