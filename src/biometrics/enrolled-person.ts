// The material of a person, cut and joined hop by hop. What stands beside a hop (features, time) goes where the hop goes, and here is
// the only place that knows what that is.

import type { EnrolledPerson } from './population-model.ts'
import { addStatistics } from './statistics.ts'

/** The hops at these places, in the order given. */
export function pickHops({ rows, hops, hopMs }: EnrolledPerson, indexes: readonly number[]): EnrolledPerson {
  const pick = <T>(list: readonly T[]): T[] => indexes.map((index) => list[index]!)
  return { rows: pick(rows), hops: pick(hops), hopMs: pick(hopMs) }
}

/** The hops of one, then those of the other. */
export function joinPeople(first: EnrolledPerson, second: EnrolledPerson): EnrolledPerson {
  return {
    rows: [...first.rows, ...second.rows],
    hops: [...first.hops, ...second.hops],
    hopMs: [...first.hopMs, ...second.hopMs]
  }
}

/** Joins neighbouring hops until there are at most `most`; of joined windows the later one's features stay. */
export function thinned(person: EnrolledPerson, most: number): EnrolledPerson {
  let { rows, hops, hopMs } = person
  while (hops.length > most) {
    const pairs = Math.ceil(hops.length / 2)
    const wide = hops
    const long = hopMs
    const all = rows
    hops = Array.from({ length: pairs }, (_, i) => {
      const sum = wide[2 * i]!.slice()
      const second = wide[2 * i + 1]
      if (second !== undefined) addStatistics(sum, second)
      return sum
    })
    hopMs = Array.from({ length: pairs }, (_, i) => long[2 * i]! + (long[2 * i + 1] ?? 0))
    rows = Array.from({ length: pairs }, (_, i) => all[2 * i + 1] ?? all[2 * i]!)
  }
  return { rows, hops, hopMs }
}
