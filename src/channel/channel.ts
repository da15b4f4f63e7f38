// The continuous-authentication channel: every socket of every session, from the upgrade to the last byte. docs/channel.md
// tells the other side of this story.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { isVigilError, VigilError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Admission } from './admission.ts'
import { openConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createIntake } from './intake.ts'
import type { Intake } from './intake.ts'
import { defaultLimits } from './limits.ts'
import type { ChannelLimits } from './limits.ts'
import { Member, placeOf } from './member.ts'
import type { ChannelLogger, ChannelSession, Clock, Stream, Watch } from './ports.ts'
import { fullShare, memoryUse, overfullShare } from './pressure.ts'
import type { MemoryUse } from './pressure.ts'
import { createShares, networkOf } from './shares.ts'
import type { Share } from './shares.ts'
import { TokenBucket } from './token-bucket.ts'
import { createTurns } from './turns.ts'
import { isFor, refuse, within } from './upgrade.ts'
import { largestFrameBytes, protocolName } from './wire.ts'

export interface ChannelOptions {
  /** Default `/continuous`. */
  readonly path?: string
  readonly admission: Admission
  readonly watch: Watch
  /** Milliseconds, never going back. Default: the process's monotonic clock. */
  readonly clock?: Clock
  readonly logger: ChannelLogger
  readonly limits?: Partial<ChannelLimits>
  /** Address that a request comes from. Default: the socket's; behind a proxy, whatever tells the real one. */
  readonly addressOf?: (request: IncomingMessage) => string
  /** Asked once a second. Default: the heap, and what the operating system gives the process. */
  readonly memoryUse?: MemoryUse
}

export interface Channel {
  /** For the server's `upgrade` event. False when the path is not ours, and then nothing was touched. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Closes every socket of a session with the close code of the error; resolves when they are gone. */
  closeSession(uid: string, code: ErrorCode): Promise<void>
  /** Takes no new sockets, closes the present ones with 1001; resolves when they are gone. */
  drain(): Promise<void>
  /** Open sockets. */
  readonly connections: number
}

/** Sockets that are pinged, and shed, at once: this share of them. A thousand pings in one instant would make everybody wait. */
const heartbeatSlots = 20
const pressureMs = 1_000
/** To ask for the use of memory costs some fifty microseconds. */
const shortestLookMs = 20

