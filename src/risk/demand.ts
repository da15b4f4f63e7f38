// Which methods a standing demand wants, and whether a pass has them. A rule names methods by the ids of factors; or it wants another one than the
// last, which is told by what factors add to `amr`, so that two kinds of one-time code are one method.

import type { Authentication, Demand } from '../ports.ts'

/** What a rule writes in place of ids: any method but those of the last proof. */
export const anotherMethod = 'other'

/** The part of a demand that says with what. */
export type DemandedMethods = Pick<Demand, 'methods' | 'except'>

/** A factor, as far as demands know it. */
export interface Method {
  readonly id: string
  /** RFC 8176 values that a pass adds. */
  readonly amr: readonly string[]
}

/** What a rule's `methods` mean for a session that was proved like this. */
export function demandedMethods(
  methods: readonly string[] | undefined,
  authentications: readonly Authentication[]
): DemandedMethods {
  if (methods === undefined) return {}
  if (!methods.includes(anotherMethod)) return { methods }
  return { except: (authentications.at(-1)?.amr ?? []).filter((method) => !saysHow.has(method)) }
}

/** True where the demand names no method. */
export function meetsDemand(
  { methods, except }: DemandedMethods,
  { amr, factors = [] }: Pick<Authentication, 'amr' | 'factors'>
): boolean {
  if (methods && !methods.some((id) => factors.includes(id))) return false
  return !except || amr.some((method) => !saysHow.has(method) && !except.includes(method))
}

/** Ids of the factors that passed, where nobody named them: those whose values are all there. */
export function factorsIn(amr: readonly string[], factors: readonly Method[]): string[] {
  return factors
    .filter((one) => one.amr.length > 0 && one.amr.every((method) => amr.includes(method)))
    .map(({ id }) => id)
}

/** Everything that somebody who can use these factors could pass. */
export function allOf(factors: readonly Method[]): {
  readonly amr: readonly string[]
  readonly factors: readonly string[]
} {
  return { amr: factors.flatMap(({ amr }) => amr), factors: factors.map(({ id }) => id) }
}

/** RFC 8176 §2: values that describe a proof and are none. */
const saysHow: ReadonlySet<string> = new Set(['user', 'mfa', 'mca', 'rba'])
