// What the channel needs from the rest of the house: somebody who says whose socket this is, and somebody who takes what it
// carries.

import type { IncomingMessage } from 'node:http'
import type { DeviceClass } from '../biometrics/device-class.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'

/** Why a page opened the channel: to be watched, or to teach the provider how its person types. */
export type ChannelPurpose = 'watch' | 'calibration'

/** Whose stream a socket carries. */
export interface ChannelSession {
  /** `session.uid` of the provider. */
  readonly uid: string
  readonly accountId: string
  /** The client whose page it is; absent on the provider's own pages. */
  readonly clientId?: string
  readonly origin: string
  readonly purpose: ChannelPurpose
  /** The name that the page gave its stream, when it means to come back after a loss. */
  readonly stream?: string
}

/** What the next frame of a connection may build on. */
export interface FrameClock {
  /** Rises by one a frame, from 0, per stream. */
  readonly sequence: number
  /** The page's monotonic clock when the frame left, in milliseconds; same origin as the events' `t`. */
  readonly sentAt: number
  /** Finest step of the page's clock in milliseconds, as the agent measured it; 0 = unknown. */
  readonly grainMs: number
}

/** One decoded `behavioral_data` frame. */
export interface Frame extends FrameClock {
  /** True while the tab is hidden. */
  readonly hidden: boolean
  /** What the person's hands are on, as the page says; absent = it does not say. */
  readonly device?: DeviceClass
  readonly counters: Counters
  /** In time order. */
  readonly events: readonly InputEvent[]
}

/** What the page is told: a coarse state and what to do next, never a score (rule 4). */
export type ServerMessage =
  | { readonly type: 'analysis_result'; readonly state: 'watched' | 'warming_up' | 'unobserved' | 'doubt' }
  | {
      readonly type: 'challenge_required'
      /** Parameters for the authorization request that answers it. */
      readonly request: { readonly acr_values?: string; readonly max_age?: number; readonly prompt?: string }
      /** Seconds since the epoch after which the session is treated as refused. */
      readonly by: number
    }
  /** The doubt may be answered by a typed phrase at `url`, if the person likes. Nothing has been taken. */
  | { readonly type: 'phrase_offered'; readonly url: string }
  | { readonly type: 'security_alert'; readonly reason: string }
  /** All frames of the stream before `next` have arrived. Only for a page that named its stream. */
  | { readonly type: 'received'; readonly next: number }

/** How a stream ends: the page was left, the connection was lost for good, or the person switched the watch off. */
export type Goodbye = 'left' | 'lost' | 'stopped'

/** Undefined when work may begin at once; else resolves when it is its turn, in order of asking. */
export type Turn = () => Promise<void> | undefined

/** One page's stream, as the heart sees it. It outlives its socket when the page says that it may come back. */
export interface Stream {
  /**
   * Called in order, never concurrently for one stream; the connection awaits it before the next frame (back-pressure). Undefined when the frame
   * has been taken in already; then its events are written over, and whoever wants to keep one keeps a copy. Whatever holds the event loop for longer
   * takes a turn first.
   */
  receive(frame: Frame, turn: Turn): Promise<void> | undefined
  /** The socket is lost, and the page may come back: `resumed` or `close` follows. */
  interrupted(): void
  /** The page is back on another socket. Throws as `open` does. */
  resumed(): Promise<void>
  /** Nothing follows. */
  close(goodbye?: Goodbye): void
}

/** The heart, as the channel sees it. */
export interface Watch {
  open(session: ChannelSession, tell: (message: ServerMessage) => void): Promise<Stream>
}

/** Looks up the provider's session behind a request's cookie; undefined when there is none. */
export type SessionOfRequest = (
  request: IncomingMessage
) => Promise<{ readonly uid: string; readonly accountId: string } | undefined>

/** Milliseconds from any origin; never goes back. Injected so that recordings can be played faster than they were made. */
export type Clock = () => number

/** What the channel needs of a logger; pino's satisfies it. */
export interface ChannelLogger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}
