// Who may open a channel, decided before the upgrade: browsers do not apply the same-origin policy to WebSockets, so the
// Origin is checked exactly (RFC 6455 §10.2), and a cookie is never enough by itself (OWASP ASVS 5, 4.4).

import type { IncomingMessage } from 'node:http'
import { VigilError } from '../errors.ts'
import { readPageToken } from './page-token.ts'
import type { Misuse } from './misuse.ts'
import type { ChannelSession, SessionOfRequest } from './ports.ts'
import type { Tickets } from './tickets.ts'
import { pageTokenPrefix, protocolName, streamPrefix, ticketPrefix } from './wire.ts'

export interface Admission {
  /**
   * Whose socket this will be. Throws `origin_not_allowed`, `subprotocol_missing`, `channel_unauthenticated` or
   * `ticket_invalid`.
   */
  admit(request: IncomingMessage): Promise<ChannelSession>
  /** Asked again once the socket is on the list of those that `closeSession` reaches, so that no revocation slips through. */
  isLive(uid: string): Promise<boolean>
}

export interface AdmissionOptions {
  /** Origins of the provider's own pages, e.g. `https://login.example.com`. */
  readonly issuerOrigins: readonly string[]
  readonly sessionOf: SessionOfRequest
  /** At least 32 bytes; the key that `issuePageToken` signed with. */
  readonly pageTokenKey: Uint8Array
  readonly tickets: Tickets
  /** False once the session was ended. */
  readonly isLive: (uid: string) => Promise<boolean>
  /** Hears of a credential that is genuine and in the wrong hands; the answer to its bearer does not wait for it. */
  readonly misused?: (misuse: Misuse) => void
  /** Seconds since the epoch, for the expiry of page tokens. */
  readonly now?: () => number
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { issuerOrigins, sessionOf, pageTokenKey, tickets, isLive, misused, now = () => Date.now() / 1000 } = options

  /** A page of the provider: the cookie says who, the token says that the page was made for that session. */
  async function byPageToken(request: IncomingMessage, origin: string, token: string): Promise<ChannelSession> {
    if (!issuerOrigins.includes(origin)) throw new VigilError('origin_not_allowed')
    const claims = readPageToken(pageTokenKey, token, now())
    if (claims === undefined) throw new VigilError('channel_unauthenticated', 'the page token is forged or expired')
    const session = await sessionOf(request)
    if (session?.uid !== claims.uid) {
      misused?.({ uid: claims.uid, why: 'other_session', bearer: () => Promise.resolve(session?.uid) })
      throw new VigilError('channel_unauthenticated', 'the page token is not for the session of the cookie')
    }
    return { uid: session.uid, accountId: session.accountId, origin, purpose: claims.purpose }
  }

  /** A page of a relying party. */
  async function byTicket(request: IncomingMessage, origin: string, ticket: string): Promise<ChannelSession> {
    const subject = await tickets.redeem(ticket, origin, ({ uid }, why) => {
      misused?.({ uid, why, bearer: async () => (await sessionOf(request))?.uid })
    })
    return { ...subject, origin, purpose: 'watch' }
  }

  return {
    async admit(request) {
      const origin = originOf(request)
      const offered = subprotocolsOf(request)
      const ticket = valueOf(offered, ticketPrefix)
      const pageToken = valueOf(offered, pageTokenPrefix)
      // Without a ticket nothing vouches for any Origin but the provider's own.
      if (ticket === undefined && !issuerOrigins.includes(origin)) throw new VigilError('origin_not_allowed')
      if (!offered.includes(protocolName)) throw new VigilError('subprotocol_missing')
      const stream = valueOf(offered, streamPrefix)
      if (stream !== undefined && !/^[\w-]{22,64}$/.test(stream)) {
        throw new VigilError('subprotocol_missing', 'the name of a stream has 22 to 64 characters of base64url')
      }
      if (ticket !== undefined && pageToken !== undefined) {
        throw new VigilError('channel_unauthenticated', 'a ticket and a page token at once')
      }

      let session: ChannelSession
      if (ticket !== undefined) session = await byTicket(request, origin, ticket)
      else if (pageToken !== undefined) session = await byPageToken(request, origin, pageToken)
      else throw new VigilError('channel_unauthenticated')
      if (!(await isLive(session.uid))) throw new VigilError('channel_unauthenticated', 'the session has ended')
      return stream === undefined ? session : { ...session, stream }
    },
    isLive
  }
}

/** The Origin header when it is one serialised http(s) origin, byte for byte (RFC 6454 §6.2). */
function originOf(request: IncomingMessage): string {
  const { origin } = request.headers
  const parsed = origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined
  if (origin === undefined || parsed === undefined || parsed.origin !== origin || !/^https?:$/.test(parsed.protocol)) {
    throw new VigilError('origin_not_allowed')
  }
  return origin
}

function subprotocolsOf(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'] ?? ''
  return header.split(',').map((value) => value.trim())
}

function valueOf(offered: readonly string[], prefix: string): string | undefined {
  return offered.find((value) => value.startsWith(prefix))?.slice(prefix.length)
}
