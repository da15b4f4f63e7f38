// A window: what the last stretch of input says, in three views of the same events: 40 features, the timing sequence, and sums per key
// class and class pair. Everything is updated as events pass; a window closes every hop, and overlaps the one before.

import { EventType, noCounters, type Counters, type InputEvent } from '../events.ts'
import { featureAt, featureNames, featureVersion } from './features.ts'
import { firstRow, newHop, observeKeystroke, trailHops, trailOf, type Hop } from './hop.ts'
import { keystrokeFeaturesOf, KeystrokeRing } from './keystroke-features.ts'
import { createKeystrokeTracker } from './keystrokes.ts'
import { createPointerTracker } from './pointer.ts'
import { pointerFeaturesOf } from './pointer-features.ts'
import { cellFamilies, observe, statisticsLength, type Statistics } from './statistics.ts'
import { endOf, rowsOf, writeKeystroke, type TimingSequence } from './timing-sequence.ts'

export interface WindowOptions {
  /** Keystrokes that the features and the sequence look back on. Default 100. */
  readonly length?: number
  /** New keystrokes after which a window closes. Default 25; windows overlap by `length - hop`. */
  readonly hop?: number
  /** New pointer events after which a window closes when nobody types. Default 400. */
  readonly pointerHop?: number
}

export interface Window {
  /** Version of the features' meaning and order. */
  readonly version: number
  /** First and last time in the window, ms on the clock of the events. */
  readonly startedAt: number
  readonly endedAt: number
  /** Keystrokes and pointer events that the window looks back on. */
  readonly keystrokes: number
  readonly pointerEvents: number
  /** What is new since the window before. Times without input over 60 s are left out of `freshMs`. */
  readonly freshKeystrokes: number
  readonly freshPointerEvents: number
  readonly freshMs: number
  /** Length 40, in the order of `featureNames`; NaN = not observed. */
  readonly features: Float64Array
  readonly sequence: TimingSequence
  /** Sums of what is new: fresh statistics of successive windows never count anything twice. */
  readonly fresh: Statistics
  /** Sums over the last 1, 2, 4, 8 and 16 hops, as many as there are: shortest first. */
  readonly trail: readonly Statistics[]
  /** The new keystrokes of this hop and of up to sixteen before it, newest last. Successive windows share the sequences of their hops. */
  readonly typed: readonly TimingSequence[]
}

/** What a detector reads of a window; a stored row of features is enough for those that read nothing else. */
export type FeatureWindow = Pick<Window, 'features'> & Partial<Pick<Window, 'typed'>>

export interface WindowBuilder {
  /** Takes the next event; returns a window when one closes. Times must not go back. */
  push(event: InputEvent): Window | undefined
  /** Takes what was counted apart from the stream. */
  count(counters: Counters): void
  /** Closes what is left, if anything is new. The builder can go on afterwards. */
  flush(): Window | undefined
}

/** Keystrokes that features look back on, unless told otherwise. */
export const windowKeystrokes = 100
const hopsKept = trailHops.at(-1)!
/** One more than a trail spans: the context of its first hop. */
const sequencesKept = hopsKept + 1
/** Hops that the pointer features look back on. */
const pointerHops = 8
const unwatchedGapMs = 60_000
/** A gap this long between events is time without input, for the share of idle time. */
const idleGapMs = 2000
const longestLength = 4096
/** No clock of a page shows more milliseconds; beyond, differences of times stop being numbers. */
const latestT = 1e15

