// Proof that whoever sends a bound token holds its key (RFC 9449 §4.3): signed for this method and address, for this token, a moment
// ago, and not seen before.

import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { VigilError } from '../errors.ts'
import { proofAlgorithms } from './challenge-header.ts'

export interface ProofRequest {
  readonly method: string
  /** Address as the client sees it; query and fragment do not count. */
  readonly url: string
  readonly proof: string | undefined
  readonly token: string
  /** `cnf.jkt` of the token. */
  readonly keyThumbprint: string
}

export interface ProofChecker {
  /** Throws `dpop_proof_invalid`. */
  check(request: ProofRequest): Promise<void>
}

const lifeSeconds = 60
const skewSeconds = 5
/** Proofs remembered at once; more in a minute than that, and the oldest is forgotten. */
const mostRemembered = 100_000

/** `now` in seconds since the epoch. `useUp` is true for one caller only; without it proofs seen are remembered by this process. */
export function proofChecker(
  now: () => number,
  useUp: (id: string, until: number) => Promise<boolean> = inThisProcess(now)
): ProofChecker {
  return {
    async check({ method, url, proof, token, keyThumbprint }) {
      if (proof === undefined)
        throw new VigilError('dpop_proof_invalid', 'the token is bound and no proof came with it')
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...proofAlgorithms],
        maxTokenAge: lifeSeconds,
        clockTolerance: skewSeconds,
        requiredClaims: ['jti', 'htm', 'htu', 'ath'],
        currentDate: new Date(now() * 1000)
      }).catch((cause: unknown) => {
        throw new VigilError('dpop_proof_invalid', (cause as Error).message, { cause })
      })
      const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!)
      const ath = createHash('sha256').update(token).digest('base64url')
      const wrong =
        (payload['htm'] !== method && 'htm is another method') ||
        (address(payload['htu']) !== address(url) && 'htu is another address') ||
        (payload['ath'] !== ath && 'ath is another token') ||
        (thumbprint !== keyThumbprint && 'the key is not the one that the token is bound to')
      if (wrong) throw new VigilError('dpop_proof_invalid', wrong)
      const id = createHash('sha256').update(`dpop ${thumbprint} ${payload.jti!}`).digest('base64url')
      if (!(await useUp(id, now() + lifeSeconds + 2 * skewSeconds)))
        throw new VigilError('dpop_proof_invalid', 'the proof was used before')
    }
  }
}

function inThisProcess(now: () => number): (id: string, until: number) => Promise<boolean> {
  const seen = new Map<string, number>()
  return async (id, until) => {
    for (const [old, oldUntil] of seen) {
      if (oldUntil > now() && seen.size < mostRemembered) break
      seen.delete(old)
    }
    if (seen.has(id)) return false
    seen.set(id, until)
    return true
  }
}

function address(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
