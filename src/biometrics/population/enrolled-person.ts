// The material of a person, cut and joined hop by hop. What stands beside a hop (features, time) goes where the hop goes, and here is
// the only place that knows what that is.

import { encoderKeystrokes } from '../encoder/encoder.ts'
import { joinSequences, sliceSequence } from '../features/timing-sequence.ts'
import type { EmbeddedHops, EnrolledPerson } from './population-model.ts'
import { addStatistics, sumStatistics, type Statistics } from '../features/statistics.ts'

/** The hops at these places, in the order given. */
export function pickHops(person: EnrolledPerson, indexes: readonly number[]): EnrolledPerson {
  const { rows, hops, hopMs, typed, embedded } = person
  const pick = <T>(list: readonly T[]): T[] => indexes.map((index) => list[index]!)
  return {
    rows: pick(rows),
    hops: pick(hops),
    hopMs: pick(hopMs),
    typed: pick(typed),
    ...withSums(embedded, (sums) => pick(sums))
  }
}

/** The hops of one, then those of the other. What another encoder read in the first is lost. */
export function joinPeople(first: EnrolledPerson, second: EnrolledPerson): EnrolledPerson {
  const embedded = second.embedded ?? first.embedded
  return {
    rows: [...first.rows, ...second.rows],
    hops: [...first.hops, ...second.hops],
    hopMs: [...first.hopMs, ...second.hopMs],
    typed: [...first.typed, ...second.typed],
    ...withSums(embedded, () => [first, second].flatMap((person) => sumsBy(person, embedded!.encoder)))
  }
}

/** Nothing at all where no hop has any. */
function withSums(
  embedded: EmbeddedHops | undefined,
  change: (sums: readonly Statistics[]) => Statistics[]
): Pick<EnrolledPerson, 'embedded'> {
  if (embedded === undefined) return {}
  const sums = change(embedded.sums)
  return sums.some(({ length }) => length > 0) ? { embedded: { encoder: embedded.encoder, sums } } : {}
}

function sumsBy({ hops, embedded }: EnrolledPerson, encoder: string): readonly Statistics[] {
  return embedded?.encoder === encoder ? embedded.sums : hops.map(() => new Float32Array(0))
}

/**
 * Joins neighbouring hops until there are at most `most`; of joined windows the later one's features stay, and as many keystrokes as the
 * sequence encoder looks at.
 */
export function thinned(person: EnrolledPerson, most: number): EnrolledPerson {
  let { rows, hops, hopMs, typed } = person
  let { embedded } = person
  while (hops.length > most) {
    const pairs = Math.ceil(hops.length / 2)
    const wide = hops
    const long = hopMs
    const all = rows
    const sequences = typed
    const read = embedded
    hops = Array.from({ length: pairs }, (_, i) => {
      const sum = wide[2 * i]!.slice()
      const second = wide[2 * i + 1]
      if (second !== undefined) addStatistics(sum, second)
      return sum
    })
    hopMs = Array.from({ length: pairs }, (_, i) => long[2 * i]! + (long[2 * i + 1] ?? 0))
    rows = Array.from({ length: pairs }, (_, i) => all[2 * i + 1] ?? all[2 * i]!)
    typed = Array.from({ length: pairs }, (_, i) => {
      const joined = joinSequences(sequences.slice(2 * i, 2 * i + 2))
      return sliceSequence(joined, Math.max(0, joined.length - encoderKeystrokes), joined.length)
    })
    embedded = withSums(read, (sums) =>
      Array.from({ length: pairs }, (_, i) => {
        const pair = sums.slice(2 * i, 2 * i + 2).filter(({ length }) => length > 0)
        return pair.length === 0 ? new Float32Array(0) : sumStatistics(pair)
      })
    ).embedded
  }
  return { rows, hops, hopMs, typed, ...(embedded && { embedded }) }
}
