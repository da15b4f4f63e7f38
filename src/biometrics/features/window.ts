// A window: what the last stretch of input says, in three views of the same events: 40 features, the timing sequence, and sums per key
// class and class pair. A window closes every hop, and overlaps the one before.

import { EventType, noCounters, type Counters, type InputEvent } from '../events.ts'
import { featureAt, featureNames, featureVersion } from './features.ts'
import { Hop, trailHops, trailOf } from './hop.ts'
import { keystrokeFeaturesOf } from './keystroke-features.ts'
import { KeystrokeRing } from './keystroke-ring.ts'
import { fractions } from './keystroke-rows.ts'
import { KeyPresses } from './keystrokes.ts'
import { createPointerTracker, type PointerTracker } from './pointer.ts'
import { pointerFeaturesOf } from './pointer-features.ts'
import {
  emptyPointerStatistics,
  emptyStatistics,
  observePointer,
  type PointerStatistics,
  type Statistics
} from './statistics.ts'
import { joinSequences, type TimingSequence } from './timing-sequence.ts'

export interface WindowOptions {
  /** Keystrokes that the features and the sequence look back on. Default 100. */
  readonly length?: number
  /** New keystrokes after which a window closes. Default 25; windows overlap by `length - hop`. */
  readonly hop?: number
  /** New pointer events after which a window closes when nobody types. Default 400. */
  readonly pointerHop?: number
  /**
   * For a builder that lives long and whose windows are all judged: sums are made when a window closes, and the memory of a hop's own is used again when
   * no window looks back on it any more. Windows say the same. Default: sums are made when they are first read.
   */
  readonly sumsAtOnce?: boolean
}

/** The numbers are fields of it; everything else is made when it is first read, and `{ ...window }` leaves it out. */
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
/** One more than a trail spans: the context of its first hop. */
const hopsKept = trailHops.at(-1)! + 1
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
  return new Builder(length, hop, pointerHop, options.sumsAtOnce ? new HopRooms() : undefined)
}

/**
 * Memory for the sums of the hops that windows look back on. It lies outside the heap, and what is asked for there and lives for minutes makes V8 collect
 * the whole heap sooner than anything else does.
 */
class HopRooms {
  readonly #rooms: Statistics[] = []
  #next = 0

  /** The room of the hop that is `hopsKept` old, or a new one; with what stood there before. */
  next(): Statistics {
    const room = (this.#rooms[this.#next] ??= emptyStatistics())
    this.#next = (this.#next + 1) % hopsKept
    return room
  }
}

/**
 * A class and not a closure: a variable of a closure that holds a fraction gets a new object with every change, a field does not. What the present
 * hop counts stands in fields until it ends.
 */
class Builder implements WindowBuilder {
  readonly #length: number
  readonly #hop: number
  readonly #pointerHop: number
  readonly #presses = new KeyPresses()
  readonly #ring: KeystrokeRing
  readonly #pointer: PointerTracker
  /** Undefined: each hop has memory of its own. */
  readonly #rooms: HopRooms | undefined
  #total = noCounters
  #firstT = Number.NaN
  /** Keystrokes of the present hop. */
  #fresh = 0
  #startedAt = Number.NaN
  #endedAt = Number.NaN
  #activeMs = 0
  #idleMs = 0
  #pointerEvents = 0
  #clicks = 0
  #wheels = 0
  #pointing: PointerStatistics | undefined
  /** As many as a window knows, newest last. Windows keep the list, so that it is never changed but replaced. */
  #hops: readonly Hop[] = []
  /** Those of the keystrokes that features look back on; never changed either. */
  #inRing: readonly Hop[] = []

  constructor(length: number, hop: number, pointerHop: number, rooms: HopRooms | undefined) {
    this.#rooms = rooms
    this.#length = length
    this.#hop = hop
    this.#pointerHop = pointerHop
    this.#ring = new KeystrokeRing(length)
    this.#pointer = createPointerTracker((position, value) => {
      observePointer((this.#pointing ??= emptyPointerStatistics()), position, value)
    })
  }

