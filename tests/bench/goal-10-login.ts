// Goal 10: a password login at the stand-alone server, against the least host of oidc-provider that checks the same argon2id.

import { measureFlows } from './flows.ts'
import type { Goal } from './goal.ts'

export const goal10: Goal = {
  number: 10,
  work: "password login at the stand-alone server over plain oidc-provider with the same argon2id, CPU of the provider's process",
  limits: { of: 'ratio', better: 'lower', must: 1.1, aim: 1.03 },
  measure: () => measureFlows({ mode: 'login', databases: ['PGlite', 'PostgreSQL'], flows: 10 })
}
