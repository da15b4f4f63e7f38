// Goal 3: six models on one window against the plain JavaScript floor. Twenty people in turn, as in a server: their models fall out of the
// cache between two windows of one of them.

import { floorModels, floorWindow } from './floor/models.ts'
import type { Goal } from './goal.ts'
import { anyEncoder, bench, fullWindows, sixModels } from './product.ts'
import { timePair } from './timing.ts'

export const goal3: Goal = {
  number: 3,
  work: 'six models on one window, over the plain JavaScript floor',
  limits: { of: 'ratio', better: 'lower', must: 0.8, aim: 0.3 },
  measure() {
    const { people } = bench()
    const windows = people.map(fullWindows)
    const score = sixModels(anyEncoder())
    const floors = people.map((_, n) => floorModels(n))
    const floorWindows = Array.from({ length: 50 }, (_, n) => floorWindow(1000 + n))
    const { product, floor, ratio } = timePair(
      (call) => {
        const n = call % people.length
        return score(people[n]!, windows[n]![call % windows[n]!.length]!)
      },
      (call) => {
        const { values, sequence } = floorWindows[call % floorWindows.length]!
        return floors[call % floors.length]!.reduce((sum, model) => sum + model(values, sequence), 0)
      }
    )
    return { value: product, unit: 'µs', baseline: floor, ratio }
  }
}
