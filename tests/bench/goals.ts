// The goals that are measured, in the order of the table. A goal is a file `goal-NN-name.ts` and a line here.

import type { Goal } from './goal.ts'
import { goal3 } from './goal-03-models.ts'
import { goal4 } from './goal-04-throughput.ts'
import { goal7 } from './goal-07-memory.ts'
import { goal8 } from './goal-08-enrolment.ts'
import { goal12 } from './goal-12-event-loop.ts'

export const goals: readonly Goal[] = [goal3, goal4, goal7, goal8, goal12]
