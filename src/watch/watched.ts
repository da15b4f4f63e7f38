// One session under watch, in memory only: what its pages say, what speaks against the hands at it, and what its pages are told. All tabs and
// relying parties of one session add to one evidence.

import {
  createDeviceTracker,
  type DeviceClass,
  type DeviceTracker,
  type HeldKeys,
  type ProfileModels
} from '../biometrics/index.ts'
import type { ChannelSession, ServerMessage } from '../channel/ports.ts'
import type { SeenDevice } from '../ports.ts'
import { type Evidence, noEvidence } from '../risk/evidence.ts'
import type { RiskLevel } from '../risk/levels.ts'
import { Begun } from './begun.ts'
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
  readonly begun: Begun
  /** On all of its pages, since the person last proved who they are. */
  readonly heldKeys: HeldKeys
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
  /** Class that its windows are judged by. */
  judgedAs: DeviceClass
  /** What is typed for a lesson is not what is held against somebody. */
  readonly lesson: Begun | undefined
  /** What the session's record was last told. */
  told: Omit<SeenDevice, 'since'> | undefined
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
    heldKeys: { count: 0 },
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
  since: number
): Tab {
  return {
    session: channel,
    since,
    tell,
    device: createDeviceTracker(channel.purpose === 'watch' ? session.heldKeys : undefined),
    judgedAs: usualDevice(session),
    lesson: channel.purpose === 'watch' ? undefined : new Begun(),
    told: undefined,
    hidden: false
  }
}

export function begunOf({ begun }: Watched, { lesson }: Tab): Begun {
  return lesson ?? begun
}

/** Where the page does not say what the hands are on. */
export function usualDevice({ profiles }: Watched): DeviceClass {
  return profiles.size === 1 && profiles.has('touch') ? 'touch' : 'keyboard'
}

/** The person proved who they are, or has another profile: the evidence begins anew. */
export function startAnew(session: Watched): void {
  session.evidence = noEvidence()
  session.own.clear()
  session.begun.startAnew()
  session.heldKeys.count = 0
  session.level = session.reported = 'LOW'
  session.beginnings++
  for (const tab of session.tabs) {
    tab.lesson?.forgive()
    delete tab.challenge
    say(session, tab)
  }
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
