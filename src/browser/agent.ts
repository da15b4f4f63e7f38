// The browser agent: watches how somebody types and points, and tells the provider once a second, whether or not anything
// happened. Which key it was, and what stands in a field, never leaves the page.

import { counterNames, noCounters } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import type { ServerMessage } from '../channel/ports.ts'
import { maxFrameEvents, stoppedByPerson } from '../channel/wire.ts'
import { startCapture } from './capture.ts'
import { measureGrain } from './clock-grain.ts'
import type { Credential } from './credential.ts'
import { createFrameWriter } from './encode.ts'
import type { Beat, FrameWriter } from './encode.ts'
import { openLink } from './link.ts'
import type { Link } from './link.ts'
import { createUnsent } from './unsent.ts'
import { elementOf } from './secret.ts'
import { announce, showOffer, showState } from './visible-state.ts'
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
 * `by`; `preventDefault()` keeps the agent from going to the challenge page), `vigil:phrase` (`{url}`; `preventDefault()` keeps links hidden),
 * `vigil:alert` (`{reason}`) and `vigil:dropped` (`{events}`, when a disconnection outlasted the buffer).
 */
export interface Agent {
  readonly state: AgentState
  /**
   * The person's own switch: the watch is off until their next login. Right after a strong login it means just that; later the provider treats
   * the session as unobserved, because a thief would like a switch too.
   */
  stop(): void
  /** Ends as if the page had been left, which says nothing about the person. */
  close(): void
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
  let lost = 0
  let leaving = false
  /** Only of a stream that goes on under another number, or anew. */
  let backlog: Backlog = nothing
  const unsent = createUnsent()
  const stream = newName()

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
  page.addEventListener('click', pressed, { signal })
  announce(page, 'state', { state })
  showState(page, state)

  return {
    get state() {
      return state
    },
    stop,
    close() {
      beat()
      finish()
    }
  }

  function stop(): void {
    beat()
    finish(stoppedByPerson)
  }

  /** A page needs no script of its own for the switch. */
  function pressed(event: Event): void {
    if (event.isTrusted && elementOf(event)?.closest('[data-vigil-stop]')) stop()
  }

  function connect(): Link {
    return openLink(options.credential, stream, {
      opened() {
        // With something unconfirmed the server speaks first.
        if (unsent.next === 0) writer = createFrameWriter()
        enter('connecting')
      },
      heard,
      lost(forgets) {
        writer = undefined
        if (forgets) unsent.gather(Number.POSITIVE_INFINITY)
        enter('offline')
      },
      ended: () => finish()
    })
  }

  /** The server says how far it got: what it lacks goes again, and the stream goes on. */
  function goOn(next: number): void {
    const missing = unsent.received(next)
    if (writer !== undefined || link === undefined) return
    writer = createFrameWriter({ from: next })
    if (next > 0 && missing !== undefined) {
      for (const each of missing) link.send(writer.write(each))
      return
    }
    // The server knows nothing of this stream. Frames of long ago would make its clock look fast: one frame brings it all.
    const { events, counters, dropped } = unsent.gather(performance.now() - keepMs)
    backlog = { events, counters }
    lost += dropped
    writer = createFrameWriter()
  }

  async function learnGrain(): Promise<void> {
    grainMs = await measureGrain(() => performance.now())
  }

  function beat(): void {
    if (writer !== undefined && link?.canSend) sendFrame(writer, link)
    const unreported = capture.dropped + lost - reported
    if (unreported > 0) announce(page, 'dropped', { events: unreported })
    reported += unreported
  }

  function sendFrame(frames: FrameWriter, to: Link): void {
    const isFirst = frames.sequence === 0
    const kept = Math.max(0, performance.now() - keepMs)
    const oldest = isFirst ? kept : Math.max(kept, lastSentAt - lateMs)
    const taken = capture.take(isFirst ? (backlog.events.at(-1)?.t ?? 0) : lastEventAt, oldest)
    const events = [...backlog.events, ...taken.events].slice(-maxFrameEvents)
    const counters = sumOf(backlog.counters, taken.counters)
    backlog = nothing
    lastEventAt = events.at(-1)?.t ?? lastEventAt
    // Timers and events are rounded each in their own way: the clock of the frame never goes back.
    lastSentAt = Math.max(performance.now(), lastEventAt, lastSentAt)
    const device = touchScreen.matches ? 'touch' : 'keyboard'
    const said: Beat = { sentAt: lastSentAt, grainMs, hidden: page.hidden, device, counters, events }
    unsent.add(said)
    to.send(frames.write(said))
  }

  function heard(message: ServerMessage): void {
    if (message.type === 'received') goOn(message.next)
    if (message.type === 'analysis_result') enter(message.state)
    if (message.type === 'phrase_offered') offer(message.url)
    if (message.type === 'security_alert') announce(page, 'alert', { reason: message.reason })
    if (message.type === 'challenge_required') challenge(message.request, message.by)
  }

  /** The person may answer the doubt; nobody takes them away from what they are writing. */
  function offer(url: string): void {
    if (announce(page, 'phrase', { url })) showOffer(page, url)
  }

  function challenge(request: ChallengeRequest, by: number): void {
    const mayLeave = announce(page, 'challenge', { request, by })
    if (!mayLeave || options.challengeUrl === undefined || leaving) return
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
    // Said with goodbye: a page that comes back begins anew, and what the server may have heard must not come twice.
    if (link?.isOpen) unsent.gather(Number.POSITIVE_INFINITY)
    link?.close(1000)
    link = undefined
    writer = undefined
  }

  function comeBack(event: PageTransitionEvent): void {
    if (!event.persisted || state === 'stopped') return
    leaving = false
    link ??= connect()
  }

  function finish(code: 1000 | typeof stoppedByPerson = 1000): void {
    clearInterval(timer)
    listening.abort()
    capture.stop()
    link?.close(code)
    link = undefined
    enter('stopped')
  }

  function enter(next: AgentState): void {
    if (next === state) return
    state = next
    announce(page, 'state', { state })
    showState(page, state)
    if (state !== 'doubt') showOffer(page, undefined)
  }
}

interface Backlog {
  readonly events: readonly InputEvent[]
  readonly counters: Counters
}

const nothing: Backlog = { events: [], counters: noCounters }

function sumOf(one: Counters, other: Counters): Counters {
  const sum = { ...one }
  for (const name of counterNames) sum[name] += other[name]
  return sum
}

/** 128 bits of chance in base64url. */
function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

type ChallengeRequest = Extract<ServerMessage, { readonly type: 'challenge_required' }>['request']
