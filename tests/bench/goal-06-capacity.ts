// Goal 6: events a second that one core takes from the socket to the risk, by the CPU time of the run of goal 5.

import type { Goal } from './goal.ts'
import { productUnderLoad } from './goal-05-latency.ts'

export const goal6: Goal = {
  number: 6,
  work: 'events a second on a core, from socket to risk, over the predecessor',
  limits: { of: 'ratio', better: 'higher', must: 35, aim: 80 },
  async measure() {
    const { report, server } = await productUnderLoad()
    const events = report.eventsPerSecond * server.wallSeconds
    return {
      value: events / server.cpuSeconds,
      unit: 'events/s',
      note: 'the predecessor (Flask-SocketIO, numpy, scikit-learn) is not among the peers here: no ratio'
    }
  }
}
