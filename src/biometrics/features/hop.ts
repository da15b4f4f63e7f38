// One hop: what is new between two windows, and how hops add up. Everything is updated as events pass.

import { mostAtOnce, type Keystroke } from './keystrokes.ts'
import type { PointerHop } from './pointer-features.ts'
import {
  addStatistics,
  cellFamilies,
  emptyStatistics,
  keyClasses,
  observe,
  statisticsLength,
  type Statistics
} from './statistics.ts'
import { sequenceColumns } from './timing-sequence.ts'

export interface Hop extends PointerHop {
  /** First and last time in it, ms. */
  startedAt: number
  endedAt: number
  pointerEvents: number
  clicks: number
  wheels: number
  activeMs: number
  idleMs: number
  /**
   * Statistics, and behind them its keystrokes as rows of a timing sequence. One array for all: to allocate and collect it is most of what a hop
   * costs.
   */
  readonly statistics: Statistics
}

/** Where the rows begin. */
export const firstRow = statisticsLength

/** `keystrokes`: as many close a window. */
export function newHop(startedAt: number, keystrokes: number): Hop {
  return {
    startedAt,
    endedAt: startedAt,
    pointerEvents: 0,
    clicks: 0,
    wheels: 0,
    activeMs: 0,
    idleMs: 0,
    statistics: new Float32Array(firstRow + (keystrokes + mostAtOnce) * sequenceColumns.length)
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
export function observeKeystroke(statistics: Statistics, keystroke: Keystroke): void {
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
  const trail: Statistics[] = []
  const running = emptyStatistics()
  let taken = 0
  for (const span of trailHops) {
    if (taken >= hops.length && taken > 0) break
    for (; taken < Math.min(span, hops.length); taken++)
      addStatistics(running, hops[hops.length - 1 - taken]!.statistics)
    trail.push(running.slice())
  }
  return trail
}
