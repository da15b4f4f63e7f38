// What one socket may do, what all sockets of a person or an address may, and what the channel as a whole holds. The defaults leave an honest agent plenty of room: it
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
  /** Time for which anything may wait for a page that does not read. */
  readonly unreadMs: number
  /** Time between pings; a socket from which nothing came since the last one is cut. */
  readonly heartbeatMs: number
  /** Time for the closing handshake before the socket is cut. */
  readonly closeMs: number
  /** Time for admission and for the heart to open a stream. */
  readonly openMs: number
  readonly connections: number
  readonly connectionsPerSession: number
  readonly connectionsPerPerson: number
  /** Frames (and pings) a second of all sockets of a person. */
  readonly framesPerSecondOfPerson: number
  readonly frameBurstOfPerson: number
  readonly eventsPerSecondOfPerson: number
  readonly eventBurstOfPerson: number
  /** Sockets that a person may open a second, those that were closed for a breach included: each is a stream that has to be begun. */
  readonly opensPerSecondOfPerson: number
  readonly openBurstOfPerson: number
  /** And of these a session: whoever has stolen one must not keep the person's others out. */
  readonly opensPerSecondOfSession: number
  readonly openBurstOfSession: number
  /** An office may stand behind one address. */
  readonly connectionsPerAddress: number
  /** Upgrades a second, refused ones included. */
  readonly upgradesPerSecondOfAddress: number
  readonly upgradeBurstOfAddress: number
  /** Time for which a stream waits for its page to come back on another socket. */
  readonly returnMs: number
  /** Streams that wait at once; beyond it a lost page begins anew. */
  readonly awaitedStreams: number
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
  unreadMs: 10_000,
  heartbeatMs: 20_000,
  closeMs: 1_000,
  openMs: 10_000,
  connections: 20_000,
  connectionsPerSession: 64,
  connectionsPerPerson: 256,
  framesPerSecondOfPerson: 400,
  frameBurstOfPerson: 10_000,
  eventsPerSecondOfPerson: 4_000,
  eventBurstOfPerson: 65_536,
  opensPerSecondOfPerson: 2,
  openBurstOfPerson: 300,
  opensPerSecondOfSession: 1,
  openBurstOfSession: 150,
  connectionsPerAddress: 5_000,
  upgradesPerSecondOfAddress: 200,
  upgradeBurstOfAddress: 5_000,
  returnMs: 120_000,
  awaitedStreams: 10_000,
  pendingUpgrades: 2_000
}
