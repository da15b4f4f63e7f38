// Whether a visit began with a login strong enough to learn from. Behaviour proves nobody: what is learnt must rest on a proof of
// identity in the same session, moments before the first key (docs/decisions/0005-what-a-profile-may-learn-from.md).

import { usableMethods, type Factor } from '../challenge/strategy.ts'
import type { SessionRecord } from '../ports.ts'
import { standingOf } from '../risk/assurance.ts'
import { rankOf, type Ladder } from '../risk/ladder.ts'

export interface StrongLogin {
  readonly ladder: Ladder
  readonly factors: readonly Factor[]
  /** Seconds between the last authentication and the first window of the visit. */
  readonly freshSeconds: number
}

/** The visit began right after an authentication, and the session stood as high as this person can get with all they have. */
export async function isStrong(
  { ladder, factors, freshSeconds }: StrongLogin,
  { accountId, authentications }: Pick<SessionRecord, 'accountId' | 'authentications'>,
  begunAt: number
): Promise<boolean> {
  const before = authentications.filter(({ at }) => at <= begunAt)
  if (!before.some(({ at }) => at >= begunAt - freshSeconds)) return false
  const had = standingOf({ authentications: before }, ladder, begunAt)
  const rank = rankOf(ladder, had.acr)
  return rank >= 0 && rank >= rankOf(ladder, await strongestLevel({ ladder, factors }, accountId, begunAt))
}

/** The highest level that a person can get with all they have; below all levels for somebody with nothing. */
export async function strongestLevel(
  { ladder, factors }: Pick<StrongLogin, 'ladder' | 'factors'>,
  accountId: string,
  at: number
): Promise<string> {
  const amr = await usableMethods(factors, accountId)
  return standingOf({ authentications: [{ amr, at }] }, ladder, at).acr
}
