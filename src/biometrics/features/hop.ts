// One hop: what is new between two windows, and how hops add up.

import { keyAt, shortWidth, type TypedKey } from './keystroke-rows.ts'
import {
  cellFamilies,
  emptyStatistics,
  firstPointerNumber,
  keyClasses,
  observe,
  sumsOfLast,
  type PointerStatistics,
  type Statistics
} from './statistics.ts'
import { sequenceColumns, sliceSequence, writeKeystroke, type TimingSequence } from './timing-sequence.ts'

/** What is counted while its events pass. */
export interface HopCounts {
  /** First time in it, ms. */
  readonly startedAt: number
  readonly pointerEvents: number
  readonly clicks: number
  readonly wheels: number
  readonly activeMs: number
  readonly idleMs: number
}

/**
 * Not every window is judged, and of one that is not nobody reads the sums: they are added up from the keystrokes when somebody asks, and then those
 * are let go.
 */
export class Hop {
  readonly counts: HopCounts
  readonly keystrokes: number
  /** Keystrokes that its sequence has at most. */
  readonly #longest: number
  #rows: readonly number[] | undefined
  #pointing: PointerStatistics | undefined
  /** Where its sums are to stand. */
  readonly #room: Statistics | undefined
  #statistics: Statistics | undefined
  #typed: TimingSequence | undefined

  /** `rows`: short ones. `pointing`: undefined where there was none. `room`: undefined for memory of its own. */
  constructor(
    counts: HopCounts,
    rows: readonly number[],
    longest: number,
    pointing: PointerStatistics | undefined,
    room: Statistics | undefined
  ) {
    this.#room = room
    this.counts = counts
    this.keystrokes = rows.length / shortWidth
    this.#longest = longest
    this.#rows = rows
    this.#pointing = pointing
  }

  /** Undefined where there was none. */
  get pointing(): PointerStatistics | undefined {
    return this.#pointing
  }

  get statistics(): Statistics {
    this.#addUp()
    return this.#statistics!
  }

  /** The newest of its keystrokes, `longest` at most. */
  get typed(): TimingSequence {
    this.#addUp()
    return this.#typed!
  }

  #addUp(): void {
    const rows = this.#rows
    if (rows === undefined) return
    const { keystrokes } = this
    const statistics = this.#room?.fill(0) ?? emptyStatistics()
    const values = new Float32Array(keystrokes * sequenceColumns.length)
    for (let n = 0; n < keystrokes; n++) {
      const keystroke = keyAt(rows, n * shortWidth)
      observeKeystroke(statistics, keystroke)
      writeKeystroke(values, n, keystroke)
    }
    if (this.#pointing) {
      statistics.set(this.#pointing, firstPointerNumber)
      this.#pointing = statistics.subarray(firstPointerNumber)
    }
    this.#statistics = statistics
    const typed = { length: keystrokes, values }
    this.#typed = keystrokes > this.#longest ? sliceSequence(typed, keystrokes - this.#longest, keystrokes) : typed
    this.#rows = undefined
  }
}

/**
 * Times beyond these are thought or a held key, not rhythm: they count as the limit, or one of them would outweigh a dozen others. Chosen by
 * error rate on recorded typists who teach nothing that ships (docs/biometrics.md); figures on the same people are a little kind.
 */
const holdLimitsMs = [30, 400] as const
const gapLimitsMs = [20, 600] as const
const flightLimitsMs = [-300, 450] as const

function within(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(value, low), high)
}

/** Adds one keystroke to the sums. A key whose class is withheld adds nothing: its class would have to be guessed. */
export function observeKeystroke(statistics: Statistics, keystroke: TypedKey): void {
  const { cls, previousCls } = keystroke
  if (cls >= keyClasses) return
  const pair = previousCls >= 0 && previousCls < keyClasses ? previousCls * keyClasses + cls : -1
  if (!Number.isNaN(keystroke.holdMs)) {
    const logHold = Math.log(within(keystroke.holdMs, holdLimitsMs))
    observe(statistics, cellFamilies.hold.first + cls, logHold)
    if (pair >= 0) observe(statistics, cellFamilies.holdAfter.first + pair, logHold)
  }
  if (pair < 0) return
  if (!Number.isNaN(keystroke.pressToPressMs)) {
    observe(statistics, cellFamilies.pressToPress.first + pair, Math.log(within(keystroke.pressToPressMs, gapLimitsMs)))
  }
  if (!Number.isNaN(keystroke.releaseToPressMs)) {
    const units = within(keystroke.releaseToPressMs, flightLimitsMs) / 150
    observe(statistics, cellFamilies.releaseToPress.first + pair, units)
  }
}

/** Hops that each entry of a trail spans. */
export const trailHops = [1, 2, 4, 8, 16] as const

/** Sums over the last hops, shortest first. */
export function trailOf(hops: readonly Hop[]): Statistics[] {
  return sumsOfLast(
    hops.map(({ statistics }) => statistics),
    trailHops
  )
}
