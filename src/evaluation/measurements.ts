// What comes out of a protocol: one value with its interval, and who it rests on.

import type { Estimate } from './metrics/bootstrap.ts'

/** One line of `--json`. Rates are shares from 0 to 1; `low` and `high` are the ends of the 95 % interval. */
export interface Measurement extends Estimate {
  readonly protocol: string
  readonly metric: Metric
  /** People tested. */
  readonly people: number
  readonly trials: number
}

/** Every metric and what it means. */
export const metrics = {
  eer: 'equal error rate, one threshold for everybody',
  eer_per_person:
    'mean over people of the equal error rate at each one’s own best threshold, for comparison with papers',
  auc: 'probability that a stranger scores higher than the owner',
  tpr_at_fpr_1: 'share of strangers noticed when 1 % of the owners’ inputs are doubted',
  owners_at_far_1: 'share of owners’ inputs accepted when 1 % of the strangers’ are',
  cllr: 'cost of the likelihood ratios in bits',
  min_cllr: 'the same after the best monotone recalibration: the difference is what calibration loses',
  scored: 'share of inputs that got a score',
  simple_eer: 'eer of the simple method (scaled Manhattan on the same key classes) on the same people',
  simple_eer_per_person: 'eer_per_person of the simple method',
  simple_auc: 'auc of the simple method',
  eer_gain: 'simple_eer less eer, on the same resampled people',
  eer_per_person_gain: 'simple_eer_per_person less eer_per_person, on the same resampled people',
  auc_gain: 'auc less simple_auc, on the same resampled people',
  owners_challenged: 'share of owners’ streams with a needless challenge; exact interval of a share',
  strangers_challenged_250: 'share of strangers challenged within 250 keystrokes',
  mean_keystrokes: 'keystrokes until strangers are challenged, a miss counted as 250',
  median_keystrokes: 'the same, median',
  alarms_per_hour: 'needless challenges in a watched hour; interval of a Poisson count',
  alarms_per_hour_unluckiest_5: 'the same for the 5 % of owners who had most of them',
  flagged:
    'share of streams that are suspected of being made by no hand, or by a hand of an earlier day; exact interval of a share',
  eer_added: 'what the part that was left out adds: eer without it less eer with it, on the same resampled people',
  cllr_added: 'the same for cllr'
} as const

export type Metric = keyof typeof metrics

/** The line of `--json`. A number that does not exist (an empty set of owners, say) is null. */
export function lineOf({ protocol, metric, people, trials, value, low, high }: Measurement): string {
  return JSON.stringify({ protocol, metric, people, trials, value, low, high })
}
