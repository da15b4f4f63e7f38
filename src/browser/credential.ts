// How a page proves that it may open the channel: the provider's own pages carry a token, pages of relying parties ask
// their own server for a one-use ticket before each connection.

import { pageTokenPrefix, protocolName, ticketPrefix } from '../channel/wire.ts'

export type Credential =
  | {
      /** From the provider, made for this page; goes with the session cookie. */
      readonly pageToken: string
      /** `wss:` address of the channel. */
      readonly url: string
    }
  | {
      /** An address of the page's own server that answers a POST with `{"ticket","url"}`. */
      readonly ticketUrl: string
    }

/** A server that takes longer to give a ticket is asked again. */
const patienceMs = 30_000

export interface Way {
  readonly url: string
  readonly protocols: string[]
}

/** A way to the channel; `refused` when asking again will not help, undefined when it may. */
export async function wayToChannel(credential: Credential): Promise<Way | 'refused' | undefined> {
  if ('pageToken' in credential) {
    return { url: credential.url, protocols: [protocolName, pageTokenPrefix + credential.pageToken] }
  }
  let response: Response
  try {
    response = await fetch(credential.ticketUrl, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { Accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs)
    })
  } catch {
    return undefined
  }
  if (!response.ok) {
    const passes = response.status >= 500 || response.status === 408 || response.status === 429
    return passes ? undefined : 'refused'
  }
  try {
    const { ticket, url } = (await response.json()) as { ticket: unknown; url: unknown }
    if (typeof ticket !== 'string' || typeof url !== 'string') return 'refused'
    return { url, protocols: [protocolName, ticketPrefix + ticket] }
  } catch {
    // Not JSON: a login page, most likely.
    return 'refused'
  }
}
