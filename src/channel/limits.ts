// What one socket may do, and what the channel as a whole holds. The defaults leave an honest agent plenty of room: it
// sends one frame a second, and a fast mouse makes a thousand events in it.

export interface ChannelLimits {
  /** Frames (and pings) a second that a socket may send on average. */
  readonly framesPerSecond: number
  /** Frames at once: what a network stall of a minute lets loose. */
  readonly frameBurst: number
  readonly eventsPerSecond: number
  readonly eventBurst: number
  /** Decoded frames that wait for the heart before the socket is paused. */
  readonly queuedFrames: number
  /** Bytes that may wait for a page that does not read; above it the socket is cut. */
  readonly unreadBytes: number
  /** Time between pings; a socket that leaves two of them unanswered is cut. */
  readonly heartbeatMs: number
  /** Time for the closing handshake before the socket is cut. */
  readonly closeMs: number
  /** Time for admission and for the heart to open a stream. */
  readonly openMs: number
  readonly connections: number
  readonly connectionsPerSession: number
  /** Upgrades that may wait for admission at once. */
  readonly pendingUpgrades: number
}

export const defaultLimits: ChannelLimits = {
  framesPerSecond: 20,
  frameBurst: 100,
  eventsPerSecond: 2_000,
  eventBurst: 16_384,
  queuedFrames: 32,
  unreadBytes: 65_536,
  heartbeatMs: 20_000,
  closeMs: 1_000,
  openMs: 10_000,
  connections: 20_000,
  connectionsPerSession: 64,
  pendingUpgrades: 2_000
}
