// What the page said and the server has not confirmed: a connection that is lost takes what was on its way along, and nobody can tell how much of
// it arrived until the server says.

import { counterNames, noCounters } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import { maxFrameEvents } from '../channel/wire.ts'
import type { Beat } from './encode.ts'

export interface Unsent {
  /** A beat leaves; it has the next number. */
  add(beat: Beat): void
  /** Everything before this number has arrived. Undefined: the server does not know the stream, or not so far. */
  received(next: number): readonly Beat[] | undefined
  /** All of it as what waited for the first frame of another stream; nothing older than `oldestMs`. Starts numbers over. */
  gather(oldestMs: number): {
    readonly events: readonly InputEvent[]
    readonly counters: Counters
    readonly dropped: number
  }
  /** Number of the next beat. */
  readonly next: number
}

/** Beats that are kept; a server confirms each fifth. */
const mostBeats = 120

export function createUnsent(): Unsent {
  let beats: Beat[] = []
  let next = 0
  return {
    add(beat) {
      beats.push(beat)
      if (beats.length > mostBeats) beats.shift()
      next += 1
    },
    received(told) {
      const first = next - beats.length
      if (told < first || told > next) return undefined
      beats = beats.slice(told - first)
      return beats
    },
    gather(oldestMs) {
      const all = beats.flatMap(({ events }) => events)
      const events = all.filter(({ t }) => t >= oldestMs).slice(-maxFrameEvents)
      const counters: { -readonly [Name in keyof Counters]: number } = { ...noCounters }
      for (const { counters: some } of beats) {
        for (const name of counterNames) counters[name] += some?.[name] ?? 0
      }
      beats = []
      next = 0
      return { events, counters, dropped: all.length - events.length }
    },
    get next() {
      return next
    }
  }
}
