// What all sockets of one person, or of one network address, may do together: a limit per socket alone is one that more sockets get around.

import { isIPv6 } from 'node:net'
import type { Clock } from './ports.ts'
import { TokenBucket } from './token-bucket.ts'

export interface Share {
  sockets: number
  /** One bucket a rate, in the order of `rates`. */
  readonly buckets: readonly TokenBucket[]
  /** When it was last asked for; milliseconds. */
  usedAt: number
}

export interface Shares {
  of(key: string): Share
  /** How many are remembered. */
  readonly size: number
}

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Keys that are remembered at most; above it the longest unused without a socket goes. */
const mostRemembered = 50_000

export function createShares(rates: readonly Rate[], clock: Clock): Shares {
  // In order of use, the longest unused first.
  const shares = new Map<string, Share>()
  const refillMs = 1000 * Math.max(...rates.map(({ perSecond, burst }) => burst / perSecond))

  /** Without a socket and with every bucket full again it says nothing. */
  function forgetOld(now: number): void {
    let looked = 0
    for (const [key, share] of shares) {
      if ((now - share.usedAt <= refillMs && shares.size <= mostRemembered) || ++looked > 16) return
      shares.delete(key)
      if (share.sockets === 0) continue
      share.usedAt = now
      shares.set(key, share)
    }
  }

  return {
    of(key) {
      const now = clock()
      const known = shares.get(key)
      const share = known ?? {
        sockets: 0,
        buckets: rates.map(({ perSecond, burst }) => new TokenBucket(perSecond, burst, now)),
        usedAt: now
      }
      share.usedAt = now
      if (known) shares.delete(key)
      shares.set(key, share)
      forgetOld(now)
      return share
    },
    get size() {
      return shares.size
    }
  }
}

/** The network that an address stands for: of IPv6 the first 64 bits, which are one subscriber's. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = (plain.split('%', 1)[0] ?? '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = plain.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : []
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
