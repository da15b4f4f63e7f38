// The administrator's policy: ordered rules over risk, watch state, client and login; the first that matches decides. A document
// that breaks a rule of the format is refused as a whole with the place, and the one in force stays.

import { parseDocument } from 'yaml'
import { z } from 'zod'
import { type RhythmVerdict, rhythmVerdicts } from '../biometrics/fixed-text/verdict.ts'
import { type LivenessKind, livenessKinds } from '../biometrics/liveness/finding.ts'
import { VigilError } from '../errors.ts'
import { check } from '../schema.ts'
import { anotherMethod } from './demand.ts'
import { type Action, actions, type RiskLevel, riskLevels, type WatchState, watchStates } from './levels.ts'

export interface PolicyRule {
  readonly name: string
  readonly when: {
    readonly risk?: readonly RiskLevel[]
    readonly watch?: readonly WatchState[]
    readonly client?: readonly string[]
    readonly liveness?: readonly LivenessKind[]
    readonly device?: { readonly known: boolean }
    /** At least so many other sessions of the person were challenged and not answered. */
    readonly unanswered?: number
    /** A rule with it decides logins and nothing else; a rule without it never decides one. */
    readonly login?: LoginCondition
  }
  readonly action: Action
  /** Level that a step-up must reach; absent = the one the session had. */
  readonly acr?: string
  /** Ids of factors of which one must pass, or `other` alone: another one than the last. Absent = any. */
  readonly methods?: readonly string[]
  /** Of a login: what follows when the person has nothing else to show than what was just passed. Default `cap`. */
  readonly otherwise?: Otherwise
}

export interface LoginCondition {
  readonly rhythm?: readonly RhythmVerdict[]
  readonly liveness?: readonly LivenessKind[]
  readonly newDevice?: boolean
}

/** `cap`: the session begins without a level; `notify`: the audit log says so, and the login counts in full. */
export const otherwises = ['notify', 'cap'] as const
export type Otherwise = (typeof otherwises)[number]

export interface Policy {
  /** 0 = the default that ships; an administrator's own count from 1. */
  readonly version: number
  readonly rules: readonly PolicyRule[]
  /** Silence before a session that must be watched is `unobserved`; absent: as the server is configured. */
  readonly graceSeconds?: number
}

/** What a rule can look at. */
export interface Facts {
  readonly risk: RiskLevel
  readonly watch: WatchState
  /** Clients that use the session, as far as they are known at this moment. */
  readonly clients: readonly string[]
  /** What the stream is suspected of; absent = nothing. */
  readonly liveness?: LivenessKind | undefined
  /** Whether the person has a profile for the device's class, or has proved who they are on it; absent = it was not told. */
  readonly device?: { readonly known: boolean } | undefined
  /** Other sessions of the person in which a challenge stands unanswered. Absent = none. */
  readonly unanswered?: number | undefined
  /** How the secret was typed that has just proved right; absent = this is no login. */
  readonly login?: LoginFacts | undefined
}

/** What a login shows beside the proof itself. It can only ever cost. */
export interface LoginFacts {
  readonly rhythm: RhythmVerdict
  /** What the typing is suspected of; absent = nothing. */
  readonly liveness?: LivenessKind | undefined
  /** Nobody has signed in to this account on this device before. */
  readonly newDevice: boolean
}

/** The facts and what they rest on, for the audit log. Plain data. */
export interface LoginSigns extends LoginFacts {
  readonly because: Readonly<Record<string, unknown>>
}

export interface Decision {
  readonly action: Action
  readonly rule: string
  readonly policyVersion: number
  readonly acr?: string
  readonly methods?: readonly string[]
  /** Of a login. */
  readonly otherwise?: Otherwise
  /** Which of the login's conditions the rule named. */
  readonly doubt?: LoginDoubt
}

/** Reasons of a login that is not believed on the password alone: for the audit, and for words to the person. */
export const loginDoubts = ['login_replay', 'login_automation', 'login_rhythm', 'login_device', 'login_policy'] as const
export type LoginDoubt = (typeof loginDoubts)[number]

