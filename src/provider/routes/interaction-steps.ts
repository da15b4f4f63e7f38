// What was passed so far in a sign-in that asks for more than one proof. It is kept with the interaction, which this browser alone can name, and ends
// nothing by itself.

import type { Interaction, InteractionResults } from 'oidc-provider'

export type Login = NonNullable<InteractionResults['login']>

export interface Steps {
  readonly accountId: string
  /** RFC 8176 values. */
  readonly passed: readonly string[]
  /** Ids of the strategies. */
  readonly by: readonly string[]
  /** The login as it would be with that alone: what was seen of the password goes on to the end. */
  readonly login: Login
}

export function stepsOf({ result }: Pick<Interaction, 'result'>): Steps | undefined {
  return result?.[stepsKey] as Steps | undefined
}

/** Of this person alone: an account that is gone between two steps must not leave its proofs to whoever signs in then. */
export function stepsOfPerson(details: Pick<Interaction, 'result'>, accountId: string): Steps | undefined {
  const steps = stepsOf(details)
  return steps?.accountId === accountId ? steps : undefined
}

/** To be the interaction's result until there is a login. */
export function stepsResult(steps: Steps): InteractionResults {
  return { [stepsKey]: steps }
}

/** What was seen of a password that an earlier step asked for still counts. */
export function carriedOn(login: Login, earlier: Login | undefined): Login {
  const signs = proofOf(login)?.signs ?? proofOf(earlier)?.signs
  return signs === undefined ? login : { ...login, vigil: { ...proofOf(login), signs } }
}

const stepsKey = 'vigil_steps'

function proofOf(login: Login | undefined): { readonly signs?: unknown } | undefined {
  return login?.['vigil'] as { readonly signs?: unknown } | undefined
}
