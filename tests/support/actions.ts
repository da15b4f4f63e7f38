// The real actions of a watch that no provider stands around: the default policy and ladder, and nobody to tell or to revoke.

import { defaultLadder } from '../../src/risk/ladder.ts'
import { defaultPolicyDocument, parsePolicy, type Policy } from '../../src/risk/policy.ts'
import { createActions, type Actions, type ActionOptions } from '../../src/watch/actions.ts'

export function actionsAlone(given: Pick<ActionOptions, 'sessions' | 'audit' | 'now'> & Partial<ActionOptions>): {
  readonly actions: Actions
  readonly policy: Policy
} {
  const policy = parsePolicy(
    defaultPolicyDocument,
    defaultLadder.map(({ acr }) => acr)
  )
  const actions = createActions({
    ladder: defaultLadder,
    policy: () => policy,
    clientsOf: () => [],
    tell: () => undefined,
    revoke: () => Promise.resolve(),
    emit: () => undefined,
    challengeSeconds: 300,
    rememberSeconds: 3600,
    ...given
  })
  return { actions, policy }
}
