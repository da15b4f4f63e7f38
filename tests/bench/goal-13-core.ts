// Goal 13: share of one core that the run of goal 5 takes.

import type { Goal } from './goal.ts'
import { eventsPerSecond, productUnderLoad, sessions } from './goal-05-latency.ts'

export const goal13: Goal = {
  number: 13,
  work: `share of a core at ${sessions} sessions and ${eventsPerSecond} events/s`,
  limits: { of: 'value', better: 'lower', must: 60, aim: 25 },
  async measure() {
    const { report, server } = await productUnderLoad()
    // The load may come a little under or over what was asked for.
    const share = (server.cpuSeconds / server.wallSeconds) * (eventsPerSecond / report.eventsPerSecond)
    const { delayMs } = server
    return { value: 100 * share, unit: '%', note: `event loop late by ${delayMs.p99.toFixed(1)} ms (p99)` }
  }
}
