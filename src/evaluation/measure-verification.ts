// Trials to measurements: each value on the people as they are, its interval on resampled ones. The engine and the simple method meet the
// same resampled people, so that the gain has an interval of its own.

import type { Measurement, Metric } from './measurements.ts'
import { drawPeople, estimateOf } from './metrics/bootstrap.ts'
import { leastRatioCost, ratioCost, ratioLosses } from './metrics/calibration.ts'
import { areaUnderCurve, equalErrorRate, ownersAcceptedAt, strangersNoticedAt } from './metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, trialsByTarget, type Trials, type Weights } from './metrics/trials.ts'

export interface VerificationOptions {
  readonly seed: number
  readonly replicates?: number
}

/** `simple` holds the same trials scored by the simple method. */
export function measureVerification(
  protocol: string,
  trials: Trials,
  simple: Trials | undefined,
  options: VerificationOptions
): Measurement[] {
  const ratios = ratioStatistics(trials)
  const engine = rateStatistics(trials)
  const other = simple && rateStatistics(simple)
  const statistics = (weights: Weights): [Metric, number][] => {
    const found = engine(weights)
    const values: [Metric, number][] = [
      ['eer', found.eer],
      ['eer_per_person', found.perPerson],
      ['auc', found.auc],
      ['tpr_at_fpr_1', found.strangersNoticed],
      ['owners_at_far_1', found.ownersAccepted],
      ...ratios(weights)
    ]
    if (other === undefined) return values
    const beaten = other(weights)
    return [
      ...values,
      ['simple_eer', beaten.eer],
      ['simple_eer_per_person', beaten.perPerson],
      ['simple_auc', beaten.auc],
      ['eer_gain', beaten.eer - found.eer],
      ['eer_per_person_gain', beaten.perPerson - found.perPerson],
      ['auc_gain', found.auc - beaten.auc]
    ]
  }
  const draws = new Map<Metric, number[]>()
  for (const weights of drawPeople(trials.people, options)) {
    for (const [metric, value] of statistics(weights)) {
      const known = draws.get(metric)
      if (known === undefined) draws.set(metric, [value])
      else known.push(value)
    }
  }
  const of = { protocol, people: trials.people, trials: trials.score.length }
  const { scored } = rankTrials(trials)
  return [
    ...statistics(onceEach(trials.people)).map(([metric, value]) => ({
      ...of,
      metric,
      ...estimateOf(value, draws.get(metric) ?? [])
    })),
    { ...of, metric: 'scored', value: scored, low: scored, high: scored }
  ]
}

interface Rates {
  readonly eer: number
  readonly perPerson: number
  readonly auc: number
  readonly strangersNoticed: number
  readonly ownersAccepted: number
}

function rateStatistics(trials: Trials): (weights: Weights) => Rates {
  const all = rankTrials(trials)
  const own = trialsByTarget(trials).map(rankTrials)
  return (weights) => {
    const curve = curveOf(all, weights)
    let sum = 0
    let people = 0
    own.forEach((ranked, person) => {
      const weight = weights[person]!
      if (weight === 0) return
      const rate = equalErrorRate(curveOf(ranked, weights))
      // Nobody can be told from strangers where no stranger was drawn.
      if (Number.isNaN(rate)) return
      sum += weight * rate
      people += weight
    })
    return {
      eer: equalErrorRate(curve),
      perPerson: sum / people,
      auc: areaUnderCurve(curve),
      strangersNoticed: strangersNoticedAt(curve, 0.01),
      ownersAccepted: ownersAcceptedAt(curve, 0.01)
    }
  }
}

function ratioStatistics(trials: Trials): (weights: Weights) => [Metric, number][] {
  const ranked = rankTrials(trials)
  const losses = ratioLosses(ranked)
  return (weights) => [
    ['cllr', ratioCost(ranked, losses, weights)],
    ['min_cllr', leastRatioCost(curveOf(ranked, weights))]
  ]
}
