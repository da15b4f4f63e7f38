// The goals that are measured, in the order of the table. A goal is a file `goal-NN-name.ts` and a line here.

import type { Goal } from './goal.ts'
import { goal1 } from './goal-01-ingest.ts'
import { goal2 } from './goal-02-bytes.ts'
import { goal3 } from './goal-03-models.ts'
import { goal4 } from './goal-04-throughput.ts'
import { goal5 } from './goal-05-latency.ts'
import { goal6 } from './goal-06-capacity.ts'
import { goal7 } from './goal-07-memory.ts'
import { goal8 } from './goal-08-enrolment.ts'
import { goal9 } from './goal-09-flow.ts'
import { goal10 } from './goal-10-login.ts'
import { goal11 } from './goal-11-revocation.ts'
import { goal12 } from './goal-12-event-loop.ts'
import { goal13 } from './goal-13-core.ts'

export const goals: readonly Goal[] = [
  goal1,
  goal2,
  goal3,
  goal4,
  goal5,
  goal6,
  goal7,
  goal8,
  goal9,
  goal10,
  goal11,
  goal12,
  goal13
]
