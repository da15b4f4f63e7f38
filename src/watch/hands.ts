// What hands say. Events become windows; a window is held against the person's profile for the class of device that it was made on, and where
// there is none, against the session's own beginning on such a device; and when the evidence says something new, the session's risk moves.

import { type Assessment, type DeviceClass, type Window } from '../biometrics/index.ts'
import type { LivenessAssessment } from '../biometrics/liveness/index.ts'
import type { Frame } from '../channel/ports.ts'
import { longestPauseSeconds } from '../people/learning.ts'
import { riskOf } from '../risk/evidence.ts'
import { atLeast, type RiskLevel } from '../risk/levels.ts'
import { newSession, weigh, weighOwn } from './judge.ts'
import type { WatchOptions } from './options.ts'
import { begunOf, say, usualDevice, type Own, type Tab, type Watched } from './watched.ts'

export interface HandsOptions extends Pick<
  WatchOptions,
  'actions' | 'calibration' | 'learning' | 'judgement' | 'isFreshLogin' | 'now'
> {
  modelsOf(accountId: string): Promise<Watched['profiles']>
  profileChanged(accountId: string): Promise<void>
}

export interface Hands {
  /** Undefined when nothing follows from the frame, and so it is with nearly every one. */
  take(session: Watched, tab: Tab, frame: Frame): Promise<void> | undefined
  /** Evidence from outside the behaviour; stands until the person proves who they are. */
  report(session: Watched, level: RiskLevel, reason: string): Promise<void>
  /** A page of a lesson was left: what was typed last counts, too. */
  lastLesson(session: Watched, tab: Tab): Promise<void>
}

