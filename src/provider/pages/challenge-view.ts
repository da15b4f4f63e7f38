// Why an interaction asks, in words for the person in front of it. Chosen from the reason, in this one place.

import type { Interaction } from 'oidc-provider'
import type { SessionRecord } from '../../ports.ts'
import { reasons } from '../requests/interaction-policy.ts'
import type { Words } from './languages/index.ts'
import type { ChallengeReason, ChallengeView } from '../vigil-api.ts'

/** `record`: of the session that the interaction is about, where it asks for risk. */
export function challengeView(
  words: Words,
  details: Interaction,
  record: SessionRecord | undefined
): ChallengeView | undefined {
  const asked = details.prompt.reasons
  if (asksForRisk(details)) {
    const { since, methods, except } = record?.demand ?? {}
    return {
      ...asking(words, 'risk', riskReason(record?.cap?.reason)),
      ...(since !== undefined && { since }),
      ...(methods && { methods }),
      ...(except && { except })
    }
  }
  if (asked.includes(reasons.acr)) return asking(words, 'acr', 'level')
  if (asked.includes('max_age')) return asking(words, 'age', 'age')
  return undefined
}

export function asksForRisk({ prompt }: Interaction): boolean {
  return prompt.reasons.includes(reasons.risk)
}

/** The password was right, and the application asks for more. */
export const oneMore: Pick<ChallengeView, 'kind' | 'reason'> = { kind: 'acr', reason: 'one_more' }

function asking(words: Words, kind: ChallengeView['kind'], reason: ChallengeReason): ChallengeView {
  return { kind, reason, words: words.challenge.reasons[reason] }
}

/** How the challenge page asks for a factor, by the factor's id. */
export interface FactorView {
  readonly id: string
  /** Name of the field and what it is. */
  readonly field: 'password' | 'code' | 'passkey'
  readonly label: string
  readonly hint: string
  /** Of the link that leads to it from another. */
  readonly instead: string
}

export function factorView({ challenge: { factors } }: Words, id: string): FactorView {
  const known = Object.hasOwn(factors, id) ? (id as keyof typeof factors) : 'password'
  return { id, field: factorField(id), ...factors[known] }
}

/** Name of the field in which the answer for a factor comes. */
export function factorField(id: string): FactorView['field'] {
  if (id === 'passkey') return 'passkey'
  return id === 'totp' || id === 'recovery-code' || id === 'email-code' ? 'code' : 'password'
}

function riskReason(reason: string | undefined): ChallengeReason {
  switch (reason) {
    case 'behaviour':
    case 'login_rhythm':
    case 'login_device':
    case 'unobserved':
      return reason
    case 'phrase':
      return 'behaviour'
    case 'automation_suspected':
    case 'replay_suspected':
      return 'liveness'
    case 'login_automation':
    case 'login_replay':
      return 'login_liveness'
    default:
      return 'other'
  }
}
