// The heart: sessions under watch, their pages, and what everybody else may ask of them or tell them. What hands say is in hands.ts, whether
// anybody is seen in presence.ts.

import type { DeviceClass, Profile } from '../biometrics/index.ts'
import type { ChannelSession, Frame, Goodbye, ServerMessage, Stream, Turn, Watch } from '../channel/ports.ts'
import { VigilError } from '../errors.ts'
import type { SessionRecord } from '../ports.ts'
import { longestPauseSeconds } from '../people/learning.ts'
import { atLeast, type RiskLevel } from '../risk/levels.ts'
import { createHands } from './hands.ts'
import type { WatchOptions } from './options.ts'
import { createPresence } from './presence.ts'
import { ask, begunOf, newTab, newWatched, say, startAnew, type Tab, type Watched } from './watched.ts'

export type { Judgement } from './judge.ts'
export type { WatchOptions } from './options.ts'

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

/** Whoever teaches is not judged: a lesson that never ended would be a page that stands for the watch and sees nothing. */
const longestLessonSeconds = 3600

/** Sessions without a page of which everything is kept: at most 120 kB each. */
const mostResting = 500
/**
 * And those of which no more is kept than how things stand, in 4 kB each, because somebody requires the watch or its person has switched it
 * off. Beyond it the next request of such a client begins with the grace: that the watch was gone is in the session's record.
 */
export const mostBare = 10_000

