// What a relying party or an API imports. Works against any provider that speaks RFC 9470; the revocation feed is Vigil's own.

export { type AccessToken, jwtTokens, type JwtTokensOptions, type TokenReader } from './access-token.ts'
export { introspectedTokens, type IntrospectedTokensOptions } from './introspected-tokens.ts'
export {
  createGuard,
  type Guard,
  type GuardedRequest,
  type GuardOptions,
  type KoaContext,
  type Verdict
} from './guard.ts'
export type { Requirement } from './requirement.ts'
export type { RevocationFeedOptions } from './revocation-feed.ts'
export { localAddress } from './return-address.ts'
export {
  type BegunStepUp,
  createStepUp,
  type FinishedStepUp,
  type StepUp,
  stepUpAskedBy,
  stepUpAskedByPage,
  type StepUpOptions,
  type StepUpRequest
} from './step-up.ts'
export { isVigilError, VigilError } from '../errors.ts'
