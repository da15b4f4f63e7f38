// Goal 8: enrolment of a person from 64 windows, all models and the population's verifier, against scikit-learn fitting five models.

import type { Goal } from './goal.ts'
import { peerIsMissing, scikitPeer } from './peer/scikit.ts'
import { bench } from './product.ts'
import { timeAlone } from './timing.ts'

export const goal8: Goal = {
  number: 8,
  work: 'enrolment of a person, over scikit-learn fitting five models',
  limits: { of: 'ratio', better: 'lower', must: 1.5, aim: 0.7 },
  measure() {
    const { engine, people } = bench()
    const value =
      timeAlone((call) => engine.derive(people[call % people.length]!.material).keystrokes, { roundMs: 500 }) / 1000
    const unit = 'ms'
    const peer = scikitPeer()
    if (peer === undefined) return { value, unit, note: peerIsMissing }
    return { value, unit, baseline: peer.fitMs, ratio: value / peer.fitMs }
  }
}
