// What each part of the engine adds: the population is learnt without it, fusion and all, and the same people meet the same trials.

import { fusedParts } from '../biometrics/index.ts'
import type { VerificationOptions } from './measure-verification.ts'
import type { Measurement, Metric } from './measurements.ts'
import { drawPeople, estimateOf } from './metrics/bootstrap.ts'
import { ratioCost, ratioLosses } from './metrics/calibration.ts'
import { equalErrorRate } from './metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, type Trials, type Weights } from './metrics/trials.ts'

/** Parts that a population can be learnt without. */
export const ablationParts = fusedParts

/** `whole`: the same trials with every part at work. */
export function measureAblation(
  protocol: string,
  trials: Trials,
  whole: Trials,
  options: VerificationOptions
): Measurement[] {
  const without = statisticsOf(trials)
  const withAll = statisticsOf(whole)
  const statistics = (weights: Weights): [Metric, number][] => {
    const rest = without(weights)
    const all = withAll(weights)
    return [
      ['eer', rest.eer],
      ['cllr', rest.cllr],
      ['eer_added', rest.eer - all.eer],
      ['cllr_added', rest.cllr - all.cllr]
    ]
  }
  const draws = drawPeople(trials.people, options).map(statistics)
  return statistics(onceEach(trials.people)).map(([metric, value], i) => ({
    protocol,
    metric,
    people: trials.people,
    trials: trials.score.length,
    ...estimateOf(
      value,
      draws.map((draw) => draw[i]![1])
    )
  }))
}

function statisticsOf(trials: Trials): (weights: Weights) => { eer: number; cllr: number } {
  const ranked = rankTrials(trials)
  const losses = ratioLosses(ranked)
  return (weights) => ({
    eer: equalErrorRate(curveOf(ranked, weights)),
    cllr: ratioCost(ranked, losses, weights)
  })
}
