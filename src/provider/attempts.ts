// Counting attempts, so that guessing is pointless and nobody can shut the owner out. What is taken for an attempt is given back when it
// succeeds: only what fails counts.

import { isIP } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { isVigilError, VigilError } from '../errors.ts'

/** Where an attempt comes from. */
export interface Visitor {
  /** IP address, as the proxy settings make it known. */
  readonly address: string
  /** The account that signed in on this device before, vouched for by a signed cookie. */
  readonly knownAs?: string
}

export interface Attempt {
  readonly limiter: RateLimiterMemory
  readonly key: string
}

/** Seconds. */
export const quarterHour = 15 * 60

export function limiter(name: string, points: number, seconds: number): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: name, points, duration: seconds })
}

export function byAddress(addresses: RateLimiterMemory, from: Visitor): readonly Attempt[] {
  const key = networkOf(from.address)
  return key === undefined ? [] : [{ limiter: addresses, key }]
}

/** Takes all or none. Throws `too_many_attempts`. */
export async function takeAll(attempts: readonly Attempt[]): Promise<void> {
  const taken: Attempt[] = []
  for (const attempt of attempts) {
    try {
      await attempt.limiter.consume(attempt.key)
      taken.push(attempt)
    } catch (refused) {
      await giveBack(taken)
      if (!(refused instanceof RateLimiterRes)) throw refused
      throw new VigilError('too_many_attempts', undefined, { cause: refused })
    }
  }
}

export async function giveBack(attempts: readonly Attempt[]): Promise<void> {
  for (const { limiter: of, key } of attempts) await of.reward(key)
}

/** Seconds for a `Retry-After` header, when the error says. */
export function retryAfterSeconds(error: unknown): number | undefined {
  if (isVigilError(error, 'overloaded')) return 2
  if (!isVigilError(error, 'too_many_attempts')) return undefined
  return error.cause instanceof RateLimiterRes ? Math.max(1, Math.ceil(error.cause.msBeforeNext / 1000)) : 60
}

/**
 * One key per household: an IPv6 customer has a whole /64 of addresses to come from. Undefined where an address tells nobody apart:
 * everybody behind a proxy that does not forward addresses comes from loopback, and one of them must not shut the others out.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  switch (isIP(plain)) {
    case 4:
      return plain.startsWith('127.') ? undefined : plain
    case 6:
      return plain === '::1' ? undefined : firstGroups(plain)
    default:
      return undefined
  }
}

/** The first 64 bits of an IPv6 address. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}
