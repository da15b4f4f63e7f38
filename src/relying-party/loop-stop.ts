// Ends a step-up that leads nowhere. A token that has been challenged and comes back newer, after the person has authenticated anew, and
// still is not enough will not be enough the next time either; and a provider that issues one new token after the other without asking
// anybody is stopped at the third.

import { createHash } from 'node:crypto'

export interface LoopStop {
  /** Notes that `token` is about to be challenged for `what`; true when that would go round in circles. */
  wouldLoop(token: ChallengedToken, what: string): boolean
  /** The token was enough: what was tried before is over. */
  passed(token: Omit<ChallengedToken, 'authTime'>, what: string): void
}

export interface ChallengedToken {
  readonly token: string
  readonly subject: string
  readonly clientId?: string
  readonly sessionId?: string
  readonly authTime?: number
}

interface Tried {
  readonly tokens: Set<string>
  /** Of the first token that was challenged. */
  readonly authTime: number
  /** Seconds since the epoch. */
  readonly until: number
}

const mostTokens = 3
const windowSeconds = 300
const mostRemembered = 50_000

/** Remembers in this process. `now` in seconds since the epoch. */
export function loopStop(now: () => number): LoopStop {
  const tried = new Map<string, Tried>()

  return {
    wouldLoop(challenged, what) {
      forgetOld()
      const key = keyOf(challenged, what)
      const id = createHash('sha256').update(challenged.token).digest('base64url')
      const authTime = challenged.authTime ?? 0
      const before = tried.get(key)
      if (!before) {
        tried.set(key, { tokens: new Set([id]), authTime, until: now() + windowSeconds })
        return false
      }
      if (before.tokens.size <= mostTokens) before.tokens.add(id)
      return authTime > before.authTime || before.tokens.size >= mostTokens
    },
    passed: (token, what) => void tried.delete(keyOf(token, what))
  }

  /** Oldest first: a Map keeps the order in which they came. */
  function forgetOld(): void {
    for (const [key, { until }] of tried) {
      if (until > now() && tried.size < mostRemembered) return
      tried.delete(key)
    }
  }
}

function keyOf({ clientId, sessionId, subject }: Omit<ChallengedToken, 'authTime'>, what: string): string {
  return JSON.stringify([clientId, sessionId ?? subject, what])
}
