// How a page of the load comes to its channel: a fresh credential for every connection, as a real page needs one.

/** What a WebSocket needs to open the channel once. */
export interface Way {
  readonly url: string
  /** Subprotocol value that says who this is. */
  readonly credential: string
  readonly origin: string
}

/** A session that is signed in; asked again for each connection. */
export type OpenWay = () => Promise<Way>
