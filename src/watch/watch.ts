// The heart. A frame comes in; its events become windows; a window is held against the person's profile for the class of device that it was made
// on, and where there is none, against the session's own beginning on such a device; the evidence of the session
// adds up; and when the evidence says something new, the session's risk moves. All tabs and relying parties of one session add to one
// evidence.

import type { Logger } from 'pino'
import {
  counterNames,
  createDeviceTracker,
  createWindowBuilder,
  type Assessment,
  type DeviceClass,
  type DeviceTracker,
  type Profile,
  type ProfileModels,
  type Window,
  type WindowBuilder
} from '../biometrics/index.ts'
import type { Actions } from './actions.ts'
import type { LivenessAssessment, LivenessKind } from '../biometrics/liveness/index.ts'
import type { Calibration } from '../people/calibration.ts'
import type { ChannelSession, Frame, Goodbye, ServerMessage, Stream, Watch } from '../channel/ports.ts'
import { VigilError } from '../errors.ts'
import type { Liveness, LivenessStream } from './liveness.ts'
import { newSession, type OwnSession, weigh, weighOwn, type Judgement } from './judge.ts'
import type { Learning } from '../people/learning.ts'
import type { PersonStore, SeenDevice, SessionRecord, SessionStore } from '../ports.ts'
import type { Profiles } from '../people/profiles.ts'
import { type Evidence, noEvidence, riskOf } from '../risk/evidence.ts'
import { atLeast, type RiskLevel } from '../risk/levels.ts'
import { createSilence, type Silence, type SilenceKind } from './silence.ts'

export type { Judgement } from './judge.ts'

export interface WatchOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly actions: Actions
  readonly calibration: Calibration
  readonly liveness: Liveness
  readonly learning: Pick<Learning, 'observe' | 'end' | 'forget'>
  readonly logger: Logger
  judgement(): Judgement
  /** Resolves when `judgement` can be asked. */
  ready(): Promise<unknown>
  /** Whether the person proved who they are in this session moments ago. */
  isFreshLogin(uid: string): Promise<boolean>
  /** Whether any of the clients must be watched. */
  mustWatch(clientIds: readonly string[]): Promise<boolean>
  /** Seconds without any channel, or with a channel that tells of nothing, after which a session that must be watched is `unobserved`. */
  graceSeconds(): number
  /** Whole seconds since the epoch. */
  now(): number
}

export interface SessionWatch extends Watch {
  /** Sends to every page of a session. */
  tell(uid: string, message: ServerMessage): void
  /** Clients whose pages watch the session now. */
  clientsOf(uid: string): readonly string[]
  /** Evidence from outside the behaviour. */
  report(uid: string, accountId: string, level: RiskLevel, reason: string): Promise<void>
  /** The person proved who they are: the evidence starts anew. */
  answered(uid: string): void
  /** A typed phrase has answered the doubt: the evidence starts anew, and nothing else does. */
  doubtAnswered(uid: string): void
  /** A client that must be watched uses the session: no channel after the grace means `unobserved`. */
  expect(uid: string, accountId: string, clientId: string): void
  /** A client sent a request for the session: where it must be watched, somebody is expected to be heard typing or pointing. */
  used(uid: string, clientId: string): void
  /** The session has ended. */
  forget(uid: string): void
  /** A profile was made or erased: sessions of the person take it up. */
  profileChanged(accountId: string): Promise<void>
  /** A profile has learnt, or was put back: sessions of the person go on with it, and their evidence stands. */
  profileLearnt(accountId: string, profile: Profile, device: DeviceClass): void
  close(): void
}

