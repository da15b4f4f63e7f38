// Why an interaction asks, in words for the person in front of it. Chosen from the reason, in this one place.

import type { Interaction } from 'oidc-provider'
import type { SessionRecord } from '../ports.ts'
import { reasons } from './interaction-policy.ts'
import type { ChallengeView } from './vigil-api.ts'

export function challengeView(details: Interaction, record: SessionRecord | undefined): ChallengeView | undefined {
  const asked = details.prompt.reasons
  if (asked.includes(reasons.risk)) {
    const since = record?.demand?.since
    return { kind: 'risk', words: riskWords(record?.cap?.reason), ...(since !== undefined && { since }) }
  }
  if (asked.includes(reasons.acr)) {
    return { kind: 'acr', words: 'The application you are using asks for a fresh proof that it is you.' }
  }
  if (asked.includes('max_age')) {
    return {
      kind: 'age',
      words: 'You signed in a while ago. The application asks you to confirm that you are still there.'
    }
  }
  return undefined
}

/** The password was right, and the application asks for more. */
export const oneMore: ChallengeView = {
  kind: 'acr',
  words: 'Your password is right. The application asks for a second proof that it is you.'
}

/** How the challenge page asks for a factor, by the factor's id. */
export interface FactorView {
  readonly id: string
  /** Name of the field and what it is. */
  readonly field: 'password' | 'code'
  readonly label: string
  readonly hint?: string
  /** Of the link that leads to it from another. */
  readonly instead: string
}

export function factorView(id: string): FactorView {
  switch (id) {
    case 'totp':
      return {
        id,
        field: 'code',
        label: 'Code',
        hint: 'The six digits that your authenticator app shows now.',
        instead: 'Use the authenticator app'
      }
    case 'recovery-code':
      return {
        id,
        field: 'code',
        label: 'Recovery code',
        hint: 'One of the codes that you wrote down. It works once.',
        instead: 'Use a recovery code'
      }
    default:
      return { id, field: 'password', label: 'Password', instead: 'Use the password' }
  }
}

function riskWords(reason: string | undefined): string {
  switch (reason) {
    case 'behaviour':
      return 'The typing or pointing in your session did not look like yours. Please confirm that it is you.'
    case 'automation_suspected':
    case 'replay_suspected':
      return 'We could not tell that a person is at work in your session. Please confirm that it is you.'
    case 'login_rhythm':
      return 'Your password was right, but it was not typed the way you usually type it. Please confirm that it is you.'
    case 'login_automation':
    case 'login_replay':
      return 'Your password was right, but we could not tell that a person typed it. Please confirm that it is you.'
    case 'login_device':
      return 'You have not signed in on this device before. Please confirm that it is you.'
    case 'unobserved':
      return 'Your session could not be watched over for a while. Please confirm that it is you.'
    default:
      return 'Something about your session looked unusual. Please confirm that it is you.'
  }
}
