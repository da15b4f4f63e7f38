// Keeps one WebSocket open: asks for a credential, connects, and comes back after a loss, later each time and never at
// the same moment as everybody else.

import type { ServerMessage } from '../channel/ports.ts'
import { streamPrefix, type stoppedByPerson } from '../channel/wire.ts'
import { wayToChannel } from './credential.ts'
import type { Credential, Way } from './credential.ts'

export interface LinkEvents {
  /** A connection is open. Frames may go once the server has said how far it got. */
  opened(): void
  heard(message: ServerMessage): void
  /** The connection is lost and will be tried again. `forgets`: the server wants nothing that was sent before. */
  lost(forgets: boolean): void
  /** It will not be tried again: the session has ended, or the server does not want this page. */
  ended(): void
}

export interface Link {
  /** Only while `canSend`: a frame that is not sent would leave a hole in the numbers. */
  send(bytes: Uint8Array<ArrayBuffer>): void
  /** False without a connection, and while the server is so far behind that the browser holds too much. */
  readonly canSend: boolean
  /** A goodbye would reach the server. */
  readonly isOpen: boolean
  /** Lets go, without an event; the code says why. */
  close(code: 1000 | typeof stoppedByPerson): void
}

const firstWaitMs = 1_000
const longestWaitMs = 30_000
/** A connection that lived this long was a good one: the next wait is short again. */
const goodLifeMs = 10_000
/** Close codes after which what was sent would only be refused again. */
const breaches = new Set([1002, 1007, 1008, 1009, 1011])
/** Bytes that may wait in the browser while the server is behind. */
const unsentBytes = 131_072

/** `stream` names the page's stream, so that it goes on where it was after a loss. */
export function openLink(credential: Credential, stream: string, events: LinkEvents): Link {
  let socket: WebSocket | undefined
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  void connect()
  // The network is back: no reason to sit out the wait.
  const onOnline = (): void => {
    if (timer !== undefined) void connect()
  }
  addEventListener('online', onOnline)

  return {
    send(bytes) {
      socket?.send(bytes)
    },
    get canSend() {
      return socket?.readyState === WebSocket.OPEN && socket.bufferedAmount <= unsentBytes
    },
    get isOpen() {
      return socket?.readyState === WebSocket.OPEN
    },
    close(code) {
      forget()
      socket?.close(code)
    }
  }

  async function connect(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const way = await wayToChannel(credential)
    if (isClosed) return
    if (way === 'refused') end()
    else if (way === undefined) retry(false)
    else {
      const next = socketOf(way)
      if (next) use(next)
      else retry(false)
    }
  }

  /** Undefined for an address or a ticket that is none: the page's own server may do better next time. */
  function socketOf({ url, protocols }: Way): WebSocket | undefined {
    try {
      return new WebSocket(url, [...protocols, streamPrefix + stream])
    } catch {
      return undefined
    }
  }

  function use(next: WebSocket): void {
    let openedAt = Number.POSITIVE_INFINITY
    socket = next
    next.addEventListener('open', () => {
      openedAt = performance.now()
      if (!isClosed) events.opened()
    })
    next.addEventListener('message', ({ data }) => {
      const message = parse(data)
      if (message && !isClosed) events.heard(message)
    })
    next.addEventListener('close', ({ code }) => {
      if (isClosed) return
      if (performance.now() - openedAt > goodLifeMs) failures = 0
      // 4000 to 4999 are the provider's own: they are about the session, not about the network. 1003: the server speaks
      // another version than this script.
      if (code >= 4000 || code === 1003) end()
      else retry(breaches.has(code))
    })
  }

  function retry(forgets: boolean): void {
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** failures)
    failures = Math.min(failures + 1, 10)
    timer = setTimeout(() => void connect(), wait * (0.5 + Math.random() / 2))
    events.lost(forgets)
  }

  function end(): void {
    forget()
    events.ended()
  }

  function forget(): void {
    isClosed = true
    clearTimeout(timer)
    removeEventListener('online', onOnline)
  }
}

function parse(data: unknown): ServerMessage | undefined {
  try {
    return JSON.parse(String(data)) as ServerMessage
  } catch {
    return undefined
  }
}
