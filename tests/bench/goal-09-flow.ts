// Goal 9: a sign-in with Vigil woven in, against oidc-provider alone on Vigil's own adapter.

import { measureFlows } from './flows.ts'
import type { Goal } from './goal.ts'

export const goal9: Goal = {
  number: 9,
  work: "code flow with Vigil over plain oidc-provider on the same adapter, CPU of the provider's process",
  limits: { of: 'ratio', better: 'lower', must: 1.15, aim: 1.05 },
  measure: () => measureFlows({ mode: 'flow', databases: ['memory', 'PGlite', 'PostgreSQL'] })
}
