// What a load counts while it runs, and the figures that come of it.

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { ServerMessage } from '../channel/ports.ts'

export interface Tally {
  /** Frames handed to a socket. */
  sent: number
  /** Frames that the server has judged: the pong to the ping behind them came back. */
  acknowledged: number
  /** Frames on a connection that the server or the network ended before it acknowledged them. */
  lost: number
  /** The same on connections that the load cut itself. */
  cut: number
  /** Beats left out because the connection was behind. */
  heldBack: number
  events: number
  bytes: number
  /** Connections that opened, and those that the server refused or that never got there. */
  opened: number
  refused: number
  challenges: number
  readonly refusals: Map<string, number>
  /** Connections that the server ended, by code and reason. */
  readonly closed: Map<string, number>
  /** Frame to decision, after the ramp. */
  decision: Latency
  /** First step towards a connection until it is open. */
  readonly opening: Latency
  /** How much later than due the load itself sent a frame, after the ramp. */
  lateness: Latency
  hear(message: ServerMessage): void
}

export function createTally(): Tally {
  return {
    sent: 0,
    acknowledged: 0,
    lost: 0,
    cut: 0,
    heldBack: 0,
    events: 0,
    bytes: 0,
    opened: 0,
    refused: 0,
    challenges: 0,
    refusals: new Map(),
    closed: new Map(),
    decision: createLatency(),
    opening: createLatency(),
    lateness: createLatency(),
    hear({ type }) {
      if (type === 'challenge_required') this.challenges++
    }
  }
}

export function countOne(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface Latency {
  add(ms: number): void
  /** Undefined before anything was added. */
  quantiles(): Quantiles | undefined
  /** How many fell at or below each edge and above the one before; the last edge is infinite. */
  readonly buckets: readonly { readonly upToMs: number; readonly count: number }[]
}

const edgesMs = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, Number.POSITIVE_INFINITY] as const

/** Bounded memory whatever is added: a histogram in microseconds with three significant digits, at most an hour. */
export function createLatency(): Latency {
  const longestUs = 3_600_000_000
  const histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: longestUs, figures: 3 })
  const at = (percent: number): number => histogram.percentile(percent) / 1000
  const counts = edgesMs.map(() => 0)
  return {
    add(ms) {
      histogram.record(Math.min(longestUs, Math.max(1, Math.round(ms * 1000))))
      counts[edgesMs.findIndex((edge) => ms <= edge)]!++
    },
    quantiles: () =>
      histogram.count === 0 ? undefined : { p50: at(50), p95: at(95), p99: at(99), max: histogram.max / 1000 },
    get buckets() {
      return edgesMs.map((upToMs, i) => ({ upToMs, count: counts[i]! }))
    }
  }
}
