// A page's place in its session: taken before its socket is open, and kept while the socket is lost and the page may come back. What is told
// or ended in between happens as soon as there is a socket.

import type { ErrorCode } from '../errors.ts'
import type { Connection } from './connection.ts'
import type { Intake } from './intake.ts'
import type { ChannelSession, ServerMessage } from './ports.ts'

/** Messages that wait for the socket to open. */
const mostUntold = 16

export class Member {
  readonly session: ChannelSession
  connection: Connection | undefined
  intake: Intake | undefined
  /** A socket is on its way to this place. */
  isArriving = true
  /** Ends the wait for a page that was lost. */
  absence: NodeJS.Timeout | undefined
  readonly #untold: ServerMessage[] = []
  #ended: ErrorCode | undefined
  #hasLeft = false
  readonly #left = Promise.withResolvers<void>()

  constructor(session: ChannelSession) {
    this.session = session
  }

  tell(message: ServerMessage): void {
    if (this.connection) this.connection.tell(message)
    // A page that comes back is told anew how things stand.
    else if (this.isArriving && this.#untold.length < mostUntold) this.#untold.push(message)
  }

  /** Resolves when the socket is gone, or was never opened. */
  end(code: ErrorCode): Promise<void> {
    this.#ended ??= code
    void this.connection?.end(code)
    return this.#left.promise
  }

  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  connect(connection: Connection): void {
    this.connection = connection
    this.isArriving = false
    if (this.#ended) {
      void connection.end(this.#ended)
      return
    }
    for (const message of this.#untold) connection.tell(message)
    this.#untold.length = 0
  }

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  leave(): void {
    clearTimeout(this.absence)
    this.#hasLeft = true
    this.#left.resolve()
  }
}

/** Streams of the same name belong together only where session, client, page and purpose do. */
export function placeOf({ uid, accountId, clientId, origin, purpose, stream }: ChannelSession): string | undefined {
  return stream === undefined ? undefined : JSON.stringify([uid, accountId, clientId, origin, purpose, stream])
}
