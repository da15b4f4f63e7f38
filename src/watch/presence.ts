// Whether anybody is seen at a session: pages that arrive and leave, silence where somebody requires the watch, and the person's own switch.

import { counterNames } from '../biometrics/index.ts'
import type { Frame } from '../channel/ports.ts'
import type { SessionRecord } from '../ports.ts'
import { createSilence, type Silence, type SilenceKind } from './silence.ts'
import type { WatchOptions } from './options.ts'
import { say, type Tab, type Watched } from './watched.ts'

export interface PresenceOptions extends Pick<
  WatchOptions,
  'sessions' | 'people' | 'actions' | 'logger' | 'isFreshLogin' | 'mustWatch' | 'graceSeconds'
> {
  /** False once the session was dropped. */
  isHere(session: Watched): boolean
  /** No page of it is open, and none came within the grace or is expected. */
  rest(session: Watched): void
}

export interface Presence {
  silenceOf(session: () => Watched): Silence
  /** A page is on its way in, for the first time or again. */
  enter(session: Watched, tab: Tab): void
  /** It speaks. Answers the session's record as it is then. */
  arrived(session: Watched, record: SessionRecord): Promise<SessionRecord>
  /** A page is gone, for now or for good. */
  leave(session: Watched, tab: Tab): void
  /** A frame came: hands at work, a paste, an input method say that somebody is there, whoever it is. */
  heard(session: Watched, frame: Frame): Promise<void> | undefined
  /** A client that must be watched uses the session. */
  expect(session: Watched, clientId: string): void
  used(session: Watched, clientId: string): void
  /** The person switched the watch off. */
  stop(session: Watched): void
  /** The person proved who they are. */
  answered(session: Watched): void
}

export function createPresence(options: PresenceOptions): Presence {
  const { sessions, people, actions, logger } = options

  /** The grace is over. Where somebody requires the watch, the session counts as unobserved. */
  async function silent(session: Watched, kind: SilenceKind): Promise<void> {
    const isOver = (): boolean => session.stopped || (kind === 'no_channel' && session.tabs.size > 0)
    if (isOver() || (kind === 'no_input' && session.unobserved)) return
    // Nothing is expected of somebody who did not agree: access does not depend on it.
    const agreed = (await people.find(session.accountId))?.consentedAt !== undefined
    const required = agreed && (await options.mustWatch([...session.expectedBy]))
    // What is silent in another way by now has a grace of its own.
    if (isOver()) return
    if (required) await loseSight(session, kind)
    else if (kind === 'no_channel') await actions.watchChanged(session.uid, 'not_watched')
    if (kind === 'no_channel' && session.tabs.size === 0) options.rest(session)
  }

  async function loseSight(session: Watched, why: SilenceKind | 'stopped'): Promise<void> {
    const { uid, accountId, tabs } = session
    if (why === 'no_input')
      await actions.noteContradiction(uid, accountId, tabs.size > 0 && [...tabs].every(({ hidden }) => hidden))
    session.unobserved = why
    await actions.watchChanged(uid, 'unobserved')
    for (const tab of tabs) say(session, tab)
  }

  async function isSeenAgain(session: Watched): Promise<void> {
    await actions.watchChanged(session.uid, 'watched')
    session.unobserved = undefined
  }

  /** A thief has no fresh login, or one that is doubted: for them it is the watch that is gone. */
  async function stop(session: Watched): Promise<void> {
    if (session.stopped) return
    const record = await sessions.find(session.uid)
    const doubted = session.level !== 'LOW' || record?.risk !== 'LOW' || record.cap !== undefined
    if (doubted || !(await options.isFreshLogin(session.uid))) return loseSight(session, 'stopped')
    session.stopped = true
    session.silence.close()
    session.unobserved = undefined
    if (session.tabs.size === 0) options.rest(session)
    await actions.watchStopped(session.uid, session.accountId)
  }

  function unlessItFails({ uid }: Watched, work: Promise<unknown>, otherwise?: () => void): void {
    work.catch((error: unknown) => {
      logger.error({ err: error, uid }, 'the watch state could not be changed')
      otherwise?.()
    })
  }

  return {
    silenceOf: (sessionOf) =>
      createSilence({
        graceMs: () => options.graceSeconds() * 1000,
        found(kind) {
          const session = sessionOf()
          unlessItFails(session, silent(session, kind), () => {
            // Tried again after another grace; the other kind is by the next request.
            if (kind === 'no_channel' && options.isHere(session) && session.tabs.size === 0) session.silence.absent()
          })
        }
      }),

    enter(session, tab) {
      session.tabs.add(tab)
      session.silence.present()
    },

    async arrived(session, record) {
      // A page that only connects again has not been heard yet.
      if (session.unobserved === 'no_input') return (await sessions.find(session.uid)) ?? record
      session.unobserved = undefined
      return (await actions.watchChanged(session.uid, 'watched')) ?? record
    },

    leave(session, tab) {
      if (!session.tabs.delete(tab) || session.tabs.size > 0 || !options.isHere(session)) return
      if (session.stopped) options.rest(session)
      else session.silence.absent()
    },

    heard(session, frame) {
      if (!tellsOfSomebody(frame)) return undefined
      session.silence.heard()
      return session.unobserved && isSeenAgain(session)
    },

    expect(session, clientId) {
      session.expectedBy.add(clientId)
      if (session.tabs.size === 0 && !session.stopped) session.silence.absent()
    },

    used(session, clientId) {
      if (!session.expectedBy.has(clientId) || session.stopped) return
      session.silence.used()
      if (session.tabs.size === 0) session.silence.absent()
    },

    stop: (session) => unlessItFails(session, stop(session)),

    answered(session) {
      const wasSilent = session.unobserved !== undefined
      session.silence.answered(wasSilent)
      session.unobserved = undefined
      session.stopped = false
      const isPresent = session.tabs.size > 0
      if (wasSilent) unlessItFails(session, actions.watchChanged(session.uid, isPresent ? 'watched' : 'not_watched'))
      if (!isPresent && session.expectedBy.size > 0) session.silence.absent()
    }
  }
}

/** Events that a script dispatched are nobody's. */
function tellsOfSomebody({ events, counters }: Frame): boolean {
  return events.length > 0 || counterNames.some((name) => name !== 'untrusted' && counters[name] > 0)
}
