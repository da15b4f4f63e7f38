// People held out of a population are held against the beginning of their own stream, as a session without a profile is: how far evidence goes
// against them although nobody took over.

import { hopEncoderOf } from '../encoder/hops.ts'
import { pickHops } from './enrolled-person.ts'
import { fusedStretch, type Fusion } from '../calibration/fusion.ts'
import { followed, nobodyYet, unlearnt, type Beginning } from '../handover.ts'
import type { EnrolledPerson, PopulationBase } from './population-model.ts'
import { scoresAt } from './rehearsal.ts'
import { trainPerson, type PersonModels } from '../scoring.ts'
import { trailHops } from '../features/hop.ts'

/** The highest evidence in a stream, undefined when there was none, and how long it was watched. */
export interface HighestEvidence {
  readonly highest: number | undefined
  readonly ms: number
}

/** A person's hops are as many sessions as have this many hops each, at most `mostSessions`. */
const hopsPerSession = 20
const mostSessions = 3

/** One member a session of the people, who taught nothing in `base`. */
export function handOverStreams(
  base: PopulationBase,
  fusion: Fusion,
  people: readonly EnrolledPerson[],
  seed: number
): HighestEvidence[] {
  return people.flatMap((person) => sessionsOf(person).map((session) => playSession(base, fusion, session, seed)))
}

function sessionsOf(person: EnrolledPerson): EnrolledPerson[] {
  const hops = person.hops.length
  const sessions = Math.min(Math.max(Math.floor(hops / hopsPerSession), 1), mostSessions)
  const bound = (session: number): number => Math.round((session * hops) / sessions)
  return Array.from({ length: sessions }, (_, i) =>
    pickHops(
      person,
      Array.from({ length: bound(i + 1) - bound(i) }, (__, hop) => bound(i) + hop)
    )
  )
}

function playSession(base: PopulationBase, fusion: Fusion, session: EnrolledPerson, seed: number): HighestEvidence {
  const sequences = base.sequence && hopEncoderOf(base.sequence.encoder).statisticsOf(session.typed)
  let beginning: Beginning<PersonModels> = nobodyYet()
  let highest: number | undefined
  session.hops.forEach((_, last) => {
    const { known } = beginning
    const ratios = known === undefined ? [] : scoresAt(base, known, session, sequences, last)
    const pieces = unlearnt(
      beginning,
      ratios.map((scores, horizon) => ({ hops: trailHops[horizon]!, llr: fusedStretch(fusion, horizon, scores) }))
    )
    for (const { llr } of pieces) if (llr !== undefined && llr > (highest ?? -Infinity)) highest = llr
    beginning = followed(beginning, pickHops(session, [last]), pieces, (material) => trainPerson(base, material, seed))
  })
  return { highest, ms: session.hopMs.reduce((sum, ms) => sum + ms, 0) }
}
