// The name of whoever is signed in, for the page that asks them to sign in again: the request that shows the page looks their account up anyway, so
// that the page itself does not.

import type { Interaction, interactionPolicy } from 'oidc-provider'

type Prompt = InstanceType<typeof interactionPolicy.Prompt>

/** `policy`, whose `login` prompt says the `username` of the account that the host's `findAccount` gave. */
export function namingThePresent<Policy extends { get(name: string): Prompt | undefined }>(policy: Policy): Policy {
  const login = policy.get('login')
  if (!login) return policy
  const { details } = login
  login.details = async (ctx) => {
    const username = ctx.oidc.account?.['username']
    return { ...(await details(ctx)), ...(typeof username === 'string' && { [detail]: username }) }
  }
  return policy
}

/** As `namingThePresent` noted it; undefined where nobody did. */
export function presentName({ prompt }: Pick<Interaction, 'prompt'>): string | undefined {
  const username = (prompt.details as Record<string, unknown>)[detail]
  return typeof username === 'string' ? username : undefined
}

const detail = 'vigil_username'
