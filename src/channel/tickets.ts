// One-use tickets for pages that do not have the session cookie, i.e. those of relying parties on another site. A ticket
// is bought with an access token, lives half a minute, and is good for one upgrade from a registered Origin, on whichever node. It is sealed and
// not stored, so that buying costs nobody any room; only that it was used is kept.

import { createHash } from 'node:crypto'
import { VigilError } from '../errors.ts'
import type { UsedStore } from '../ports.ts'
import { seal, unseal } from '../secrets.ts'

export interface TicketSubject {
  /** `session.uid` of the access token's session. */
  readonly uid: string
  readonly accountId: string
  readonly clientId: string
}

export interface Tickets {
  /** Text of URL-safe characters, fit for a subprotocol value. */
  issue(subject: TicketSubject): { readonly ticket: string; readonly expiresIn: number }
  /**
   * Uses the ticket up, whatever the outcome. Throws `ticket_invalid` when it was not issued with this key, is used or too old,
   * `origin_not_allowed` when the page is not one of the client's; whose it was is told to `misused` when somebody else may have it.
   */
  redeem(
    ticket: string,
    origin: string,
    misused?: (subject: TicketSubject, why: 'used_ticket' | 'other_origin') => void
  ): Promise<TicketSubject>
}

export interface TicketsOptions {
  /** Key of the purpose `tickets`, the same on every node. */
  readonly key: Uint8Array
  readonly used: UsedStore
  /** Origins that a client has registered; the page must be on exactly one of them. */
  originsOf(clientId: string): Promise<readonly string[]>
  /** Whole seconds since the epoch. */
  readonly now: () => number
}

/** Seconds that a ticket lives. */
export const ticketLifeSeconds = 30

/** Seconds for which a used one is remembered: a clock that is set back by less revives none. */
const rememberedSeconds = 3600

export function createTickets({ key, used, originsOf, now }: TicketsOptions): Tickets {
  function opened(ticket: string): { readonly id: string; readonly subject: TicketSubject } {
    const sealed = Buffer.from(ticket, 'base64url')
    try {
      const plain = Buffer.from(unseal(key, sealed, binding)).toString()
      const [uid, accountId, clientId, issuedAt] = JSON.parse(plain) as [string, string, string, number]
      if (now() >= issuedAt + ticketLifeSeconds) throw new Error('it is too old')
      // Of the bytes and not of the text, which base64url has several of.
      const id = createHash('sha256').update('ticket ').update(sealed).digest('base64url')
      return { id, subject: { uid, accountId, clientId } }
    } catch (cause) {
      throw new VigilError('ticket_invalid', undefined, { cause })
    }
  }

  return {
    issue({ uid, accountId, clientId }) {
      const plain = Buffer.from(JSON.stringify([uid, accountId, clientId, now()]))
      return { ticket: Buffer.from(seal(key, plain, binding)).toString('base64url'), expiresIn: ticketLifeSeconds }
    },

    async redeem(ticket, origin, misused) {
      const { id, subject } = opened(ticket)
      if (!(await used.useUp(id, now() + rememberedSeconds))) {
        misused?.(subject, 'used_ticket')
        throw new VigilError('ticket_invalid', 'it was used before')
      }
      if (!(await originsOf(subject.clientId)).includes(origin)) {
        misused?.(subject, 'other_origin')
        throw new VigilError('origin_not_allowed')
      }
      return subject
    }
  }
}

/** What is sealed says what it is for, so that nothing else that is sealed can stand in for it. */
const binding = 'vigil ticket 1'
