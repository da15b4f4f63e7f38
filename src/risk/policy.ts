// The administrator's policy: ordered rules over risk, watch state and client; the first that matches decides. A document
// that breaks a rule of the format is refused as a whole with the place, and the one in force stays.

import { parseDocument } from 'yaml'
import { z } from 'zod'
import { type LivenessKind, livenessKinds } from '../biometrics/liveness/finding.ts'
import { VigilError } from '../errors.ts'
import { check } from '../schema.ts'
import { type Action, actions, type RiskLevel, riskLevels, type WatchState, watchStates } from './levels.ts'

export interface PolicyRule {
  readonly name: string
  readonly when: {
    readonly risk?: readonly RiskLevel[]
    readonly watch?: readonly WatchState[]
    readonly client?: readonly string[]
    readonly liveness?: readonly LivenessKind[]
  }
  readonly action: Action
  /** Level that a step-up must reach; absent = the one the session had. */
  readonly acr?: string
}

export interface Policy {
  /** 0 = the default that ships; an administrator's own count from 1. */
  readonly version: number
  readonly rules: readonly PolicyRule[]
}

/** What a rule can look at. */
export interface Facts {
  readonly risk: RiskLevel
  readonly watch: WatchState
  /** Clients that use the session, as far as they are known at this moment. */
  readonly clients: readonly string[]
  /** What the stream is suspected of; absent = nothing. */
  readonly liveness?: LivenessKind | undefined
}

export interface Decision {
  readonly action: Action
  readonly rule: string
  readonly policyVersion: number
  readonly acr?: string
}

/** Rules in order, first match wins; no match allows. */
export function decide(policy: Policy, facts: Facts): Decision {
  const rule = policy.rules.find(({ when }) => matches(when, facts))
  return {
    action: rule?.action ?? 'allow',
    rule: rule?.name ?? 'no rule',
    policyVersion: policy.version,
    ...(rule?.acr !== undefined && { acr: rule.acr })
  }
}

/** What serves until an administrator writes another. */
export const defaultPolicyDocument = `# Vigil's default policy. Rules are read from the top; the first that matches decides.
version: 1
rules:
  - name: somebody else is at the keyboard
    when: { risk: HIGH }
    then: reauthenticate
  - name: a doubt
    when: { risk: MEDIUM }
    then: notify
  - name: the watch is gone
    when: { watch: unobserved }
    then: step_up
  - name: everything else
    then: allow
`

/**
 * Reads a document. `acrs` are the levels that rules may name, `version` the number it will have.
 * Throws `policy_invalid` with path, expectation and value; for broken YAML with line and column.
 */
export function parsePolicy(text: string, acrs: readonly string[], version = 0): Policy {
  if (text.length > maximumLength)
    throw new VigilError('policy_invalid', `policy must be at most ${maximumLength} characters`)
  const yaml = parseDocument(text, { uniqueKeys: true })
  const fault = yaml.errors[0]
  if (fault) {
    const at = fault.linePos?.[0]
    throw new VigilError(
      'policy_invalid',
      `policy line ${at?.line ?? '?'}, column ${at?.col ?? '?'}: ${fault.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`
    )
  }
  const { rules } = check(documentSchema(acrs), unaliased(yaml), 'policy', 'policy_invalid')
  const named = rules.map(({ name, when, then: action, acr }, index): PolicyRule => ({
    name: name ?? `rule ${index + 1}`,
    when,
    action,
    ...(acr !== undefined && { acr })
  }))
  refuseDeadRules(named)
  return { version, rules: named }
}

const maximumLength = 64 * 1024

function matches(when: PolicyRule['when'], facts: Facts): boolean {
  if (when.risk && !when.risk.includes(facts.risk)) return false
  if (when.watch && !when.watch.includes(facts.watch)) return false
  if (when.liveness && (facts.liveness === undefined || !when.liveness.includes(facts.liveness))) return false
  return !when.client || when.client.some((client) => facts.clients.includes(client))
}

interface Document {
  readonly rules: readonly {
    readonly name?: string
    readonly when: PolicyRule['when']
    readonly then: Action
    readonly acr?: string
  }[]
}

function documentSchema(acrs: readonly string[]): z.ZodType<Document> {
  const rule = z
    .strictObject({
      name: z.string().min(1).max(120).optional(),
      when: z
        .strictObject({
          risk: oneOrMany(z.enum(riskLevels)).optional(),
          watch: oneOrMany(z.enum(watchStates)).optional(),
          client: oneOrMany(z.string().min(1)).optional(),
          liveness: oneOrMany(z.enum(livenessKinds)).optional()
        })
        .default({}),
      then: z.enum(actions),
      acr: z.enum(acrs).optional()
    })
    .refine((value) => value.acr === undefined || value.then === 'step_up', {
      path: ['acr'],
      message: 'is only for "then: step_up"'
    })
  return z.strictObject({
    version: z.literal(1),
    rules: z.array(rule).min(1).max(200)
  }) as unknown as z.ZodType<Document>
}

function oneOrMany<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(item).min(1))
}

/** Aliases can blow a small document up to any size ("billion laughs"): none are allowed. */
function unaliased(yaml: ReturnType<typeof parseDocument>): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw new VigilError('policy_invalid', 'policy must not use YAML aliases', { cause })
  }
}

/** A rule behind one without conditions can never decide: most often the order is wrong, so it is refused. */
function refuseDeadRules(rules: readonly PolicyRule[]): void {
  const last = rules.findIndex(({ when }) => Object.keys(when).length === 0)
  if (last !== -1 && last < rules.length - 1) {
    throw new VigilError(
      'policy_invalid',
      `policy.rules[${last + 1}] can never decide: policy.rules[${last}] ("${rules[last]!.name}") has no "when" and matches everything`
    )
  }
}
