// What the engine must reach, and what it aims at, by protocol and metric.

import type { Measurement, Metric } from './measurements.ts'

export interface Target {
  readonly protocol: string
  readonly metric: Metric
  readonly must: number
  readonly aim: number
}

export const targets: readonly Target[] = [
  ...rates('Aalto-windows-50', ['eer', 0.028, 0.018]),
  ...rates('Aalto-windows-100', ['eer', 0.013, 0.008], ['tpr_at_fpr_1', 0.98, 0.993]),
  ...rates('Aalto-windows-200', ['eer', 0.009, 0.004], ['tpr_at_fpr_1', 0.99, 0.998]),
  ...rates('Aalto-windows-50/population-50', ['eer', 0.055, 0.04]),
  ...rates('Aalto-windows-100/population-50', ['eer', 0.035, 0.024]),
  ...rates('Aalto-windows-200/population-50', ['eer', 0.022, 0.015]),
  ...rates('Aalto-windows-50/shipped', ['eer', 0.07, 0.04]),
  ...rates('Aalto-windows-100/shipped', ['eer', 0.042, 0.022]),
  ...rates('Aalto-windows-200/shipped', ['eer', 0.025, 0.013]),
  ...rates('Aalto-5x50', ['eer', 0.045, 0.03], ['eer_per_person', 0.028, 0.018]),
  ...rates(
    'Aalto-watch-1/2h',
    ['owners_challenged', 0.02, 0.02],
    ['strangers_challenged_250', 0.96, 0.99],
    ['mean_keystrokes', 65, 45]
  ),
  ...rates('Aalto-watch-1/40h', ['strangers_challenged_250', 0.85, 0.95], ['mean_keystrokes', 110, 75]),
  ...rates('CMU-200', ['eer_per_person', 0.08, 0.065]),
  ...rates('CMU-10', ['eer_per_person', 0.15, 0.11]),
  ...rates('Balabit', ['auc', 0.95, 0.98]),
  ...rates('SapiMouse-15', ['auc', 0.945, 0.965]),
  ...rates('SapiMouse-30', ['auc', 0.955, 0.975]),
  ...rates('SapiMouse-60', ['auc', 0.97, 0.985]),
  ...rates('Bots-constant-delay', ['flagged', 0.99, 0.999]),
  ...rates('Bots-uniform-delay', ['flagged', 0.9, 0.97]),
  ...rates('Replay-verbatim', ['flagged', 1, 1]),
  ...rates('Replay-jitter-5ms', ['flagged', 0.99, 0.999])
]

export type Reached = 'aim' | 'must' | 'missed'

export function reached({ metric, must, aim }: Target, { value }: Measurement): Reached {
  const asGoodAs = (goal: number): boolean => (moreIsBetter.has(metric) ? value >= goal : value <= goal)
  if (asGoodAs(aim)) return 'aim'
  return asGoodAs(must) ? 'must' : 'missed'
}

const moreIsBetter: ReadonlySet<Metric> = new Set(['auc', 'tpr_at_fpr_1', 'strangers_challenged_250', 'flagged'])

function rates(protocol: string, ...goals: readonly [metric: Metric, must: number, aim: number][]): Target[] {
  return goals.map(([metric, must, aim]) => ({ protocol, metric, must, aim }))
}
