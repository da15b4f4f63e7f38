// How new and how strong a login must be for the acts that decide who somebody is later: teaching one's hands, learning from a visit, switching the
// watch off, setting up a factor, seeing and handing over what is known. A stranger at an open session has none, and a stranger with the
// password has no second one. Asked in this one place (docs/decisions/0005-what-a-profile-may-learn-from.md).

import { usableMethods, type Factor } from '../challenge/strategy.ts'
import type { SessionRecord } from '../ports.ts'
import { reachable, standingOf } from '../risk/assurance.ts'
import { belowAll, type Ladder, rankOf } from '../risk/ladder.ts'
import type { ProofNeeded } from '../provider/vigil-api.ts'

/** How old each factor of a strong login may be. */
export const freshSeconds = 10 * 60

export interface StrongLogin {
  /**
   * The rule. What was passed in the ten minutes before `at` makes two factors of different kinds, where the ladder has a level of two that this
   * person can reach with what they have; else it makes one. Older proofs do not count, whatever level they hold the session at.
   */
  given(session: Pick<SessionRecord, 'accountId' | 'authentications'>, at: number): Promise<boolean>
  /** What a session lacks now: a strong login in which nothing is doubted. Undefined when it lacks nothing. */
  lacking(session: SessionRecord | undefined): Promise<ProofNeeded | undefined>
}

export interface StrongLoginOptions {
  readonly ladder: Ladder
  readonly factors: readonly Factor[]
  /** Seconds since the epoch. */
  now(): number
}

export function strongLogin({ ladder, factors, now }: StrongLoginOptions): StrongLogin {
  /** The lowest level of two factors that this person can reach; undefined where they have but one, or no level asks for two. */
  async function levelOfTwo(accountId: string): Promise<string | undefined> {
    if (!ladder.some((level) => level.factors === 2)) return undefined
    const methods = await usableMethods(factors, accountId)
    return ladder.find((level) => level.factors === 2 && reachable(ladder, level.acr, methods))?.acr
  }

  return {
    async given({ accountId, authentications }, at) {
      const shown = freshFactors(authentications, at)
      if (shown !== 1) return shown === 2
      return (await levelOfTwo(accountId)) === undefined
    },

    async lacking(session) {
      if (!session || session.revokedAt !== undefined) return { maxAgeSeconds: freshSeconds }
      const doubted = session.risk !== 'LOW' || session.cap !== undefined || session.demand !== undefined
      const at = now()
      const acr = await levelOfTwo(session.accountId)
      const shown = freshFactors(session.authentications, at)
      if (!doubted && shown >= (acr === undefined ? 1 : 2)) return undefined
      const isOld = session.authentications.every((one) => one.at < at - freshSeconds)
      // The level asks for the factor that is missing, unless the session stands there by an older proof.
      const isShort =
        shown === 1 && rankOf(ladder, standingOf(session, ladder, at).acr) < rankOf(ladder, acr ?? belowAll)
      // What is new and not enough comes back as it is, unless the login is to be made anew.
      const maxAgeSeconds = !doubted && (isOld || isShort) ? freshSeconds : 0
      return { maxAgeSeconds, ...(acr !== undefined && { acr }) }
    }
  }
}

/** Factors of different kinds in the last ten minutes: 0, 1 or 2. */
function freshFactors(authentications: SessionRecord['authentications'], at: number): number {
  return rankOf(proofs, standingOf({ authentications }, proofs, at).acr) + 1
}

// Whatever levels a deployment has: how many factors were passed, and not too long ago, is counted the same. A level ends with its age.
const proofs: Ladder = ([1, 2] as const).map((factors) => ({
  acr: `${factors} of the last minutes`,
  factors,
  phishingResistant: false,
  maxAgeSeconds: freshSeconds + 1
}))
