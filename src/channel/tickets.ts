// One-use tickets for pages that do not have the session cookie, i.e. those of relying parties on another site. A ticket
// is bought with an access token, lives half a minute, and is good for one upgrade from a registered Origin.

import { createHash, randomBytes } from 'node:crypto'
import { VigilError } from '../errors.ts'
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

/** Seconds that a ticket lives. */
export const ticketLifeSeconds = 30

interface Waiting extends TicketRequest {
  readonly until: number
}

export function createTickets(options: TicketsOptions = {}): Tickets {
  const { now = () => performance.now(), capacity = 10_000 } = options
  // Only hashes are kept: a dump of the memory opens no channel. Insertion order is order of expiry.
  const waiting = new Map<string, Waiting>()

  function prune(): void {
    for (const [hash, { until }] of waiting) {
      if (until > now()) break
      waiting.delete(hash)
    }
  }

  return {
    issue(request) {
      prune()
      if (waiting.size >= capacity) throw new VigilError('overloaded', 'too many unused tickets')
      const ticket = randomBytes(32).toString('base64url')
      waiting.set(hashOf(ticket), { ...request, until: now() + ticketLifeSeconds * 1000 })
      return { ticket, expiresIn: ticketLifeSeconds }
    },

    redeem(ticket, origin) {
      const hash = hashOf(ticket)
      const found = waiting.get(hash)
      waiting.delete(hash)
      if (found === undefined || found.until <= now()) throw new VigilError('ticket_invalid')
      if (!found.origins.includes(origin)) throw new VigilError('origin_not_allowed')
      return { uid: found.uid, accountId: found.accountId, clientId: found.clientId }
    }
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