/** One session under watch, in memory only. */
interface Watched {
  readonly uid: string
  readonly accountId: string
  readonly tabs: Set<Tab>
  /** Clients that must be watched and use the session. */
  readonly expectedBy: Set<string>
  /** Without their material, which is two thirds of a profile's memory and read from storage when it is needed. */
  profiles: ReadonlyMap<DeviceClass, ProfileModels>
  /** What speaks against the profiles. */
  evidence: Evidence
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
interface Own {
  /** Undefined until something was typed. */
  afterLogin: boolean | undefined
  session: OwnSession
  lastAt: number
}

interface Tab {
  readonly session: ChannelSession
  readonly tell: (message: ServerMessage) => void
  readonly device: DeviceTracker
  builder: WindowBuilder
  /** Class that the windows of the builder are judged by. */
  judgedAs: DeviceClass
  /** What the session's record was last told. */
  told: Omit<SeenDevice, 'since'> | undefined
  readonly live: LivenessStream
  /** What the stream was already said to look like. */
  readonly suspected: Set<LivenessKind>
  /** As its last frame said. */
  hidden: boolean
  state?: string
  /** The challenge that its page has heard of. */
  challenge?: string
}

/** After a pause this long somebody else may have sat down. NIST SP 800-63B-4 §2.3.3. */
const longestPauseSeconds = 15 * 60

export function createWatch(options: WatchOptions): SessionWatch {
  const { sessions, people, profiles, actions, calibration, liveness, logger } = options
  const watched = new Map<string, Watched>()

  async function receive(session: Watched, tab: Tab, frame: Frame): Promise<void> {
    if (session.stopped) throw new VigilError('watch_stopped')
    tab.hidden = frame.hidden
    if (tellsOfSomebody(frame)) await hear(session)
    const finding = await tab.live.take(frame)
    if (finding && !tab.suspected.has(finding.kind)) await suspect(session, tab, finding)
    tab.device.announce(frame.device)
    for (const event of frame.events) tab.device.push(event)
    await noteDevice(session, tab)
    tab.builder.count(frame.counters)
    const device = tab.judgedAs
    for (const event of frame.events) {
      const window = tab.builder.push(event)
      if (window)
        await (tab.session.purpose === 'calibration' ? learn(session, device, window) : judge(session, device, window))
    }
    say(session, tab)
  }

  /** Nothing of one class of device reaches into windows of another. */
  async function noteDevice(session: Watched, tab: Tab): Promise<void> {
    const device = tab.device.device ?? usualDevice(session)
    if (device !== tab.judgedAs) {
      tab.judgedAs = device
      tab.builder = createWindowBuilder()
    }
    if (tab.device.device === undefined || tab.session.purpose === 'calibration') return
    // Somebody who is known nowhere is not on a new device.
    const known = session.profiles.size === 0 || session.profiles.has(device)
    if (tab.told && tab.told.class === device && tab.told.known === known) return
    await actions.deviceSeen(session.uid, { class: device, known })
    tab.told = { class: device, known }
  }

  async function judge(session: Watched, device: DeviceClass, window: Window): Promise<void> {
    const { judgement } = options
    // Under another population the models are derived anew, which takes the material.
    if ([...session.profiles.values()].some((one) => !judgement().engine.isCurrent(one)))
      session.profiles = await modelsOf(session.accountId)
    const profile = session.profiles.get(device)
    if (!profile) return judgeOwn(session, device, window)
    const { assessment, evidence } = weigh(judgement(), profile, session.evidence, window)
    session.evidence = evidence
    await conclude(session, higher(levelOf(session), session.reported), 'behaviour', () => ({
      ...because(assessment),
      features: judgement().engine.explain(profile, window)
    }))
    options.learning.observe(session.uid, session.accountId, { device, window, assessment, level: session.level })
  }

  /** Hands that nobody knows must be those of the login: what was typed later could be anybody's. */
  async function judgeOwn(session: Watched, device: DeviceClass, window: Window): Promise<void> {
    const own = session.own.get(device) ?? nothingTyped()
    session.own.set(device, own)
    const pausedFor = options.now() - own.lastAt
    own.lastAt = options.now()
    // Until the beginning stands nobody would see hands change.
    if (pausedFor > longestPauseSeconds && !own.session.beginning.known) own.afterLogin = false
    own.afterLogin ??= await options.isFreshLogin(session.uid)
    if (!own.afterLogin || session.own.get(device) !== own) return
    const { beginning } = own.session
    const { assessment, session: next } = weighOwn(options.judgement(), own.session, window)
    own.session = next
    if (assessment) {
      await conclude(session, higher(levelOf(session), session.reported), 'behaviour', () => ({
        handOver: true,
        ...because(assessment),
        features: beginning.known ? options.judgement().engine.explain(beginning.known, window) : []
      }))
    }
    // Somebody who is known nowhere is learnt by calibration alone.
    if (session.profiles.size === 0) return
    const { uid, accountId, level } = session
    options.learning.observe(uid, accountId, { device, window, assessment, level, newDevice: true })
  }

  /** What the behaviour alone says now. To go on with another device washes nothing off. */
  function levelOf({ evidence, own }: Watched): RiskLevel {
    const { alarm, handOverAlarm } = options.judgement()
    return [...own.values()]
      .map(({ session }) => riskOf(session.evidence, handOverAlarm))
      .reduce(higher, riskOf(evidence, alarm))
  }

  /** No hand made these events, or a hand made them on an earlier day. It stands until the person proves who they are. */
  async function suspect(session: Watched, tab: Tab, finding: LivenessAssessment): Promise<void> {
    tab.suspected.add(finding.kind)
    // A lesson is given after a fresh login, and a script that gives one teaches nothing but itself: it is told to the audit alone.
    if (tab.session.purpose === 'calibration') return actions.noteSuspicion(session.uid, session.accountId, finding)
    await actions.suspected(session.uid, session.accountId, finding).catch((error: unknown) => {
      // Tried again with the next frame.
      tab.suspected.delete(finding.kind)
      throw error
    })
    session.level = session.reported = 'HIGH'
    for (const open of session.tabs) say(session, open)
  }

  /**
   * The one door to a session's risk. Only what is new goes on, and only that is explained; what could not be written is tried again with the
   * next window.
   */
  async function conclude(
    session: Watched,
    level: RiskLevel,
    reason: string,
    explained?: () => Readonly<Record<string, unknown>>
  ): Promise<void> {
    if (level === session.level) return
    await actions.riskMoved(session.uid, level, reason, explained?.())
    session.level = level
    for (const tab of session.tabs) say(session, tab)
  }

  async function learn(session: Watched, device: DeviceClass, window: Window): Promise<void> {
    if (session.level !== 'LOW') return
    if (await calibration.collect(session.accountId, device, window)) await profileChanged(session.accountId)
  }

  async function lastLesson(session: Watched, tab: Tab): Promise<void> {
    const window = tab.builder.flush()
    if (window) await learn(session, tab.judgedAs, window)
    if (await calibration.finish(session.accountId)) await profileChanged(session.accountId)
  }

  async function modelsOf(accountId: string): Promise<ReadonlyMap<DeviceClass, ProfileModels>> {
    const { engine } = options.judgement()
    const known = await profiles.findAll(accountId)
    return new Map(known.map(({ device, profile }) => [device, engine.modelsAlone(profile)]))
  }

  async function profileChanged(accountId: string): Promise<void> {
    options.learning.forget(accountId)
    const known = await modelsOf(accountId)
    for (const session of watched.values()) {
      if (session.accountId !== accountId) continue
      session.profiles = known
      startAnew(session)
    }
  }

  /** Hands at work, a paste, an input method: somebody is there, whoever it is. */
  async function hear(session: Watched): Promise<void> {
    session.silence.heard()
    if (!session.unobserved) return
    await actions.watchChanged(session.uid, 'watched')
    session.unobserved = undefined
  }

  function startAnew(session: Watched): void {
    session.evidence = noEvidence()
    session.own.clear()
    session.level = session.reported = 'LOW'
    session.beginnings++
    for (const tab of session.tabs) {
      freshen(tab)
      delete tab.challenge
      say(session, tab)
    }
  }

  /** What the hands before have begun must not be held against those that follow. */
  function freshen(tab: Tab): void {
    tab.live.startAnew()
    tab.suspected.clear()
    if (tab.session.purpose === 'watch') tab.builder.flush()
  }

  /** The page hears of changes only: a steady stream of states would be a score by another name. */
  function say(session: Watched, tab: Tab): void {
    const state = stateFor(session, tab)
    if (tab.state === state) return
    tab.state = state
    tab.tell({ type: 'analysis_result', state })
  }

  /** A page that opens while a challenge begins would hear of it twice: as one that stands, and as one that is new. */
  function ask(tab: Tab, challenge: ServerMessage): void {
    const text = JSON.stringify(challenge)
    if (tab.challenge === text) return
    tab.challenge = text
    tab.tell(challenge)
  }

  function nothingTyped(): Own {
    return { afterLogin: undefined, session: newSession(), lastAt: options.now() }
  }

  function watchedSession(uid: string, accountId: string): Watched {
    const present = watched.get(uid)
    if (present) return present
    const session: Watched = {
      uid,
      accountId,
      tabs: new Set(),
      expectedBy: new Set(),
      profiles: new Map(),
      evidence: noEvidence(),
      own: new Map(),
      reported: 'LOW',
      level: 'LOW',
      silence: createSilence({
        graceMs: () => options.graceSeconds() * 1000,
        found(kind) {
          silent(session, kind).catch((error: unknown) => {
            logger.error({ err: error, uid }, 'the watch state could not be changed')
            // Tried again after another grace; the other kind is by the next request.
            if (kind === 'no_channel' && watched.get(uid) === session && session.tabs.size === 0)
              session.silence.absent()
          })
        }
      }),
      unobserved: undefined,
      stopped: false,
      beginnings: 0
    }
    watched.set(uid, session)
    return session
  }

  function unlessItFails({ uid }: Watched, work: Promise<unknown>): void {
    work.catch((error: unknown) => logger.error({ err: error, uid }, 'the watch state could not be changed'))
  }

  /** The grace is over. Where somebody requires the watch, the session counts as unobserved. */
  async function silent(session: Watched, kind: SilenceKind): Promise<void> {
    const isOver = (): boolean => session.stopped || (session.tabs.size === 0) !== (kind === 'no_channel')
    if (isOver() || (kind === 'no_input' && session.unobserved)) return
    // Nothing is expected of somebody who did not agree: access does not depend on it.
    const agreed = (await people.find(session.accountId))?.consentedAt !== undefined
    const required = agreed && (await options.mustWatch([...session.expectedBy]))
    // What is silent in another way by now has a grace of its own.
    if (isOver()) return
    if (required) return loseSight(session, kind)
    if (kind === 'no_input') return
    await actions.watchChanged(session.uid, 'not_watched')
    if (session.tabs.size === 0) drop(session)
  }

  async function loseSight(session: Watched, why: SilenceKind | 'stopped'): Promise<void> {
    const { uid, accountId, tabs } = session
    if (why === 'no_input')
      await actions.noteContradiction(
        uid,
        accountId,
        [...tabs].every(({ hidden }) => hidden)
      )
    session.unobserved = why
    await actions.watchChanged(uid, 'unobserved')
    for (const tab of tabs) say(session, tab)
  }

  /** The person's own switch. A thief has no fresh login: for them it is the watch that is gone. */
  async function stop(session: Watched): Promise<void> {
    if (session.stopped) return
    const mayStop = session.level === 'LOW' && (await options.isFreshLogin(session.uid))
    if (!mayStop) return loseSight(session, 'stopped')
    session.stopped = true
    session.silence.close()
    session.unobserved = undefined
    await actions.watchStopped(session.uid, session.accountId)
  }

  function drop(session: Watched): void {
    session.silence.close()
    if (watched.get(session.uid) === session) watched.delete(session.uid)
  }

  /** A page that only connects again has not been heard yet. */
  async function arrived(session: Watched, record: SessionRecord): Promise<SessionRecord> {
    if (session.unobserved === 'no_input') return (await sessions.find(session.uid)) ?? record
    session.unobserved = undefined
    return (await actions.watchChanged(session.uid, 'watched')) ?? record
  }

  function leave(session: Watched, tab: Tab): void {
    if (!session.tabs.delete(tab) || session.tabs.size > 0 || session.stopped) return
    if (watched.get(session.uid) === session) session.silence.absent()
  }

  return {
    async open(channel, tell): Promise<Stream> {
      await options.ready()
      const record = await sessions.find(channel.uid)
      refuseEnded(record)
      const person = await people.find(channel.accountId)
      if (person?.consentedAt === undefined) throw new VigilError('consent_required')
      if (channel.purpose === 'calibration') await calibration.begin(channel.uid, channel.accountId)
      let session = watchedSession(channel.uid, channel.accountId)
      let beginnings = 0
      if (session.stopped) throw new VigilError('watch_stopped')
      if (session.profiles.size === 0) session.profiles = await modelsOf(channel.accountId)
      const tab: Tab = {
        session: channel,
        tell,
        device: createDeviceTracker(),
        builder: createWindowBuilder(),
        judgedAs: usualDevice(session),
        told: undefined,
        live: await liveness.open(channel.accountId),
        suspected: new Set(),
        hidden: false
      }
      session.tabs.add(tab)
      session.silence.present()
      // After a restart nobody else remembers who uses the session.
      if (channel.clientId !== undefined && (await options.mustWatch([channel.clientId])))
        session.expectedBy.add(channel.clientId)
      // Read after the tab is on the list: whatever is demanded from here on, it hears.
      const present = await arrived(session, record)
      if (present.demand) session.level = present.risk
      say(session, tab)
      // A page that was loading while the challenge was sent would never know.
      const challenge = actions.openChallenge(present)
      if (challenge) ask(tab, challenge)
      if (channel.purpose === 'watch') await actions.used(present)
      return {
        receive: (frame) => receive(session, tab, frame),
        interrupted() {
          beginnings = session.beginnings
          leave(session, tab)
        },
        async resumed() {
          if (session.stopped) throw new VigilError('watch_stopped')
          const now = await sessions.find(channel.uid)
          refuseEnded(now)
          // Dropped meanwhile, as nobody requires the watch: its evidence goes on where it stood, unless another page has begun anew.
          const before = session
          session = watched.get(channel.uid) ?? session
          watched.set(channel.uid, session)
          if (session !== before || session.beginnings !== beginnings) freshen(tab)
          // What was sent before it was away may not have come.
          delete tab.challenge
          session.tabs.add(tab)
          session.silence.present()
          const standing = await arrived(session, now)
          delete tab.state
          say(session, tab)
          const unanswered = actions.openChallenge(standing)
          if (unanswered) ask(tab, unanswered)
        },
        close(goodbye: Goodbye = 'left') {
          leave(session, tab)
          tab.live.close()
          if (channel.purpose === 'calibration') {
            lastLesson(session, tab).catch((error: unknown) =>
              logger.error({ err: error, uid: session.uid }, 'what was typed last could not be learnt')
            )
          }
          // The end of a lesson is not the end of the watch.
          if (goodbye === 'stopped' && channel.purpose === 'watch') unlessItFails(session, stop(session))
        }
      }
    },

    tell(uid, message) {
      for (const tab of watched.get(uid)?.tabs ?? []) {
        if (message.type === 'challenge_required' || message.type === 'phrase_offered') ask(tab, message)
        else tab.tell(message)
      }
    },

    clientsOf: (uid) => [...clientIdsOf(watched.get(uid))],

    async report(uid, accountId, level, reason) {
      const session = watchedSession(uid, accountId)
      session.reported = level
      await conclude(session, higher(levelOf(session), level), reason)
    },

    answered(uid) {
      const session = watched.get(uid)
      if (!session) return
      const wasSilent = session.unobserved !== undefined
      session.silence.answered(wasSilent)
      session.unobserved = undefined
      session.stopped = false
      startAnew(session)
      const isPresent = session.tabs.size > 0
      if (wasSilent) unlessItFails(session, actions.watchChanged(uid, isPresent ? 'watched' : 'not_watched'))
      if (!isPresent && session.expectedBy.size > 0) session.silence.absent()
    },

    doubtAnswered(uid) {
      const session = watched.get(uid)
      if (session) startAnew(session)
    },

    expect(uid, accountId, clientId) {
      const session = watchedSession(uid, accountId)
      session.expectedBy.add(clientId)
      if (session.tabs.size === 0 && !session.stopped) session.silence.absent()
    },

    used(uid, clientId) {
      const session = watched.get(uid)
      if (!session?.expectedBy.has(clientId) || session.stopped) return
      session.silence.used()
      if (session.tabs.size === 0) session.silence.absent()
    },

    forget(uid) {
      watched.get(uid)?.silence.close()
      watched.delete(uid)
      void options.learning.end(uid)
    },

    profileChanged,

    profileLearnt(accountId, profile, device) {
      const known = options.judgement().engine.modelsAlone(profile)
      for (const session of watched.values())
        if (session.accountId === accountId) session.profiles = new Map(session.profiles).set(device, known)
    },

    close() {
      for (const session of watched.values()) session.silence.close()
      watched.clear()
    }
  }
}

function tellsOfSomebody({ events, counters }: Frame): boolean {
  return events.length > 0 || counterNames.some((name) => counters[name] > 0)
}

/** The coarse word for the page. A doubt says more than that nobody is seen. */
function stateFor(session: Watched, tab: Tab): 'watched' | 'warming_up' | 'unobserved' | 'doubt' {
  if (session.level !== 'LOW') return 'doubt'
  if (session.unobserved) return 'unobserved'
  return isKnown(session, tab) ? 'watched' : 'warming_up'
}

/** What was found, for the audit. */
function because({ llr, shares, keystrokes }: Assessment): Readonly<Record<string, unknown>> {
  return { llr, detectors: shares, keystrokes }
}

function isKnown({ profiles, own }: Watched, { judgedAs }: Tab): boolean {
  return profiles.has(judgedAs) || own.get(judgedAs)?.session.beginning.known !== undefined
}

/** Where the page does not say what the hands are on. */
function usualDevice({ profiles }: Watched): DeviceClass {
  return profiles.size === 1 && profiles.has('touch') ? 'touch' : 'keyboard'
}

function higher(a: RiskLevel, b: RiskLevel): RiskLevel {
  return atLeast(a, b) ? a : b
}

function clientIdsOf(session: Watched | undefined): Set<string> {
  const clientIds = new Set(session?.expectedBy)
  for (const { session: channel } of session?.tabs ?? [])
    if (channel.clientId !== undefined) clientIds.add(channel.clientId)
  return clientIds
}

function refuseEnded(record: SessionRecord | undefined): asserts record is SessionRecord {
  if (!record || record.revokedAt !== undefined) throw new VigilError('session_ended')
}
