// Goal 4: windows a second on one core, one at a time as they come, against scikit-learn in batches of 64.

import type { Goal } from './goal.ts'
import { peerIsMissing, scikitPeer } from './peer/scikit.ts'
import { anyEncoder, bench, fullWindows, sixModels } from './product.ts'
import { timeAlone } from './timing.ts'

export const goal4: Goal = {
  number: 4,
  work: 'windows a second on a core, over scikit-learn in batches of 64',
  limits: { of: 'ratio', better: 'higher', must: 1, aim: 4 },
  measure() {
    const { people } = bench()
    const windows = people.map(fullWindows)
    const score = sixModels(anyEncoder())
    const cpu = timeAlone((call) => {
      const n = call % people.length
      return score(people[n]!, windows[n]![call % windows[n]!.length]!)
    })
    const value = 1e6 / cpu
    const unit = 'windows/s'
    const peer = scikitPeer()
    if (peer === undefined) return { value, unit, note: peerIsMissing }
    return { value, unit, baseline: peer.windowsPerSecond, ratio: value / peer.windowsPerSecond }
  }
}