export function createWindowBuilder(options: WindowOptions = {}): WindowBuilder {
  const length = clamped(options.length ?? windowKeystrokes, 8, longestLength)
  const hop = clamped(options.hop ?? 25, 1, length)
  const pointerHop = clamped(options.pointerHop ?? 400, 10, 100_000)

  const ring = new KeystrokeRing(length)
  const hops: Hop[] = []
  const typed: TimingSequence[] = []
  /** Those that reach back as far as the ring does. */
  const inRing: TimingSequence[] = []
  let current = newHop(Number.NaN, hop)
  let firstT = Number.NaN
  let freshKeystrokes = 0
  let total: Counters = noCounters

  const keys = createKeystrokeTracker((keystroke) => {
    ring.add(keystroke)
    writeKeystroke(current.statistics, firstRow, freshKeystrokes++, keystroke)
    observeKeystroke(current.statistics, keystroke)
  })
  const pointer = createPointerTracker((quantity, value) => {
    observe(current.statistics, cellFamilies.pointer.first + quantity, value)
  })

  function remember(written: TimingSequence): void {
    if (written.length === 0) return
    inRing.push(written)
    let reach = 0
    for (const { length: keystrokes } of inRing) reach += keystrokes
    while (reach - inRing[0]!.length >= length) reach -= inRing.shift()!.length
  }

  function close(): Window | undefined {
    if (freshKeystrokes === 0 && current.pointerEvents === 0) return undefined
    hops.push(current)
    if (hops.length > hopsKept) hops.shift()
    const written = rowsOf(current.statistics, firstRow, Math.max(0, freshKeystrokes - length), freshKeystrokes)
    typed.push(written)
    if (typed.length > sequencesKept) typed.shift()
    remember(written)
    const recent = hops.slice(-pointerHops)
    const { endedAt } = current
    const features = new Float64Array(featureNames.length).fill(Number.NaN)
    keystrokeFeaturesOf(ring, features, total)
    if (ring.size > 0 && endedAt >= firstT)
      features[featureAt.minutesIntoSession] = Math.log1p((endedAt - firstT) / 60_000)
    let pointerEvents = 0
    for (const past of recent) pointerEvents += past.pointerEvents
    if (pointerEvents > 0) pointerFeaturesOf(recent, features)
    const window = new ClosedWindow(
      {
        startedAt: Math.min(ring.startedAt(), recent[0]!.startedAt),
        endedAt,
        keystrokes: ring.size,
        pointerEvents,
        freshKeystrokes,
        freshPointerEvents: current.pointerEvents,
        freshMs: current.activeMs,
        features,
        fresh: current.statistics.subarray(0, statisticsLength),
        typed: [...typed]
      },
      [...hops],
      [...inRing]
    )
    current = newHop(endedAt, hop)
    freshKeystrokes = 0
    return window
  }

  return {
    push(event) {
      if (!(Math.abs(event.t) <= latestT)) return undefined
      if (Number.isNaN(firstT)) firstT = current.startedAt = event.t
      else {
        const gap = event.t - current.endedAt
        if (gap > 0 && gap <= unwatchedGapMs) {
          current.activeMs += gap
          if (gap > idleGapMs) current.idleMs += gap
        }
      }
      current.endedAt = event.t
      if (event.type === EventType.keyDown || event.type === EventType.keyUp) keys.push(event)
      else {
        current.pointerEvents++
        if (event.type === EventType.pointerUp) current.clicks++
        else if (event.type === EventType.wheel) current.wheels++
        pointer.push(event)
      }
      return freshKeystrokes >= hop || current.pointerEvents >= pointerHop ? close() : undefined
    },
    count(counters) {
      if (counters !== noCounters) total = added(total, counters)
    },
    flush() {
      keys.flush()
      pointer.flush()
      return close()
    }
  }
}

/** To look back is the costly part, and not every window is judged: it waits until somebody asks. */
class ClosedWindow implements Window {
  readonly version = featureVersion
  readonly startedAt: number
  readonly endedAt: number
  readonly keystrokes: number
  readonly pointerEvents: number
  readonly freshKeystrokes: number
  readonly freshPointerEvents: number
  readonly freshMs: number
  readonly features: Float64Array
  readonly fresh: Statistics
  readonly typed: readonly TimingSequence[]
  readonly #hops: readonly Hop[]
  readonly #inRing: readonly TimingSequence[]
  #trail: readonly Statistics[] | undefined
  #sequence: TimingSequence | undefined

  constructor(
    known: Omit<Window, 'version' | 'sequence' | 'trail'>,
    hops: readonly Hop[],
    inRing: readonly TimingSequence[]
  ) {
    this.startedAt = known.startedAt
    this.endedAt = known.endedAt
    this.keystrokes = known.keystrokes
    this.pointerEvents = known.pointerEvents
    this.freshKeystrokes = known.freshKeystrokes
    this.freshPointerEvents = known.freshPointerEvents
    this.freshMs = known.freshMs
    this.features = known.features
    this.fresh = known.fresh
    this.typed = known.typed
    this.#hops = hops
    this.#inRing = inRing
  }

  get sequence(): TimingSequence {
    return (this.#sequence ??= endOf(this.#inRing, this.keystrokes))
  }

  get trail(): readonly Statistics[] {
    return (this.#trail ??= trailOf(this.#hops))
  }
}

function added(a: Counters, b: Counters): Counters {
  return {
    shiftLeft: a.shiftLeft + b.shiftLeft,
    shiftRight: a.shiftRight + b.shiftRight,
    capsLock: a.capsLock + b.capsLock,
    numpad: a.numpad + b.numpad,
    navigation: a.navigation + b.navigation,
    pasted: a.pasted + b.pasted,
    composed: a.composed + b.composed,
    untrusted: a.untrusted + b.untrusted
  }
}

function clamped(value: number, low: number, high: number): number {
  return Math.min(Math.max(Math.floor(value), low), high)
}
