// A decision about a person in words for that person: what happened, why, and by which rule.

import type { Words } from './languages/index.ts'
import type { Decision } from '../vigil-api.ts'

export interface DecisionWords {
  readonly what: string
  readonly why?: string
  readonly rule?: string
  readonly tone: 'good' | 'doubt' | 'wrong' | 'plain'
}

export function decisionWords({ activity }: Words, decision: Decision): DecisionWords {
  const { type, to, action, reason, rule, policyVersion } = decision
  const name = [`${type}.${to}`, `${type}.${action}`, type].find((one) => Object.hasOwn(activity.types, one))
  return {
    what: name === undefined ? activity.otherType(type) : activity.types[name]!,
    tone: toneOf(decision),
    ...(reason !== undefined && {
      why: Object.hasOwn(activity.reasons, reason) ? activity.reasons[reason]! : reason
    }),
    ...(rule !== undefined && { rule: activity.rule(rule, String(policyVersion ?? 0)) })
  }
}

function toneOf({ type, to, answerable }: Decision): DecisionWords['tone'] {
  if (type === 'risk.changed' && to === 'HIGH') return 'wrong'
  if (answerable) return 'doubt'
  return type === 'challenge.passed' || (type === 'risk.changed' && to === 'LOW') ? 'good' : 'plain'
}