  push(event: InputEvent): Window | undefined {
    const { t, type } = event
    if (!(Math.abs(t) <= latestT)) return undefined
    if (Number.isNaN(this.#firstT)) this.#firstT = this.#startedAt = t
    else {
      const gap = t - this.#endedAt
      if (gap > 0 && gap <= unwatchedGapMs) {
        this.#activeMs += gap
        if (gap > idleGapMs) this.#idleMs += gap
      }
    }
    this.#endedAt = t
    if (type === EventType.keyDown || type === EventType.keyUp) {
      this.#presses.push(event)
      this.#fresh += this.#ring.takeFrom(this.#presses)
    } else {
      this.#pointerEvents++
      if (type === EventType.pointerUp) this.#clicks++
      else if (type === EventType.wheel) this.#wheels++
      this.#pointer.push(event)
    }
    return this.#fresh >= this.#hop || this.#pointerEvents >= this.#pointerHop ? this.#close() : undefined
  }

  count(counters: Counters): void {
    if (counters !== noCounters) this.#total = added(this.#total, counters)
  }

  flush(): Window | undefined {
    this.#presses.flush()
    this.#fresh += this.#ring.takeFrom(this.#presses)
    this.#pointer.flush()
    return this.#close()
  }

  #close(): Window | undefined {
    if (this.#fresh === 0 && this.#pointerEvents === 0) return undefined
    this.#endHop()
    const ring = this.#ring
    const endedAt = this.#endedAt
    const recent = this.#hops.slice(-pointerHops)
    let pointerEvents = 0
    for (const { counts } of recent) pointerEvents += counts.pointerEvents
    features.fill(Number.NaN)
    keystrokeFeaturesOf(ring, features, this.#total)
    if (ring.size > 0 && endedAt >= this.#firstT)
      features[featureAt.minutesIntoSession] = Math.log1p((endedAt - this.#firstT) / 60_000)
    if (pointerEvents > 0) pointerFeaturesOf(recent, features)
    const window = new ClosedWindow(
      {
        startedAt: Math.min(ring.startedAt(), recent[0]!.counts.startedAt),
        endedAt,
        keystrokes: ring.size,
        pointerEvents
      },
      this.#hops,
      this.#inRing
    )
    if (this.#rooms) window.addUp()
    return window
  }

  /** What is new becomes a hop, and the next one begins where it ends. */
  #endHop(): void {
    const counts = {
      startedAt: this.#startedAt,
      pointerEvents: this.#pointerEvents,
      clicks: this.#clicks,
      wheels: this.#wheels,
      activeMs: this.#activeMs,
      idleMs: this.#idleMs
    }
    const rows = this.#ring.newest(this.#fresh)
    const hop = new Hop(counts, rows, this.#length, this.#pointing, this.#rooms?.next())
    // Lists that are as long as what is in them: one that is spread into another gets room to grow.
    this.#hops = this.#hops.slice(1 - hopsKept).concat(hop)
    if (this.#fresh > 0) this.#inRing = reaching(this.#inRing, this.#length - this.#fresh).concat(hop)
    this.#startedAt = this.#endedAt
    this.#activeMs = this.#idleMs = 0
    this.#fresh = this.#pointerEvents = this.#clicks = this.#wheels = 0
    this.#pointing = undefined
  }
}

/** The last of these hops, as many as hold this many keystrokes, or all. */
function reaching(hops: readonly Hop[], keystrokes: number): readonly Hop[] {
  let first = hops.length
  for (let left = keystrokes; left > 0 && first > 0; first--) left -= hops[first - 1]!.keystrokes
  return hops.slice(first)
}

/** Features of the window that closes just now. */
const features = new Float64Array(featureNames.length)

/** To look back is the costly part, and not every window is judged: whatever is not features waits until somebody asks. */
class ClosedWindow implements Window {
  readonly version = featureVersion
  readonly startedAt: number
  readonly endedAt: number
  readonly keystrokes: number
  readonly pointerEvents: number
  readonly freshKeystrokes: number
  readonly freshPointerEvents: number
  readonly freshMs: number
  readonly #hops: readonly Hop[]
  readonly #inRing: readonly Hop[]
  readonly #numbers = fractions(features.length)
  #features: Float64Array | undefined
  #fresh: Statistics | undefined
  #trail: readonly Statistics[] | undefined
  #sequence: TimingSequence | undefined
  #typed: readonly TimingSequence[] | undefined

  constructor(
    known: Pick<Window, 'startedAt' | 'endedAt' | 'keystrokes' | 'pointerEvents'>,
    hops: readonly Hop[],
    inRing: readonly Hop[]
  ) {
    this.startedAt = known.startedAt
    this.endedAt = known.endedAt
    this.keystrokes = known.keystrokes
    this.pointerEvents = known.pointerEvents
    const { keystrokes, counts } = hops.at(-1)!
    this.freshKeystrokes = keystrokes
    this.freshPointerEvents = counts.pointerEvents
    this.freshMs = counts.activeMs
    this.#hops = hops
    this.#inRing = inRing
    for (let at = 0; at < features.length; at++) this.#numbers[at] = features[at]!
  }

  get features(): Float64Array {
    return (this.#features ??= new Float64Array(this.#numbers))
  }

  get fresh(): Statistics {
    return (this.#fresh ??= this.#hops.at(-1)!.statistics)
  }

  get typed(): readonly TimingSequence[] {
    return (this.#typed ??= this.#hops.map(({ typed }) => typed))
  }

  get sequence(): TimingSequence {
    return (this.#sequence ??= joinSequences(
      this.#inRing.map(({ typed }) => typed),
      this.keystrokes
    ))
  }

  get trail(): readonly Statistics[] {
    return (this.#trail ??= trailOf(this.#hops))
  }

  /** From here on nothing is read from the memory of its hops, which later ones will have. */
  addUp(): void {
    this.#trail = trailOf(this.#hops)
    this.#fresh = this.#hops.at(-1)!.statistics.slice()
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