/** Rules in order, first match wins; no match allows. */
export function decide(policy: Policy, facts: Facts): Decision {
  const rule = policy.rules.find(({ when }) => matches(when, facts))
  return {
    action: rule?.action ?? 'allow',
    rule: rule?.name ?? 'no rule',
    policyVersion: policy.version,
    ...(rule?.acr !== undefined && { acr: rule.acr }),
    ...(rule?.methods !== undefined && { methods: rule.methods }),
    ...(rule?.when.login && { otherwise: rule.otherwise ?? 'cap', doubt: doubtOf(rule.when.login, facts.login) })
  }
}

/** What serves until an administrator writes another. */
export const defaultPolicyDocument = `# Vigil's default policy. Rules are read from the top; the first that matches decides.
version: 1
rules:
  - name: the password was sent as it was sent before
    when: { login: { liveness: replay } }
    then: step_up
  - name: somebody else typed the password
    when: { login: { rhythm: stranger } }
    then: step_up
  - name: no hand typed the password
    when: { login: { liveness: automation } }
    then: step_up
    otherwise: notify
  - name: somebody else is at the keyboard
    when: { risk: HIGH }
    then: reauthenticate
  - name: challenges in other sessions that nobody answered
    when: { unanswered: 3 }
    then: step_up
  - name: the watch is gone
    when: { watch: unobserved }
    then: step_up
  - name: a doubt
    when: { risk: MEDIUM }
    then: notify
  - name: everything else
    then: allow
`

/**
 * Reads a document. `acrs` are the levels that rules may name, `version` the number it will have, `methods` the ids of the factors that rules may demand.
 * Throws `policy_invalid` with path, expectation and value; for broken YAML with line and column.
 */
export function parsePolicy(
  text: string,
  acrs: readonly string[],
  version = 0,
  methods: readonly string[] = []
): Policy {
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
  const { rules, grace } = check(documentSchema(acrs, methods), unaliased(yaml), 'policy', 'policy_invalid')
  const named = rules.map(({ name, when, then: action, acr, methods: wanted, otherwise }, index): PolicyRule => ({
    name: name ?? `rule ${index + 1}`,
    when,
    action,
    ...(acr !== undefined && { acr }),
    ...(wanted !== undefined && { methods: wanted }),
    ...(otherwise !== undefined && { otherwise })
  }))
  refuseDeadRules(named)
  named.forEach(refuseEndlessRule)
  return { version, rules: named, ...(grace !== undefined && { graceSeconds: grace }) }
}

const maximumLength = 64 * 1024

const loginActions: readonly Action[] = ['allow', 'notify', 'step_up']

function matches(when: PolicyRule['when'], facts: Facts): boolean {
  if (!matchesLogin(when.login, facts.login)) return false
  if (when.risk && !when.risk.includes(facts.risk)) return false
  if (when.watch && !when.watch.includes(facts.watch)) return false
  if (when.liveness && (facts.liveness === undefined || !when.liveness.includes(facts.liveness))) return false
  if (when.device && when.device.known !== facts.device?.known) return false
  if (when.unanswered !== undefined && (facts.unanswered ?? 0) < when.unanswered) return false
  return !when.client || when.client.some((client) => facts.clients.includes(client))
}

/** What holds of a session for hours must not decide each of its logins, nor the other way round. */
function matchesLogin(wanted: LoginCondition | undefined, login: LoginFacts | undefined): boolean {
  if (!wanted || !login) return !wanted && !login
  if (wanted.rhythm && !wanted.rhythm.includes(login.rhythm)) return false
  if (wanted.liveness && (login.liveness === undefined || !wanted.liveness.includes(login.liveness))) return false
  return wanted.newDevice === undefined || wanted.newDevice === login.newDevice
}

/** The gravest of what the rule looked at. */
function doubtOf(wanted: LoginCondition, login: LoginFacts | undefined): LoginDoubt {
  if (wanted.liveness && login?.liveness) return `login_${login.liveness}`
  if (wanted.rhythm) return 'login_rhythm'
  return wanted.newDevice === true ? 'login_device' : 'login_policy'
}

