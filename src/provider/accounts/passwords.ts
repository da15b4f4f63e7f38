// Password hashing with argon2id. Memory is bounded: only so many hashes run at once, only so many callers wait, and everybody else is
// told to come back (`overloaded`) instead of filling the heap.

import { randomBytes } from 'node:crypto'
import argon2 from 'argon2'
import { VigilError } from '../../errors.ts'

export interface Passwords {
  /** PHC string. Throws `overloaded`. */
  hash(password: string): Promise<string>
  /**
   * Takes the same work whether there is a hash or not, so that the answer's time does not tell which accounts exist.
   * An empty hash is none: no password opens the account until one is set. Throws `overloaded`.
   */
  verify(hash: string | undefined, password: string): Promise<boolean>
}

export interface PasswordOptions {
  /** Hashes that run at once; each takes 19 MiB. Default 2. */
  readonly parallel?: number
  /** Callers that may wait. Default 128. */
  readonly waiting?: number
}

export const passwordMinLength = 8
export const passwordMaxLength = 128

// OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
const cost = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export function createPasswords(options: PasswordOptions = {}): Passwords {
  const { parallel = 2, waiting = 128 } = options
  const queued: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < parallel) running++
    else {
      if (queued.length >= waiting) throw new VigilError('overloaded', `${queued.length} password checks are waiting`)
      // Whoever leaves hands its place over, so `running` stays as it is.
      await new Promise<void>((go) => queued.push(go))
    }
    try {
      return await work()
    } finally {
      const next = queued.shift()
      if (next) next()
      else running--
    }
  }

  // Made ahead, so that the first unknown name does not take longer than a known one.
  const nobodysHash = argon2.hash(randomBytes(24).toString('base64url'), cost)
  nobodysHash.catch(() => {
    // Whoever needs it meets the failure.
  })

  return {
    hash: (password) => inTurn(() => argon2.hash(prepared(password), cost)),
    async verify(hash, password) {
      const stored = hash || (await nobodysHash)
      const matches = await inTurn(() => argon2.verify(stored, prepared(password)))
      return matches && stored === hash
    }
  }
}

/** Length in characters as a person counts them, which is not the length of a JavaScript string. */
export function passwordLength(password: string): number {
  return Array.from(prepared(password)).length
}

/** The same password typed on two systems gives the same bytes (NIST SP 800-63B-4 §3.1.1.2). */
function prepared(password: string): string {
  return password.normalize('NFKC')
}
