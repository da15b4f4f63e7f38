// One way for a person to prove who they are. A strategy knows its own ceremony; expiry, attempts and single use are the caller's,
// so that they are the same for every factor.

/** A way that exists, whoever asks for it: enough to know which levels a person can reach. */
export interface Factor {
  /** Stored in audit entries; never renamed. */
  readonly id: string
  /** RFC 8176 values that a pass adds. */
  readonly amr: readonly string[]
  /** Offered after everything else, because it cannot be renewed in passing. */
  readonly lastResort?: boolean
  /** Whether this person can use it now. The only place that answers this. */
  available(accountId: string): Promise<boolean>
}

/** A way that our own pages can ask for. */
export interface ChallengeStrategy<State = unknown, Answer = unknown> extends Factor {
  begin(accountId: string): Promise<{ readonly state: State; readonly view: Readonly<Record<string, unknown>> }>
  /**
   * False for a wrong answer; for a right one true, or the methods that passed where they depend on the answer. Throws when the answer was
   * not looked at: too many attempts, too much load.
   */
  verify(state: State, answer: Answer): Promise<boolean | readonly string[]>
}

/** The factors that a person can use now, in the order in which they are offered. */
export async function usable<T extends Factor>(factors: readonly T[], accountId: string): Promise<T[]> {
  const answers = await Promise.all(factors.map((factor) => factor.available(accountId)))
  return factors.filter((_, index) => answers[index])
}

/** Ids of the factors of the stand-alone server that a policy may demand. A code by mail is one of them where the operator lets it count. */
export const shippedFactorIds = ['passkey', 'password', 'totp', 'recovery-code', 'email-code'] as const

/** Ids of those that prove something: a policy may demand no others. */
export function demandable(factors: readonly Factor[]): string[] {
  return factors.filter(({ amr }) => amr.length > 0).map(({ id }) => id)
}

/** RFC 8176 values that a person could show by passing everything that they can use now. */
export async function usableMethods(factors: readonly Factor[], accountId: string): Promise<string[]> {
  return [...new Set((await usable(factors, accountId)).flatMap(({ amr }) => amr))]
}
