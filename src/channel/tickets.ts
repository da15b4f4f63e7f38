// One-use tickets for pages that do not have the session cookie, i.e. those of relying parties on another site. A ticket
// is bought with an access token, lives half a minute, and is good for one upgrade from a registered Origin.

import { createHash, randomBytes } from 'node:crypto'
import { VigilError } from '../errors.ts'
import { defaultLimits } from './limits.ts'
import type { Clock } from './ports.ts'

export interface TicketSubject {
  /** `session.uid` of the access token's session. */
  readonly uid: string
  readonly accountId: string
  readonly clientId: string
}

export interface TicketRequest extends TicketSubject {
  /** Origins that the client registered; the page must be on exactly one of them. */
  readonly origins: readonly string[]
}

export interface Tickets {
  issue(request: TicketRequest): { readonly ticket: string; readonly expiresIn: number }
  /**
   * Uses the ticket up, whatever the outcome. Throws `ticket_invalid` when it is unknown, used or too old,
   * `origin_not_allowed` when the page is not one of the client's.
   */
  redeem(ticket: string, origin: string): TicketSubject
}

export interface TicketsOptions {
  /** Milliseconds, never going back. Default: the process's monotonic clock, so that a changed wall clock revives nothing. */
  readonly now?: Clock
  /** Tickets that may wait at once. Default 10,000; above it `issue` throws `overloaded`. */
  readonly capacity?: number
}

/** Unused tickets of one person: as many as pages of theirs may be open, which may all come back at once. */
export const ticketsOfPerson = defaultLimits.connectionsPerPerson

/** Seconds that a ticket lives. */
export const ticketLifeSeconds = 30

interface Waiting extends TicketRequest {
  readonly until: number
}

export function createTickets(options: TicketsOptions = {}): Tickets {
  const { now = () => performance.now(), capacity = 10_000 } = options
  // Only hashes are kept: a dump of the memory opens no channel. Insertion order is order of expiry.
  const waiting = new Map<string, Waiting>()
  /** Hashes by account, the oldest first. */
  const ofPerson = new Map<string, Set<string>>()

  function prune(): void {
    for (const [hash, { until }] of waiting) {
      if (until > now()) break
      take(hash)
    }
  }

  function take(hash: string): Waiting | undefined {
    const found = waiting.get(hash)
    if (!found) return undefined
    waiting.delete(hash)
    const own = ofPerson.get(found.accountId)
    own?.delete(hash)
    if (own?.size === 0) ofPerson.delete(found.accountId)
    return found
  }

  /** Whoever buys without end crowds out nobody but themselves, and the page that asks now gets in. */
  function makeRoom(accountId: string): void {
    for (const oldest of ofPerson.get(accountId) ?? []) {
      if ((ofPerson.get(accountId)?.size ?? 0) < ticketsOfPerson) return
      take(oldest)
    }
  }

  return {
    issue(request) {
      prune()
      makeRoom(request.accountId)
      if (waiting.size >= capacity) throw new VigilError('overloaded', 'too many unused tickets')
      const ticket = randomBytes(32).toString('base64url')
      const hash = hashOf(ticket)
      waiting.set(hash, { ...request, until: now() + ticketLifeSeconds * 1000 })
      ofPerson.set(request.accountId, (ofPerson.get(request.accountId) ?? new Set()).add(hash))
      return { ticket, expiresIn: ticketLifeSeconds }
    },

    redeem(ticket, origin) {
      const found = take(hashOf(ticket))
      if (found === undefined || found.until <= now()) throw new VigilError('ticket_invalid')
      if (!found.origins.includes(origin)) throw new VigilError('origin_not_allowed')
      return { uid: found.uid, accountId: found.accountId, clientId: found.clientId }
    }
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
