// What the hands of a load do: recordings played one after the other for as long as the load lasts, on the clock of the page that sends
// them. Nothing is built ahead, so that a thousand pages hold no more than the recordings that they share.

import type { RecordedStream } from '../biometrics/index.ts'
import { type Counters, type InputEvent, noCounters } from '../biometrics/events.ts'
import { maxFrameEvents } from '../channel/wire.ts'

export interface LoadInput {
  /** What happened after the last call and up to `now`, in milliseconds of the page's clock. */
  take(now: number): { readonly events: readonly InputEvent[]; readonly counters: Counters }
}

export interface LoadInputOptions {
  /** At least one with an event. Nobody changes them. */
  readonly streams: readonly RecordedStream[]
  /** Index of the stream that is played first. */
  readonly first: number
  /** The page's clock when the first event happens, in milliseconds. */
  readonly startAt: number
  /** How many times faster than recorded. */
  readonly tempo: number
  /** Rounds through the recordings differ in tempo by so much, so that no hand does the same to the millisecond twice. Default 0.24. */
  readonly tempoSpread?: number
}

const longestPauseMs = 60_000
const pauseBetweenStreamsMs = 500
/** What waited longer for a connection is dropped, as the agent drops it. */
const longestWaitMs = 60_000

export function loadInput({ streams, first, startAt, tempo, tempoSpread = 0.24 }: LoadInputOptions): LoadInput {
  let stream = first % streams.length
  let position = 0
  let round = 0
  let dueCounters = noCounters
  let at = startAt

  function step(): InputEvent {
    while (position >= streams[stream]!.events.length) {
      position = 0
      stream = (stream + 1) % streams.length
      if (stream === first % streams.length) round++
      at += pauseBetweenStreamsMs
    }
    const { events, counters } = streams[stream]!
    if (position === 0) dueCounters = counters
    else {
      const pause = Math.min(Math.max(0, events[position]!.t - events[position - 1]!.t), longestPauseMs)
      at += pause / (tempo * tempoOf(first, round, tempoSpread))
    }
    return events[position++]!
  }

  let next = { event: step(), at }
  return {
    take(now) {
      const events: InputEvent[] = []
      while (next.at <= now) {
        if (next.at > now - longestWaitMs && events.length < maxFrameEvents) events.push({ ...next.event, t: next.at })
        next = { event: step(), at }
      }
      const counters = dueCounters
      dueCounters = noCounters
      return { events, counters }
    }
  }
}

/** Events a second of recordings played one after the other. */
export function naturalRate(streams: readonly RecordedStream[]): number {
  let events = 0
  let ms = 0
  for (const stream of streams) {
    events += stream.events.length
    ms += pauseBetweenStreamsMs
    stream.events.forEach(({ t }, i, all) => {
      if (i > 0) ms += Math.min(Math.max(0, t - all[i - 1]!.t), longestPauseMs)
    })
  }
  return (1000 * events) / ms
}

/** Around 1, spread evenly (golden ratio), different for neighbours. */
function tempoOf(first: number, round: number, spread: number): number {
  return 1 - spread / 2 + spread * (((first * 7 + round + 1) * 0.618_034) % 1)
}
