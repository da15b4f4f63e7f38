// How new a login must be for the acts that decide who somebody is later: teaching one's hands, setting up a factor. A stranger at an open
// session has none.

import type { SignedIn } from './signed-in.ts'
import type { Vigil } from './vigil-api.ts'

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
