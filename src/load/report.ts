// What a load found, as one JSON object and as lines for a person. Latencies are drawn, because two loads with the same p99 can be of
// different kinds.

import type { LoadOutcome } from './run.ts'
import type { ServerFigures } from './server-probe.ts'
import type { Latency, Quantiles } from './tally.ts'

export interface LoadReport {
  readonly sessions: number
  /** Pages with an open channel when the duration was over; pages that the server ended for good. */
  readonly open: number
  readonly over: number
  readonly seconds: number
  readonly frames: {
    readonly sent: number
    readonly acknowledged: number
    readonly lost: number
    readonly cut: number
    readonly unanswered: number
    readonly heldBack: number
    readonly perSecond: number
    readonly bytes: number
  }
  readonly eventsPerSecond: number
  /** Milliseconds from the moment a frame left until the pong behind it came back. */
  readonly decisionMs: Quantiles | null
  readonly openingMs: Quantiles | null
  /** How much later than due the load sent its frames: what the client's own slowness adds to the figures above. */
  readonly latenessMs: Quantiles | null
  readonly challenges: number
  readonly refusals: Readonly<Record<string, number>>
  readonly closed: Readonly<Record<string, number>>
  readonly reconnected: LoadOutcome['reconnected'] | null
  readonly server: ServerFigures
}

export function reportOf(outcome: LoadOutcome, server: ServerFigures): LoadReport {
  const { tally } = outcome
  const { sent, acknowledged, lost, cut, heldBack, bytes } = tally
  return {
    sessions: outcome.sessions,
    open: outcome.open,
    over: outcome.over,
    seconds: rounded(outcome.seconds),
    frames: {
      sent,
      acknowledged,
      lost,
      cut,
      unanswered: sent - acknowledged - lost - cut,
      heldBack,
      perSecond: rounded(outcome.framesPerSecond),
      bytes
    },
    eventsPerSecond: rounded(outcome.eventsPerSecond),
    decisionMs: quantilesOf(tally.decision),
    openingMs: quantilesOf(tally.opening),
    latenessMs: quantilesOf(tally.lateness),
    challenges: tally.challenges,
    refusals: Object.fromEntries(tally.refusals),
    closed: Object.fromEntries(tally.closed),
    reconnected: outcome.reconnected ?? null,
    server
  }
}

/** Undefined when everything that was sent was judged and every session is there that the server did not end itself. */
export function lossOf({ sessions, open, over, frames }: LoadReport): string | undefined {
  const missing = frames.lost + frames.unanswered
  if (missing > 0) return `${missing} of ${frames.sent} frames were not judged`
  const absent = sessions - open - over
  if (absent > 0) return `${absent} of ${sessions} sessions had no channel at the end`
  return undefined
}

export function linesOf(report: LoadReport, decision: Latency): string {
  const { frames, reconnected, server } = report
  const rows: [string, string][] = [
    [
      'sessions',
      `${report.sessions}, open at the end ${report.open}${report.over > 0 ? `, ended by the server ${report.over}` : ''}`
    ],
    ['load', `${report.seconds} s, ${frames.perSecond} frames/s, ${report.eventsPerSecond} events/s`],
    [
      'frames',
      `${frames.sent} sent, ${frames.acknowledged} judged, ${frames.lost} lost, ${frames.unanswered} unanswered` +
        `${frames.cut > 0 ? `, ${frames.cut} on connections that were cut` : ''}${frames.heldBack > 0 ? `, ${frames.heldBack} beats held back` : ''}`
    ],
    ['frame to decision', inWords(report.decisionMs)],
    ['opening a channel', inWords(report.openingMs)],
    ['sent late by', inWords(report.latenessMs)],
    ['challenges', String(report.challenges)]
  ]
  if (reconnected)
    rows.push(['after the cut', `${reconnected.back} of ${reconnected.cut} back in ${rounded(reconnected.seconds)} s`])
  for (const [why, count] of Object.entries(report.refusals)) rows.push(['refused', `${count} × ${why}`])
  for (const [why, count] of Object.entries(report.closed)) rows.push(['closed by server', `${count} × ${why}`])
  const silent = server.unhealthy > 0 ? `, no answer ${server.unhealthy} ×` : ''
  rows.push(['server: /healthz', `${inWords(server.health ?? null)}${silent}`])
  if (server.memory) {
    const { start, end, highest } = server.memory
    rows.push(['server: memory', `${start.toFixed(0)} → ${end.toFixed(0)} MiB, highest ${highest.toFixed(0)} MiB`])
  }
  if (server.core !== undefined) rows.push(['server: one core', `${(100 * server.core).toFixed(0)} %`])
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, words]) => `${name.padEnd(width)}  ${words}`)
  return `${[...table, '', ...drawn(decision)].join('\n')}\n`
}

const barWidth = 40

/** One bar for each decade step that has any, in shares of all. */
function drawn({ buckets }: Latency): string[] {
  const all = buckets.reduce((sum, { count }) => sum + count, 0)
  if (all === 0) return []
  const first = buckets.findIndex(({ count }) => count > 0)
  const last = buckets.findLastIndex(({ count }) => count > 0)
  return buckets.slice(first, last + 1).map(({ upToMs, count }, i) => {
    const name = upToMs === Number.POSITIVE_INFINITY ? `> ${buckets[first + i - 1]?.upToMs ?? 0} ms` : `≤ ${upToMs} ms`
    const share = count / all
    return `${name.padStart(10)}  ${'█'.repeat(Math.round(barWidth * share)).padEnd(barWidth)} ${(100 * share).toFixed(1).padStart(5)} %`
  })
}

function inWords(quantiles: Quantiles | null): string {
  if (quantiles === null) return '–'
  const { p50, p95, p99, max } = quantiles
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, longest ${max} ms`
}

function quantilesOf(latency: Latency): Quantiles | null {
  const found = latency.quantiles()
  return found === undefined
    ? null
    : { p50: rounded(found.p50), p95: rounded(found.p95), p99: rounded(found.p99), max: rounded(found.max) }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
