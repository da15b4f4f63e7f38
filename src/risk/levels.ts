// The words that every room uses for risk, watch and action.

/** Risk levels as CAEP names them, in rising order. */
export const riskLevels = ['LOW', 'MEDIUM', 'HIGH'] as const
export type RiskLevel = (typeof riskLevels)[number]

/**
 * - `watched`: a channel is open and evidence flows (or would, if somebody typed);
 * - `unobserved`: should be watched and is not;
 * - `not_watched`: nothing is expected: no client requires it, or the person did not agree.
 */
export const watchStates = ['watched', 'unobserved', 'not_watched'] as const
export type WatchState = (typeof watchStates)[number]

/** What a policy rule can ask for, in rising order of force. */
export const actions = ['allow', 'notify', 'phrase', 'step_up', 'reauthenticate', 'revoke'] as const
export type Action = (typeof actions)[number]

export function atLeast(level: RiskLevel, floor: RiskLevel): boolean {
  return riskLevels.indexOf(level) >= riskLevels.indexOf(floor)
}

/** True when `a` demands more than `b`. */
export function stronger(a: Action, b: Action): boolean {
  return actions.indexOf(a) > actions.indexOf(b)
}
