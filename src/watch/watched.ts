// One session under watch, in memory only: what its pages say, what speaks against the hands at it, and what its pages are told. All tabs and
// relying parties of one session add to one evidence.

import {
  createDeviceTracker,
  createWindowBuilder,
  type DeviceClass,
  type DeviceTracker,
  type ProfileModels,
  type WindowBuilder
} from '../biometrics/index.ts'
import type { ChannelSession, ServerMessage } from '../channel/ports.ts'
import type { SeenDevice } from '../ports.ts'
import { type Evidence, noEvidence } from '../risk/evidence.ts'
import type { RiskLevel } from '../risk/levels.ts'
import { Begun, type Heard, Relay } from './begun.ts'
import type { OwnSession } from './judge.ts'
import type { Silence, SilenceKind } from './silence.ts'

export interface Watched {
  readonly uid: string
  readonly accountId: string
  readonly tabs: Set<Tab>
  /** Clients that must be watched and use the session. */
  readonly expectedBy: Set<string>
  /** Without their material, which is two thirds of a profile's memory and read from storage when it is needed. */
  profiles: ReadonlyMap<DeviceClass, ProfileModels>
  /** What speaks against the profiles. */
  evidence: Evidence
  /** What pages have left. */
  readonly begun: Begun
  /** By class of device, where there is no profile. */
  readonly own: Map<DeviceClass, Own>
  /** What somebody else reported; stands until the person proves who they are. */
  reported: RiskLevel
  /** The level that the session's record was last told. */
  level: RiskLevel
  readonly silence: Silence
  /** Why the record was told that the session is unobserved; absent = it was not. */
  unobserved: SilenceKind | 'stopped' | undefined
  /** The person switched the watch off, right after a strong login; it stays off until the next one. */
  stopped: boolean
  /** How often the evidence began anew. */
  beginnings: number
}

/** For a person without a profile for the class: the session since the last login, to be held against its own beginning. */
export interface Own {
  /** Undefined until something was typed. */
  afterLogin: boolean | undefined
  session: OwnSession
  lastAt: number
}

export interface Tab {
  readonly session: ChannelSession
  /** Seconds since the epoch. */
  readonly since: number
  readonly tell: (message: ServerMessage) => void
  readonly device: DeviceTracker
  builder: Relay<WindowBuilder>
  /** Class that the windows of the builder are judged by. */
  judgedAs: DeviceClass
  /** What the session's record was last told. */
  told: Omit<SeenDevice, 'since'> | undefined
  readonly heard: Relay<Heard>
  /** As its last frame said. */
  hidden: boolean
  state?: string
  /** The challenge that its page has heard of. */
  challenge?: string
}

export function newWatched(uid: string, accountId: string, silence: Silence): Watched {
  return {
    uid,
    accountId,
    tabs: new Set(),
    expectedBy: new Set(),
    profiles: new Map(),
    evidence: noEvidence(),
    begun: new Begun(),
    own: new Map(),
    reported: 'LOW',
    level: 'LOW',
    silence,
    unobserved: undefined,
    stopped: false,
    beginnings: 0
  }
}

export function newTab(
  session: Watched,
  channel: ChannelSession,
  tell: (message: ServerMessage) => void,
  heard: Relay<Heard>,
  since: number
): Tab {
  const judgedAs = usualDevice(session)
  return {
    session: channel,
    since,
    tell,
    device: createDeviceTracker(),
    // What is typed for a lesson is not what is held against somebody.
    builder: channel.purpose === 'watch' ? session.begun.builder(judgedAs) : new Relay(createWindowBuilder()),
    judgedAs,
    told: undefined,
    heard,
    hidden: false
  }
}

/** Where the page does not say what the hands are on. */
export function usualDevice({ profiles }: Watched): DeviceClass {
  return profiles.size === 1 && profiles.has('touch') ? 'touch' : 'keyboard'
}

/** The person proved who they are, or has another profile: the evidence begins anew. */
export function startAnew(session: Watched): void {
  session.evidence = noEvidence()
  session.own.clear()
  session.begun.clear()
  session.level = session.reported = 'LOW'
  session.beginnings++
  for (const tab of session.tabs) {
    freshen(tab)
    delete tab.challenge
    say(session, tab)
  }
}

/** What the hands before have begun must not be held against those that follow. */
export function freshen(tab: Tab): void {
  const { stream, suspected } = tab.heard.target
  stream.startAnew()
  suspected.clear()
  if (tab.session.purpose === 'watch') tab.builder.target.flush()
}

/** A page is gone for good. */
export function leaveBehind({ begun }: Watched, { session: { purpose }, judgedAs, builder, heard }: Tab): void {
  if (purpose !== 'watch') {
    heard.target.stream.close()
    return
  }
  begun.leaveBuilder(judgedAs, builder)
  begun.leaveHeard(heard)
}

/** The page hears of changes only: a steady stream of states would be a score by another name. */
export function say(session: Watched, tab: Tab): void {
  const state = stateFor(session, tab)
  if (tab.state === state) return
  tab.state = state
  tab.tell({ type: 'analysis_result', state })
}

/** A page that opens while a challenge begins would hear of it twice: as one that stands, and as one that is new. */
export function ask(tab: Tab, challenge: ServerMessage): void {
  const text = JSON.stringify(challenge)
  if (tab.challenge === text) return
  tab.challenge = text
  tab.tell(challenge)
}

/** The coarse word for the page. A doubt says more than that nobody is seen. */
function stateFor(session: Watched, tab: Tab): 'watched' | 'warming_up' | 'unobserved' | 'doubt' {
  if (session.level !== 'LOW') return 'doubt'
  if (session.unobserved) return 'unobserved'
  return isKnown(session, tab) ? 'watched' : 'warming_up'
}

function isKnown({ profiles, own }: Watched, { judgedAs }: Tab): boolean {
  return profiles.has(judgedAs) || own.get(judgedAs)?.session.beginning.known !== undefined
}
