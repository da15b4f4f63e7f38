// Goal 5: from a frame to its risk at 10,000 events a second, over the floor: a bare server with six hand-written models. Goals 6 and 13 read the same
// run.

import type { Goal } from './goal.ts'
import { lossOf } from '../../src/load/report.ts'
import { liveRun, type LiveRun } from './live-run.ts'

export const sessions = 1000
export const eventsPerSecond = 10_000
const seconds = 60

export const goal5: Goal = {
  number: 5,
  work: `frame to risk, p99, at ${eventsPerSecond} events/s of ${sessions} sessions`,
  limits: { of: 'value', better: 'lower', must: 50, aim: 15 },
  async measure() {
    const { report } = await productUnderLoad()
    const floor = await liveRun({ kind: 'floor', sessions, seconds, eventsPerSecond })
    const value = report.decisionMs!.p99
    const baseline = floor.report.decisionMs!.p99
    return { value, unit: 'ms', baseline, ratio: value / baseline, note: noteOf(report) }
  }
}

/** Measured once a run of the benches. */
export async function productUnderLoad(): Promise<LiveRun> {
  measured ??= liveRun({ kind: 'product', sessions, seconds, eventsPerSecond })
  const run = await measured
  const loss = lossOf(run.report)
  if (loss !== undefined) throw new Error(loss)
  return run
}

let measured: Promise<LiveRun> | undefined

function noteOf({ decisionMs, latenessMs, eventsPerSecond: rate, challenges }: LiveRun['report']): string {
  return (
    `p50 ${decisionMs!.p50} ms at ${rate.toFixed(0)} events/s, ${challenges} challenges; ` +
    `the load sent late by ${latenessMs!.p99} ms (p99)`
  )
}
