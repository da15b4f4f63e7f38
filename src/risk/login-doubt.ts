// Whether a policy could ask anything of a login, looked at before what the person has to show is read: most logins are not doubted.

import { decide, type LoginFacts, type Policy } from './policy.ts'

/** True when a rule that asks for a step-up names a login like this one, whatever else it names. */
export function mayBeDoubted({ version, rules }: Policy, login: LoginFacts): boolean {
  const alone = rules.flatMap((rule) => {
    const named = rule.action === 'step_up' ? rule.when.login : undefined
    return named ? [{ ...rule, when: { login: named } }] : []
  })
  const facts = { risk: 'LOW', watch: 'not_watched', clients: [], login } as const
  return decide({ version, rules: alone }, facts).action === 'step_up'
}
