// What all sockets of one person, or of one network address, may do together: a limit per socket alone is one that more sockets get around.

import { isIPv6 } from 'node:net'
import type { Clock } from './ports.ts'
import { type Rate, TokenBucket } from './token-bucket.ts'

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
        buckets: rates.map((rate) => new TokenBucket(rate, now)),
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

/** The network that an address stands for, in whichever form it comes: of IPv6 the first 64 bits, which are one subscriber's. */
export function networkOf(address: string): string {
  const plain = withoutPort(address)
  if (!isIPv6(plain)) return plain
  const groups = groupsOf(plain)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!isMapped)
    return groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** Some proxies forward the port beside the address, which is another with every connection. A zone is of this machine alone. */
function withoutPort(address: string): string {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? []
  const [, fourth] = /^(\d+(?:\.\d+){3}):\d+$/.exec(address) ?? []
  return (inBrackets ?? fourth ?? address).split('%', 1)[0]!
}

/** Eight numbers of an IPv6 address, in whichever of its forms (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  // The parser of addresses writes all forms as one, without leading zeros and without a dotted end.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - before!.length - after!.length).fill('0')
  return [...before!, ...zeros, ...after!].map((group) => Number.parseInt(group, 16))
}
