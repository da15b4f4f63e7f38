// Counting attempts, so that guessing is pointless and nobody can shut the owner out. What is taken for an attempt is given back when it
// succeeds: only what fails counts. The counts are in the database, so that several nodes hold one limit and not each its own.

import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { networkOf as networkOfAddress } from '../../channel/shares.ts'
import { isVigilError, VigilError } from '../../errors.ts'
import type { AttemptStore, CountedAttempt } from '../ports.ts'

/** Where an attempt comes from. */
export interface Visitor {
  /** IP address, as the proxy settings make it known. */
  readonly address: string
  /** The account that signed in on this device before, vouched for by a signed cookie. */
  readonly knownAs?: string
}

export interface Limiter {
  readonly store: AttemptStore
  /** Keeps its keys apart from those of others. */
  readonly name: string
  readonly limit: number
  readonly seconds: number
  readonly grows: boolean
}

export interface Attempt {
  readonly limiter: Limiter
  readonly key: string
}

/** Seconds. */
export const quarterHour = 15 * 60

/** `grows`: who reaches the limit again and again waits longer each time. Never for what strangers can use up for somebody else. */
export function limiter(
  store: AttemptStore,
  name: string,
  limit: number,
  seconds: number,
  { grows = false }: { readonly grows?: boolean } = {}
): Limiter {
  return { store, name, limit, seconds, grows }
}

export function byAddress(addresses: Limiter, from: Visitor): readonly Attempt[] {
  const key = networkOf(from.address)
  return key === undefined ? [] : [{ limiter: addresses, key }]
}

/** Takes all or none. Throws `too_many_attempts`. */
export async function takeAll(attempts: readonly Attempt[]): Promise<void> {
  for (const [store, some] of byStore(attempts)) {
    const counts = await store.take(some)
    const refused = counts.filter(({ count }, index) => count > some[index]!.limit)
    if (refused.length === 0) continue
    await store.giveBack(some.map(({ key }) => key))
    const cause = new WaitUntil(Math.max(...refused.map(({ expiresAt }) => expiresAt)))
    throw new VigilError('too_many_attempts', undefined, { cause })
  }
}

export async function giveBack(attempts: readonly Attempt[]): Promise<void> {
  for (const [store, some] of byStore(attempts)) await store.giveBack(some.map(({ key }) => key))
}

/** Attempts of one act are counted in one place, as a rule. */
function byStore(attempts: readonly Attempt[]): Map<AttemptStore, readonly CountedAttempt[]> {
  const groups = new Map<AttemptStore, CountedAttempt[]>()
  for (const {
    limiter: { store, name, limit, seconds, grows },
    key
  } of attempts) {
    const hash = createHash('sha256').update(`${name}\n${key}`).digest('base64url')
    groups.set(store, [...(groups.get(store) ?? []), { key: hash, limit, seconds, grows }])
  }
  return groups
}

/** When the limit is over, in seconds since the epoch. */
class WaitUntil {
  readonly at: number

  constructor(at: number) {
    this.at = at
  }
}

/** Seconds for a `Retry-After` header, when the error says. */
export function retryAfterSeconds(error: unknown, now = Date.now() / 1000): number | undefined {
  if (isVigilError(error, 'overloaded')) return 2
  if (!isVigilError(error, 'too_many_attempts')) return undefined
  return error.cause instanceof WaitUntil ? Math.max(1, Math.ceil(error.cause.at - now)) : 60
}

/**
 * One key per household: an IPv6 customer has a whole /64 of addresses to come from. Undefined where an address tells nobody apart:
 * everybody behind a proxy that does not forward addresses comes from loopback, and one of them must not shut the others out.
 */
export function networkOf(address: string): string | undefined {
  const network = networkOfAddress(address)
  if (isIP(network) === 4) return network.startsWith('127.') ? undefined : network
  return /^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}$/.test(network) && network !== '0:0:0:0' ? network : undefined
}