export function createWatch(options: WatchOptions): SessionWatch {
  const { sessions, people, profiles, actions, calibration, liveness, logger } = options
  const watched = new Map<string, Watched>()
  /** Of which no page has been open for a while. The longest first. */
  const resting = new Map<Watched, Rested>()
  /** The longest of these. */
  const bare = new Map<Watched, Rested>()
  const hands = createHands({ ...options, modelsOf, profileChanged })
  const presence = createPresence({ ...options, isHere, rest })

  async function modelsOf(accountId: string): Promise<Watched['profiles']> {
    const { engine } = options.judgement()
    const known = await profiles.findAll(accountId)
    return new Map(known.map(({ device, profile }) => [device, engine.modelsAlone(profile)]))
  }

  async function profileChanged(accountId: string): Promise<void> {
    options.learning.forget(accountId)
    const known = await modelsOf(accountId)
    for (const session of watched.values()) {
      if (session.accountId !== accountId) continue
      if (!isResting(session)) session.profiles = known
      startAnew(session)
    }
  }

  function watchedSession(uid: string, accountId: string): Watched {
    const present = watched.get(uid)
    if (present) return present
    const session: Watched = newWatched(
      uid,
      accountId,
      presence.silenceOf(() => session)
    )
    watched.set(uid, session)
    return session
  }

  function isHere(session: Watched): boolean {
    return watched.get(session.uid) === session
  }

  /** What is known of it is kept while there is room, or nothing would stand against whoever closes the page now and then. */
  function rest(session: Watched): void {
    session.profiles = new Map()
    if (isResting(session) || !isHere(session)) return
    resting.set(session, { since: options.now() })
    for (const [longest, rested] of resting) {
      if (resting.size <= mostResting) break
      resting.delete(longest)
      if (longest.expectedBy.size > 0 || longest.stopped) keepBare(longest, rested)
      else drop(longest)
    }
  }

  /** Where somebody requires the watch, that it is gone must stay known, and how often that was answered; and that its person has switched it off. */
  function keepBare(session: Watched, rested: Rested): void {
    session.begun.end()
    session.own.clear()
    bare.set(session, rested)
    for (const longest of bare.keys()) {
      if (bare.size <= mostBare) break
      drop(longest)
    }
  }

  function isResting(session: Watched): boolean {
    return resting.has(session) || bare.has(session)
  }

  function wake(session: Watched): void {
    const rested = resting.get(session) ?? bare.get(session)
    if (!rested) return
    resting.delete(session)
    bare.delete(session)
    // Another mood, or somebody else who has sat down: that is for a profile to say, and not for a beginning of long ago.
    if (options.now() - rested.since > longestPauseSeconds) session.own.clear()
  }

  function drop(session: Watched): void {
    session.silence.close()
    session.begun.end()
    resting.delete(session)
    bare.delete(session)
    if (isHere(session)) watched.delete(session.uid)
  }

  /** Of a session that has not ended, whose person agrees, as it stands now: either may have changed at another process. */
  async function recordOf({ uid, accountId }: ChannelSession): Promise<SessionRecord> {
    const record = await sessions.find(uid)
    if (!record || record.revokedAt !== undefined) throw new VigilError('session_ended')
    if ((await people.find(accountId))?.consentedAt === undefined) throw new VigilError('consent_required')
    return record
  }

  async function arrive(session: Watched, tab: Tab, record: SessionRecord): Promise<void> {
    const { clientId, purpose } = tab.session
    // After a restart nobody else remembers who uses the session.
    if (clientId !== undefined && (await options.mustWatch([clientId]))) session.expectedBy.add(clientId)
    // Read after the tab is on the list: whatever is demanded from here on, it hears.
    const present = await presence.arrived(session, record)
    if (present.demand) session.level = present.risk
    catchUp(session, present)
    say(session, tab)
    // A page that was loading while the challenge was sent would never know.
    const challenge = actions.openChallenge(present)
    if (challenge) ask(tab, challenge)
    if (purpose === 'watch') await actions.used(present.uid, present.accountId)
  }

  /** What the record no longer holds against the session was answered, at another process: what follows is news again. */
  function catchUp(session: Watched, { risk, demand }: SessionRecord): void {
    if (!demand && !atLeast(risk, session.level)) startAnew(session)
  }

  /** In its turn, for what follows from a frame may be dear; and without a promise where nothing has to be waited for. */
  function receive(session: Watched, tab: Tab, frame: Frame, turn: Turn): Promise<void> | undefined {
    const waited = turn()
    return waited ? waited.then(() => take(session, tab, frame)) : take(session, tab, frame)
  }

  function take(session: Watched, tab: Tab, frame: Frame): Promise<void> | undefined {
    if (session.stopped) throw new VigilError('watch_stopped')
    if (tab.session.purpose === 'calibration' && options.now() - tab.since > longestLessonSeconds)
      throw new VigilError('fresh_login_required', 'the lesson has gone on for too long')
    tab.hidden = frame.hidden
    const seen = presence.heard(session, frame)
    return seen ? seen.then(() => hands.take(session, tab, frame)) : hands.take(session, tab, frame)
  }

  return {
    async open(channel, tell): Promise<Stream> {
      await options.ready()
      const record = await recordOf(channel)
      if (channel.purpose === 'calibration') await calibration.begin(channel.uid, channel.accountId)
      const present = watched.get(channel.uid)?.profiles
      const models = present?.size ? present : await modelsOf(channel.accountId)
      const stream = await liveness.open(channel.accountId)
      // From here to the list of tabs without a wait, or the session could be dropped under the page.
      let session = watchedSession(channel.uid, channel.accountId)
      if (session.stopped) {
        stream.close()
        throw new VigilError('watch_stopped')
      }
      let beginnings = 0
      /** How often the page was lost, or left: one that is on its way back while it is lost again is not here. */
      let losses = 0
      wake(session)
      if (session.profiles.size === 0) session.profiles = models
      const tab = newTab(session, channel, tell, options.now())
      begunOf(session, tab).hear(stream)
      try {
        presence.enter(session, tab)
        await arrive(session, tab, record)
      } catch (error) {
        // A page that never came must not stand for one that is watched.
        presence.leave(session, tab)
        tab.lesson?.end()
        throw error
      }
      return {
        receive: (frame, turn) => receive(session, tab, frame, turn),
        interrupted() {
          losses++
          beginnings = session.beginnings
          presence.leave(session, tab)
        },
        async resumed() {
          if (session.stopped) throw new VigilError('watch_stopped')
          const lossesBefore = losses
          const now = await recordOf(channel)
          const { profiles: held } = watched.get(channel.uid) ?? session
          const known = held.size === 0 || isResting(session) ? await modelsOf(channel.accountId) : held
          const anew = begunOf(session, tab).heard ? undefined : await liveness.open(channel.accountId)
          if (losses !== lossesBefore) {
            anew?.close()
            throw new VigilError('overloaded', 'the page was lost again before it was back')
          }
          // Dropped meanwhile, as nobody requires the watch: its evidence goes on where it stood, unless another page has begun anew.
          const before = session
          session = watched.get(channel.uid) ?? session
          watched.set(channel.uid, session)
          wake(session)
          if (session.profiles.size === 0) session.profiles = known
          if (session !== before || session.beginnings !== beginnings) tab.lesson?.forgive()
          if (anew) begunOf(session, tab).hear(anew)
          // What was sent before it was away may not have come.
          delete tab.challenge
          presence.enter(session, tab)
          const standing = await presence.arrived(session, now)
          catchUp(session, standing)
          delete tab.state
          say(session, tab)
          const unanswered = actions.openChallenge(standing)
          if (unanswered) ask(tab, unanswered)
        },
        close(goodbye: Goodbye = 'left') {
          losses++
          presence.leave(session, tab)
          tab.lesson?.heard?.target.stream.close()
          if (channel.purpose === 'calibration') {
            hands
              .lastLesson(session, tab)
              .catch((error: unknown) =>
                logger.error({ err: error, uid: session.uid }, 'what was typed last could not be learnt')
              )
          }
          // The end of a lesson is not the end of the watch.
          if (goodbye === 'stopped' && channel.purpose === 'watch') presence.stop(session)
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
      if (session.tabs.size === 0) rest(session)
      await hands.report(session, level, reason)
    },

    answered(uid) {
      const session = watched.get(uid)
      if (!session) return
      presence.answered(session)
      startAnew(session)
    },

    doubtAnswered(uid) {
      const session = watched.get(uid)
      if (session) startAnew(session)
    },

    expect(uid, accountId, clientId) {
      const session = watchedSession(uid, accountId)
      // Of one whose person has switched the watch off nothing is expected.
      if (!session.stopped) wake(session)
      presence.expect(session, clientId)
    },

    used(uid, clientId) {
      const session = watched.get(uid)
      if (session) presence.used(session, clientId)
    },

    forget(uid) {
      const session = watched.get(uid)
      if (session) drop(session)
      void options.learning.end(uid)
    },

    profileChanged,

    profileLearnt(accountId, profile, device) {
      const known = options.judgement().engine.modelsAlone(profile)
      for (const session of watched.values())
        if (session.accountId === accountId && !isResting(session))
          session.profiles = new Map(session.profiles).set(device, known)
    },

    close() {
      for (const session of watched.values()) drop(session)
    }
  }
}

interface Rested {
  /** Seconds since the epoch. */
  readonly since: number
}

function clientIdsOf(session: Watched | undefined): Set<string> {
  const clientIds = new Set(session?.expectedBy)
  for (const { session: channel } of session?.tabs ?? [])
    if (channel.clientId !== undefined) clientIds.add(channel.clientId)
  return clientIds
}
