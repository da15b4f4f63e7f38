// A visit: what somebody did between a login and the end of the sitting, as far as learning needs it. It keeps a few windows, evenly
// spread, and how the evidence went; it decides nothing.

import type { Assessment } from '../engine.ts'
import type { Window } from '../features/window.ts'

export interface Visit {
  /** Takes a window with what was said of it. `candidate` false: it may speak against the visit but must not be learnt. */
  add(window: Window, assessment: Pick<Assessment, 'stretches'>, candidate: boolean): void
  summary(): VisitSummary
}

export interface VisitSummary {
  /** Input in all, and the time that it took; pauses over 60 s are left out. */
  readonly keystrokes: number
  readonly pointerEvents: number
  readonly watchedMs: number
  /** Windows whose longest stretch was judged, and those of them that were not clearly the owner's. */
  readonly judged: number
  readonly unsure: number
  /** Strongest evidence against the owner in any stretch, in natural-log odds; undefined = nothing was judged. */
  readonly peak: number | undefined
  /** At most as many candidates as the visit keeps, in order, evenly spread over the visit, with what is new in them and the hop before. */
  readonly windows: readonly Window[]
}

/** A stretch of four hops (100 keystrokes) at or below this is clearly the owner's: stricter than being let through, which takes doubt. */
export const clearlyOwner = -1.5
const sureHops = 4
/** A visit of any length costs at most this many windows of memory, and one that a first profile is to be made of, so many. */
export const mostKept = 16
export const mostKeptToEnrol = 48
const nothingTyped = { length: 0, values: new Float32Array(0) } as const

/** Between half of `most` windows and `most` are kept of a long visit. */
export function createVisit(most = mostKept): Visit {
  let keystrokes = 0
  let pointerEvents = 0
  let watchedMs = 0
  let judged = 0
  let unsure = 0
  let peak: number | undefined
  let kept: Window[] = []
  let stride = 1
  let candidates = 0

  return {
    add(window, { stretches }, candidate) {
      keystrokes += window.freshKeystrokes
      pointerEvents += window.freshPointerEvents
      watchedMs += window.freshMs
      let longest: number | undefined
      for (const { hops, llr } of stretches) {
        if (llr === undefined) continue
        if (peak === undefined || llr > peak) peak = llr
        if (hops === sureHops) longest = llr
      }
      if (longest !== undefined) {
        judged++
        if (longest > clearlyOwner) unsure++
      }
      if (!candidate || candidates++ % stride !== 0) return
      kept.push(withoutPast(window))
      if (kept.length < most) return
      // Every second one goes, and from here on every second one is taken: the rest stays evenly spread, without a draw.
      kept = kept.filter((_, i) => i % 2 === 0)
      stride *= 2
    },
    summary: () => ({ keystrokes, pointerEvents, watchedMs, judged, unsure, peak, windows: [...kept] })
  }
}

/** What is new in a window, and the hop before: it holds on to nothing else that the window looks back on. */
function withoutPast(window: Window): Window {
  const { version, startedAt, endedAt, keystrokes, pointerEvents, features, fresh, typed } = window
  const { freshKeystrokes, freshPointerEvents, freshMs } = window
  return {
    version,
    startedAt,
    endedAt,
    keystrokes,
    pointerEvents,
    freshKeystrokes,
    freshPointerEvents,
    freshMs,
    features,
    sequence: nothingTyped,
    fresh,
    trail: [],
    typed: typed.slice(-2)
  }
}
