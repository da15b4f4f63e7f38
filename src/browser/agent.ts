// The browser agent: watches how somebody types and points, and tells the provider once a second, whether or not anything
// happened. Which key it was, and what stands in a field, never leaves the page.

import type { ServerMessage } from '../channel/ports.ts'
import { startCapture } from './capture.ts'
import { measureGrain } from './clock-grain.ts'
import type { Credential } from './credential.ts'
import { createFrameWriter } from './encode.ts'
import type { FrameWriter } from './encode.ts'
import { openLink } from './link.ts'
import type { Link } from './link.ts'
import { announce, showState } from './visible-state.ts'
import type { AgentState } from './visible-state.ts'

export type { Credential } from './credential.ts'
export type { AgentState } from './visible-state.ts'

export interface AgentOptions {
  readonly credential: Credential
  /** Where to go when the provider asks for a proof: a page that starts an authorization request. Absent: only the event. */
  readonly challengeUrl?: string
}

/**
 * A running agent. On the document it dispatches `vigil:state` (`{state}`), `vigil:challenge` (the server's `request` and
 * `by`; `preventDefault()` keeps the agent from going to the challenge page), `vigil:alert` (`{reason}`) and
 * `vigil:dropped` (`{events}`, when a disconnection outlasted the buffer).
 */
export interface Agent {
  readonly state: AgentState
  /** Stops watching for good and closes the channel. */
  stop(): void
}

/** Time between frames. A fixed beat, because a frame sent when a key is pressed would tell when. */
const beatMs = 1_000
/** What waits for a connection is dropped after this time. */
const keepMs = 60_000
/** Events that a busy page dispatched later than this are dropped: the server would not believe them. */
const lateMs = 4_000

/** After this time on the page, it was not left: the next challenge may try again. */
const stayMs = 10_000

export function startAgent(options: AgentOptions): Agent {
  const page = document
  let state: AgentState = 'connecting'
  let writer: FrameWriter | undefined
  let grainMs = 0
  let lastSentAt = 0
  let lastEventAt = 0
  let reported = 0
  let leaving = false

  // Asked with every frame: a tablet can be put into a dock.
  const touchScreen = matchMedia('(pointer: coarse)')
  const capture = startCapture(page)
  let link: Link | undefined = connect()
  const timer = setInterval(beat, beatMs)
  const listening = new AbortController()
  const { signal } = listening
  void learnGrain()
  // The last words of a page, and its return from the back-forward cache.
  addEventListener('pagehide', leave, { signal })
  addEventListener('pageshow', comeBack, { signal })
  // The script may stand in the head, before the elements that show the state; and it may have stopped before they are there.
  page.addEventListener('DOMContentLoaded', () => showState(page, state), { once: true })
  announce(page, 'state', { state })
  showState(page, state)

  return {
    get state() {
      return state
    },
    stop() {
      beat()
      finish()
    }
  }

  function connect(): Link {
    return openLink(options.credential, {
      opened() {
        writer = createFrameWriter()
        enter('connecting')
      },
      heard,
      lost() {
        writer = undefined
        enter('offline')
      },
      ended: finish
    })
  }

  async function learnGrain(): Promise<void> {
    grainMs = await measureGrain(() => performance.now())
  }

  function beat(): void {
    if (writer !== undefined && link?.canSend) sendFrame(writer, link)
    const lost = capture.dropped - reported
    if (lost > 0) announce(page, 'dropped', { events: lost })
    reported += lost
  }

  function sendFrame(frames: FrameWriter, to: Link): void {
    const isFirst = frames.sequence === 0
    const oldest = isFirst ? performance.now() - keepMs : lastSentAt - lateMs
    const { events, counters } = capture.take(isFirst ? 0 : lastEventAt, Math.max(0, oldest))
    lastEventAt = events.at(-1)?.t ?? lastEventAt
    // Timers and events are rounded each in their own way: the clock of the frame never goes back.
    lastSentAt = Math.max(performance.now(), lastEventAt, lastSentAt)
    const device = touchScreen.matches ? 'touch' : 'keyboard'
    to.send(frames.write({ sentAt: lastSentAt, grainMs, hidden: page.hidden, device, counters, events }))
  }

  function heard(message: ServerMessage): void {
    if (message.type === 'analysis_result') enter(message.state)
    if (message.type === 'security_alert') announce(page, 'alert', { reason: message.reason })
    if (message.type === 'challenge_required') challenge(message.request, message.by)
  }

  function challenge(request: ChallengeRequest, by: number): void {
    const goOn = announce(page, 'challenge', { request, by })
    if (!goOn || options.challengeUrl === undefined || leaving) return
    leaving = true
    // Somebody may choose to stay on a page that asks before it is left.
    setTimeout(() => void (leaving = false), stayMs)
    const url = new URL(options.challengeUrl, page.baseURI)
    for (const name of ['acr_values', 'max_age', 'prompt'] as const) {
      const value = request[name]
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    location.assign(url)
  }

  function leave(): void {
    beat()
    link?.close()
    link = undefined
    writer = undefined
  }

  function comeBack(event: PageTransitionEvent): void {
    if (!event.persisted || state === 'stopped') return
    leaving = false
    link ??= connect()
  }

  function finish(): void {
    clearInterval(timer)
    listening.abort()
    capture.stop()
    link?.close()
    link = undefined
    enter('stopped')
  }

  function enter(next: AgentState): void {
    if (next === state) return
    state = next
    announce(page, 'state', { state })
    showState(page, state)
  }
}

type ChallengeRequest = Extract<ServerMessage, { readonly type: 'challenge_required' }>['request']