interface Document {
  readonly grace?: number
  readonly rules: readonly {
    readonly name?: string
    readonly when: PolicyRule['when']
    readonly then: Action
    readonly acr?: string
    readonly methods?: readonly string[]
    readonly otherwise?: Otherwise
  }[]
}

function documentSchema(acrs: readonly string[], methods: readonly string[]): z.ZodType<Document> {
  const rule = z
    .strictObject({
      name: z.string().min(1).max(120).optional(),
      when: z
        .strictObject({
          risk: oneOrMany(z.enum(riskLevels)).optional(),
          watch: oneOrMany(z.enum(watchStates)).optional(),
          client: oneOrMany(z.string().min(1)).optional(),
          liveness: oneOrMany(z.enum(livenessKinds)).optional(),
          device: z.strictObject({ known: z.boolean() }).optional(),
          unanswered: z.int().min(1).max(100).optional(),
          login: z
            .strictObject({
              rhythm: oneOrMany(z.enum(rhythmVerdicts)).optional(),
              liveness: oneOrMany(z.enum(livenessKinds)).optional(),
              newDevice: z.boolean().optional()
            })
            .refine((value) => Object.keys(value).length > 0, { message: 'must name rhythm, liveness or newDevice' })
            .optional()
        })
        .default({}),
      then: z.enum(actions),
      acr: z.enum(acrs).optional(),
      methods: oneOrMany(z.enum([...methods, anotherMethod])).optional(),
      otherwise: z.enum(otherwises).optional()
    })
    .refine((value) => value.acr === undefined || value.then === 'step_up', {
      path: ['acr'],
      message: 'is only for "then: step_up"'
    })
    .refine((value) => value.methods === undefined || value.then === 'step_up' || value.then === 'reauthenticate', {
      path: ['methods'],
      message: 'is only for "then: step_up" and "then: reauthenticate"'
    })
    .refine(({ methods: named }) => !named?.includes(anotherMethod) || named.length === 1, {
      path: ['methods'],
      message: `must be "${anotherMethod}" alone, or names of methods`
    })
    // It answers a doubt before a level is lost: at any other risk there is nothing that it could answer.
    .refine(({ then, when: { risk } }) => then !== 'phrase' || (risk?.length === 1 && risk[0] === 'MEDIUM'), {
      path: ['then'],
      message: 'may be "phrase" only where "when" has "risk: MEDIUM" and no other risk'
    })
    // The password was given a moment ago, and behaviour shuts nobody out.
    .refine((value) => !value.when.login || loginActions.includes(value.then), {
      path: ['then'],
      message: `must be one of ${loginActions.join(', ')} where "when" has "login"`
    })
    .refine((value) => value.when.unanswered === undefined || !value.when.login, {
      path: ['when', 'unanswered'],
      message: 'is not for logins: whoever proves who they are clears it'
    })
    .refine((value) => value.otherwise === undefined || (value.when.login && value.then === 'step_up'), {
      path: ['otherwise'],
      message: 'is only for "then: step_up" where "when" has "login"'
    })
  return z.strictObject({
    version: z.literal(1),
    grace: z.int().min(1).max(3600).optional(),
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

/** To prove who one is makes nobody watched: after the proof the rule would match as it did before, and ask again. */
function refuseEndlessRule({ name, when, action }: PolicyRule, index: number): void {
  const { risk, watch, liveness, device, unanswered, login } = when
  const asks = action === 'step_up' || action === 'reauthenticate'
  const isCleared = liveness !== undefined || unanswered !== undefined || device?.known === false
  if (login || !asks || !watch?.includes('not_watched') || isCleared || (risk && !risk.includes('LOW'))) return
  throw new VigilError(
    'policy_invalid',
    `policy.rules[${index}] ("${name}") would ask again for ever: "watch" has not_watched, which no proof changes, and "when" has nothing that one does`
  )
}
