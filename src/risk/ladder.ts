// The levels that a deployment tells apart, in rising order: what each demands, how long it lasts, and how two compare. Names are free; the
// order of the list is the order of the levels.

import { z } from 'zod'
import { check } from '../schema.ts'

export interface AssuranceLevel {
  /** What tokens say (OpenID Connect Core §2, `acr`); no spaces, for `acr_values` lists values between spaces. */
  readonly acr: string
  /** Factors of different kinds (something known, held, inherent) that must have passed. */
  readonly factors: 1 | 2
  /** Needs a key bound to the origin, with user verification. Default false. */
  readonly phishingResistant: boolean
  /** Seconds after which the level ages out, counted from the oldest factor that it needs. */
  readonly maxAgeSeconds: number
}

/** Levels in rising order. */
export type Ladder = readonly AssuranceLevel[]

/** Below every level of the ladder (OpenID Connect Core §2 gives "0" this meaning). */
export const belowAll = '0'

export const defaultLadder: Ladder = [
  { acr: 'urn:vigil:loa:1', factors: 1, phishingResistant: false, maxAgeSeconds: 12 * 3600 },
  { acr: 'urn:vigil:loa:2', factors: 2, phishingResistant: false, maxAgeSeconds: 8 * 3600 },
  { acr: 'urn:vigil:loa:3', factors: 2, phishingResistant: true, maxAgeSeconds: 4 * 3600 }
]

/** A ladder from outside. `root` begins the path in a complaint. Throws `config_invalid` with path, expectation and value. */
export function ladderFrom(value: unknown, root = 'ladder'): Ladder {
  return check(ladderSchema, value, root, 'config_invalid')
}

const level = z.strictObject({
  acr: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'must be a name of visible ASCII characters without spaces' })
    .refine((acr) => acr !== belowAll, { error: `must not be "${belowAll}", which is below every level` }),
  factors: z.literal([1, 2]),
  phishingResistant: z.boolean().default(false),
  maxAgeSeconds: z.int().min(1)
})

const ladderSchema = z
  .array(level)
  .min(1)
  .superRefine((levels, problems) => {
    levels.forEach((upper, index) => {
      const complain = (name: string, message: string): void =>
        problems.addIssue({ code: 'custom', path: [index, name], message })
      const same = levels.findIndex(({ acr }) => acr === upper.acr)
      if (same < index) complain('acr', `must be unique, and [${same}] has it`)
      const lower = levels[index - 1]
      if (!lower) return
      if (upper.factors < lower.factors) {
        complain(
          'factors',
          `must be at least those of the level below (${lower.factors}): levels stand in rising order`
        )
      } else if (lower.phishingResistant && !upper.phishingResistant) {
        complain('phishingResistant', 'must be true, as in the level below: levels stand in rising order')
      } else if (
        upper.factors === lower.factors &&
        upper.phishingResistant === lower.phishingResistant &&
        upper.maxAgeSeconds >= lower.maxAgeSeconds
      ) {
        // Whoever reached the lower one would hold the upper one as long: nobody would ever be told the lower one.
        complain(
          'maxAgeSeconds',
          `must be below ${lower.maxAgeSeconds} where a level asks for the same as the one below`
        )
      }
    })
  })

/** Place of an acr on the ladder from 0; -1 = below all; undefined = unknown. */
export function rankOf(ladder: Ladder, acr: string): number
export function rankOf(ladder: Ladder, acr: string, strict: true): number | undefined
export function rankOf(ladder: Ladder, acr: string, strict?: true): number | undefined {
  const rank = ladder.findIndex((step) => step.acr === acr)
  if (rank === -1 && acr !== belowAll && strict) return undefined
  return rank
}

/** The lower of two. */
export function lowerAcr(ladder: Ladder, a: string, b: string): string {
  return rankOf(ladder, a) <= rankOf(ladder, b) ? a : b
}
