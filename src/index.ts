// The public surface of the plug-in, and nothing else.

export { createVigil, type VigilOptions } from './vigil.ts'
export { peopleForOwnPopulation } from './population/population-source.ts'
export type {
  ChallengeView,
  LoginTyping,
  PersonSession,
  ProfileHistory,
  SessionStandingView,
  TrainingStatus,
  Vigil,
  VigilEvents,
  VigilPhrases
} from './provider/vigil-api.ts'
export { collectSeldom } from './heap.ts'
export { type ErrorCode, errorTable, isVigilError, VigilError } from './errors.ts'
export type * from './ports.ts'
export type { ChallengeStrategy, Factor } from './challenge/strategy.ts'
export { type AssuranceLevel, belowAll, defaultLadder, type Ladder } from './risk/ladder.ts'
export { type Action, actions, type RiskLevel, riskLevels, type WatchState, watchStates } from './risk/levels.ts'
export { decide, type Decision, defaultPolicyDocument, type Facts, parsePolicy, type Policy } from './risk/policy.ts'
export { reasons } from './provider/requests/interaction-policy.ts'
