// Goal 6: events a second that one core takes from the socket to the risk, over the design that Vigil replaces. Frames of twenty events on both sides,
// as pages sent them there: a page beats every two seconds, so that people who type and point fill a frame with as many. One frame in ten is asked
// about: a real page asks about none.

import type { Goal } from './goal.ts'
import { eventsPerSecond, sessions } from './goal-05-latency.ts'
import { lossOf } from '../../src/load/report.ts'
import { liveRun } from './live-run.ts'
import { predecessor, predecessorIsMissing } from './peer/predecessor.ts'

const seconds = 60

export const goal6: Goal = {
  number: 6,
  work: 'events a second on a core, from socket to risk, over the predecessor',
  limits: { of: 'ratio', better: 'higher', must: 35, aim: 80 },
  async measure() {
    const rhythm = { beatMs: 2000, framesPerPing: 10 }
    const { report, server } = await liveRun({ kind: 'product', sessions, seconds, eventsPerSecond, rhythm })
    const loss = lossOf(report)
    if (loss !== undefined) throw new Error(loss)
    const value = (report.eventsPerSecond * server.wallSeconds) / server.cpuSeconds
    const unit = 'events/s'
    const baseline = await predecessor()
    if (baseline === undefined) return { value, unit, note: predecessorIsMissing }
    return { value, unit, baseline, ratio: value / baseline }
  }
}
