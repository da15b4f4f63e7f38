// Hand-over: a session without a profile is held against its own beginning. The first hops after the login make a provisional profile; what
// clearly agrees with it is added until enough was seen. Plain data for the memory of one session: nobody stores it.

import { joinPeople } from './population/enrolled-person.ts'
import type { EnrolledPerson } from './population/population-model.ts'
import { keystrokesIn, strokesIn, sumStatistics } from './features/statistics.ts'

/** `Known` is what is learnt from material: a profile, or a person's models. */
export interface Beginning<Known> {
  /** What `known` was learnt from, or will be; empty once it is complete. */
  readonly material: EnrolledPerson
  /** Hops that agree so far and are not learnt yet. */
  readonly waiting: EnrolledPerson
  /** Undefined while there is too little to judge by. */
  readonly known: Known | undefined
  /** Whether nothing more is learnt. */
  readonly complete: boolean
  /** Hops since something was last learnt. */
  readonly hops: number
}

/** Ratio "stranger : owner" of the last so many hops as one piece. */
export interface Piece {
  readonly hops: number
  readonly llr: number | undefined
}

/** Input that a session is held against at first, and with which it is known well enough. One kind of input suffices. */
export const firstInput = { keystrokes: 150, strokes: 60 } as const
export const fullInput = { keystrokes: 400, strokes: 240 } as const
/** Hops that are learnt together, once they agree as one piece. */
const hopsTogether = 4
/** Natural-log odds at which such a piece is the same hands', and how far one hop of it may speak against them. */
const clearlySame = -1
const mostDoubt = 1
/** Input so sparse that it takes more hops than these is not gone on with. */
const mostHops = 64

const noMaterial: EnrolledPerson = { rows: [], hops: [], hopMs: [], typed: [] }

export function nobodyYet(): Beginning<never> {
  return { material: noMaterial, waiting: noMaterial, known: undefined, complete: false, hops: 0 }
}

/** The pieces that end with the next hop and hold nothing that was learnt: a piece held against itself tells nothing. */
export function unlearnt<P extends Piece>({ hops }: Beginning<unknown>, pieces: readonly P[]): P[] {
  return pieces.filter((piece) => piece.hops <= hops + 1)
}

/**
 * The beginning after one more hop. Never changes `before`. `pieces`: what `unlearnt` leaves of those that end with the hop, shortest first;
 * empty while nothing is known. `learn` is called a few times in a session.
 */
export function followed<Known>(
  before: Beginning<Known>,
  hop: EnrolledPerson,
  pieces: readonly Piece[],
  learn: (material: EnrolledPerson) => Known
): Beginning<Known> {
  if (before.known === undefined) {
    const material = joinPeople(before.material, hop)
    return reaches(material, firstInput) ? learnt(material, learn) : { ...before, material: newest(material) }
  }
  const next = { ...before, hops: before.hops + 1 }
  if (before.complete) return next
  const waiting = joinPeople(before.waiting, hop)
  if (pieces.some(({ llr }) => llr !== undefined && llr > mostDoubt)) return { ...next, waiting: noMaterial }
  if (waiting.hops.length < hopsTogether) return { ...next, waiting }
  const whole = pieces.find(({ hops }) => hops === hopsTogether)?.llr
  if (whole === undefined || whole > clearlySame) return { ...next, waiting: noMaterial }
  return learnt(joinPeople(before.material, waiting), learn)
}

function learnt<Known>(material: EnrolledPerson, learn: (material: EnrolledPerson) => Known): Beginning<Known> {
  const complete = reaches(material, fullInput) || material.hops.length >= mostHops
  return { ...nobodyYet(), material: complete ? noMaterial : material, known: learn(material), complete }
}

function reaches({ hops }: EnrolledPerson, input: typeof firstInput | typeof fullInput): boolean {
  const total = sumStatistics(hops)
  return keystrokesIn(total) >= input.keystrokes || strokesIn(total) >= input.strokes
}

/** What is long ago goes, so that a session that only moves the pointer a little does not fill the memory. */
function newest({ rows, hops, hopMs, typed }: EnrolledPerson): EnrolledPerson {
  const from = Math.max(0, hops.length - mostHops)
  return { rows: rows.slice(from), hops: hops.slice(from), hopMs: hopMs.slice(from), typed: typed.slice(from) }
}