export function createChannel(options: ChannelOptions): Channel {
  const { path = '/continuous', admission, watch, clock = () => performance.now(), logger } = options
  const { addressOf = (request) => request.socket.remoteAddress ?? '', memoryUse: memory = memoryUse } = options
  const limits: ChannelLimits = { ...defaultLimits, ...options.limits }
  const sockets = createSockets(limits.closeMs)
  const turns = createTurns()
  const members = new Map<string, Set<Member>>()
  /** Pages that named their stream, by place. */
  const places = new Map<string, Member>()
  const frameRate = { perSecond: limits.framesPerSecond, burst: limits.frameBurst }
  const eventRate = { perSecond: limits.eventsPerSecond, burst: limits.eventBurst }
  const persons = createShares(
    [
      { perSecond: limits.framesPerSecondOfPerson, burst: limits.frameBurstOfPerson },
      { perSecond: limits.eventsPerSecondOfPerson, burst: limits.eventBurstOfPerson },
      { perSecond: limits.opensPerSecondOfPerson, burst: limits.openBurstOfPerson }
    ],
    clock
  )
  const opens = createShares([{ perSecond: limits.opensPerSecondOfSession, burst: limits.openBurstOfSession }], clock)
  // Addresses are counted by real time, however fast a recording is played.
  const addresses = createShares(
    [{ perSecond: limits.upgradesPerSecondOfAddress, burst: limits.upgradeBurstOfAddress }],
    () => performance.now()
  )
  const slots = Array.from({ length: heartbeatSlots }, () => new Set<Connection>())
  let slot = 0
  let open = 0
  let pending = 0
  let awaited = 0
  let draining = false
  let isFull = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let lastUse = 0

  const heartbeat = setInterval(() => {
    slot = (slot + 1) % heartbeatSlots
    for (const connection of slots[slot]!) connection.beat()
  }, limits.heartbeatMs / heartbeatSlots)
  heartbeat.unref()
  const watchman = setInterval(shed, pressureMs)
  watchman.unref()

  return {
    handleUpgrade(request, socket, head) {
      if (!isFor(path, request)) return false
      // A socket that breaks before ws takes it over must not take the process along.
      const onError = (): void => void socket.destroy()
      socket.on('error', onError)
      void upgrade(request, socket, head).catch((error: unknown) => {
        const code = isVigilError(error) ? error.code : 'internal'
        if (isVigilError(error)) logger.info({ code, why: error.message }, 'channel refused')
        else logger.error({ err: error }, 'channel could not be opened')
        refuse(socket, code)
      })
      return true
    },

    async closeSession(uid, code) {
      await Promise.all([...(members.get(uid) ?? [])].map((member) => end(member, code)))
    },

    async drain() {
      draining = true
      clearInterval(heartbeat)
      clearInterval(watchman)
      const everyone = [...members.values()].flatMap((session) => [...session])
      await Promise.all(everyone.map((member) => end(member, 'going_away')))
    },

    get connections() {
      return open
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = addresses.of(networkOf(addressOf(request)))
    if (!address.buckets[0]!.take(1, performance.now()) || address.sockets >= limits.connectionsPerAddress) {
      throw new VigilError('overloaded', 'too many connections of one address')
    }
    look()
    if (draining || isFull || pending >= limits.pendingUpgrades || open >= limits.connections) {
      throw new VigilError('overloaded')
    }
    pending += 1
    try {
      const session = await within(limits.openMs, admission.admit(request), () => undefined)
      await join(session, address, () => accept(request, socket, head))
    } finally {
      pending -= 1
    }
  }

  async function join(session: ChannelSession, address: Share, take: () => WebSocket | undefined): Promise<void> {
    if (draining) throw new VigilError('overloaded')
    const person = persons.of(session.accountId)
    if (person.sockets >= limits.connectionsPerPerson) throw new VigilError('overloaded', 'too many tabs of one person')
    if (!opens.of(session.uid).buckets[0]!.take(1, clock()))
      throw new VigilError('overloaded', 'one session opens too many sockets')
    if (!person.buckets[2]!.take(1, clock())) throw new VigilError('overloaded', 'one person opens too many sockets')
    const place = placeOf(session)
    const known = place === undefined ? undefined : places.get(place)
    const member = known ?? new Member(session)
    if (known) await displace(known)
    else enrol(member, place)
    try {
      const intake = await (known ? comeBack(known) : begin(member))
      // Only now: whoever ended the session since admission either finds this member or is found here.
      if (!(await admission.isLive(session.uid))) void member.end('session_ended')
      connect(member, intake, { person, address }, take)
    } catch (error) {
      if (known?.intake && !known.hasLeft && !isFinal(error)) {
        known.isArriving = false
        wait(known, known.intake)
        throw error
      }
      member.intake?.close('lost')
      dismiss(member)
      if (!isFinal(error)) throw error
      // Over HTTP a page could not tell that there is no use in asking again.
      const accepted = take()
      accepted?.on('error', () => undefined)
      accepted?.close(error.closeCode, error.code)
    }
  }

  async function begin(member: Member): Promise<Intake> {
    const { session } = member
    const opening = watch.open(session, (message) => member.tell(message))
    const stream: Stream = await within(limits.openMs, opening, (late) => late.close('lost'))
    return createIntake(stream, turns, logger, { uid: session.uid, purpose: session.purpose })
  }

  async function comeBack(member: Member): Promise<Intake> {
    const intake = member.intake!
    await within(limits.openMs, intake.stream.resumed(), () => undefined)
    return intake
  }

  /** The page is the same, so its old socket, which it has given up, only is in the way. */
  async function displace(member: Member): Promise<void> {
    if (member.isArriving) throw new VigilError('overloaded', 'another socket of the same stream is being opened')
    member.isArriving = true
    const { connection } = member
    connection?.cut('the page is back on another socket')
    await connection?.closed
    stopWaiting(member)
    if (member.intake?.isClosed) dismiss(member)
    if (member.hasLeft) throw new VigilError('overloaded', 'the stream has just ended')
  }

  function connect(
    member: Member,
    intake: Intake,
    shares: { readonly person: Share; readonly address: Share },
    take: () => WebSocket | undefined
  ): void {
    const { session } = member
    member.intake = intake
    const socket = take()
    if (socket === undefined) throw new VigilError('subprotocol_missing', 'the handshake was incomplete or abandoned')
    const [frames, events] = shares.person.buckets
    const ofPerson = { frames: frames!, events: events! }
    const ofSocket = { frames: new TokenBucket(frameRate, clock()), events: new TokenBucket(eventRate, clock()) }
    const connection = openConnection({ socket, session, intake, clock, logger, limits, ofSocket, ofPerson })
    const beats = slots[Math.floor(Math.random() * heartbeatSlots)]!
    beats.add(connection)
    open += 1
    shares.person.sockets += 1
    shares.address.sockets += 1
    void release()
    member.connect(connection)
    logger.debug({ uid: session.uid, purpose: session.purpose, origin: session.origin }, 'channel open')

    async function release(): Promise<void> {
      const mayReturn = await connection.closed
      open -= 1
      shares.person.sockets -= 1
      shares.address.sockets -= 1
      beats.delete(connection)
      member.connection = undefined
      if (mayReturn && !member.isEnded && (awaited < limits.awaitedStreams || member.isArriving)) {
        wait(member, intake)
        return
      }
      if (mayReturn) intake.close('lost')
      dismiss(member)
    }
  }

  /** The page is lost and may come back. */
  function wait(member: Member, intake: Intake): void {
    intake.stream.interrupted()
    awaited += 1
    member.absence = setTimeout(() => {
      intake.close('lost')
      dismiss(member)
    }, limits.returnMs)
    member.absence.unref()
  }

  function stopWaiting(member: Member): void {
    if (member.absence === undefined) return
    clearTimeout(member.absence)
    member.absence = undefined
    awaited -= 1
  }

  function end(member: Member, code: ErrorCode): Promise<void> {
    const ended = member.end(code)
    if (member.absence !== undefined) {
      member.intake?.close('lost')
      dismiss(member)
    }
    return ended
  }

  /** Undefined when ws refused the handshake (and has answered) or the other side is gone. */
  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): WebSocket | undefined {
    let accepted: WebSocket | undefined
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accepted = webSocket
    })
    return accepted
  }

  function enrol(member: Member, place: string | undefined): void {
    const { uid } = member.session
    const session = members.get(uid) ?? new Set()
    if (session.size >= limits.connectionsPerSession) throw new VigilError('overloaded', 'too many tabs of one session')
    members.set(uid, session.add(member))
    if (place !== undefined) places.set(place, member)
  }

  function dismiss(member: Member): void {
    stopWaiting(member)
    member.leave()
    const { uid } = member.session
    const session = members.get(uid)
    session?.delete(member)
    if (session?.size === 0) members.delete(uid)
    const place = placeOf(member.session)
    if (place !== undefined && places.get(place) === member) places.delete(place)
  }

  /** How much memory is in use. Newcomers bring it up faster than once a second: it is looked at when they come, too. */
  function look(): number {
    if (performance.now() - lookedAt < shortestLookMs) return lastUse
    lastUse = memory()
    lookedAt = performance.now()
    if (lastUse >= fullShare !== isFull) {
      isFull = lastUse >= fullShare
      const what = isFull ? 'channel full' : 'channel open again'
      logger.info({ memory: Math.round(100 * lastUse), connections: open }, what)
    }
    return lastUse
  }

  /** Those that come last are turned away first; then some that are here, told to come back later. */
  function shed(): void {
    if (look() < overfullShare) return
    for (const connection of slots[Math.floor(Math.random() * heartbeatSlots)]!) void connection.end('overloaded')
    for (const member of places.values()) if (member.absence !== undefined) void end(member, 'overloaded')
  }
}

/** True for what concerns the session, and will be the same when the page asks again. */
function isFinal(error: unknown): error is VigilError {
  return isVigilError(error) && error.closeCode >= 4000
}

function createSockets(closeMs: number): WebSocketServer {
  // A constant of its own, because the published types lag behind ws and refuse two of these in a literal.
  const settings = {
    noServer: true,
    clientTracking: false,
    // Compression multiplies the cost of a frame, and lets a small message grow into a large one.
    perMessageDeflate: false,
    maxPayload: largestFrameBytes,
    // The connection answers pings itself, in order with the frames.
    autoPong: false,
    // A frame is one WebSocket frame; the allowance is for proxies that split it.
    maxFragments: 16,
    closeTimeout: closeMs,
    handleProtocols: () => protocolName
  }
  return new WebSocketServer(settings)
}
