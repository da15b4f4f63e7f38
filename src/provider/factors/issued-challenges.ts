// A challenge between the page that shows it and the answer: sealed into the form, bound to the interaction, the session, the person and the
// factor, good for minutes and for one success. Nothing is stored until it is used up, so that asking costs nobody any room.

import { createHash, randomUUID } from 'node:crypto'
import { VigilError } from '../../errors.ts'
import { seal, unseal } from '../../secrets.ts'
import type { UsedStore } from '../../ports.ts'

/** For whom and for what it was issued; an answer with any of it different is no answer. */
export interface ChallengeBinding {
  /** Interaction, or the page that asks. */
  readonly scope: string
  readonly sessionUid?: string | undefined
  /** Empty = whoever comes. */
  readonly accountId: string
  /** Id of the strategy. */
  readonly factor: string
}

export interface IssuedChallenge {
  readonly id: string
  readonly state: unknown
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Challenges whose single use somebody else sees to. */
export interface SealedChallenges {
  /** Text for a form. `state` is what the strategy's `begin` gave. */
  issue(binding: ChallengeBinding, state: unknown): string
  /** Throws `challenge_expired` for one that is too old, was never issued, or was for somebody or something else. */
  open(binding: ChallengeBinding, sealed: string): IssuedChallenge
}

export interface IssuedChallenges extends SealedChallenges {
  /** Of all who come with a right answer, the first passes; the others throw `challenge_expired`. */
  useUp(challenge: IssuedChallenge): Promise<void>
}

export interface SealedChallengesOptions {
  /** Key of the purpose `challenges`. */
  readonly key: Uint8Array
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export interface IssuedChallengesOptions extends SealedChallengesOptions {
  readonly used: UsedStore
}

/** Time to find the phone and type; whoever needs longer gets the page again with a new challenge. */
export const challengeLifeSeconds = 10 * 60

export function issuedChallenges(options: IssuedChallengesOptions): IssuedChallenges {
  return {
    ...sealedChallenges(options),
    async useUp({ id, expiresAt }) {
      const name = createHash('sha256').update(`challenge ${id}`).digest('base64url')
      if (!(await options.used.useUp(name, expiresAt))) {
        throw new VigilError('challenge_expired', 'it was answered before')
      }
    }
  }
}

export function sealedChallenges(options: SealedChallengesOptions): SealedChallenges {
  const { key, now = () => Math.floor(Date.now() / 1000) } = options

  return {
    issue(binding, state) {
      const challenge: IssuedChallenge = { id: randomUUID(), state, expiresAt: now() + challengeLifeSeconds }
      const plain = Buffer.from(JSON.stringify(challenge))
      return Buffer.from(seal(key, plain, textOf(binding))).toString('base64url')
    },

    open(binding, sealed) {
      const challenge = opened(binding, sealed)
      if (challenge.expiresAt <= now()) throw new VigilError('challenge_expired', 'it was asked too long ago')
      return challenge
    }
  }

  function opened(binding: ChallengeBinding, sealed: string): IssuedChallenge {
    try {
      const plain = unseal(key, Buffer.from(sealed, 'base64url'), textOf(binding))
      return JSON.parse(Buffer.from(plain).toString('utf8')) as IssuedChallenge
    } catch (cause) {
      throw new VigilError('challenge_expired', 'it was not issued here, or for something else', { cause })
    }
  }
}

function textOf({ scope, sessionUid = '', accountId, factor }: ChallengeBinding): string {
  return JSON.stringify(['challenge', scope, sessionUid, accountId, factor])
}