export function createHands(options: HandsOptions): Hands {
  const { actions, calibration, learning } = options

  /** What was typed, looked through without waiting for anything; then what follows from it. */
  function take(session: Watched, tab: Tab, frame: Frame): Promise<void> | undefined {
    const begun = begunOf(session, tab)
    const { heard } = begun
    const timed = heard?.timed(tab, frame)
    const finding = heard?.target.stream.take(
      timed === undefined || timed === frame.events ? frame : { ...frame, events: timed },
      session.level === 'LOW' ? trusted : doubted
    )
    tab.device.announce(frame.device)
    for (const event of frame.events) tab.device.push(event)
    const device = tab.device.device ?? usualDevice(session)
    tab.judgedAs = device
    // Nothing of one class of device reaches into windows of another.
    const relay = begun.builder(device)
    const { target: builder } = relay
    builder.count(frame.counters)
    const windows: Window[] = []
    for (const event of relay.timed(tab, frame)) {
      const window = builder.push(event)
      if (window) windows.push(window)
    }
    if (finding instanceof Promise || isNews(session, tab, finding) || windows.length > 0 || newDevice(session, tab))
      return follow(session, tab, finding, device, windows)
    say(session, tab)
    return undefined
  }

  async function follow(
    session: Watched,
    tab: Tab,
    heard: LivenessAssessment | undefined | Promise<LivenessAssessment | undefined>,
    device: DeviceClass,
    windows: readonly Window[]
  ): Promise<void> {
    const finding = await heard
    if (isNews(session, tab, finding)) await suspect(session, tab, finding)
    const seen = newDevice(session, tab)
    if (seen) {
      await actions.deviceSeen(session.uid, seen)
      tab.told = seen
    }
    for (const window of windows)
      await (tab.session.purpose === 'calibration' ? learn(session, device, window) : judge(session, device, window))
    say(session, tab)
  }

  async function judge(session: Watched, device: DeviceClass, window: Window): Promise<void> {
    const { judgement } = options
    // Under another population the models are derived anew, which takes the material.
    if ([...session.profiles.values()].some((one) => !judgement().engine.isCurrent(one)))
      session.profiles = await options.modelsOf(session.accountId)
    const profile = session.profiles.get(device)
    if (!profile) return judgeOwn(session, device, window)
    const { assessment, evidence } = weigh(judgement(), profile, session.evidence, window)
    session.evidence = evidence
    await conclude(session, levelOf(session), 'behaviour', () => ({
      ...because(assessment),
      features: judgement().engine.explain(profile, window)
    }))
    learning.observe(session.uid, session.accountId, { device, window, assessment, level: session.level })
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
      await conclude(session, levelOf(session), 'behaviour', () => ({
        handOver: true,
        ...because(assessment),
        features: beginning.known ? options.judgement().engine.explain(beginning.known, window) : []
      }))
    }
    // Somebody who is known nowhere is learnt by calibration alone.
    if (session.profiles.size === 0) return
    const { uid, accountId, level } = session
    learning.observe(uid, accountId, { device, window, assessment, level, newDevice: true })
  }

  function nothingTyped(): Own {
    return { afterLogin: undefined, session: newSession(), lastAt: options.now() }
  }

  /** What the behaviour and what others reported say now. To go on with another device washes nothing off. */
  function levelOf({ evidence, own, reported }: Watched): RiskLevel {
    const { alarm, handOverAlarm } = options.judgement()
    return [...own.values()]
      .map(({ session }) => riskOf(session.evidence, handOverAlarm))
      .reduce(higher, higher(riskOf(evidence, alarm), reported))
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
    const { beginnings } = session
    await actions.riskMoved(session.uid, level, reason, explained?.())
    // The person proved who they are while it was written: it is about the hands before them.
    if (session.beginnings !== beginnings) return
    session.level = level
    for (const tab of session.tabs) say(session, tab)
  }

  /** No hand made these events, or a hand made them on an earlier day. It stands until the person proves who they are. */
  async function suspect(session: Watched, tab: Tab, finding: LivenessAssessment): Promise<void> {
    const { beginnings } = session
    const suspected = begunOf(session, tab).heard?.target.suspected
    suspected?.add(finding.kind)
    // A lesson is given after a fresh login, and a script that gives one teaches nothing but itself: it is told to the audit alone.
    if (tab.session.purpose === 'calibration') return actions.noteSuspicion(session.uid, session.accountId, finding)
    await actions.suspected(session.uid, session.accountId, finding).catch((error: unknown) => {
      // Tried again with the next frame.
      suspected?.delete(finding.kind)
      throw error
    })
    if (session.beginnings !== beginnings) return
    session.level = session.reported = 'HIGH'
    for (const open of session.tabs) say(session, open)
  }

  async function learn(session: Watched, device: DeviceClass, window: Window): Promise<void> {
    if (session.level !== 'LOW') return
    if (await calibration.collect(session.accountId, device, window)) await options.profileChanged(session.accountId)
  }

  return {
    take,
    async report(session, level, reason) {
      session.reported = level
      await conclude(session, levelOf(session), reason)
    },
    async lastLesson(session, tab) {
      const window = begunOf(session, tab).builder(tab.judgedAs).target.flush()
      if (window) await learn(session, tab.judgedAs, window)
      if (await calibration.finish(session.accountId)) await options.profileChanged(session.accountId)
    }
  }
}

const trusted = { doubted: false }
const doubted = { doubted: true }

function isNews(session: Watched, tab: Tab, finding: LivenessAssessment | undefined): finding is LivenessAssessment {
  return finding !== undefined && begunOf(session, tab).heard?.target.suspected.has(finding.kind) !== true
}

/** What the session's record has not been told yet of the device. */
function newDevice({ profiles }: Watched, { session, device, judgedAs, told }: Tab): Tab['told'] {
  if (device.device === undefined || session.purpose === 'calibration') return undefined
  // Somebody who is known nowhere is not on a new device.
  const known = profiles.size === 0 || profiles.has(judgedAs)
  return told && told.class === judgedAs && told.known === known ? undefined : { class: judgedAs, known }
}

/** What was found, for the audit. */
function because({ llr, shares, keystrokes }: Assessment): Readonly<Record<string, unknown>> {
  return { llr, detectors: shares, keystrokes }
}

function higher(a: RiskLevel, b: RiskLevel): RiskLevel {
  return atLeast(a, b) ? a : b
}
