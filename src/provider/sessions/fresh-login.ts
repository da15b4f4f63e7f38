// How new and how strong a login must be for the acts that decide who somebody is later: teaching one's hands, setting up a factor. A stranger at
// an open session has none, and a stranger with the password has no second one.

import { usableMethods, type Factor } from '../../challenge/strategy.ts'
import type { SessionStore } from '../../ports.ts'
import { reachable, standingOf } from '../../risk/assurance.ts'
import { type Ladder, rankOf } from '../../risk/ladder.ts'
import type { SignedIn } from './signed-in.ts'
import type { Vigil } from '../vigil-api.ts'

/** How old a login may be when somebody teaches Vigil their hands, takes their agreement back or sets up a factor. */
export const freshLoginSeconds = 10 * 60

/** A login of the last minutes in a session that nobody doubts. `now` in seconds since the epoch. */
export async function isFresh(vigil: Pick<Vigil, 'standing'>, who: SignedIn, now: number): Promise<boolean> {
  if (who.loginAt === undefined || now - who.loginAt > freshLoginSeconds) return false
  const standing = await vigil.standing(who.uid)
  return standing === undefined || standing.risk === 'LOW'
}

/** `max_age` of the sign-in that makes it fresh. */
export async function maxAgeFor(vigil: Pick<Vigil, 'standing'>, who: SignedIn): Promise<number> {
  const standing = await vigil.standing(who.uid)
  return standing && standing.risk !== 'LOW' ? 0 : freshLoginSeconds
}

/** A fresh login with two factors, of whoever has two; of the others with what they have. */
export interface FreshProof {
  given(who: SignedIn): Promise<boolean>
  /** What the sign-in that gives it asks for. */
  asking(who: SignedIn): Promise<{ readonly maxAgeSeconds: number; readonly acr?: string }>
}

export interface FreshProofOptions {
  readonly vigil: Pick<Vigil, 'standing'>
  readonly sessions: Pick<SessionStore, 'find'>
  readonly factors: readonly Factor[]
  readonly ladder: Ladder
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export function freshProof(options: FreshProofOptions): FreshProof {
  const { vigil, sessions, factors, ladder, now = () => Math.floor(Date.now() / 1000) } = options

  /** The lowest level that wants two factors, where this person can reach it. */
  async function level(accountId: string): Promise<string | undefined> {
    const two = ladder.find((one) => one.factors === 2)?.acr
    return two !== undefined && reachable(ladder, two, await usableMethods(factors, accountId)) ? two : undefined
  }

  return {
    async given(who) {
      const at = now()
      if (!(await isFresh(vigil, who, at))) return false
      const acr = await level(who.accountId)
      if (acr === undefined) return true
      const recent = ((await sessions.find(who.uid))?.authentications ?? []).filter(
        (one) => one.at >= at - freshLoginSeconds
      )
      return rankOf(ladder, standingOf({ authentications: recent }, ladder, at).acr) >= rankOf(ladder, acr)
    },

    async asking(who) {
      const acr = await level(who.accountId)
      if (acr === undefined) return { maxAgeSeconds: await maxAgeFor(vigil, who) }
      // Where the session stands there by an older proof, only a login anew brings a fresh one.
      const standing = await vigil.standing(who.uid)
      const stands = standing !== undefined && rankOf(ladder, standing.acr) >= rankOf(ladder, acr)
      return { acr, maxAgeSeconds: stands ? 0 : await maxAgeFor(vigil, who) }
    }
  }
}
