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
