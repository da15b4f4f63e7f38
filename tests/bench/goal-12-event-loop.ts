// Goal 12: how late the event loop is while a population is learnt in its thread and people are enrolled one after another.

import { setTimeout } from 'node:timers/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { populationInThread } from '../../src/population/population-thread.ts'
import type { Goal } from './goal.ts'
import { bench } from './product.ts'

const resolutionMs = 1
const enrolEveryMs = 200

export const goal12: Goal = {
  number: 12,
  work: 'event-loop delay p99 while a person is enrolled and the population is learnt',
  limits: { of: 'value', better: 'lower', must: 50, aim: 20 },
  async measure() {
    const { engine, people } = bench()
    const learning = new Set(['a population'])
    const learnt = populationInThread({ people: people.map(({ material }) => material), seed: 2 }).finally(() => {
      learning.clear()
    })
    const delay = monitorEventLoopDelay({ resolution: resolutionMs })
    delay.enable()
    for (let n = 0; learning.size > 0; n++) {
      engine.derive(people[n % people.length]!.material)
      await setTimeout(enrolEveryMs)
    }
    delay.disable()
    await learnt
    // The monitor counts from one of its own timers to the next; what is over their distance is delay.
    const ms = (nanoseconds: number): number => Math.max(nanoseconds / 1e6 - resolutionMs, 0)
    return { value: ms(delay.percentile(99)), unit: 'ms', note: `longest ${ms(delay.max).toFixed(0)} ms` }
  }
}
